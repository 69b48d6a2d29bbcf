from django.urls import path

from undercity.cases.pages import desk, grids, hotline, public, report, sheets

urlpatterns = [
    path("report/", report.report_page, name="report"),
    path("receipt/", public.find_receipt, name="find_receipt"),
    path("receipt/<str:token>", public.receipt_page, name="receipt"),
    path("photo/<uuid:photo>.jpg", public.photo, name="photo"),
    path("desk/grids/", grids.grids, name="grids"),
    path("desk/grids/<path:name>/", grids.grid_round, name="grid_round"),
    path("desk/hotline/", hotline.orders, name="hotline"),
    path("desk/hotline/check/", hotline.check, name="hotline_check"),
    path("desk/hotline/take/", hotline.take, name="hotline_take"),
    path("desk/hotline/wrong.xlsx", hotline.wrong, name="hotline_wrong"),
    path("desk/hotline/<str:number>/", hotline.order, name="hotline_order"),
    path("desk/hotline/<str:number>/<str:verb>/", hotline.move, name="hotline_move"),
    path("desk/board/", desk.board, name="board"),
    path("desk/cases/", desk.cases, name="cases"),
    path("desk/cases.csv", desk.cases_csv, name="cases_csv"),
    path("desk/cases/of/<uuid:subject>/", desk.case_of, name="case_of"),
    path("desk/cases/<str:number>/", desk.case_page, name="case"),
    path("desk/cases/<str:number>/contact/", desk.contact, name="contact"),
    path("desk/cases/<str:number>/sheets/<slug:code>/", sheets.sheet, name="sheet"),
    path("desk/cases/<str:number>/<str:verb>/", desk.move, name="move"),
]
