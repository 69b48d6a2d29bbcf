from django.urls import path

from undercity.field import pages, shell

urlpatterns = [
    path("field/", pages.field, name="field"),
    path("field/today.json", pages.today, name="field_today"),
    path("field/session.json", pages.session, name="field_session"),
    path("field/actions", pages.actions, name="field_actions"),
    path("worker.js", shell.worker, name="worker"),
    path("manifest.webmanifest", shell.manifest, name="manifest"),
    path("icon-<slug:name>.png", shell.icon, name="icon"),
]
