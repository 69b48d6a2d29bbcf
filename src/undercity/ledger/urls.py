from django.urls import path

from undercity.ledger import pages

urlpatterns = [path("desk/", pages.desk, name="desk")]
