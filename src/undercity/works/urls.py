from django.urls import path

from undercity.works import pages

urlpatterns = [
    path("desk/works/", pages.works, name="works"),
    path("desk/works/<str:code>/", pages.work, name="work"),
]
