"""Refusals, the installation, and what an event says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class SaleorProblem:
    """One reason of a refusal: Saleor's code, the input field, its English message, the lines or variants it names."""

    code: str
    field: str
    message: str
    ids: tuple[str, ...] = ()


class SaleorRefused(Exception):
    """Saleor answered, and the answer is no. Nothing was changed, except where a bulk operation says otherwise."""

    def __init__(self, errors: tuple[SaleorProblem, ...]) -> None:
        super().__init__("; ".join(f"{each.code} {each.field}: {each.message}".strip() for each in errors))
        self.errors = errors

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(each.code for each in self.errors)


class SaleorUnavailable(Exception):
    """No answer from Saleor, or one that is none of its own. A mutation may or may not have taken effect."""


class NotInstalled(Exception):
    """The mall has no token for this Saleor yet."""


@dataclass(frozen=True, slots=True)
class InstalledApp:
    """The mall as this Saleor knows it."""

    api_url: str
    app_id: str
    token: str = field(repr=False)
    jwks: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """A stored event of Saleor. A hint only: read the object again before acting on it.

    `object_id` is the id the event is about (the order for every order and fulfillment event, the product for every
    variant, stock and media event); `raw` is the whole payload.
    """

    name: str
    object_id: str
    occurred_at: datetime
    raw: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Undelivered:
    """An event that Saleor gave up handing over: its name in Saleor's enum, the body it would have sent, since when."""

    event: str
    body: bytes
    created_at: datetime
