"""Tables of merchants. Bank accounts and members are scoped: unread outside a merchant's scope."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from marketplace.kernel.scope import ScopedManager
from marketplace.merchants.types import LEGAL_FIELDS


class Merchant(models.Model):
    code = models.SlugField(max_length=60, unique=True)
    owner_key = models.CharField(max_length=60, db_index=True)
    names = models.JSONField()
    profiles = models.JSONField(default=dict)
    addresses = models.JSONField(default=dict)
    postal_code = models.CharField(max_length=10, default="", blank=True)
    representative = models.CharField(max_length=120)
    phone = models.CharField(max_length=30)
    email = models.EmailField()
    invoice_number = models.CharField(max_length=14, default="", blank=True)
    is_corporation = models.BooleanField(default=False)
    joined_on = models.DateField()
    page_id = models.CharField(max_length=80, default="", blank=True)
    warehouse_id = models.CharField(max_length=80, default="", blank=True, db_index=True)
    portrait = models.JSONField(default=dict)


class LegalNotice(models.Model):
    """Each field is words by language code; the eleven of the law are listed in `types.LEGAL_FIELDS`."""

    merchant = models.OneToOneField(Merchant, on_delete=models.PROTECT, related_name="legal_notice")
    fields = models.JSONField()
    email = models.EmailField(default="", blank=True)
    licences = models.JSONField(default=dict)
    updated_at = models.DateTimeField()

    def words(self, code: str) -> dict[str, str]:
        assert code in LEGAL_FIELDS
        return self.fields.get(code, {})


class Permit(models.Model):
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="permits")
    kind = models.CharField(max_length=60)
    number = models.CharField(max_length=80)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    evidence = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "kind", "number", "valid_from"], name="merchants_permit_once"),
            models.CheckConstraint(
                name="merchants_permit_days",
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
            ),
        ]


class PayoutAccount(models.Model):
    merchant = models.OneToOneField(Merchant, on_delete=models.PROTECT, related_name="+")
    bank_code = models.CharField(max_length=4)
    branch_code = models.CharField(max_length=3)
    kind = models.CharField(max_length=10)
    number = models.CharField(max_length=7)
    holder_kana = models.CharField(max_length=60)

    objects = ScopedManager()


class Member(models.Model):
    class Role(models.TextChoices):
        OWNER = "owner"
        STAFF = "staff"

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "user"], name="merchants_member_once")]
