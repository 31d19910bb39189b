"""Tables of the kernel."""

from __future__ import annotations

from django.db import models

from marketplace.kernel.audit.models import AuditEntry
from marketplace.kernel.jobs.models import Hold, InboxEvent, OutboxJob, ScheduleRow

__all__ = ["AuditEntry", "DemoClock", "Hold", "InboxEvent", "OutboxJob", "PageRevision", "PluginSwitch", "ScheduleRow"]


class DemoClock(models.Model):
    """By how many seconds the demo has let time pass. One row, or none."""

    offset_s = models.BigIntegerField(default=0)


class PageRevision(models.Model):
    """A number that moves with every change that public pages show. One row, or none."""

    number = models.BigIntegerField(default=0)


class PluginSwitch(models.Model):
    """Whether a plugin is on, for the mall (`merchant_id` empty) or for one merchant. No row: on for the mall only."""

    plugin = models.CharField(max_length=80)
    merchant_id = models.CharField(max_length=40, default="", blank=True)
    is_on = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plugin", "merchant_id"], name="kernel_switch_once")]
