"""Facts that came in, builds, and what was published. A web page reads `PublishedCell` and nothing else."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Build(models.Model):
    """One run: from the moment its weeks are taken until its cells are out, for ever the same, or it failed."""

    class State(models.TextChoices):
        RUNNING = "running"
        PUBLISHED = "published"
        FAILED = "failed"

    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    version = models.PositiveIntegerField(null=True, unique=True)
    weeks = models.JSONField()
    periods = models.JSONField()
    folder = models.CharField(max_length=64)
    pid = models.PositiveIntegerField(null=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    audit = models.JSONField(default=list)
    error = models.TextField(blank=True)
    is_simulated = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="running"), name="analytics_one_running_build")
        ]


class Fact(models.Model):
    """A sale or a refund without any person, kept once by its id.

    `counted_in` is the build whose cells it is part of. A fact that arrives after its week was taken stays without:
    published figures are frozen, and the difference of two versions would be that one sale. `order_token` is blanked
    when the cells of its period are out.
    """

    fact_id = models.CharField(max_length=128, unique=True)
    kind = models.CharField(max_length=6)
    day = models.DateField()
    merchant_id = models.CharField(max_length=64)
    owner_key = models.CharField(max_length=64)
    category = models.CharField(max_length=40)
    area = models.CharField(max_length=8)
    quantity = models.PositiveIntegerField()
    amount = models.DecimalField(max_digits=18, decimal_places=4)
    currency = models.CharField(max_length=3)
    yen = models.BigIntegerField()
    order_token = models.CharField(max_length=128, blank=True)
    market = models.CharField(max_length=40)
    simulated = models.BooleanField(default=False)
    counted_in = models.ForeignKey(Build, null=True, on_delete=models.SET_NULL, related_name="facts")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["sale", "refund"]), name="analytics_fact_kind"),
            models.CheckConstraint(condition=Q(yen__gte=0), name="analytics_fact_yen_not_negative"),
        ]
        indexes = [models.Index(fields=["counted_in", "day"])]


class PublishedTime(models.Model):
    """A week or a period that is out. Each is out once."""

    code = models.CharField(max_length=8, unique=True)
    grain = models.CharField(max_length=6)
    build = models.ForeignKey(Build, on_delete=models.PROTECT)


class PublishedCell(models.Model):
    """One cell as everyone may see it: a value in yen, or a reason. A hidden cell keeps nothing of its figures."""

    build = models.ForeignKey(Build, on_delete=models.PROTECT)
    measure = models.CharField(max_length=8)
    grain = models.CharField(max_length=6)
    time = models.CharField(max_length=8)
    category = models.CharField(max_length=40)
    area = models.CharField(max_length=8)
    value = models.BigIntegerField(null=True)
    orders = models.CharField(max_length=12, blank=True)
    owners = models.CharField(max_length=12, blank=True)
    reason = models.CharField(max_length=20, blank=True)
    parent_time = models.CharField(max_length=8, blank=True)
    parent_category = models.CharField(max_length=40, blank=True)
    parent_area = models.CharField(max_length=8, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["measure", "time", "category", "area"], name="analytics_cell_once"),
            models.CheckConstraint(
                condition=Q(value__isnull=False, reason="")
                | (Q(value__isnull=True, orders="", owners="") & ~Q(reason="")),
                name="analytics_cell_value_or_reason",
            ),
        ]
        indexes = [models.Index(fields=["measure", "grain", "time"])]
