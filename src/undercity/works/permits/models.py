"""Permits as they stand, and what belongs to them in words."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from undercity.ledger.models import Dossier
from undercity.org.models import Body
from undercity.places.states import PlaceUse
from undercity.works.permits.states import RUNNING, Proposal, State


class Permit(models.Model):
    """A permit of peacetime use 平时使用证, from its lease to its end. Written only by folding entries."""

    id = models.BigAutoField(primary_key=True)
    uid = models.UUIDField(unique=True)
    timeline = models.CharField(max_length=40)
    work = models.ForeignKey("works.Work", to_field="uid", on_delete=models.PROTECT, related_name="+")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=State)
    version = models.PositiveIntegerField()
    duty = models.UUIDField(null=True)
    # The keeper's duty of renewing in time, beside whatever else is open.
    renew_duty = models.UUIDField(null=True)
    use = models.CharField(max_length=12, choices=PlaceUse)
    signed_on = models.DateField()
    lease_from = models.DateField()
    lease_to = models.DateField()
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    change_on = models.DateField(null=True)
    asked_until = models.DateField(null=True)
    # The last warning given: so many days before the end.
    warned = models.PositiveSmallIntegerField(null=True)
    proposal = models.CharField(max_length=8, blank=True, choices=Proposal)
    # The version and moment of a decision that may still be taken back, and the end of validity before it.
    settled = models.PositiveIntegerField(null=True)
    settled_at = models.DateTimeField(null=True)
    valid_before = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["timeline", "work"], name="works_permit_one_running",
                                    condition=Q(state__in=sorted(one.value for one in RUNNING))),
            models.CheckConstraint(condition=Q(state__in=State.values), name="works_permit_state_known"),
        ]
        indexes = [models.Index(fields=["state", "valid_to"], name="works_permit_ends")]

    @property
    def number(self) -> str:
        """Its number: the year of the lease and the running number."""
        return f"P{self.signed_on.year}-{self.pk:05d}"


class Lease(Dossier):
    """What the lease says in words 租约: its number and who uses the work. Internal; the record keeps its hash."""

    permit = models.UUIDField(db_index=True)
    contract = models.CharField(max_length=60)
    party = models.CharField(max_length=120)


class PermitNote(Dossier):
    """Words that came with a step of a permit."""

    permit = models.UUIDField(db_index=True)
    text = models.TextField()
