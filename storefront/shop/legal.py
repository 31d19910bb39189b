"""The notice of the Specified Commercial Transactions Act as rows for a page, and the six items of the last page."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from marketplace.merchants.types import LegalNotice
from plugins.api.types import Words

LABELS = {
    "seller_name": _("Seller"),
    "address": _("Address"),
    "phone": _("Telephone"),
    "responsible_person": _("Person responsible"),
    "price": _("Price"),
    "other_charges": _("Charges besides the price"),
    "payment": _("Payment: ways and time"),
    "delivery": _("Time of delivery"),
    "returns": _("Returns and cancellation"),
    "application_period": _("Period of the offer"),
    "quantity_limits": _("Limits and special conditions"),
}
# Art. 12-6 of the Act, in force 2022-06-01: besides quantity and price, which the cart shows, the last page before an
# order says these four for every seller.
LAST_PAGE = ("payment", "delivery", "application_period", "returns")


@dataclass(frozen=True, slots=True)
class Terms:
    """What one merchant's part of the last page must say. `is_complete` is false when an item would be empty."""

    merchant_code: str
    rows: tuple[tuple[str, Words], ...]

    @property
    def is_complete(self) -> bool:
        return len(self.rows) == len(LAST_PAGE) and all(any(words.values()) for _label, words in self.rows)


def notice_rows(notice: LegalNotice | None) -> list[tuple[str, Words | str]]:
    """Return (label, words) of every field of a notice that says something, in the law's order."""
    if notice is None:
        return []
    rows: list[tuple[str, Words | str]] = [(str(LABELS[code]), words) for code, words in notice.items() if words]
    rows += [(str(_("E-mail")), notice.email)] if notice.email else []
    return rows + ([(str(_("Licences")), notice.licences)] if any(notice.licences.values()) else [])


def last_page_terms(merchant_code: str, notice: LegalNotice | None) -> Terms:
    """Return the items of the last page for one merchant, from its notice."""
    found = dict(notice.items()) if notice else {}
    rows = tuple((str(LABELS[code]), found[code]) for code in LAST_PAGE if found.get(code))
    return Terms(merchant_code, rows)
