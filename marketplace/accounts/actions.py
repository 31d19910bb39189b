"""Making users and giving them roles."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest

from marketplace.accounts.models import Role, User
from marketplace.accounts.queries.people import get_person
from marketplace.accounts.types import Person, RoleKind, UnableToCreateUser
from marketplace.kernel import clock
from marketplace.kernel.audit.actions import record
from marketplace.messages.queries import was_written
from marketplace.saleor import customers
from marketplace.saleor import reconcile as door
from marketplace.saleor.actions import take_in_undelivered

ON_ITS_WAY = timedelta(minutes=15)
HOME_MARKET = "jp"


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


def reconcile_letters(*, since: datetime | None = None, is_dry_run: bool = False) -> Iterator[str]:
    """Make up for letters to shoppers that a lost event left unwritten; yields one line for each that was missing.

    What Saleor still has of such events is handled as if it had come. Where it has nothing any more (the webhook was
    off, or the event is older than Saleor keeps) a shopper who opened an account, cannot have confirmed it and was
    never written to is sent a link to choose a password, which confirms the address too. Those of the last minutes
    are left out: their letter may be on its way.
    """
    told = set()
    for event in take_in_undelivered(since=since, is_dry_run=is_dry_run):
        told.add(event.object_id)
        yield f"{event.object_id} {event.name}"
    youngest = clock.real_now() - ON_ITS_WAY
    for shopper in door.customers_joined_since(since):
        if shopper.is_confirmed or not shopper.is_active or shopper.id in told or shopper.joined_at > youngest:
            continue
        if was_written(key_prefix=f"account:{shopper.id}:"):
            continue
        if not is_dry_run:
            customers.request_password_reset(
                email=shopper.email, redirect_url=_password_page(shopper.language), channel=HOME_MARKET
            )
        yield f"{shopper.id} was never written to"


def _password_page(language: str) -> str:
    """Return the address of the page that takes the link to a new password, in the home market."""
    return f"{settings.MALL_PUBLIC_URL}/{HOME_MARKET}/{'ja' if language.startswith('ja') else 'en'}/account/password/"
