"""The ledger: entries and their lines are added, never changed."""

from __future__ import annotations

from django.db import models

from marketplace.kernel.append_only import AppendOnly


class Entry(AppendOnly):
    """One event of one order, posted once under its key."""

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=12)
    order_id = models.CharField(max_length=80, db_index=True)
    market = models.CharField(max_length=40)
    day = models.DateField(db_index=True)
    posted_at = models.DateTimeField()
    is_simulated = models.BooleanField(default=False)


class EntryLine(AppendOnly):
    """Debit positive, credit negative, in one currency. `what` says why."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="lines")
    account = models.CharField(max_length=40)
    merchant_id = models.CharField(max_length=40, default="", blank=True)
    line_id = models.CharField(max_length=80, default="", blank=True)
    what = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    amount = models.DecimalField(max_digits=18, decimal_places=3)

    class Meta:
        indexes = [
            models.Index(fields=["merchant_id", "account"], name="settlement_merchant"),
            models.Index(fields=["line_id"], name="settlement_line", condition=~models.Q(line_id="")),
        ]
