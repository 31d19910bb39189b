"""Merchants as the mall knows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from plugins.api import types as api
from plugins.api.types import Words

LEGAL_FIELDS = (
    "seller_name",
    "address",
    "phone",
    "responsible_person",
    "price",
    "other_charges",
    "payment",
    "delivery",
    "returns",
    "application_period",
    "quantity_limits",
)


class UnableToJoin(Exception):
    """The merchant cannot join; the message says why and what to do."""


class UnableToSave(Exception):
    """What was entered cannot be kept. `problems` maps a field to what is wrong with it."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("; ".join(f"{key}: {text}" for key, text in problems.items()))
        self.problems = problems


class MerchantMissing(LookupError):
    """No such merchant for this caller: another's answers exactly like one that does not exist."""


@dataclass(frozen=True, slots=True)
class Merchant:
    """One merchant. `owner_key` is equal for all merchants of one owner; ids of Saleor may be "".

    `portrait` holds the addresses of its picture by width ("w480", "w960"), 4:5; empty when it has none.
    """

    id: str
    code: str
    owner_key: str
    name: Words
    profile: Words
    address: Words
    postal_code: str
    representative: str
    phone: str
    email: str
    invoice_number: str
    joined_on: date
    page_id: str
    warehouse_id: str
    portrait: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LegalNotice:
    """The notation of the Act on Specified Commercial Transactions, Art. 11 (mail order), in ja and en.

    The eleven fields that never may be empty, in the order of `LEGAL_FIELDS`; `email` and `licences` beside them.
    """

    merchant_id: str
    seller_name: Words
    address: Words
    phone: Words
    responsible_person: Words
    price: Words
    other_charges: Words
    payment: Words
    delivery: Words
    returns: Words
    application_period: Words
    quantity_limits: Words
    email: str = ""
    licences: Words = field(default_factory=dict)

    def items(self) -> list[tuple[str, Words]]:
        """Return the eleven fields with their codes, in the law's order."""
        return [(code, getattr(self, code)) for code in LEGAL_FIELDS]


@dataclass(frozen=True, slots=True)
class MerchantFile:
    """All that a listing's gate and its pages ask of its merchant.

    `seen`, as plugins see it, with the permits valid on a day; `seen_with_all_permits`, with those of the past and the
    future too, so that a check can say more than "missing". `legal` is None while it has no notice.
    """

    merchant: Merchant
    legal: LegalNotice | None
    seen: api.Merchant
    seen_with_all_permits: api.Merchant


@dataclass(frozen=True, slots=True)
class Permit:
    """A licence, valid through `valid_to` inclusive (None: no end)."""

    id: int
    merchant_id: str
    kind: str
    number: str
    valid_from: date
    valid_to: date | None
    evidence: str

    def is_valid(self, on_date: date) -> bool:
        return self.valid_from <= on_date and (self.valid_to is None or on_date <= self.valid_to)


@dataclass(frozen=True, slots=True)
class PayoutAccount:
    """Where a merchant is paid: a Japanese bank account. `holder_kana` in half-width-safe katakana."""

    merchant_id: str
    bank_code: str
    branch_code: str
    kind: str
    number: str
    holder_kana: str


@dataclass(frozen=True, slots=True)
class Member:
    """A user who works for a merchant."""

    user_id: int
    email: str
    name: str
    role: str
