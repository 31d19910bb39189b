"""The ward desk signed in, over a catalogue or over orders."""

from __future__ import annotations

import pytest
from django.test import Client

from marketplace.accounts.actions import create_user
from marketplace.accounts.models import User
from tests.catalog.conftest import saleor as catalogue
from tests.orders.conftest import at_noon, plugin, saleor, three, work

__all__ = ["at_noon", "catalogue", "plugin", "saleor", "three", "work"]


@pytest.fixture
def desk(db):
    """A client signed in as the ward desk."""
    person = create_user(email="desk@ward.test", name="市場係", roles=("ward_desk",), actor="test")
    client = Client()
    client.force_login(User.objects.get(pk=person.id))
    return client
