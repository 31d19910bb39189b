"""Who is who."""

from __future__ import annotations

from marketplace.accounts.models import User
from marketplace.accounts.types import Person


def get_person(*, user_id: int) -> Person | None:
    """Return the user, or None."""
    return _first(id=user_id)


def get_person_by_email(*, email: str) -> Person | None:
    """Return the user who signs in with `email` (case does not count), or None."""
    return _first(email=email.strip().lower())


def list_people() -> list[Person]:
    """Return all users by e-mail, in two statements."""
    return [_person(user) for user in User.objects.prefetch_related("roles").order_by("email")]


def _first(**where: object) -> Person | None:
    user = User.objects.prefetch_related("roles").filter(**where).first()
    return _person(user) if user else None


def _person(user: User) -> Person:
    roles = frozenset(role.kind for role in user.roles.all())
    return Person(user.id, user.email, user.name, user.locale, user.is_active, roles)
