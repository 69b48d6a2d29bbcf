"""Addresses of the room."""

from __future__ import annotations

from django.urls import path

from undercity.inspections.pages import checking, checklists, material, readiness

urlpatterns = [
    path("desk/readiness/", readiness.readiness_board, name="readiness"),
    path("desk/readiness/list.<slug:kind>", readiness.readiness_export, name="readiness_export"),
    path("desk/readiness/places/<slug:key>/", readiness.readiness_place, name="readiness_place"),
    path("desk/readiness/places/<slug:place>/check/", checking.begin_inspection, name="begin_inspection"),
    path("desk/readiness/checks/<uuid:uid>/", checking.inspection, name="inspection"),
    path("desk/readiness/photos/<uuid:photo>/", checking.inspection_photo, name="inspection_photo"),
    path("desk/readiness/checklists/", checklists.readiness_checklists, name="readiness_checklists"),
    path("desk/readiness/checklists/send/", checklists.readiness_checklists_send, name="readiness_checklists_send"),
    path("desk/readiness/checklists/<slug:code>/", checklists.readiness_checklist, name="readiness_checklist"),
    path("desk/readiness/material/", material.material_list, name="material_list"),
    path("desk/readiness/material/list.<slug:kind>", material.material_export, name="material_export"),
    path("desk/readiness/material/new/", material.material_new, name="material_new"),
    path("desk/readiness/material/<uuid:uid>/", material.material_item, name="material_item"),
    path("desk/readiness/material/<uuid:uid>/<slug:act>/", material.material_act, name="material_act"),
]
