"""Tables of cases. `Case` is a projection of the record; texts, photos and contacts are dossiers."""

from __future__ import annotations

import uuid_utils.compat as uuid
from django.db import models
from django.db.models import Q

from undercity.cases.numbers import number_of
from undercity.cases.states import BatchState, Datatype, HandoverState, Outcome, Source, Stage
from undercity.ledger.models import Dossier
from undercity.notices.states import OUTSIDE
from undercity.org.models import Body, Person, Post


class Category(models.Model):
    """A subclass of a category scheme 小类. A code means something only together with scheme and kind."""

    code = models.CharField(max_length=48, primary_key=True)
    scheme = models.CharField(max_length=20)
    kind = models.CharField(max_length=12)
    major = models.CharField(max_length=8)
    minor = models.CharField(max_length=8)
    major_zh = models.CharField(max_length=60)
    major_en = models.CharField(max_length=120)
    minor_zh = models.CharField(max_length=60)
    minor_en = models.CharField(max_length=120)
    # Bodies of a city are named by key, so that a scheme can be loaded before the city.
    department = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme", "kind", "major", "minor"], name="cases_category_once")]


class FilingStandard(models.Model):
    """A filing standard 立案标准 of a subclass: its condition fixes limit and closing text. Dated, with source."""

    code = models.CharField(max_length=60, unique=True)
    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="standards", null=True)
    condition_zh = models.CharField(max_length=200)
    condition_en = models.CharField(max_length=200)
    limit_value = models.PositiveIntegerField()
    limit_unit = models.CharField(max_length=16)
    closing_zh = models.CharField(max_length=200)
    closing_en = models.CharField(max_length=200)
    source = models.CharField(max_length=240)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)


class StageLimit(models.Model):
    """How long a stage may take by kind of duty: a setting of the deployment, dated, with its source."""

    duty_kind = models.CharField(max_length=40)
    limit_value = models.PositiveIntegerField()
    limit_unit = models.CharField(max_length=16)
    source = models.CharField(max_length=240)
    valid_from = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["duty_kind", "valid_from"], name="cases_stagelimit_once")]


class Term(models.Model):
    """How often or how long at most something may be asked for: a setting of the deployment, dated, with its source."""

    name = models.CharField(max_length=40)
    value = models.PositiveIntegerField()
    source = models.CharField(max_length=240)
    valid_from = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "valid_from"], name="cases_term_once")]


class Case(models.Model):
    """A case 案卷 as it stands. Written only by folding entries."""

    uid = models.UUIDField(unique=True, default=uuid.uuid7)
    timeline = models.CharField(max_length=40)
    stage = models.CharField(max_length=10, choices=Stage)
    version = models.PositiveIntegerField()
    duty = models.UUIDField(null=True)
    source = models.CharField(max_length=10, choices=Source)
    category = models.CharField(max_length=48)
    territory = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField()
    reporter_post = models.BigIntegerField(null=True)
    verification = models.CharField(max_length=10, blank=True)
    verifying = models.BooleanField(default=False)
    standard = models.CharField(max_length=60, blank=True)
    limit_value = models.PositiveIntegerField(null=True)
    limit_unit = models.CharField(max_length=16, blank=True)
    filed_at = models.DateTimeField(null=True)
    department = models.ForeignKey(Body, on_delete=models.PROTECT, null=True, related_name="+")
    dispatched_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    check_answer = models.CharField(max_length=12, blank=True)
    check_failed = models.BooleanField(default=False)
    returns = models.PositiveSmallIntegerField(default=0)
    rework = models.PositiveSmallIntegerField(default=0)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, blank=True)
    on_the_spot = models.BooleanField(default=False)
    returned_by = models.BigIntegerField(null=True)
    returned_due = models.DateTimeField(null=True)
    misdirected = models.PositiveSmallIntegerField(default=0)
    shirking = models.PositiveSmallIntegerField(default=0)
    asked = models.CharField(max_length=10, blank=True)
    ask_duty = models.UUIDField(null=True)
    agreed = models.BooleanField(default=False)
    extensions = models.PositiveSmallIntegerField(default=0)
    hold_until = models.DateTimeField(null=True)
    hold_left = models.PositiveIntegerField(null=True)
    supervisions = models.PositiveSmallIntegerField(default=0)
    reply_duty = models.UUIDField(null=True)
    appeal = models.CharField(max_length=8, blank=True)
    merged_into = models.UUIDField(null=True)
    reporters = models.PositiveIntegerField(default=1)
    ratings = models.PositiveIntegerField(default=0)
    stars = models.PositiveIntegerField(default=0)
    continued_as = models.UUIDField(null=True)
    continues = models.UUIDField(null=True)
    unit_grid = models.CharField(max_length=15, blank=True)
    order = models.CharField(max_length=40, blank=True)
    order_at = models.DateTimeField(null=True)
    order_due = models.DateTimeField(null=True)
    order_duty = models.UUIDField(null=True)
    contacted_at = models.DateTimeField(null=True)
    replied_at = models.DateTimeField(null=True)
    callback = models.CharField(max_length=12, blank=True)
    redos = models.PositiveSmallIntegerField(default=0)
    order_returned = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="cases_case_stage_known"),
            models.CheckConstraint(condition=Q(source__in=Source.values), name="cases_case_source_known"),
            models.UniqueConstraint(fields=["timeline", "order"], condition=~Q(order=""), name="cases_order_once"),
        ]
        indexes = [
            models.Index(fields=["stage", "-id"], name="cases_by_stage"),
            models.Index(fields=["territory", "-id"], name="cases_by_territory"),
            models.Index(fields=["department", "-id"], name="cases_by_department"),
            models.Index(fields=["reported_at"], name="cases_by_time"),
            models.Index(fields=["category", "reported_at"], name="cases_by_category"),
            models.Index(fields=["category", "-id"], name="cases_by_kind"),
            models.Index(fields=["source", "-id"], name="cases_by_source"),
            models.Index(fields=["due_at"], name="cases_by_deadline", condition=Q(due_at__isnull=False)),
            models.Index(fields=["hold_until"], name="cases_on_hold", condition=Q(stage="on_hold")),
            models.Index(fields=["merged_into"], name="cases_merged", condition=Q(merged_into__isnull=False)),
            models.Index(fields=["closed_at"], name="cases_by_end", condition=Q(closed_at__isnull=False)),
            models.Index(fields=["unit_grid", "-id"], condition=~Q(unit_grid=""), name="cases_by_grid"),
            models.Index(fields=["order_due"], condition=~Q(order=""), name="cases_by_order"),
        ]

    @property
    def number(self) -> str:
        """The number people use 案卷号: the day and a running number."""
        return number_of(self.pk, self.reported_at)

    def get_outcome_text(self) -> str:
        """How it ended, in the reader's language; empty while it is open."""
        return str(Outcome(self.outcome).label) if self.outcome else ""


class Report(Dossier):
    """What was reported: the words and the place. The receipt's token and the sender's key stand beside it."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, to_field="uid", related_name="report")
    text = models.TextField(blank=True)
    address = models.CharField(max_length=300, blank=True)
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    token = models.CharField(max_length=32, unique=True)
    client_key = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001  # unique, and most have none
    # The reporter wants his words gone as soon as the case no longer needs them.
    erase_asked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["erase_asked_at"], name="cases_report_to_erase", condition=Q(
            erase_asked_at__isnull=False, erased_at__isnull=True))]


class Contact(Dossier):
    """How to reach the reporter; seen only by posts that need it."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, to_field="uid", related_name="contact")
    name = models.CharField(max_length=60, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.CharField(max_length=120, blank=True)


class Supporter(Dossier):
    """Somebody who found his problem reported already and supports that case 附议: a reporter like the first, with a
    receipt of his own; how to reach him, if he wants to be."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, to_field="uid", related_name="supporters")
    name = models.CharField(max_length=60, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.CharField(max_length=120, blank=True)
    token = models.CharField(max_length=32, unique=True)
    client_key = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001  # unique, and most have none
    erase_asked_at = models.DateTimeField(null=True)


class Follower(models.Model):
    """Somebody who wants to be told of a case 关注, at an address that he confirmed. No part of the record: a
    convenience that ends when he says so, and whose address goes when the contacts of the case go."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid7)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, to_field="uid", related_name="followers")
    channel = models.CharField(max_length=12, choices=[(one.value, one.label) for one in OUTSIDE])
    # Empty when it is the dossier's: an address stands in one place only.
    address = models.CharField(max_length=120, blank=True)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, null=True, related_name="+")
    supporter = models.ForeignKey(Supporter, on_delete=models.PROTECT, null=True, related_name="+")
    # The mark of the address, to find one that was given before without reading it.
    digest = models.CharField(max_length=64)
    language = models.CharField(max_length=10, blank=True)
    token = models.CharField(max_length=32, unique=True)
    asked_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["digest", "asked_at"], name="cases_follower_address")]
        constraints = [models.UniqueConstraint(fields=["case", "digest"], name="cases_follower_once")]


class Note(Dossier):
    """Words that came with a move: a reason, an answer, what was done."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, to_field="uid", related_name="notes")
    text = models.TextField()
    # The reporter or supporter (the id of his dossier) who said it; None: an officer did.
    speaker = models.UUIDField(null=True)

    class Meta:
        indexes = [models.Index(fields=["speaker"], name="cases_note_speaker", condition=Q(speaker__isnull=False))]


class Photo(Dossier):
    """A picture as evidence: re-encoded, its EXIF position read and then stripped."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, to_field="uid", related_name="photos")
    verb = models.CharField(max_length=24)
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    taken_lat = models.FloatField(null=True)
    taken_lon = models.FloatField(null=True)
    is_public = models.BooleanField(default=False)
    speaker = models.UUIDField(null=True)

    class Meta:
        indexes = [models.Index(fields=["speaker"], name="cases_photo_speaker", condition=Q(speaker__isnull=False))]


class Attribute(models.Model):
    """What another system is asked beside the standard's own fields when it reports a subclass. Dated, with source."""

    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="attributes", db_index=False)
    code = models.CharField(max_length=40)
    datatype = models.CharField(max_length=16, choices=Datatype)
    required = models.BooleanField()
    # 1 is shown first.
    order = models.PositiveSmallIntegerField()
    zh = models.CharField(max_length=200)
    en = models.CharField(max_length=200)
    # For the lists: [{"key": …, "zh": …, "en": …}].
    values = models.JSONField(default=list)
    # Told to whoever reports; nothing is asked.
    is_told = models.BooleanField(default=False)
    source = models.CharField(max_length=240)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["category", "code", "valid_from"], name="cases_attribute_once")]


class Jurisdiction(models.Model):
    """The name under which other systems know a territory of ours, for a time."""

    code = models.CharField(max_length=80)
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "valid_from"], name="cases_jurisdiction_once")]


class OutsideUpdate(models.Model):
    """What another system told of a case, by that system's own number of it: told again, it is there once.

    `mark`: SHA-256 of who told and under which number. The words are a note of the case.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, to_field="uid", related_name="outside_updates")
    mark = models.CharField(max_length=64, unique=True)
    told_at = models.DateTimeField()


class Peer(models.Model):
    """A department's own Open311 server: its cases are posted there, and what it tells of them is fetched."""

    department = models.OneToOneField(Body, on_delete=models.PROTECT, related_name="+")
    endpoint = models.CharField(max_length=300)
    jurisdiction = models.CharField(max_length=80, blank=True)
    key = models.CharField(max_length=200, blank=True)
    # Our service code, or the beginning of one, to theirs; the longest that fits counts, "" fits all.
    services = models.JSONField(default=dict)
    is_active = models.BooleanField(default=True)
    # Cases dispatched before are not posted.
    since = models.DateTimeField()
    polled_until = models.DateTimeField(null=True)
    # Real time: a server that does not answer is left alone for a while.
    rest_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)


class Handover(models.Model):
    """A case and the department's own server: whether it is there yet, and under which number."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, to_field="uid", related_name="handovers")
    peer = models.ForeignKey(Peer, on_delete=models.PROTECT, related_name="handovers")
    state = models.CharField(max_length=8, choices=HandoverState, default=HandoverState.WAITING)
    reference = models.CharField(max_length=120, blank=True)
    token = models.CharField(max_length=200, blank=True)
    # What the other side said last, when it has no list of updates.
    status = models.CharField(max_length=40, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    first_tried_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField()
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "peer"], name="cases_handover_once")]
        indexes = [models.Index(fields=["next_at"], condition=Q(state__in=["waiting", "token"]),
                                name="cases_handover_due"),
                   models.Index(fields=["peer", "reference"], name="cases_handover_known")]


class SavedFilter(models.Model):
    """A choice of cases under a name 常用筛选, kept for a post: whoever sits there next finds it too."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=600)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "name"], name="cases_savedfilter_once")]


class Batch(models.Model):
    """The same move for several cases 批量操作: it waits a little, can be taken back, and is carried out once.

    Its id comes with the form, so that sending it twice makes one. `note` is emptied when the cases have it.
    """

    id = models.UUIDField(primary_key=True)
    timeline = models.CharField(max_length=40)
    post = models.BigIntegerField()
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    language = models.CharField(max_length=10)
    verb = models.CharField(max_length=24)
    note = models.TextField(blank=True)
    why = models.CharField(max_length=10, blank=True)
    state = models.CharField(max_length=10, choices=BatchState, default=BatchState.PENDING)
    made_at = models.DateTimeField()
    ripe_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(state__in=BatchState.values), name="cases_batch_state_known")]
        indexes = [models.Index(fields=["ripe_at"], name="cases_batch_waiting",
                                condition=Q(state__in=[BatchState.PENDING, BatchState.RUNNING])),
                   models.Index(fields=["post", "-made_at"], name="cases_batch_of_a_post")]


class BatchCase(models.Model):
    """One case of a batch: the version looked at, where it would go, and what became of it."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="cases")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, to_field="uid", related_name="+")
    seen = models.PositiveIntegerField()
    department = models.ForeignKey(Body, on_delete=models.PROTECT, null=True, related_name="+")
    result = models.CharField(max_length=8, blank=True)
    told = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "case"], name="cases_batchcase_once")]
