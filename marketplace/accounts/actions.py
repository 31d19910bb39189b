"""Making users and giving them roles."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest

from marketplace.accounts.models import Role, User
from marketplace.accounts.queries.people import get_person
from marketplace.accounts.types import Person, RoleKind, UnableToCreateUser
from marketplace.kernel.audit.actions import record


def create_user(
    *,
    email: str,
    name: str,
    actor: str,
    password: str | None = None,
    locale: str = "ja",
    roles: tuple[RoleKind, ...] = (),
) -> Person:
    """Make a user, with roles of the ward. Without a password he cannot sign in until he has set one.

    Raises `UnableToCreateUser` when the address is taken.
    """
    with transaction.atomic():
        if User.objects.filter(email=email.strip().lower()).exists():
            raise UnableToCreateUser(f"{email} is taken")
        user = User.objects.create_user(email=email.strip(), name=name, password=password, locale=locale)
        for kind in roles:
            Role.objects.create(user=user, kind=kind)
        record(actor=actor, action="accounts.user.created", subject=f"user:{user.pk}", detail={"roles": list(roles)})
    person = get_person(user_id=user.pk)
    assert person is not None
    return person


def sign_in(*, request: HttpRequest, email: str, actor: str) -> None:
    """Open a session for a user without asking for his password; the caller answers for who he is.

    Raises `User.DoesNotExist` for nobody. Sign-in by the user himself goes through allauth, never through here.
    """
    user = User.objects.get(email=email.strip().lower())
    with transaction.atomic():
        login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
        record(actor=actor, action="accounts.user.signed_in", subject=f"user:{user.pk}")


def set_password(*, user_id: int, password: str, actor: str) -> None:
    """Set a user's password. Raises `User.DoesNotExist` for nobody."""
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user_id)
        user.set_password(password)
        user.save(update_fields=["password"])
        record(actor=actor, action="accounts.password.set", subject=f"user:{user_id}")


def grant_role(*, user_id: int, role: RoleKind, actor: str) -> None:
    """Give a user a role of the ward; again changes nothing."""
    with transaction.atomic():
        _, is_new = Role.objects.get_or_create(user_id=user_id, kind=role)
        if is_new:
            record(actor=actor, action="accounts.role.granted", subject=f"user:{user_id}", detail={"role": role})


def revoke_role(*, user_id: int, role: RoleKind, actor: str) -> None:
    """Take a role of the ward from a user; when he has it not, nothing changes."""
    with transaction.atomic():
        gone, _ = Role.objects.filter(user_id=user_id, kind=role).delete()
        if gone:
            record(actor=actor, action="accounts.role.revoked", subject=f"user:{user_id}", detail={"role": role})
