"""The first keys to an empty engine: used by provisioning alone, everything after goes through GraphQL."""

from __future__ import annotations

from django.contrib.auth.hashers import check_password, make_password

from infra.engine.apps.actions import create_app
from infra.engine.apps.models import App
from infra.engine.apps.tokens import create_token
from infra.engine.customers.models import User
from infra.engine.schema.permissions import ALL_PERMISSIONS


def ensure_superuser(email: str, password: str) -> User:
    """Return the superuser of `email`, made when there is none, who signs in with `password` from now on.

    Whoever may call this reads the engine's database anyway; a mall whose secret changed must get in again.
    """
    user, is_new = User.objects.get_or_create(
        email=email.strip().lower(),
        defaults={
            "password": make_password(password),
            "is_staff": True,
            "is_superuser": True,
            "is_confirmed": True,
        },
    )
    if not is_new and not check_password(password, user.password):
        user.password = make_password(password)
        user.save(update_fields=["password"])
    return user


def create_staff_app(name: str, permissions: list[str] | None = None) -> str:
    """Return a fresh token of the local app `name`, made on first use with `permissions` (all, when None)."""
    app = App.objects.filter(name=name, type="LOCAL", identifier="").first()
    if app is None:
        wanted = ALL_PERMISSIONS if permissions is None else permissions
        return create_app(name=name, permissions=sorted(wanted))[1]
    return create_token(app=app, name="Bootstrap")[1]
