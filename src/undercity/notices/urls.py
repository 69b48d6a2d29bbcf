from django.urls import path

from undercity.notices import pages

urlpatterns = [path("desk/outbox/", pages.outbox, name="outbox")]
