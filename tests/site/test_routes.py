"""The routes × roles table: every address, and what each role gets there. A route that is missing here fails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.city import City
from undercity import clock

# Route → (method, status for a citizen, status for officers, roles with another status).
EVERYBODY, OFFICERS = "everybody", "officers"
# Only the administrator looks into the outbox.
NO_OUTBOX = ("intake_officer", "shift_lead", "dispatcher", "inspector", "department_handler", "squad_member", "keeper",
             "leader", "duty_officer", "evaluator", "branch_secretary", "open311_client")
# Who looked at what is for those who read the record.
NO_LOOKS = ("intake_officer", "shift_lead", "dispatcher", "inspector", "department_handler", "squad_member", "keeper",
            "duty_officer", "branch_secretary", "open311_client")
# A case just reported: no department has it yet, and these posts read no territory.
NO_SUCH_CASE = ("department_handler", "squad_member", "keeper", "duty_officer", "branch_secretary", "open311_client")
# These see no scores; a handler sees those of his own body, and the post of the table is of another.
NO_SCORES = ("intake_officer", "inspector", "squad_member", "keeper", "duty_officer", "branch_secretary",
             "open311_client")
# These see the cases of their own area only, and the case of the table lies outside it.
ELSEWHERE = {"inspector-2", "inspector-3"}
# The duty of the table is the bureau director's: seen by leaders over him, and by those who watch the whole city.
SEES_NO_DUTY = ("intake_officer", "dispatcher", "inspector", "department_handler", "squad_member", "keeper",
                "duty_officer", "branch_secretary", "open311_client")
ROLES = ("intake_officer", "shift_lead", "dispatcher", "inspector", "department_handler", "squad_member", "keeper",
         "leader", "duty_officer", "evaluator", "branch_secretary", "administrator", "open311_client")
GIVES_NO_DUTY = tuple(role for role in ROLES if role not in {"leader", "branch_secretary", "administrator"})
# The internal side of works is for leaders, keepers and duty officers; this keeper has others.
NO_WORKS = ("intake_officer", "shift_lead", "dispatcher", "inspector", "department_handler", "squad_member",
            "evaluator", "branch_secretary", "administrator", "open311_client")
KEEPS_NOTHING = tuple(role for role in ROLES if role != "keeper")
OTHER_WORKS = {"keeper-1", "keeper-3", "keeper-4", "keeper-5", "keeper-6"}
# The desk of seasons is for those who change places or see the duties of others.
NO_SEASONS = ("intake_officer", "dispatcher", "inspector", "department_handler", "squad_member", "branch_secretary",
              "open311_client")
# Readiness is for keepers, leaders, duty officers and administrators.
NO_READINESS = tuple(role for role in ROLES if role not in {"keeper", "leader", "duty_officer", "administrator"})
# Who has no cool place near is for leaders and duty officers, which to open next for leaders.
NO_COVERAGE = tuple(role for role in ROLES if role not in {"leader", "duty_officer"})
NO_PLANS = tuple(role for role in ROLES if role != "leader")
# Plans, levels and orders are for those who command and who plan.
NO_RESPONSE = tuple(role for role in ROLES if role not in {"leader", "duty_officer", "administrator"})
# Warnings are entered by duty officers, their sources kept by administrators.
NO_WARNINGS_IN = tuple(role for role in ROLES if role != "duty_officer")
NO_SOURCES = tuple(role for role in ROLES if role not in {"duty_officer", "administrator"})
NO_GAUGES = tuple(role for role in ROLES if role not in {"keeper", "leader", "duty_officer", "administrator"})
NO_SUCH_RESPONSE = {**dict.fromkeys(ROLES, 404), **dict.fromkeys(NO_RESPONSE, 403)}
# Teams, needs and points are for leaders, duty officers and administrators; leaders of teams see their own.
NO_FORCES = tuple(role for role in ROLES if role not in {"leader", "duty_officer", "administrator"})
TABLE: dict[str, tuple[str, str, dict[str, int]]] = {
    "home": ("GET", EVERYBODY, {}),
    "about": ("GET", EVERYBODY, {}),
    "tour": ("GET", EVERYBODY, {}),
    "numbers": ("GET", EVERYBODY, {}),
    "signin": ("GET", EVERYBODY, {}),
    "signout": ("POST", EVERYBODY, {}),
    "set_language": ("POST", EVERYBODY, {}),
    "set_view": ("POST", EVERYBODY, {}),
    "components": ("GET", EVERYBODY, {}),
    "healthz": ("GET", EVERYBODY, {}),
    "open311_discovery": ("GET", EVERYBODY, {}),
    "open311_services": ("GET", EVERYBODY, {}),
    "open311_definition": ("GET", EVERYBODY, {}),
    "open311_requests": ("GET", EVERYBODY, {}),
    "open311_request": ("GET", EVERYBODY, {}),
    "open311_token": ("GET", EVERYBODY, {}),
    "open311_updates": ("GET", EVERYBODY, {}),
    "open311_unknown": ("GET", EVERYBODY, {}),
    "find": ("GET", EVERYBODY, {}),
    "find_map": ("GET", EVERYBODY, {}),
    "machines": ("GET", EVERYBODY, {}),
    "machines_openapi": ("GET", EVERYBODY, {}),
    "ogc_landing": ("GET", EVERYBODY, {}),
    "ogc_conformance": ("GET", EVERYBODY, {}),
    "ogc_api": ("GET", EVERYBODY, {}),
    "ogc_collections": ("GET", EVERYBODY, {}),
    "ogc_collection": ("GET", EVERYBODY, {}),
    "ogc_schema": ("GET", EVERYBODY, {}),
    "ogc_items": ("GET", EVERYBODY, {}),
    "ogc_item": ("GET", EVERYBODY, {}),
    "ogc_unknown": ("GET", EVERYBODY, {}),
    "places_feed": ("GET", EVERYBODY, {}),
    "places": ("GET", EVERYBODY, {}),
    "place": ("GET", EVERYBODY, {}),
    "poster": ("GET", EVERYBODY, {}),
    "flood_board": ("GET", EVERYBODY, {}),
    "improved": ("GET", EVERYBODY, {}),
    "refit_photo": ("GET", EVERYBODY, {}),
    "seasons_ics": ("GET", EVERYBODY, {}),
    "place_ics": ("GET", EVERYBODY, {}),
    "map": ("GET", EVERYBODY, {}),
    "map_schematic": ("GET", EVERYBODY, {}),
    "report": ("GET", EVERYBODY, {}),
    "receipt": ("GET", EVERYBODY, {}),
    "find_receipt": ("GET", EVERYBODY, {}),
    "voice": ("POST", EVERYBODY, {}),
    "public_case": ("GET", EVERYBODY, {}),
    "follow_case": ("POST", EVERYBODY, {}),
    "confirm_follow": ("GET", EVERYBODY, {}),
    "following": ("GET", EVERYBODY, {}),
    "photo": ("GET", EVERYBODY, {}),
    "public_duties": ("GET", EVERYBODY, {}),
    "desk": ("GET", OFFICERS, {}),
    "duties": ("GET", OFFICERS, {}),
    "give_duty": ("GET", OFFICERS, dict.fromkeys(GIVES_NO_DUTY, 403)),
    "task": ("GET", OFFICERS, dict.fromkeys(SEES_NO_DUTY, 404)),
    "task_photo": ("GET", OFFICERS, dict.fromkeys(ROLES, 404)),
    "accept": ("POST", OFFICERS, {}),
    "task_step": ("POST", OFFICERS, {}),
    "outbox": ("GET", OFFICERS, dict.fromkeys(NO_OUTBOX, 403)),
    "outbox_again": ("POST", OFFICERS, dict.fromkeys(NO_OUTBOX, 403)),
    "reach": ("GET", OFFICERS, {}),
    "reach_step": ("POST", OFFICERS, {}),
    "groups": ("GET", OFFICERS, dict.fromkeys(NO_OUTBOX, 403)),
    "group": ("GET", OFFICERS, dict.fromkeys(NO_OUTBOX, 403)),
    "group_step": ("POST", OFFICERS, dict.fromkeys(NO_OUTBOX, 403)),
    "notice_link": ("GET", EVERYBODY, {}),
    "looks": ("GET", OFFICERS, dict.fromkeys(NO_LOOKS, 403)),
    "board": ("GET", OFFICERS, {}),
    "grids": ("GET", OFFICERS, {}),
    "grid_round": ("GET", OFFICERS, dict.fromkeys(ROLES, 404)),
    "hotline": ("GET", OFFICERS, {}),
    "hotline_check": ("POST", OFFICERS, {}),
    "hotline_take": ("POST", OFFICERS, {}),
    "hotline_wrong": ("POST", OFFICERS, {}),
    # The case of the table came with no order.
    "hotline_order": ("GET", OFFICERS, dict.fromkeys(ROLES, 404)),
    "hotline_move": ("POST", OFFICERS, {}),
    "cases": ("GET", OFFICERS, {}),
    "case_of": ("GET", OFFICERS, dict.fromkeys(NO_SUCH_CASE, 404)),
    "case": ("GET", OFFICERS, dict.fromkeys(NO_SUCH_CASE, 404)),
    "cases_csv": ("GET", OFFICERS, {}),
    "cases_xlsx": ("GET", OFFICERS, {}),
    "shift": ("GET", OFFICERS, {}),
    "today": ("GET", OFFICERS, {}),
    "hotspots": ("GET", OFFICERS, {}),
    "case_map": ("GET", OFFICERS, {}),
    "filters": ("GET", OFFICERS, {}),
    "keep_filter": ("POST", OFFICERS, {}),
    "change_filter": ("POST", OFFICERS, {}),
    "choose": ("POST", OFFICERS, {}),
    "batch": ("GET", OFFICERS, dict.fromkeys(ROLES, 404)),
    "take_back": ("POST", OFFICERS, {}),
    "sheet": ("GET", OFFICERS, dict.fromkeys(NO_SUCH_CASE, 404)),
    "contact": ("POST", OFFICERS, {}),
    "move": ("POST", OFFICERS, {}),
    "scores": ("GET", OFFICERS, dict.fromkeys(NO_SCORES, 403)),
    "scores_csv": ("GET", OFFICERS, dict.fromkeys(NO_SCORES, 403)),
    "score": ("GET", OFFICERS, {**dict.fromkeys(NO_SCORES, 403), "department_handler": 404}),
    "score_cases": ("GET", OFFICERS, {**dict.fromkeys(NO_SCORES, 403), "department_handler": 404}),
    "source": ("GET", EVERYBODY, {}),
    # The page, its worker, manifest and icons hold nothing of anybody; what it carries comes from the doors below.
    "field": ("GET", EVERYBODY, {}),
    "worker": ("GET", EVERYBODY, {}),
    "manifest": ("GET", EVERYBODY, {}),
    "icon": ("GET", EVERYBODY, {}),
    "field_today": ("GET", OFFICERS, {}),
    "field_session": ("GET", OFFICERS, {}),
    "field_actions": ("POST", OFFICERS, {}),
    # Readings are for whoever reads works; only keepers register and upload. The table's device is nobody's.
    "api_readings": ("POST", EVERYBODY, {}),
    "readings": ("GET", OFFICERS, dict.fromkeys(NO_WORKS, 403)),
    "readings_apart": ("GET", OFFICERS, dict.fromkeys(NO_WORKS, 403)),
    "readings_decide": ("POST", OFFICERS, {}),
    "readings_csv": ("GET", OFFICERS, dict.fromkeys(KEEPS_NOTHING, 403)),
    "readings_take": ("POST", OFFICERS, {}),
    "readings_enter": ("GET", OFFICERS, dict.fromkeys(NO_WORKS, 403)),
    "readings_form": ("GET", OFFICERS, dict.fromkeys(ROLES, 404)),
    "device_new": ("GET", OFFICERS, dict.fromkeys(KEEPS_NOTHING, 403)),
    "device": ("GET", OFFICERS, dict.fromkeys(ROLES, 404)),
    "device_change": ("POST", OFFICERS, {}),
    "place_readings": ("GET", OFFICERS, dict.fromkeys(ROLES, 404)),
    "seasons": ("GET", OFFICERS, dict.fromkeys(NO_SEASONS, 403)),
    "season": ("GET", OFFICERS, {**dict.fromkeys(ROLES, 404), **dict.fromkeys(NO_SEASONS, 403)}),
    "place_year": ("GET", OFFICERS, dict.fromkeys(NO_SEASONS, 403)),
    "season_act": ("POST", OFFICERS, {}),
    "heat": ("GET", OFFICERS, dict.fromkeys(NO_SEASONS, 403)),
    "announcements": ("GET", OFFICERS, dict.fromkeys(NO_SEASONS, 403)),
    "announcement_end": ("POST", OFFICERS, {}),
    "visitors": ("GET", OFFICERS, dict.fromkeys(NO_SEASONS, 403)),
    "visitors_csv": ("GET", OFFICERS, dict.fromkeys(NO_SEASONS, 403)),
    "refit": ("GET", OFFICERS, dict.fromkeys(NO_SEASONS, 403)),
    "refit_item": ("GET", OFFICERS, {**dict.fromkeys(ROLES, 404), **dict.fromkeys(NO_SEASONS, 403)}),
    "refit_act": ("POST", OFFICERS, {}),
    "register": ("GET", OFFICERS, dict.fromkeys(NO_WORKS, 403)),
    "register_send": ("POST", OFFICERS, {}),
    "register_import": ("GET", OFFICERS, dict.fromkeys(ROLES, 404)),
    "register_columns": ("GET", OFFICERS, dict.fromkeys(ROLES, 404)),
    "register_apply": ("POST", OFFICERS, {}),
    "register_undo": ("POST", OFFICERS, {}),
    "register_drop": ("POST", OFFICERS, {}),
    "register_faults": ("GET", OFFICERS, dict.fromkeys(ROLES, 404)),
    "register_export": ("GET", OFFICERS, dict.fromkeys(NO_WORKS, 403)),
    "register_internal": ("POST", OFFICERS, {}),
    # Names and keepers are changed by those who may change places: this keeper has others.
    "register_profile": ("GET", OFFICERS, dict.fromkeys((*NO_WORKS, "leader"), 404)),
    "register_rename": ("POST", OFFICERS, {}),
    "register_keeper": ("POST", OFFICERS, {}),
    "readiness": ("GET", OFFICERS, dict.fromkeys(NO_READINESS, 403)),
    "readiness_export": ("GET", OFFICERS, {**dict.fromkeys(ROLES, 404), **dict.fromkeys(NO_READINESS, 403)}),
    "readiness_place": ("GET", OFFICERS, {**dict.fromkeys(ROLES, 404), **dict.fromkeys(NO_READINESS, 403)}),
    "begin_inspection": ("POST", OFFICERS, {}),
    "inspection": ("GET", OFFICERS, dict.fromkeys(ROLES, 404)),
    "inspection_photo": ("GET", OFFICERS, dict.fromkeys(ROLES, 404)),
    "readiness_checklists": ("GET", OFFICERS, dict.fromkeys(NO_READINESS, 403)),
    "readiness_checklists_send": ("POST", OFFICERS, {}),
    "readiness_checklist": ("GET", OFFICERS, {**dict.fromkeys(ROLES, 404), **dict.fromkeys(NO_READINESS, 403)}),
    "material_list": ("GET", OFFICERS, dict.fromkeys(NO_READINESS, 403)),
    "material_export": ("GET", OFFICERS, dict.fromkeys(NO_READINESS, 403)),
    "material_new": ("GET", OFFICERS, dict.fromkeys(NO_READINESS, 403)),
    "material_item": ("GET", OFFICERS, {**dict.fromkeys(ROLES, 404), **dict.fromkeys(NO_READINESS, 403)}),
    "material_act": ("POST", OFFICERS, {}),
    "works": ("GET", OFFICERS, dict.fromkeys(NO_WORKS, 403)),
    "work": ("GET", OFFICERS, dict.fromkeys(NO_WORKS, 404)),
    "upkeep": ("GET", OFFICERS, dict.fromkeys(NO_WORKS, 403)),
    # Nothing of a work is there for whoever may not see it; who may is tested with the room.
    "new_permit": ("GET", OFFICERS, dict.fromkeys(ROLES, 404)),
    "permit": ("GET", OFFICERS, dict.fromkeys(ROLES, 404)),
    "permit_move": ("POST", OFFICERS, {}),
    "begin_check": ("POST", OFFICERS, {}),
    "check": ("GET", OFFICERS, dict.fromkeys(ROLES, 404)),
    "check_photo": ("GET", OFFICERS, dict.fromkeys(ROLES, 404)),
    "file_document": ("GET", OFFICERS, dict.fromkeys(ROLES, 404)),
    "document": ("GET", OFFICERS, dict.fromkeys(ROLES, 404)),
    "take_out": ("POST", OFFICERS, {}),
    # The table's response, order and exercise are nobody's; who sees real ones is tested with the room.
    "flood": ("GET", EVERYBODY, {}),
    "storm": ("GET", EVERYBODY, {}),
    "storm_begin": ("POST", EVERYBODY, {}),
    "storm_evening": ("GET", EVERYBODY, {}),
    "storm_part": ("GET", EVERYBODY, {}),
    "exercise_attend": ("GET", EVERYBODY, {}),
    "responses": ("GET", OFFICERS, dict.fromkeys(NO_RESPONSE, 403)),
    "response_propose": ("POST", OFFICERS, {}),
    "response": ("GET", OFFICERS, NO_SUCH_RESPONSE),
    "response_board": ("GET", OFFICERS, NO_SUCH_RESPONSE),
    "response_board_part": ("GET", OFFICERS, NO_SUCH_RESPONSE),
    "response_give": ("GET", OFFICERS, NO_SUCH_RESPONSE),
    "response_reports": ("GET", OFFICERS, NO_SUCH_RESPONSE),
    "response_report": ("GET", OFFICERS, NO_SUCH_RESPONSE),
    "response_report_docx": ("GET", OFFICERS, NO_SUCH_RESPONSE),
    "response_decide": ("POST", OFFICERS, {}),
    "orders": ("GET", OFFICERS, {}),
    "orders_acknowledge": ("POST", OFFICERS, {}),
    "order": ("GET", OFFICERS, dict.fromkeys(ROLES, 404)),
    "order_photo": ("GET", OFFICERS, dict.fromkeys(ROLES, 404)),
    "order_step": ("POST", OFFICERS, {}),
    "exercises": ("GET", OFFICERS, dict.fromkeys(NO_RESPONSE, 403)),
    "exercise": ("GET", OFFICERS, NO_SUCH_RESPONSE),
    "exercise_act": ("POST", OFFICERS, {}),
    "cap": ("POST", EVERYBODY, {}),
    "cap_feed": ("GET", EVERYBODY, {}),
    "cap_message": ("GET", EVERYBODY, {}),
    "public_warnings": ("GET", EVERYBODY, {}),
    "warnings": ("GET", OFFICERS, {}),
    "warning": ("GET", OFFICERS, dict.fromkeys(ROLES, 404)),
    "warning_xml": ("GET", OFFICERS, dict.fromkeys(ROLES, 404)),
    "warning_new": ("GET", OFFICERS, dict.fromkeys(NO_WARNINGS_IN, 403)),
    "warning_take": ("POST", OFFICERS, {}),
    "warning_sources": ("GET", OFFICERS, dict.fromkeys(NO_SOURCES, 403)),
    "gauges": ("GET", OFFICERS, dict.fromkeys(NO_GAUGES, 403)),
    "bulletins": ("GET", OFFICERS, dict.fromkeys(NO_RESPONSE, 403)),
    "bulletin": ("GET", OFFICERS, dict.fromkeys(ROLES, 404)),
    "plans": ("GET", OFFICERS, dict.fromkeys(NO_RESPONSE, 403)),
    "plan_new": ("GET", OFFICERS, {role: 403 for role in ROLES if role != "administrator"}),
    "plan_upload": ("POST", OFFICERS, {}),
    **{f"plan{name}": ("GET", OFFICERS, NO_SUCH_RESPONSE) for name in (
        "", "_edit", "_file", "_history", "_difference", "_dry_run", "_dry_run_file", "_command")},
    "plan_act": ("POST", OFFICERS, {}),
    "coverage": ("GET", OFFICERS, dict.fromkeys(NO_COVERAGE, 403)),
    "coverage_cells": ("GET", OFFICERS, dict.fromkeys(NO_COVERAGE, 403)),
    "coverage_cells_csv": ("GET", OFFICERS, dict.fromkeys(NO_COVERAGE, 403)),
    "coverage_cells_geojson": ("GET", OFFICERS, dict.fromkeys(NO_COVERAGE, 403)),
    "coverage_plans": ("GET", OFFICERS, dict.fromkeys(NO_PLANS, 403)),
    "coverage_compare": ("GET", OFFICERS, {**dict.fromkeys(NO_PLANS, 403), "leader": 404}),
    "coverage_plan": ("GET", OFFICERS, {**dict.fromkeys(NO_PLANS, 403), "leader": 404}),
    "coverage_plan_csv": ("GET", OFFICERS, {**dict.fromkeys(NO_PLANS, 403), "leader": 404}),
    "coverage_plan_geojson": ("GET", OFFICERS, {**dict.fromkeys(NO_PLANS, 403), "leader": 404}),
    "what_if": ("GET", OFFICERS, dict.fromkeys(NO_PLANS, 403)),
    "coverage_people": ("GET", OFFICERS, dict.fromkeys(NO_PLANS, 403)),
    "coverage_people_check": ("POST", OFFICERS, {}),
    "coverage_people_store": ("POST", OFFICERS, {}),
    "coverage_people_withdraw": ("POST", OFFICERS, {}),
    "forces": ("GET", OFFICERS, dict.fromkeys(NO_FORCES, 403)),
    "forces_file": ("GET", OFFICERS, dict.fromkeys(NO_FORCES, 403)),
    "force_team_new": ("GET", OFFICERS, dict.fromkeys(NO_FORCES, 403)),
    "force_team": ("GET", OFFICERS, {**dict.fromkeys(ROLES, 404), **dict.fromkeys(NO_FORCES, 403)}),
    "force_team_piece": ("POST", OFFICERS, {}),
    "force_team_act": ("POST", OFFICERS, {}),
    "force_roster": ("GET", OFFICERS, dict.fromkeys(NO_FORCES, 403)),
    "force_roster_file": ("GET", OFFICERS, dict.fromkeys(NO_FORCES, 403)),
    "force_points": ("GET", OFFICERS, dict.fromkeys(NO_FORCES, 403)),
    "force_point_end": ("POST", OFFICERS, {}),
    "force_code": ("GET", OFFICERS, {**dict.fromkeys(ROLES, 404), **dict.fromkeys(NO_FORCES, 403)}),
    "force_needs": ("GET", OFFICERS, dict.fromkeys(NO_FORCES, 403)),
    "force_need_end": ("POST", OFFICERS, {}),
    "force_propose": ("POST", OFFICERS, {}),
    "force_proposal": ("GET", OFFICERS, {**dict.fromkeys(ROLES, 404), **dict.fromkeys(NO_FORCES, 403)}),
    "force_accept": ("POST", OFFICERS, {}),
    "deployment": ("GET", OFFICERS, {**dict.fromkeys(ROLES, 404), **dict.fromkeys(NO_FORCES, 403)}),
    "deployment_act": ("POST", OFFICERS, {}),
    "force_medical": ("GET", OFFICERS, dict.fromkeys(NO_FORCES, 403)),
    "force_beds": ("POST", OFFICERS, {}),
    "checkin": ("GET", OFFICERS, dict.fromkeys(ROLES, 404)),
}
if not apps.is_installed("undercity.works"):
    # A deployment that leaves the room out has none of its addresses.
    for gone in ("works", "work", "upkeep", "new_permit", "permit", "permit_move", "begin_check", "check",
                 "check_photo", "file_document", "document", "take_out"):
        del TABLE[gone]
    # The place whose profile the table asks for is a work's.
    TABLE["register_profile"] = ("GET", OFFICERS, dict.fromkeys(ROLES, 404))
ANSWERED = {200, 302, 401, 404, 422}


def names(patterns: list[Any] | None = None) -> Iterator[str]:
    for one in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(one, URLResolver):
            yield from names(one.url_patterns)
        elif isinstance(one, URLPattern):
            yield str(one.name)


def test_every_route_is_in_the_table_and_nothing_else() -> None:
    assert sorted(names()) == sorted(TABLE)


def _duty() -> Any:
    """The monthly visit of the bureau's director, made when first asked for."""
    from datetime import date

    from undercity.ledger.actions.agenda import make_duties
    from undercity.ledger.models import Task
    from undercity.org.models import Post

    make_duties(date(2026, 7, 1), date(2026, 7, 31), at=clock.now())
    return Task.objects.get(template="monthly-visit", held_by=Post.objects.get(key="leader-1").pk).pk


def _work() -> tuple[str, str]:
    """The code of a work and the key of its place, where there are any."""
    if not apps.is_installed("undercity.works"):
        return "no-such-work", "no-such-place"
    from undercity.works.models import Work

    work = Work.objects.filter(keeper__key="jinan-cad-works", place__district__key="shizhong").order_by("code").first()
    return (work.code, work.place.key) if work else ("no-such-work", "no-such-place")


def address(name: str, case: Any) -> str:
    from django.urls import reverse

    from undercity.org.models import Post

    inspector = Post.objects.get(key="inspector-1").pk
    work, place = _work()
    words: dict[str, list[Any]] = {
        "icon": ["192"], "scores_csv": ["2026-07", "inspector"], "score": ["2026-07", "inspector", inspector],
        "score_cases": ["2026-07", "inspector", inspector, "intime_check_rate"],
        "open311_discovery": ["xml"], "open311_services": ["xml"], "open311_requests": ["json"],
        "open311_updates": ["xml"], "open311_unknown": ["nowhere.xml", "json"],
        "open311_definition": [case.category, "xml"], "open311_request": [case.number, "json"],
        "open311_token": [case.report.token, "json"], "place": ["no-such-place"],
        "poster": ["no-such-place"], "flood_board": ["no-such-place"], "receipt": [case.report.token],
        "voice": [case.report.token, "add"], "public_case": [case.number], "follow_case": [case.number],
        "confirm_follow": [case.number, uuid4()], "following": ["no-such-token"],
        "photo": [uuid4()], "case_of": [case.uid], "case": [case.number], "contact": [case.number],
        "sheet": [case.number, "registration"],
        "move": [case.number, "refuse_intake"], **({"task": [duty := _duty()], "accept": [duty],
            "task_step": [duty, "done"]} if name in {"task", "accept", "task_step"} else {}), "task_photo": [uuid4()],
        "change_filter": [1], "batch": [uuid4()], "take_back": [uuid4()],
        "grid_round": ["no-such-grid"], "hotline_order": [case.number], "hotline_move": [case.number, "contact"],
        **{one: ["no-such-work"] for one in ("new_permit", "begin_check", "file_document")},
        **{one: [uuid4()] for one in ("permit", "check", "check_photo", "document", "take_out")},
        "permit_move": [uuid4(), "apply"], "work": [work],
        "readings_decide": [1], "readings_form": ["no-such-place"], "device": ["no-such-device"],
        "device_change": ["no-such-device"], "place_readings": ["no-such-place"],
        "ogc_collection": ["places"], "ogc_schema": ["places"], "ogc_items": ["places"],
        "ogc_item": ["places", "cool-foshui"], "ogc_unknown": ["nowhere"],
        "refit_photo": [uuid4()], "place_ics": ["no-such-place"], "season": [uuid4()],
        "place_year": ["cool-foshui", 2026], "season_act": ["cool-foshui", 2026, "propose"],
        "announcement_end": [uuid4()], "refit_item": [uuid4()], "refit_act": [uuid4(), "drop"],
        "register_export": ["csv"], "outbox_again": [10 ** 9], "reach_step": [uuid4(), "test"],
        "group": ["jinan-cad"], "group_step": ["jinan-cad", uuid4(), "test"], "notice_link": ["no-such-link"],
        "readiness_export": ["csv"], "material_export": ["xlsx"],
        "readiness_place": ["no-such-place"], "begin_inspection": ["no-such-place"],
        "readiness_checklist": ["no-such-list"], "material_act": [uuid4(), "move"],
        **{one: [uuid4()] for one in ("inspection", "inspection_photo", "material_item")},
        **{f"register_{one}": [uuid4()] for one in ("import", "columns", "apply", "undo", "drop", "faults")},
        **{f"register_{one}": [place] for one in ("profile", "rename", "keeper")},
        **{one: [uuid4()] for one in ("response", "response_board", "response_board_part", "response_give",
                                      "response_reports", "order", "order_photo")},
        "response_report": [uuid4(), 1], "response_report_docx": [uuid4(), 1], "response_decide": [uuid4(), "confirm"],
        "order_step": [uuid4(), "begin"], "exercise": ["no-such"], "exercise_act": ["no-such", "leave"],
        "exercise_attend": ["no-such"], "storm_evening": ["no-such"], "storm_part": ["no-such"],
        "coverage_plan": [uuid4()], "coverage_plan_csv": [uuid4()], "coverage_plan_geojson": [uuid4()],
        "coverage_people_withdraw": [uuid4()], "cap_message": ["no-such-message"], "warning": [uuid4()],
        "warning_xml": [uuid4(), uuid4()], "bulletin": [uuid4()],
        **{f"plan{one}": [uuid4()] for one in ("", "_edit", "_file", "_history", "_dry_run", "_command")},
        "plan_difference": [uuid4(), uuid4()], "plan_dry_run_file": [uuid4(), "csv"], "plan_act": [uuid4(), "publish"],
        "forces_file": ["csv"], "force_roster_file": ["csv"],
        **{one: [uuid4()] for one in ("force_team", "force_team_piece", "force_point_end", "force_need_end",
                                      "force_proposal", "force_accept", "deployment")},
        "force_team_act": [uuid4(), "gear"], "deployment_act": [uuid4(), "arrive"], "force_code": ["p", uuid4()],
        "force_beds": [1], "checkin": ["no-such-code"]}
    if name.startswith("open311"):
        keys = {"open311_definition": ("code", "format"), "open311_request": ("number", "format"),
                "open311_token": ("token", "format"), "open311_unknown": ("rest", "format")}.get(name, ("format",))
        return reverse(name, kwargs=dict(zip(keys, words[name], strict=True)))
    return reverse(name, args=words.get(name, []))


@pytest.mark.parametrize("name", sorted(TABLE))
def test_a_citizen_reaches_what_is_public_and_nothing_else(name: str, city: City) -> None:
    method, who, _ = TABLE[name]
    case = city.reported()
    answer = Client().generic(method, address(name, case))
    if who == EVERYBODY:
        assert answer.status_code in ANSWERED, answer.content[:300]
    else:
        # A page is asked to sign in first; a form sent without a sign-in is refused.
        assert answer.status_code == (302 if method == "GET" else 401)
        if method == "GET":
            assert answer.headers["Location"].startswith("/signin/")


# Who may is settled before any row is read: the other database would say the same for three minutes.
@pytest.mark.once
@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_what_the_table_says(role: str, city: City) -> None:
    from undercity.city.actions.underground import open_works
    from undercity.org.models import Appointment

    open_works()
    case = city.reported()
    asked = {name: address(name, case) for name, (method, who, _) in TABLE.items()
             if method == "GET" and who == OFFICERS}
    posts = Appointment.objects.filter(ends__isnull=True, post__role=role).select_related("person", "post")
    wrong = []
    for row in posts.order_by("post_id"):
        client = Client()
        client.force_login(row.person)
        for name, path in asked.items():
            others = TABLE[name][2]
            elsewhere = ELSEWHERE if name in {"case", "case_of", "sheet"} else OTHER_WORKS if name in {
                "work", "register_profile"} else ()
            expected = 404 if row.post.key in elsewhere else others.get(row.post.role)
            status = client.get(path).status_code
            if status != expected if expected else status not in ANSWERED - {401, 404}:
                wrong.append(f"{row.post.role} ({row.post.key}) {name}: {status}, expected {expected or 'an answer'}")
    assert "\n".join(wrong) == ""
    assert posts


def test_no_page_carries_anything_inline(city: City) -> None:
    case = city.reported()
    client = Client()
    client.force_login(_person(city))
    for name, (method, _, _) in TABLE.items():
        if method == "GET" and not name.startswith("open311") and name not in {"healthz", "case_of"}:
            answer = client.get(address(name, case))
            text = b"" if answer.streaming else answer.content
            assert b" style=" not in text, name
            # A block of JSON-LD is no script: no browser runs it, whatever the policy says.
            assert re.findall(rb"<script(?! src=\"/static/[^\"]+\" defer></script>| type=\"application/ld\+json\">)",
                              text) == [], name
            assert re.findall(rb"<(?!meta)[^>]*\son[a-z]+=", text) == [], name
            assert "script-src 'self'" in answer.headers["Content-Security-Policy"], name


def _person(city: City) -> Any:
    from undercity.org.models import Person

    return Person.objects.get(pk=city.post("shift_lead").person)
