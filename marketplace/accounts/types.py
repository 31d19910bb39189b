"""Who works in the mall, and as what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RoleKind = Literal["ward_desk", "marketer"]
MemberRole = Literal["owner", "staff"]


class UnableToCreateUser(Exception):
    """The account cannot be made; the message says why."""


@dataclass(frozen=True, slots=True)
class Person:
    """A user of the mall. `roles` are those of the ward, not memberships of merchants."""

    id: int
    email: str
    name: str
    locale: str
    is_active: bool
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Membership:
    """A user works for a merchant, as its owner or as staff. `merchant_id` as everywhere, a string."""

    merchant_id: str
    role: MemberRole
