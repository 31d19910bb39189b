"""Three merchants with orders, one of them signed in."""

from __future__ import annotations

import pytest
from django.test import Client

from infra.translations import compile_all
from marketplace.accounts.actions import create_user
from marketplace.accounts.models import User
from marketplace.merchants.actions import add_member
from tests.orders.conftest import at_noon, plugin, saleor, three, work

__all__ = ["at_noon", "plugin", "saleor", "three", "work"]


@pytest.fixture(scope="session", autouse=True)
def _translations():
    compile_all()


@pytest.fixture
def member(three):
    """Returns a client signed in as an owner of a merchant, by code."""

    def enter(code, locale="ja"):
        person = create_user(email=f"{code}@work.test", name="店主", locale=locale, actor="test")
        add_member(merchant_id=three[code], user_id=person.id, role="owner", actor="test")
        client = Client()
        client.force_login(User.objects.get(pk=person.id))
        return client

    return enter
