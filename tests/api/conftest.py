"""A signed-in person and a question: the mall's API over Django's own client, middleware and all."""

from __future__ import annotations

import pytest
from django.test import Client

from marketplace.accounts.actions import create_user
from marketplace.accounts.models import User
from marketplace.merchants.actions import add_member
from tests.orders.conftest import at_noon, plugin, saleor, three, work  # noqa: F401  fixtures


@pytest.fixture
def someone(db):
    """Make a person: `someone("a@example.com", merchant=id, role="owner")` or with roles of the ward."""

    def make(email, *, merchant=None, role="owner", roles=()):
        person = create_user(email=email, name=email, actor="test", roles=roles)
        if merchant is not None:
            add_member(merchant_id=merchant, user_id=person.id, role=role, actor="test")
        client = Client()
        client.force_login(User.objects.get(pk=person.id))
        return client

    return make


@pytest.fixture
def ask():
    """Send a question as somebody; returns (status, answer)."""

    def send(client, query, **variables):
        body = {"query": query, "variables": variables}
        answer = client.post("/api/graphql/", body, content_type="application/json")
        return answer.status_code, answer.json()

    return send
