from django.urls import path

from undercity.notices.pages import groups, link, outbox, reach

urlpatterns = [
    path("desk/outbox/", outbox.outbox, name="outbox"),
    path("desk/outbox/<int:number>/again/", outbox.again, name="outbox_again"),
    path("desk/reach/", reach.reach, name="reach"),
    path("desk/reach/<uuid:uid>/<slug:step>/", reach.reach_step, name="reach_step"),
    path("desk/groups/", groups.groups, name="groups"),
    path("desk/groups/<slug:body>/", groups.group, name="group"),
    path("desk/groups/<slug:body>/<uuid:uid>/<slug:step>/", groups.group_step, name="group_step"),
    path("n/<str:token>/", link.notice_link, name="notice_link"),
]
