from __future__ import annotations

import json

import pytest

from marketplace.messages import queries as mails
from marketplace.saleor import events

pytestmark = pytest.mark.django_db
LINK = "http://localhost:8000/jp/ja/account/confirm/?email=new%40example.com&token=abc-1"
TEMPLATES = {"ACCOUNT_CONFIRMATION_REQUESTED": "account_confirm", "ACCOUNT_SET_PASSWORD_REQUESTED": "shopper_password"}


def make_body(**changes: object) -> bytes:
    user = {"id": "VXNlcjo3", "email": "new@example.com", "languageCode": "EN"}
    return json.dumps({"user": user, "redirectUrl": LINK, "token": "abc-1", "issuedAt": None, **changes}).encode()


@pytest.mark.parametrize("event", TEMPLATES)
def test_a_shopper_gets_the_link_that_saleor_made_once_per_token(event: str) -> None:
    events.dispatch(event, make_body())
    events.dispatch(event, make_body())
    events.dispatch(event, make_body(token="abc-2"))

    written = mails.list_mail(to="new@example.com")

    assert [mail.template for mail in written] == [TEMPLATES[event]] * 2
    assert {mail.language for mail in written} == {"en"}
    assert all(LINK in mail.text.split() for mail in written)
    assert not any("abc-1" in mail.key for mail in written)
