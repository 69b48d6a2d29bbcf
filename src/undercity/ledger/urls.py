from django.urls import path

from undercity.ledger.pages import desk, duties, give, looks, task

urlpatterns = [
    path("duties/", duties.public_duties, name="public_duties"),
    path("desk/", desk.desk, name="desk"),
    path("desk/looks/", looks.looks_page, name="looks"),
    path("desk/duties/", duties.duties, name="duties"),
    path("desk/duties/give/", give.give_duty, name="give_duty"),
    path("desk/duties/photo/<uuid:photo>.jpg", task.task_photo, name="task_photo"),
    path("desk/duties/<uuid:uid>/", task.task, name="task"),
    path("desk/duties/<uuid:uid>/accept/", task.accept, name="accept"),
    path("desk/duties/<uuid:uid>/<str:step>/", task.task_step, name="task_step"),
]
