from django.urls import path

from undercity.cases.open311 import doors, updates

urlpatterns = [
    path("discovery.<str:format>", doors.discovery, name="open311_discovery"),
    path("services.<str:format>", doors.services, name="open311_services"),
    path("services/<str:code>.<str:format>", doors.definition, name="open311_definition"),
    path("requests.<str:format>", doors.requests, name="open311_requests"),
    path("requests/<str:number>.<str:format>", doors.one_request, name="open311_request"),
    path("tokens/<str:token>.<str:format>", doors.token, name="open311_token"),
    path("servicerequestupdates.<str:format>", updates.updates, name="open311_updates"),
    # Anything else under this door is answered in its own way, not with a page.
    path("<path:rest>", doors.unknown, {"format": "json"}, name="open311_unknown"),
]
