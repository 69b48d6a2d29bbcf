"""Addresses of the room."""

from __future__ import annotations

from django.urls import path

from undercity.forces.pages import checkin, medical, needs, points, teams

urlpatterns = [
    path("desk/forces/", teams.forces, name="forces"),
    path("desk/forces/teams.<str:extension>", teams.teams_file, name="forces_file"),
    path("desk/forces/teams/new/", teams.new_team, name="force_team_new"),
    path("desk/forces/teams/<uuid:uid>/", teams.force_team, name="force_team"),
    path("desk/forces/teams/<uuid:uid>/piece/", teams.team_piece, name="force_team_piece"),
    path("desk/forces/teams/<uuid:uid>/<slug:act>/", teams.team_act, name="force_team_act"),
    path("desk/forces/roster/", teams.force_roster, name="force_roster"),
    path("desk/forces/roster.<str:extension>", teams.roster_file, name="force_roster_file"),
    path("desk/forces/points/", points.force_points, name="force_points"),
    path("desk/forces/points/<uuid:uid>/end/", points.point_end, name="force_point_end"),
    path("desk/forces/code/<slug:kind>/<uuid:uid>/", points.force_code, name="force_code"),
    path("desk/forces/needs/", needs.force_needs, name="force_needs"),
    path("desk/forces/needs/<uuid:uid>/end/", needs.need_end, name="force_need_end"),
    path("desk/forces/propose/", needs.force_propose, name="force_propose"),
    path("desk/forces/proposals/<uuid:uid>/", needs.force_proposal, name="force_proposal"),
    path("desk/forces/proposals/<uuid:uid>/accept/", needs.force_accept, name="force_accept"),
    path("desk/forces/deployments/<uuid:uid>/", points.deployment, name="deployment"),
    path("desk/forces/deployments/<uuid:uid>/<slug:act>/", points.deployment_act, name="deployment_act"),
    path("desk/forces/medical/", medical.force_medical, name="force_medical"),
    path("desk/forces/medical/<int:hospital>/beds/", medical.force_beds, name="force_beds"),
    path("checkin/<str:token>/", checkin.checkin, name="checkin"),
]
