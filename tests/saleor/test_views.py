from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from marketplace.kernel.jobs.models import InboxEvent
from marketplace.saleor import transport, views
from marketplace.saleor.events import answering
from marketplace.saleor.manifest import APP_ID as IDENTIFIER
from marketplace.saleor.manifest import SYNC_EVENTS, manifest
from marketplace.saleor.models import Installation
from tests.saleor.conftest import APP_ID, Signer

PAYLOAD = {"issuedAt": "2026-11-22T00:00:00+00:00", "recipient": {"id": APP_ID}, "order": {"id": "T3JkZXI6MQ=="}}


def deliver(client: Client, signer: Signer, event: str, payload: dict[str, Any], **changed: str) -> Any:
    body = json.dumps(payload).encode()
    headers = {
        "Saleor-Event": event,
        "Saleor-Api-Url": transport.api_url(),
        "Saleor-Signature": signer.sign(body),
    } | {name.replace("_", "-"): value for name, value in changed.items()}
    return client.post("/saleor/webhooks", body, content_type="application/json", headers=headers)


def test_a_signed_event_is_stored_and_answered(client: Client, installed: Signer) -> None:
    response = deliver(client, installed, "order_updated", PAYLOAD)

    assert response.status_code == 200
    row = InboxEvent.objects.get()
    assert (row.event, json.loads(bytes(row.body))) == ("ORDER_UPDATED", PAYLOAD)


def test_the_same_event_three_times_is_one_row(client: Client, installed: Signer) -> None:
    for _ in range(3):
        assert deliver(client, installed, "order_updated", PAYLOAD).status_code == 200
    assert deliver(client, installed, "order_updated", {**PAYLOAD, "issuedAt": "2026-11-22T00:00:01+00:00"})

    assert InboxEvent.objects.count() == 2


@pytest.mark.parametrize(
    ("payload", "changed"),
    [
        (PAYLOAD, {"Saleor_Signature": ""}),
        (PAYLOAD, {"Saleor_Api_Url": "http://another.example/graphql/"}),
        ({**PAYLOAD, "recipient": {"id": "QXBwOjI="}}, {}),
        ({**PAYLOAD, "recipient": None}, {}),
        ({"order": {"id": "T3JkZXI6MQ=="}}, {}),
    ],
)
def test_a_delivery_that_is_not_for_us_is_refused_and_not_stored(
    client: Client, installed: Signer, payload: dict[str, Any], changed: dict[str, str]
) -> None:
    assert deliver(client, installed, "order_updated", payload, **changed).status_code == 401

    assert not InboxEvent.objects.exists()


def test_a_stranger_s_signature_is_refused_and_not_stored(client: Client, installed: Signer) -> None:
    assert deliver(client, Signer.make(installed.kid), "order_updated", PAYLOAD).status_code == 401

    assert not InboxEvent.objects.exists()


def test_a_question_is_answered_at_once_and_not_stored(client: Client, installed: Signer) -> None:
    with answering("SHIPPING_LIST_METHODS_FOR_CHECKOUT", lambda payload: [{"id": payload["checkout"]["id"]}]):
        payload = {**PAYLOAD, "checkout": {"id": "x"}}
        response = deliver(client, installed, "shipping_list_methods_for_checkout", payload)

    assert (response.status_code, response.json()) == (200, [{"id": "x"}])
    assert not InboxEvent.objects.exists()


def test_an_answer_that_fails_is_no_answer(client: Client, installed: Signer) -> None:
    with answering("PAYMENT_GATEWAY_INITIALIZE_SESSION", lambda payload: payload["missing"]):
        response = deliver(client, installed, "payment_gateway_initialize_session", PAYLOAD)

    assert response.status_code == 500
    assert "missing" not in response.content.decode()


def test_a_question_that_nobody_answers_is_said_so(
    client: Client, installed: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "find_answer", lambda name: None)

    assert deliver(client, installed, "transaction_refund_requested", PAYLOAD).status_code == 501


def handshake(client: Client, body: bytes, api_url: str | None = None) -> Any:
    headers = {"Saleor-Api-Url": transport.api_url() if api_url is None else api_url}
    return client.post("/saleor/register", body, content_type="application/json", headers=headers)


def test_the_handshake_keeps_a_token_that_opens_our_saleor(
    client: Client, db: None, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "execute", lambda name, token: {"app": {"id": APP_ID, "identifier": IDENTIFIER}})
    monkeypatch.setattr(views, "fetch_jwks", signer.jwks)

    response = handshake(client, b'{"auth_token": "given"}')

    assert (response.status_code, response.json()) == (200, {"success": True})
    row = Installation.objects.get()
    assert (row.api_url, row.app_id, row.token, row.jwks) == (transport.api_url(), APP_ID, "given", signer.jwks())


@pytest.mark.parametrize(
    ("body", "api_url", "app", "status"),
    [
        (b'{"auth_token": "given"}', "http://another.example/graphql/", {"id": "1", "identifier": IDENTIFIER}, 403),
        (b'{"auth_token": "given"}', None, {"id": "1", "identifier": "another.app"}, 403),
        (b'{"auth_token": "given"}', None, None, 403),
        (b'{"auth_token": 1}', None, {"id": "1", "identifier": IDENTIFIER}, 400),
        (b"nonsense", None, {"id": "1", "identifier": IDENTIFIER}, 400),
    ],
)
def test_a_handshake_of_anybody_else_changes_nothing(
    client: Client,
    installed: Signer,
    monkeypatch: pytest.MonkeyPatch,
    body: bytes,
    api_url: str | None,
    app: dict[str, str] | None,
    status: int,
) -> None:
    monkeypatch.setattr(views, "execute", lambda name, token: {"app": app})

    assert handshake(client, body, api_url).status_code == status

    assert Installation.objects.get().token == "app-token"


def test_the_manifest_names_every_event_once() -> None:
    webhooks = manifest()["webhooks"]

    named = [event for webhook in webhooks for event in webhook["asyncEvents"] + webhook["syncEvents"]]
    assert len(named) == len(set(named))
    assert set(SYNC_EVENTS) <= set(named)
    assert all("issuedAt" in webhook["query"] and "recipient" in webhook["query"] for webhook in webhooks)
