"""Addresses of the response."""

from __future__ import annotations

from django.urls import path

from undercity.response.evening import pages as evening
from undercity.response.pages import board, exercises, levels, orders, public, reports
from undercity.response.plans.pages import editor, plans, rehearsal

urlpatterns = [
    path("desk/plans/", plans.plans, name="plans"),
    path("desk/plans/new/", editor.plan_new, name="plan_new"),
    path("desk/plans/upload/", editor.plan_upload, name="plan_upload"),
    path("desk/plans/<uuid:uid>/", plans.plan, name="plan"),
    path("desk/plans/<uuid:uid>/edit/", editor.plan_edit, name="plan_edit"),
    path("desk/plans/<uuid:uid>/file/", plans.plan_file, name="plan_file"),
    path("desk/plans/<uuid:uid>/history/", plans.plan_history, name="plan_history"),
    path("desk/plans/<uuid:uid>/since/<uuid:other>/", plans.plan_difference, name="plan_difference"),
    path("desk/plans/<uuid:uid>/dry-run/", rehearsal.plan_dry_run, name="plan_dry_run"),
    path("desk/plans/<uuid:uid>/dry-run/<slug:form>/", rehearsal.plan_dry_run_file, name="plan_dry_run_file"),
    path("desk/plans/<uuid:uid>/command/", rehearsal.plan_command, name="plan_command"),
    path("desk/plans/<uuid:uid>/<slug:act>/", plans.plan_act, name="plan_act"),
    path("desk/response/", levels.responses, name="responses"),
    path("desk/response/propose/", levels.propose, name="response_propose"),
    path("desk/response/<uuid:uid>/", levels.response, name="response"),
    path("desk/response/<uuid:uid>/board/", board.response_board, name="response_board"),
    path("desk/response/<uuid:uid>/board/part/", board.response_board_part, name="response_board_part"),
    path("desk/response/<uuid:uid>/give/", board.response_give, name="response_give"),
    path("desk/response/<uuid:uid>/reports/", reports.response_reports, name="response_reports"),
    path("desk/response/<uuid:uid>/reports/<int:number>/", reports.response_report, name="response_report"),
    path("desk/response/<uuid:uid>/reports/<int:number>.docx", reports.response_report, {"kind": "docx"},
         name="response_report_docx"),
    path("desk/response/<uuid:uid>/<slug:act>/", levels.decide, name="response_decide"),
    path("desk/orders/", orders.orders, name="orders"),
    path("desk/orders/acknowledge/", orders.orders_acknowledge, name="orders_acknowledge"),
    path("desk/orders/photo/<uuid:photo>.jpg", reports.order_photo, name="order_photo"),
    path("desk/orders/<uuid:uid>/", orders.order, name="order"),
    path("desk/orders/<uuid:uid>/<slug:act>/", orders.order_step, name="order_step"),
    path("desk/exercises/", exercises.exercises, name="exercises"),
    path("desk/exercises/<slug:name>/", exercises.exercise, name="exercise"),
    path("desk/exercises/<slug:name>/<slug:act>/", exercises.exercise_act, name="exercise_act"),
    path("tour/storm/", evening.storm, name="storm"),
    path("tour/storm/begin/", evening.storm_begin, name="storm_begin"),
    path("tour/storm/<slug:name>/", evening.storm_evening, name="storm_evening"),
    path("tour/storm/<slug:name>/part/", evening.storm_part, name="storm_part"),
    path("flood/", public.flood, name="flood"),
    path("exercise/<slug:name>/", exercises.exercise_attend, name="exercise_attend"),
]
