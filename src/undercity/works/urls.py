from django.urls import path

from undercity.works import pages
from undercity.works.documents import pages as documents
from undercity.works.overview import pages as overview
from undercity.works.permits import pages as permits
from undercity.works.upkeep import pages as checks

urlpatterns = [
    path("desk/works/", pages.works, name="works"),
    path("desk/works/<str:code>/", pages.work, name="work"),
    path("desk/works/<str:code>/lease/", permits.new_permit, name="new_permit"),
    path("desk/works/<str:code>/check/", checks.begin_check, name="begin_check"),
    path("desk/works/<str:code>/documents/", documents.file_document, name="file_document"),
    path("desk/upkeep/", overview.upkeep, name="upkeep"),
    path("desk/permits/<uuid:uid>/", permits.permit, name="permit"),
    path("desk/permits/<uuid:uid>/<slug:verb>/", permits.permit_move, name="permit_move"),
    path("desk/checks/<uuid:uid>/", checks.check, name="check"),
    path("desk/checks/photos/<uuid:photo>/", checks.check_photo, name="check_photo"),
    path("desk/documents/<uuid:uid>/", documents.document, name="document"),
    path("desk/documents/<uuid:uid>/out/", documents.take_out, name="take_out"),
]
