"""Webhooks: what is signed, when it is sent again, when it is not sent, and events asked in the middle of a request."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.db import transaction

from infra.engine import deliveries
from infra.engine.apps.actions import create_app, save_webhook
from infra.engine.apps.models import Webhook
from infra.engine.deliveries.models import EventDelivery, EventDeliveryAttempt
from infra.engine.deliveries.worker import run_due
from infra.engine.handler import handle
from infra.engine.products.models import Category
from infra.engine.schema.ids import to_global_id
from tests.engine.asking import data_of
from tests.engine.commerce import make_channel, make_checkout, make_variant, make_warehouse
from tests.engine.listener import ORIGIN

pytestmark = pytest.mark.django_db(databases=["engine"])
QUERY = """subscription { event { issuedAt version recipient { id } issuingPrincipal { ... on App { name } }
  ... on CategoryUpdated { category { id name } } } }"""
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def make_webhook(*events, query=QUERY, path="/hook", permissions=("MANAGE_PRODUCTS",), **changes):
    app, token = create_app(name="ears", permissions=list(permissions), identifier="ears")
    fields = {"name": "w", "target_url": f"{ORIGIN}{path}", "subscription_query": query, **changes}
    webhook = save_webhook(Webhook(app=app), fields, list(events))
    webhook.token = token
    return webhook


def tell(name="Glass"):
    with transaction.atomic("engine"):
        category = Category.objects.create(name=name, slug=name.lower())
        deliveries.emit(event="CATEGORY_UPDATED", obj=category)
    return category


def make_cart():
    channel = make_channel()
    variant = make_variant(channel, price=1000, stock={make_warehouse(channel): 5})
    return make_checkout(channel, {variant: 1}, delivery=None)


def soon():
    return datetime.now(UTC) + timedelta(seconds=1)


def test_body_is_the_content_of_the_event_and_the_signature_verifies_with_the_jwks(app_double):
    make_webhook("CATEGORY_UPDATED")
    tell()

    assert run_due(soon()) == 1

    method, path, headers, body = app_double.received[-1]
    content = json.loads(body)
    assert (method, path) == ("POST", "/hook")
    assert set(content) == {"issuedAt", "version", "recipient", "issuingPrincipal", "category"}
    assert content["category"]["name"] == "Glass"
    assert headers["Saleor-Event"] == headers["X-Saleor-Event"] == "category_updated"
    assert headers["Saleor-Signature"] == headers["X-Saleor-Signature"]
    assert headers["Saleor-Api-Url"].endswith("/graphql/")
    assert {"Saleor-Domain", "X-Saleor-Domain", "Content-Type", "traceparent"} < set(headers)
    assert is_valid(headers["Saleor-Signature"], body)
    assert not is_valid(headers["Saleor-Signature"], body + b" ")
    assert EventDelivery.objects.count() == 0


def is_valid(signature, body):
    """Verify a detached JWS with b64=false by the key the engine publishes (RFC 7515, RFC 7797)."""
    status, _, content = handle("GET", "/.well-known/jwks.json", {}, b"")
    assert status == 200
    head, empty, tail = signature.split(".")
    header = json.loads(decode(head))
    assert (empty, header["alg"], header["b64"], header["crit"], header["typ"]) == ("", "RS256", False, ["b64"], "JWT")
    key = next(each for each in json.loads(content)["keys"] if each["kid"] == header["kid"])
    numbers = rsa.RSAPublicNumbers(int.from_bytes(decode(key["e"]), "big"), int.from_bytes(decode(key["n"]), "big"))
    try:
        numbers.public_key().verify(decode(tail), head.encode() + b"." + body, padding.PKCS1v15(), hashes.SHA256())
    except Exception:
        return False
    return True


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_event_of_a_change_undone_does_not_exist(app_double):
    make_webhook("CATEGORY_UPDATED")

    with pytest.raises(ZeroDivisionError), transaction.atomic("engine"):
        deliveries.emit(event="CATEGORY_UPDATED", obj=Category.objects.create(name="x", slug="x"))
        raise ZeroDivisionError

    assert EventDelivery.objects.count() == 0


def test_server_errors_are_tried_five_times_more_with_doubling_pauses(app_double):
    make_webhook("CATEGORY_UPDATED")
    app_double.answers["/hook"] = (503, {})
    tell()
    moment, pauses = soon(), []

    for _ in range(6):
        assert run_due(moment) == 1
        assert run_due(moment) == 0
        delivery = EventDelivery.objects.get()
        pauses.append((delivery.run_at - moment).total_seconds() if delivery.status == "PENDING" else delivery.status)
        moment = max(moment, delivery.run_at)

    assert pauses == [10, 20, 40, 80, 160, "FAILED"]
    assert len(app_double.received) == 6
    assert run_due(moment + timedelta(days=1)) == 0
    assert list(EventDeliveryAttempt.objects.values_list("response_status_code", flat=True)) == [503] * 6


@pytest.mark.parametrize("status", [302, 400, 404])
def test_refusals_are_final(app_double, status):
    make_webhook("CATEGORY_UPDATED")
    app_double.answers["/hook"] = (status, {})
    tell()

    run_due(soon())

    assert EventDelivery.objects.get().status == "FAILED"
    assert run_due(soon() + timedelta(days=1)) == 0


def test_unreachable_app_is_tried_again(settings):
    make_webhook("CATEGORY_UPDATED", target_url="http://127.0.0.1:9/hook")
    tell()

    run_due(soon())

    delivery = EventDelivery.objects.get()
    assert (delivery.status, delivery.attempts_made) == ("PENDING", 1)


def test_delivery_leased_by_a_killed_worker_is_sent_after_the_lease(app_double):
    make_webhook("CATEGORY_UPDATED")
    tell()
    moment = soon()
    EventDelivery.objects.update(leased_until=moment + timedelta(seconds=60))

    assert run_due(moment) == 0
    assert run_due(moment + timedelta(seconds=61)) == 1


def test_switched_off_webhook_gets_nothing(app_double):
    webhook = make_webhook("CATEGORY_UPDATED")
    tell()
    Webhook.objects.filter(pk=webhook.pk).update(is_active=False)

    run_due(soon())

    assert app_double.received == []
    assert EventDelivery.objects.get().status == "FAILED"


def test_app_without_the_permission_is_told_nothing(app_double):
    make_webhook("CATEGORY_UPDATED", permissions=("MANAGE_ORDERS",))

    tell()

    assert EventDelivery.objects.count() == 0


def test_secret_key_signs_with_hmac_and_custom_headers_are_sent(app_double):
    import hashlib
    import hmac

    make_webhook("CATEGORY_UPDATED", secret_key="s3", custom_headers={"X-Tenant": "ward"})
    tell()

    run_due(soon())

    _, _, headers, body = app_double.received[-1]
    assert headers["Saleor-Signature"] == hmac.new(b"s3", body, hashlib.sha256).hexdigest()
    assert headers["X-Tenant"] == "ward"


def test_payload_is_that_of_the_moment_for_events_that_are_not_deferred(app_double):
    make_webhook("CATEGORY_UPDATED")
    category = tell()
    Category.objects.filter(pk=category.pk).update(name="Later")

    run_due(soon())

    assert app_double.bodies("/hook")[0]["category"]["name"] == "Glass"


def test_deferred_event_shows_the_state_when_it_is_sent(app_double):
    query = "subscription { event { issuedAt ... on CheckoutUpdated { checkout { id email } } } }"
    make_webhook("CHECKOUT_UPDATED", query=query, permissions=("MANAGE_CHECKOUTS",))
    checkout = make_cart()
    EventDelivery.objects.all().delete()
    deliveries.emit(event="CHECKOUT_UPDATED", obj=checkout)
    type(checkout).objects.filter(pk=checkout.pk).update(email="later@example.com")

    run_due(soon())

    assert app_double.bodies("/hook")[0]["checkout"]["email"] == "later@example.com"


LIST = (
    """subscription { event { issuedAt ... on ShippingListMethodsForCheckout { checkout { id channel { slug } } } } }"""
)


def test_asking_inside_a_transaction_of_the_engine_is_refused(app_double):
    make_webhook("SHIPPING_LIST_METHODS_FOR_CHECKOUT", query=LIST, permissions=("MANAGE_SHIPPING",))
    checkout = make_cart()

    with pytest.raises(RuntimeError, match="open transaction"), transaction.atomic("engine"):
        deliveries.ask(event="SHIPPING_LIST_METHODS_FOR_CHECKOUT", obj=checkout)

    assert app_double.received == []


@pytest.mark.parametrize(("answer", "seen"), [((200, [{"id": "a"}]), [{"id": "a"}]), ((500, []), None)])
def test_synchronous_event_gives_the_parsed_answer_or_none(app_double, answer, seen):
    webhook = make_webhook("SHIPPING_LIST_METHODS_FOR_CHECKOUT", query=LIST, permissions=("MANAGE_SHIPPING",))
    app_double.answers["/hook"] = answer
    checkout = make_cart()

    answers = deliveries.ask(event="SHIPPING_LIST_METHODS_FOR_CHECKOUT", obj=checkout)

    assert answers == [(webhook.app, seen)]
    assert app_double.bodies("/hook")[0]["checkout"]["channel"] == {"slug": checkout.channel.slug}


def test_app_asked_in_the_middle_of_a_request_asks_back_twice(app_double):
    """Delivery options ask the app, which asks those of another checkout, which ask the app, which asks who it is."""
    webhook = make_webhook(
        "SHIPPING_LIST_METHODS_FOR_CHECKOUT", query=LIST, permissions=("MANAGE_SHIPPING", "MANAGE_CHECKOUTS")
    )
    first, second = make_cart(), make_cart()
    calculate = """mutation($id: ID!) { deliveryOptionsCalculate(id: $id) {
        deliveries { shippingMethod { name } } errors { code } } }"""
    depths = []

    def answer(body):
        depths.append(len(depths))
        name = "plain"
        if len(depths) == 1:
            inner = data_of(calculate, {"id": to_global_id("Checkout", second.pk)}, token=webhook.token)
            name = inner["deliveryOptionsCalculate"]["deliveries"][0]["shippingMethod"]["name"] + " inside"
        else:
            assert data_of("{ app { name } }", token=webhook.token)["app"] == {"name": "ears"}
        return 200, [{"id": "m", "name": name, "amount": 500, "currency": "JPY"}]

    app_double.answers["/hook"] = answer
    data = data_of(calculate, {"id": to_global_id("Checkout", first.pk)})

    assert depths == [0, 1]
    deliveries_ = data["deliveryOptionsCalculate"]["deliveries"]
    assert [each["shippingMethod"]["name"] for each in deliveries_] == ["plain inside"]


def test_a_subscription_may_ask_whoever_began_it_as_a_node(app_double):
    """Payment apps ask `issuingPrincipal` so: an app, a customer or nobody."""
    query = """subscription { event { issuingPrincipal { ... on Node { id __typename } }
      ... on CategoryUpdated { category { ... on Node { id } } } } }"""
    webhook = make_webhook("CATEGORY_UPDATED", query=query)
    category = tell()
    global_id = to_global_id("Category", category.pk)
    data_of(
        'mutation($id: ID!) { categoryUpdate(id: $id, input: {name: "Cups"}) { errors { code } } }',
        {"id": global_id},
        token=webhook.token,
    )

    run_due(soon())

    app = {"id": to_global_id("App", webhook.app.pk), "__typename": "App"}
    assert app_double.bodies("/hook") == [
        {"issuingPrincipal": principal, "category": {"id": global_id}} for principal in (None, app)
    ]


def test_a_control_call_sends_what_is_due_and_shows_the_queue(app_double, settings):
    settings.ENGINE_TEST_CONTROL = True
    make_webhook("CATEGORY_UPDATED")
    tell()

    body = json.dumps({"now": "2020-01-01T00:00:00+00:00"}).encode()
    early = json.loads(handle("POST", "/__test__/deliveries", {}, body, "127.0.0.1")[2])
    sent = json.loads(
        handle("POST", "/__test__/deliveries", {}, json.dumps({"now": soon().isoformat()}).encode(), "::1")[2]
    )

    assert early["tried"] == 0
    assert [row["event_type"] for row in early["deliveries"]] == ["CATEGORY_UPDATED"]
    assert sent == {"ok": True, "tried": 1, "deliveries": []}
    assert len(app_double.received) == 1
