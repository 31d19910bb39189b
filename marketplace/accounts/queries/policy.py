"""Who may do what: one answer for pages, API and scripts. What is not named here is forbidden."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Protocol

from marketplace.accounts.models import Role
from marketplace.accounts.types import Membership

OWNER = (
    "catalog.listing:*",
    "merchants.legal_notice:*",
    "merchants.member:*",
    "merchants.payout_account:*",
    "merchants.permit:*",
    "merchants.profile:*",
    "orders.*:*",
    "settlement.earnings:view",
)
STAFF = ("catalog.listing:*", "merchants.profile:view", "orders.order:view", "orders.parcel:*")
BY_MEMBER_ROLE = {"owner": OWNER, "staff": STAFF}
BY_WARD_ROLE = {
    "ward_desk": (
        "catalog.listing:view",
        "catalog.listing:withdraw",
        "curation.*:*",
        "merchants.merchant:*",
        "merchants.permit:*",
        "orders.order:view",
        "pool.cells:read",
        "quality.*:*",
        "story.*:*",
        "ward.*:*",
    ),
    "marketer": ("pool.*:*",),
}


class Actor(Protocol):
    """Whoever asks: a user of the mall, or Django's anonymous user."""

    @property
    def pk(self) -> int | None: ...

    @property
    def is_active(self) -> bool: ...

    @property
    def is_authenticated(self) -> bool: ...


Memberships = Callable[[int], list[Membership]]


def _nobody(user_id: int) -> list[Membership]:
    return []


_memberships: Memberships = _nobody


def use_memberships(function: Memberships) -> None:
    """Say where memberships are read: the app of merchants, which stands above this one, at start."""
    global _memberships
    _memberships = function


def can(user: Actor | None, permission: str, *, merchant_id: str | int | None = None) -> bool:
    """Whether `user` may do `permission` (`area.thing:action`), for one merchant's things when `merchant_id` is given.

    A member may do it for his own merchant only, never without one being named; a role of the ward holds for all
    merchants. Nobody, anonymous and inactive users may do nothing.
    """
    if user is None or user.pk is None or not user.is_authenticated or not user.is_active:
        return False
    kinds = Role.objects.filter(user_id=user.pk).values_list("kind", flat=True)
    if any(_allows(BY_WARD_ROLE.get(kind, ()), permission) for kind in kinds):
        return True
    if merchant_id is None:
        return False
    held = [each.role for each in _memberships(user.pk) if each.merchant_id == str(merchant_id)]
    return any(_allows(BY_MEMBER_ROLE[role], permission) for role in held)


def _allows(patterns: tuple[str, ...], permission: str) -> bool:
    return any(fnmatchcase(permission, pattern) for pattern in patterns)
