from django.urls import path

from undercity.cases.pages import desk, public, report, sheets, voices

urlpatterns = [
    path("report/", report.report_page, name="report"),
    path("receipt/", public.find_receipt, name="find_receipt"),
    path("receipt/<str:token>", voices.receipt_page, name="receipt"),
    path("receipt/<str:token>/<slug:act>/", voices.voice, name="voice"),
    path("cases/<str:number>/", voices.case_for_all, name="public_case"),
    path("cases/<str:number>/follow/", voices.follow_case, name="follow_case"),
    path("cases/<str:number>/follow/<uuid:follower>/", voices.confirm_follow, name="confirm_follow"),
    path("following/<str:token>/", voices.following, name="following"),
    path("photo/<uuid:photo>.jpg", public.photo, name="photo"),
    path("desk/board/", desk.board, name="board"),
    path("desk/cases/", desk.cases, name="cases"),
    path("desk/cases.csv", desk.cases_csv, name="cases_csv"),
    path("desk/cases/of/<uuid:subject>/", desk.case_of, name="case_of"),
    path("desk/cases/<str:number>/", desk.case_page, name="case"),
    path("desk/cases/<str:number>/contact/", desk.contact, name="contact"),
    path("desk/cases/<str:number>/sheets/<slug:code>/", sheets.sheet, name="sheet"),
    path("desk/cases/<str:number>/<str:verb>/", desk.move, name="move"),
]
