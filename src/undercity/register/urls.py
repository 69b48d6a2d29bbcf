from django.urls import path

from undercity.register.pages import exports, imports, profiles

urlpatterns = [
    path("desk/register/", imports.register, name="register"),
    path("desk/register/send/", imports.send, name="register_send"),
    path("desk/register/imports/<uuid:key>/", imports.one_import, name="register_import"),
    path("desk/register/imports/<uuid:key>/columns/", imports.columns, name="register_columns"),
    path("desk/register/imports/<uuid:key>/apply/", imports.apply, name="register_apply"),
    path("desk/register/imports/<uuid:key>/undo/", imports.undo, name="register_undo"),
    path("desk/register/imports/<uuid:key>/drop/", imports.drop, name="register_drop"),
    path("desk/register/imports/<uuid:key>/faults.xlsx", imports.faults, name="register_faults"),
    path("desk/register/export/<slug:file_format>/", exports.export, name="register_export"),
    path("desk/register/internal/", exports.internal, name="register_internal"),
    path("desk/register/places/<slug:key>/", profiles.profile, name="register_profile"),
    path("desk/register/places/<slug:key>/name/", profiles.new_name, name="register_rename"),
    path("desk/register/places/<slug:key>/keeper/", profiles.new_keeper, name="register_keeper"),
]
