from django.urls import path

from undercity.coverage.pages import cover, people, plans, what_if

urlpatterns = [
    path("desk/coverage/", cover.coverage, name="coverage"),
    path("desk/coverage/cells/", cover.cell_list, name="coverage_cells"),
    path("desk/coverage/cells.csv", cover.cells_csv, name="coverage_cells_csv"),
    path("desk/coverage/cells.geojson", cover.cells_geojson, name="coverage_cells_geojson"),
    path("desk/coverage/plans/", plans.plans, name="coverage_plans"),
    path("desk/coverage/plans/compare/", plans.compare, name="coverage_compare"),
    path("desk/coverage/plans/<uuid:uid>/", plans.plan, name="coverage_plan"),
    path("desk/coverage/plans/<uuid:uid>/places.csv", plans.plan_csv, name="coverage_plan_csv"),
    path("desk/coverage/plans/<uuid:uid>/places.geojson", plans.plan_geojson, name="coverage_plan_geojson"),
    path("desk/coverage/what-if/", what_if.what_if, name="what_if"),
    path("desk/coverage/people/", people.people, name="coverage_people"),
    path("desk/coverage/people/check/", people.check_people, name="coverage_people_check"),
    path("desk/coverage/people/store/", people.store_people, name="coverage_people_store"),
    path("desk/coverage/people/<uuid:uid>/withdraw/", people.withdraw_people, name="coverage_people_withdraw"),
]
