"""What the test provider remembers, as a real provider would on its own servers."""

from __future__ import annotations

from django.db import models


class TestPayment(models.Model):
    """One payment at the test provider. Amounts in major units of `currency`; `refunded` never passes `charged`."""

    __test__ = False

    reference = models.CharField(max_length=80, unique=True)
    transaction_id = models.CharField(max_length=120)
    currency = models.CharField(max_length=3)
    requested = models.DecimalField(max_digits=16, decimal_places=4)
    charged = models.DecimalField(max_digits=16, decimal_places=4, default=0)
    refunded = models.DecimalField(max_digits=16, decimal_places=4, default=0)
    outcome = models.CharField(max_length=16)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(refunded__lte=models.F("charged")), name="refund_within_charge"),
            models.CheckConstraint(
                condition=models.Q(charged__lte=models.F("requested")), name="charge_within_request"
            ),
        )


class TestAnswer(models.Model):
    """The answer given to one wish: the same idempotency key gets the same answer, whatever happened since."""

    __test__ = False

    key = models.CharField(max_length=255, unique=True)
    answer = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)
