"""The notice of the Specified Commercial Transactions Act as rows for a page."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

LABELS = {
    "seller_name": _("Seller"),
    "address": _("Address"),
    "phone": _("Telephone"),
    "responsible_person": _("Person responsible"),
    "price": _("Price"),
    "charges": _("Charges besides the price"),
    "payment": _("Payment: ways and time"),
    "delivery": _("Time of delivery"),
    "returns": _("Returns and cancellation"),
    "period": _("Limited period"),
    "quantity": _("Limits and special conditions"),
    "email": _("E-mail"),
    "licences": _("Licences"),
}


def notice_rows(notice: Any) -> list[tuple[str, Any]]:
    """Return (label, words) of every field of a `LegalNotice` that says something, in the law's order."""
    if notice is None:
        return []
    return [(label, getattr(notice, code)) for code, label in LABELS.items() if getattr(notice, code, None)]
