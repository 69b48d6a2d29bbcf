"""The kinds of body and the roles of a post."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class BodyKind(TextChoices):
    """What a body is. Territory is what has an outline; the others do work."""

    PROVINCE = "province", _("province")
    CITY = "city", _("city")
    DISTRICT = "district", _("district")
    STREET = "street", _("street office")
    COMMUNITY = "community", _("community")
    OFFICE = "office", _("office")
    DEPARTMENT = "department", _("department")
    SQUAD = "squad", _("squad")
    BRANCH = "branch", _("branch")
    OPERATOR = "operator", _("operator")


TERRITORY = (BodyKind.PROVINCE, BodyKind.CITY, BodyKind.DISTRICT, BodyKind.STREET, BodyKind.COMMUNITY)


class Role(TextChoices):
    """The role 岗位 a post has in the work; its powers are rows of `Grant`, never guessed from the role."""

    INTAKE_OFFICER = "intake_officer", _("intake officer")
    SHIFT_LEAD = "shift_lead", _("shift lead")
    DISPATCHER = "dispatcher", _("dispatcher")
    INSPECTOR = "inspector", _("inspector")
    DEPARTMENT_HANDLER = "department_handler", _("department handler")
    SQUAD_MEMBER = "squad_member", _("squad member")
    KEEPER = "keeper", _("keeper of works")
    LEADER = "leader", _("leader")
    DUTY_OFFICER = "duty_officer", _("duty officer")
    EVALUATOR = "evaluator", _("evaluator")
    BRANCH_SECRETARY = "branch_secretary", _("branch secretary")
    ADMINISTRATOR = "administrator", _("administrator")
    OPEN311_CLIENT = "open311_client", _("another system")


class Power(TextChoices):
    """What a post may do. A grant gives one power over one body and everything below it."""

    CASE_REPORT = "case.report", _("report a problem")
    CASE_READ = "case.read", _("read cases")
    CASE_CONTACT = "case.contact", _("see a reporter's contact")
    CASE_INTAKE = "case.intake", _("take in reports")
    CASE_VERIFY = "case.verify", _("verify reports on the spot")
    CASE_FILE = "case.file", _("file cases")
    CASE_DISPATCH = "case.dispatch", _("dispatch cases")
    CASE_DISPOSE = "case.dispose", _("handle cases")
    CASE_REVIEW = "case.review", _("review what was done")
    CASE_CHECK = "case.check", _("check on the spot")
    CASE_CLOSE = "case.close", _("close cases")
    CASE_SUPERVISE = "case.supervise", _("supervise cases")
    CASE_VOID = "case.void", _("void cases")
    CASE_FORCE_CLOSE = "case.force_close", _("close a case by force")
    DUTY_READ = "duty.read", _("see the duties of others")
    DUTY_ASSIGN = "duty.assign", _("give duties")
    SCORE_READ = "score.read", _("see scores")
    WORK_READ = "work.read", _("see internal fields of works")
    WORK_KEEP = "work.keep", _("keep works: permits, upkeep checks, documents")
    PERMIT_DECIDE = "permit.decide", _("decide on permits of use")
    RECORD_READ = "record.read", _("read the record")
    PLACE_EDIT = "place.edit", _("change places")
    READING_KEEP = "reading.keep", _("keep instruments and their readings")
    COVERAGE_READ = "coverage.read", _("see who has no cool place near")
    COVERAGE_PLAN = "coverage.plan", _("plan which places open next")
    READINESS_READ = "readiness.read", _("see checks, readiness and material")
    READINESS_KEEP = "readiness.keep", _("keep checklists and the register of material")
    FORCE_READ = "force.read", _("see teams, gear and shifts")
    FORCE_KEEP = "force.keep", _("keep teams, gear and shifts")
    FORCE_SEND = "force.send", _("call up and send teams and gear")
    ALERT_RECEIVE = "alert.receive", _("take in warnings")
    ALERT_ISSUE = "alert.issue", _("issue messages to the public")
    RESPONSE_READ = "response.read", _("see plans, levels and orders")
    PLAN_EDIT = "plan.edit", _("write emergency plans")
    LEVEL_PROPOSE = "level.propose", _("propose a response level")
    LEVEL_CONFIRM = "level.confirm", _("confirm and change a response level")
    ORDER_GIVE = "order.give", _("give, withdraw and answer orders by telephone")
    ORG_ADMIN = "org.admin", _("manage bodies, posts and people")
    NOTICE_OUTBOX = "notice.outbox", _("see the outbox")
