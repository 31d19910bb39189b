"""Money, days and states as staff pages write them, in the reader's language."""

from __future__ import annotations

from datetime import date, datetime

from babel.dates import format_date, format_datetime
from django import template
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from marketplace.kernel.clock import JAPAN
from marketplace.kernel.money import format_money
from marketplace.orders.types import ShippingAddress
from plugins.api.money import Money
from storefront.addresses import address_lines
from storefront.phones import phone_text

register = template.Library()

PART_STATES = {
    "new": _("New"),
    "accepted": _("Accepted"),
    "shipping": _("Being sent"),
    "shipped": _("Sent"),
    "refused": _("Refused"),
}
REFUND_STATES = {"asked": _("Being paid back"), "made": _("Paid back"), "failed": _("Could not be paid back yet")}
LISTING_STATES = {"draft": _("Draft"), "live": _("On sale"), "withdrawn": _("Taken off sale")}
PERMIT_KINDS = {
    "food_business": _("Food business licence or notification"),
    "liquor_mail_order": _("Mail-order liquor licence"),
}


def _locale() -> str:
    return "ja" if (get_language() or "ja").startswith("ja") else "en"


@register.filter
def money(value: Money) -> str:
    return format_money(value, _locale())


@register.filter
def yen(value: int) -> str:
    return format_money(Money(int(value), "JPY"), _locale())  # type: ignore[arg-type]


@register.filter
def lines(address: ShippingAddress) -> list[str]:
    """Return where a parcel goes as its label is written, without the name."""
    parts = {name: getattr(address, name) for name in ("country", "area", "city", "street", "postal_code")}
    return address_lines(**parts, language=_locale())


@register.filter
def phone(address: ShippingAddress) -> str:
    """Return the telephone number of where a parcel goes, as its label is written."""
    return phone_text(address.phone, address.country)


@register.filter
def day(value: date) -> str:
    return format_date(value, "medium", locale=_locale())


@register.filter
def moment(value: datetime | None) -> str:
    return format_datetime(value.astimezone(JAPAN), "short", locale=_locale()) if value else ""


@register.filter
def part_state(value: str) -> object:
    return PART_STATES.get(value, value)


@register.filter
def refund_state(value: str) -> object:
    return REFUND_STATES.get(value, value)


@register.filter
def listing_state(value: str) -> object:
    return LISTING_STATES.get(value, value)


@register.filter
def permit_kind(value: str) -> object:
    return PERMIT_KINDS.get(value, value)


PERSONAS = {
    "shopper": _("A shopper"),
    "ward_desk": _("The ward desk"),
    "marketer": _("A marketer"),
}

PROBLEMS = {
    "orders.refund_failed": _("The payment company refused to pay money back to the buyer."),
    "checkout.payment_returned": _("A cart was paid but could not be ordered any more; its payment goes back."),
    "orders.not_divided": _("The order could not be divided among merchants, so nobody was asked to send it."),
}


@register.filter
def problem(code: str) -> object:
    """Return what an open problem is, in words: its code up to the colon says it."""
    kind = code.partition(":")[0]
    return PROBLEMS.get(kind, kind)


@register.filter
def persona(value: str) -> object:
    """Return how a persona is called: a role, or the merchant's code."""
    return PERSONAS.get(value, value.removeprefix("merchant "))
