"""Who the demo's personas are, what is worth trying as each, and what the mall did by itself lately."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from marketplace.catalog import queries as catalog
from marketplace.kernel.audit import queries as audit
from marketplace.merchants import queries as merchants

SHOWN_EVENTS = 8
LOOKED_AT = 400


@dataclass(frozen=True)
class Persona:
    """One way in: who it is, what the person does, what to try."""

    email: str
    role: str
    title: str
    about: str
    tries: Sequence[str]


@dataclass(frozen=True)
class Happening:
    """One thing that the mall did by itself, or that somebody did, with what it was done to."""

    at: datetime
    what: str
    about: str


def personas(accounts: Iterable[dict[str, Any]], language: str) -> list[Persona]:
    """Return the personas in the order of `accounts`, in words of the language in force."""
    names = {each.email: each for each in merchants.list_merchants()}
    return [_persona(account, names, language) for account in accounts]


def _persona(account: dict[str, Any], names: dict[str, Any], language: str) -> Persona:
    email, role = account["email"], account["role"]
    merchant = names.get(email)
    if role == "merchant" and merchant is not None:
        title = merchant.name.get(language) or merchant.name["ja"]
        return Persona(email, role, f"{title} ({merchant.representative})", *_of_merchant(merchant.code))
    title, about, tries = _of_role(role)
    return Persona(email, role, title, about, tries)


def _of_merchant(code: str) -> tuple[str, list[str]]:
    if code == "minato-nori":
        return _("A merchant of food: nori from Tokyo Bay. What it sells needs a permit that runs out."), [
            _("Refuse one line of an order with a reason, and read the buyer's mail."),
            _("Enter a permit that ended yesterday: the nori leaves the shop. Renew it: it comes back."),
        ]
    if code == "tsukimi-wagashi":
        return _("A maker of sweets. Every allergen must be answered before anything goes on sale."), [
            _("Write a new listing of food, leave an allergen unanswered, and try to publish it."),
        ]
    return _("A workshop of one family that cuts glass. Works at the counter with a phone."), [
        _("Buy one of its glasses as a shopper first; then accept the order and send it with any number."),
        _("Look at the earnings: every yen of a line is explained."),
        _("Write a new listing with a photo and put it on sale."),
    ]


def _of_role(role: str) -> tuple[str, str, list[str]]:
    roles = {
        "shopper": (
            _("A shopper"),
            _("Lives in the ward and buys of several merchants at once."),
            [
                _("Put goods of three merchants in the cart and pay once."),
                _("Let the test payment fail, ask back, or answer late."),
            ],
        ),
        "ward_desk": (
            _("The ward desk"),
            _("Two or three people at the ward office who choose, inspect and help."),
            [
                _("Open each of the four figures of the day."),
                _("Feature a merchant with a reason; it stands on the home page."),
                _("Take a listing off sale, and put it back."),
                _("Write a story in the story editor."),
            ],
        ),
        "marketer": (
            _("A marketer"),
            _("Plans campaigns for the whole shopping street from figures that give no shop away."),
            [_("Ask for sales by week, category and buyer's area, and see why some figures are hidden.")],
        ),
    }
    return roles.get(role, (role, "", []))


def what_happened(language: str) -> list[Happening]:
    """Return the newest things done to listings and orders, for somebody who has let a day pass."""
    words = {
        "catalog.listing.withdrawn": _("Taken off sale"),
        "catalog.listing.relisted": _("Back on sale."),
        "catalog.listing.published": _("Put on sale"),
        "merchants.permit.added": _("A permit was entered"),
        "story.story.published": _("A story appeared"),
        "story.story.withdrawn": _("A story was taken back"),
        "orders.parcel.accepted": _("An order was accepted"),
        "orders.parcel.shipped": _("A parcel was sent"),
        "orders.line.refused": _("A line was refused"),
        "orders.refund.retried": _("A refund was asked for again"),
    }
    found = [row for row in audit.list_entries(limit=LOOKED_AT) if row.action in words and row.actor != "system:demo"][
        :SHOWN_EVENTS
    ]
    ids = [row.subject.removeprefix("listing:") for row in found if row.subject.startswith("listing:")]
    names = catalog.listing_names(ids=ids)
    happened = []
    for row in found:
        name = names.get(row.subject.removeprefix("listing:"), {})
        reason = row.detail.get("reason")
        said = (reason.get(language) or reason.get("ja", "")) if isinstance(reason, dict) else ""
        about = " – ".join(part for part in (name.get(language) or name.get("ja", ""), said) if part)
        happened.append(Happening(row.at, words[row.action], about))
    return happened
