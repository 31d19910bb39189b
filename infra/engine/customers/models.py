"""People of the engine: customers and staff, their addresses, and permission groups."""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.db import models
from django.utils import timezone


def make_token_key() -> str:
    """Return a fresh key; a changed key ends every token signed with the old one."""
    return secrets.token_hex(6)


class Address(models.Model):
    """A postal address. `country` is an ISO 3166-1 code of two letters."""

    first_name = models.CharField(max_length=256, blank=True)
    last_name = models.CharField(max_length=256, blank=True)
    company_name = models.CharField(max_length=256, blank=True)
    street_address_1 = models.CharField(max_length=256, blank=True)
    street_address_2 = models.CharField(max_length=256, blank=True)
    city = models.CharField(max_length=256, blank=True)
    city_area = models.CharField(max_length=128, blank=True)
    postal_code = models.CharField(max_length=32, blank=True)
    country = models.CharField(max_length=2)
    country_area = models.CharField(max_length=128, blank=True)
    phone = models.CharField(max_length=32, blank=True)
    metadata = models.JSONField(default=dict)
    private_metadata = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["pk"]


class Group(models.Model):
    """A permission group of staff. `permissions` are names of PermissionEnum."""

    name = models.CharField(max_length=150, unique=True)
    permissions = models.JSONField(default=list)
    restricted_access_to_channels = models.BooleanField(default=False)
    channels = models.ManyToManyField("engine_products.Channel", related_name="+")

    class Meta:
        ordering: ClassVar = ["pk"]


class User(models.Model):
    """A customer or a member of staff. E-mail addresses are kept in lower case."""

    email = models.EmailField(unique=True)
    password = models.CharField(max_length=128)
    first_name = models.CharField(max_length=256, blank=True)
    last_name = models.CharField(max_length=256, blank=True)
    is_staff = models.BooleanField(default=False)
    is_superuser = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    is_confirmed = models.BooleanField(default=True)
    note = models.TextField(null=True, blank=True)
    language_code = models.CharField(max_length=35, default="EN")
    external_reference = models.CharField(max_length=250, unique=True, null=True)
    date_joined = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)
    last_login = models.DateTimeField(null=True)
    password_letter_at = models.DateTimeField(null=True)
    jwt_token_key = models.CharField(max_length=12, default=make_token_key)
    addresses = models.ManyToManyField(Address, related_name="users")
    default_shipping_address = models.ForeignKey(
        Address, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    default_billing_address = models.ForeignKey(
        Address, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    groups = models.ManyToManyField(Group, related_name="users")
    metadata = models.JSONField(default=dict)
    private_metadata = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["pk"]


class SignInFailures(models.Model):
    """What failed from one address of the net: in all (`user_id` 0), or for one account."""

    address = models.CharField(max_length=64)
    user_id = models.BigIntegerField()
    failures = models.PositiveIntegerField(default=0)
    blocked_until = models.DateTimeField()
    forgotten_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["address", "user_id"], name="engine_sign_in_failures_once"),
        ]
