"""Accounts: registered, confirmed, changed; passwords and addresses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.contrib.auth import password_validation
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.http.request import validate_host
from django.utils import timezone

from infra.engine.customers.adoption import adopt
from infra.engine.customers.models import Address, User, make_token_key
from infra.engine.deliveries import emit
from infra.engine.schema.errors import MutationError, UserErrors, refuse
from infra.engine.schema.lengths import check_row

MAX_ADDRESSES = 100
#: between two letters for a new password to one account, as in the contract: what comes sooner is not sent, nor told
LETTER_PAUSE = timedelta(minutes=15)
LOOPBACK = ("localhost", "127.0.0.1", "::1")
#: signs of a host's name; a browser reads others, a backslash for one, as the end of it
HOST = re.compile(r"[a-z0-9.:_-]+")
PASSWORD_VALIDATORS = [password_validation.MinimumLengthValidator(min_length=8)]


class AccountTokenGenerator(PasswordResetTokenGenerator):
    """Tokens sent by mail. One dies when it is used: the password or the confirmation it hangs on has changed."""

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.key_salt = f"infra.engine.customers.{purpose}"

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        return f"{user.pk}{user.password}{user.is_confirmed}{user.jwt_token_key}{user.email}{timestamp}"


confirmation_tokens: Any = AccountTokenGenerator("confirm")  # Any: Django's stubs know one user model, the mall's
password_tokens: Any = AccountTokenGenerator("password")
deletion_tokens: Any = AccountTokenGenerator("deletion")


def check_new_password(password: str, *, field: str = "password") -> None:
    """Raise UserErrors for a password that the rules in force refuse."""
    try:
        password_validation.validate_password(password, password_validators=PASSWORD_VALIDATORS)
    except ValidationError as error:
        raise UserErrors(
            [
                MutationError(field, message, (problem.code or "invalid").upper())
                for problem in error.error_list
                for message in problem.messages
            ]
        ) from None


def clean_email(email: str) -> str:
    """Return an e-mail address in the form it is kept in. Raises UserErrors(INVALID)."""
    kept = email.strip().lower()
    try:
        validate_email(kept)
    except ValidationError:
        raise refuse("email", "Enter a valid email address.", "INVALID") from None
    return kept


def check_redirect_url(url: str) -> None:
    """Raise UserErrors(INVALID) unless `url` leads to a host of the shop's own pages.

    The address carries a mailed token, so whoever could choose it freely could have another person's token sent to
    himself. Hosts: ENGINE_CLIENT_HOSTS in Django's form (".example.com" with all below); by default the public one,
    every name of this machine where that is one of them.
    """
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    if (
        not url.startswith(("http://", "https://"))
        or not HOST.fullmatch(host)
        or not validate_host(host, _client_hosts())
    ):
        raise refuse("redirectUrl", f"{host or url} is not allowed.", "INVALID")


def _client_hosts() -> Sequence[str]:
    if settings.ENGINE_TEST_CONTROL:
        return ("localhost", "127.0.0.1", ".example.com")  # nobody's, by RFC 2606
    public = urlsplit(settings.ENGINE_PUBLIC_URL).hostname or ""
    return getattr(settings, "ENGINE_CLIENT_HOSTS", ()) or (LOOPBACK if public in LOOPBACK else (public,))


def link_with_token(user: User, tokens: PasswordResetTokenGenerator, url: str | None) -> dict[str, str | None]:
    """Return the token and the address that an event carries: the shop's page with e-mail and token in its query."""
    token = tokens.make_token(user)  # type: ignore[arg-type]  # the stubs know AUTH_USER_MODEL only
    if not url:
        return {"token": token, "redirect_url": url}
    parts = urlsplit(url)
    query = "&".join(filter(None, [parts.query, urlencode({"email": user.email, "token": token})]))
    return {"token": token, "redirect_url": urlunsplit(parts._replace(query=query))}


def register_account(
    *, email: str, password: str, redirect_url: str | None, channel: Any, confirm: bool, fields: dict[str, Any]
) -> User | None:
    """Register a customer. Returns None, and writes nothing, when the address is already taken.

    The caller answers both cases alike, so that nobody can find out who has an account. Nobody has proven the address
    yet, whether the shop wants that proven (`confirm`) before they sign in or not.
    """
    kept = clean_email(email)
    check_new_password(password)
    hashed = make_password(password)
    check_row(User(email=kept, **fields))
    try:
        with transaction.atomic("engine"):
            user = User.objects.create(email=kept, password=hashed, is_confirmed=False, **fields)
            emit(event="CUSTOMER_CREATED", obj=user)
            if confirm:
                emit(
                    event="ACCOUNT_CONFIRMATION_REQUESTED",
                    obj=user,
                    **link_with_token(user, confirmation_tokens, redirect_url),
                    channel=channel,
                    shop=None,
                )
    except IntegrityError:
        return None
    return user


def confirm_account(*, email: str, token: str) -> User:
    """Confirm an account by the token mailed to it.

    Raises UserErrors(INVALID), the same for a wrong token and for an address of nobody, so that nobody learns whose
    are known.
    """
    with transaction.atomic("engine"):
        known = User.objects.select_for_update().filter(is_active=True, is_confirmed=False)
        user = known.filter(email=email.strip().lower()).first()
        if not confirmation_tokens.check_token(user or User(), token) or user is None:
            raise refuse("token", "Invalid or expired token.", "INVALID")
        user.is_confirmed = True
        user.save(update_fields=["is_confirmed", "updated_at"])
        adopt(user)
        emit(event="ACCOUNT_CONFIRMED", obj=user)
        emit(event="CUSTOMER_UPDATED", obj=user)
    return user


def check_credentials(*, email: str, password: str) -> tuple[User | None, bool]:
    """Return (the user of `email`, whether this is the password). As slow for an unknown address as for a known one."""
    user = User.objects.prefetch_related("groups").filter(email=email.strip().lower()).first()
    if user is None:
        make_password(password)
        return None, False
    return user, check_password(password, user.password)


def note_login(user: User) -> None:
    """Remember when the user last signed in."""
    user.last_login = timezone.now()
    User.objects.filter(pk=user.pk).update(last_login=user.last_login)


def request_password_reset(*, email: str, redirect_url: str, channel: Any, now: datetime) -> None:
    """Let the apps mail a token, if there is an active account that was not just mailed one; nobody learns whether.

    Raises UserErrors(INVALID) for a `redirect_url` outside the shop.
    """
    check_redirect_url(redirect_url)
    with transaction.atomic("engine"):
        user = User.objects.select_for_update().filter(email=email.strip().lower(), is_active=True).first()
        if user is None or (user.password_letter_at is not None and now - user.password_letter_at < LETTER_PAUSE):
            return
        link = link_with_token(user, password_tokens, redirect_url)
        if user.is_staff:
            emit(event="STAFF_SET_PASSWORD_REQUESTED", obj=user, **link, shop=None)
        else:
            emit(event="ACCOUNT_SET_PASSWORD_REQUESTED", obj=user, **link, channel=channel, shop=None)
        User.objects.filter(pk=user.pk).update(password_letter_at=now)


def set_password(*, email: str, token: str, password: str) -> User:
    """Set a password by a mailed token; every older session ends. Raises UserErrors."""
    with transaction.atomic("engine"):
        user = User.objects.select_for_update().filter(email=email.strip().lower(), is_active=True).first()
        if user is None or not password_tokens.check_token(user, token):
            raise refuse("token", "Invalid or expired token.", "INVALID")
        check_new_password(password)
        change_password(user, password, confirm=True)
    return user


def change_password(user: User, password: str, *, confirm: bool = False) -> None:
    """Replace the password and the token key."""
    user.password = make_password(password)
    user.jwt_token_key = make_token_key()
    if confirm and not user.is_confirmed:
        user.is_confirmed = True
        adopt(user, gift_cards=False)
    user.save(update_fields=["password", "jwt_token_key", "is_confirmed", "updated_at"])


def update_account(user: User, changes: dict[str, Any]) -> User:
    """Write changes to an account; one that staff confirms, or gives another address, adopts what is that address's."""
    before = (user.email, user.is_confirmed)
    with transaction.atomic("engine"):
        for name, value in changes.items():
            setattr(user, name, value)
        check_row(user)
        user.save()
        if user.email != before[0] or (user.is_confirmed and not before[1]):
            adopt(user)
        emit(event="CUSTOMER_UPDATED", obj=user)
    return user


def save_address(
    *, user: User, kept: dict[str, Any], address: Address | None = None, kind: str | None = None
) -> Address:
    """Add an address to the user's book, or change one of it; `kind` BILLING or SHIPPING makes it the default."""
    columns = {field.name for field in Address._meta.fields} - {"id"}
    values = {name: value for name, value in kept.items() if name in columns}
    with transaction.atomic("engine"):
        if address is None:
            if user.addresses.count() >= MAX_ADDRESSES:
                raise refuse(None, f"You can have at most {MAX_ADDRESSES} addresses.", "INVALID")
            check_row(Address(**values))
            address = Address.objects.create(**values)
            user.addresses.add(address)
            emit(event="ADDRESS_CREATED", obj=address)
        else:
            for name, value in values.items():
                setattr(address, name, value)
            check_row(address)
            address.save()
            emit(event="ADDRESS_UPDATED", obj=address)
        if kind:
            set_default_address(user, address, kind)
        emit(event="CUSTOMER_UPDATED", obj=user)
    return address


def set_default_address(user: User, address: Address, kind: str) -> None:
    """Make `address` the user's default for `kind` BILLING or SHIPPING."""
    column = "default_billing_address" if kind == "BILLING" else "default_shipping_address"
    setattr(user, column, address)
    user.save(update_fields=[column, "updated_at"])


def delete_address(*, user: User, address: Address) -> None:
    """Take an address out of the user's book."""
    with transaction.atomic("engine"):
        emit(event="ADDRESS_DELETED", obj=address)
        address.delete()
        user.refresh_from_db()
        emit(event="CUSTOMER_UPDATED", obj=user)


def request_deletion(*, user: User, redirect_url: str, channel: Any) -> None:
    """Let the apps mail the account's owner a token that deletes it."""
    with transaction.atomic("engine"):
        emit(
            event="ACCOUNT_DELETE_REQUESTED",
            obj=user,
            **link_with_token(user, deletion_tokens, redirect_url),
            channel=channel,
            shop=None,
        )


def delete_user(user: User, *, event: str, **extra: Any) -> None:
    """Delete a customer with the addresses; orders stay, without a user. `event` tells of it."""
    with transaction.atomic("engine"):
        emit(event=event, obj=user, **extra)
        Address.objects.filter(users=user).delete()
        user.delete()
