from django.urls import path

from undercity.city import pages

urlpatterns = [path("source/", pages.source, name="source")]
