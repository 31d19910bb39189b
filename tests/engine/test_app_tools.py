"""What apps have beyond being told: problems they report, webhooks tried by hand, subscriptions of one channel."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from infra.engine import bootstrap, deliveries
from infra.engine.apps.actions import create_app, save_webhook
from infra.engine.apps.models import AppProblem, Webhook
from infra.engine.deliveries.models import EventDelivery
from infra.engine.deliveries.worker import run_due
from infra.engine.products.models import Category
from infra.engine.schema.ids import to_global_id
from tests.engine.asking import ask, data_of
from tests.engine.commerce import make_channel, make_checkout
from tests.engine.listener import ORIGIN

pytestmark = pytest.mark.django_db(databases=["engine"])
PASSWORD = "a-long-enough-word"
QUERY = "subscription { event { ... on CategoryUpdated { category { name } } } }"
PROBLEM = """mutation($input: AppProblemCreateInput!) { appProblemCreate(input: $input) {
  appProblem { key message count isCritical createdAt updatedAt dismissed { by } } errors { field code } } }"""
DISMISS = """mutation($input: AppProblemDismissInput!) { appProblemDismiss(input: $input) { errors { field code } } }"""
CREATE = """mutation($input: WebhookCreateInput!) { webhookCreate(input: $input) {
  webhook { id asyncEvents { eventType } } errors { field code } } }"""
TRIGGER = """mutation($id: ID!, $webhook: ID!) { webhookTrigger(objectId: $id, webhookId: $webhook) {
  delivery { id status eventType payload } errors { field code } } }"""
TRY = """mutation($id: ID!, $query: String!) { webhookDryRun(objectId: $id, query: $query) {
  payload errors { field code } } }"""


@pytest.fixture
def boss():
    bootstrap.ensure_superuser("boss@example.com", PASSWORD)
    query = (
        f'mutation {{ tokenCreate(email: "boss@example.com", password: "{PASSWORD}") {{ token errors {{ code }} }} }}'
    )
    return data_of(query)["tokenCreate"]["token"]


def make_webhook(query=QUERY, *events, path="/hook", permissions=("MANAGE_PRODUCTS", "MANAGE_ORDERS")):
    app, token = create_app(name="ears", permissions=list(permissions), identifier="ears")
    webhook = Webhook(app=app)
    save_webhook(webhook, {"name": "w", "target_url": f"{ORIGIN}{path}", "subscription_query": query}, list(events))
    return app, token, webhook


def test_a_problem_is_counted_until_it_is_dismissed(boss):
    app, token = create_app(name="sync", permissions=[])
    said = {"key": "stock", "message": "no answer", "criticalThreshold": 2}

    first = data_of(PROBLEM, {"input": said}, token=token)["appProblemCreate"]["appProblem"]
    second = data_of(PROBLEM, {"input": {**said, "message": "still none"}}, token=token)["appProblemCreate"]
    short = ask(PROBLEM, {"input": {"key": "ab", "message": "what"}}, token=token)["data"]["appProblemCreate"]
    data_of(
        DISMISS, {"input": {"byStaffWithKeys": {"app": to_global_id("App", app.pk), "keys": ["stock"]}}}, token=boss
    )
    third = data_of(PROBLEM, {"input": said}, token=token)["appProblemCreate"]["appProblem"]

    assert (first["count"], first["isCritical"]) == (1, False)
    assert second["appProblem"]["message"] == "still none"
    assert (second["appProblem"]["count"], second["appProblem"]["isCritical"]) == (2, True)
    assert short == {"appProblem": None, "errors": [{"field": "key", "code": "INVALID"}]}
    assert third["count"] == 1
    seen = data_of(
        """query($id: ID!) { app(id: $id) { problems(limit: 5) {
          id count dismissed { by userEmail user { email } } } } }""",
        {"id": to_global_id("App", app.pk)},
        token=boss,
    )["app"]["problems"]
    boss_did = {"by": "USER", "userEmail": "boss@example.com", "user": {"email": "boss@example.com"}}
    assert [(each["count"], each["dismissed"]) for each in seen] == [(1, None), (2, boss_did)]


def test_an_app_settles_no_other_apps_problems():
    other, other_token = create_app(name="other", permissions=[])
    _, token = create_app(name="sync", permissions=[])
    data_of(PROBLEM, {"input": {"key": "stock", "message": "no answer"}}, token=other_token)
    gid = to_global_id("AppProblem", AppProblem.objects.get().pk)

    refused = ask(DISMISS, {"input": {"byApp": {"ids": [gid]}}}, token=token)["data"]["appProblemDismiss"]["errors"]
    empty = ask(DISMISS, {"input": {"byApp": {}}}, token=token)["data"]["appProblemDismiss"]["errors"]

    assert refused == [{"field": "ids", "code": "INVALID"}]
    assert [each["code"] for each in empty] in (["REQUIRED"], ["GRAPHQL_ERROR"])
    assert AppProblem.objects.get().dismissed_by == ""


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("subscription { event {", "SYNTAX"),
        ("subscription { event { nothing } }", "GRAPHQL_ERROR"),
        ("query { shop { name } }", "MISSING_SUBSCRIPTION"),
        ("subscription { event { issuedAt } orderCreated { order { id } } }", "INVALID"),
    ],
)
def test_a_webhook_needs_a_subscription(query, code):
    _, token = create_app(name="ears", permissions=["MANAGE_PRODUCTS"])

    answer = ask(CREATE, {"input": {"targetUrl": f"{ORIGIN}/hook", "query": query}}, token=token)

    assert answer["data"]["webhookCreate"] == {"webhook": None, "errors": [{"field": "query", "code": code}]}
    assert not Webhook.objects.exists()


def test_a_webhook_is_known_by_its_identifier_to_its_app_alone(boss):
    _, token = create_app(name="ears", permissions=["MANAGE_PRODUCTS"])
    said = {"targetUrl": f"{ORIGIN}/hook", "query": QUERY, "identifier": "changes"}
    change = """mutation($id: ID, $identifier: String) {
      webhookUpdate(id: $id, identifier: $identifier, input: {isActive: false}) {
        webhook { isActive } errors { field code } } }"""

    data_of(CREATE, {"input": said}, token=token)
    twice = ask(CREATE, {"input": said}, token=token)["data"]["webhookCreate"]["errors"]
    by_staff = ask(change, {"identifier": "changes"}, token=boss)["data"]["webhookUpdate"]["errors"]
    by_app = data_of(change, {"identifier": "changes"}, token=token)["webhookUpdate"]["webhook"]

    assert twice == [{"field": None, "code": "UNIQUE"}]
    assert len(by_staff) == 1
    assert by_app == {"isActive": False}


def test_a_dry_run_shows_what_would_be_sent(boss):
    category = Category.objects.create(name="切子", slug="kiriko")
    gid = to_global_id("Category", category.pk)

    shown = data_of(TRY, {"id": gid, "query": QUERY}, token=boss)["webhookDryRun"]["payload"]
    other = ask(TRY, {"id": to_global_id("Product", 1), "query": QUERY}, token=boss)["data"]["webhookDryRun"]["errors"]
    none = ask(TRY, {"id": gid, "query": "query { shop { name } }"}, token=boss)["data"]["webhookDryRun"]["errors"]

    assert json.loads(shown) == {"category": {"name": "切子"}}
    assert other == [{"field": "objectId", "code": "INVALID_ID"}]
    assert none == [{"field": "query", "code": "MISSING_SUBSCRIPTION"}]
    assert not EventDelivery.objects.exists()


def test_a_webhook_is_sent_by_hand_and_again(app_double, boss):
    _, _, webhook = make_webhook()
    category = Category.objects.create(name="Glass", slug="glass")
    named = {"id": to_global_id("Category", category.pk), "webhook": to_global_id("Webhook", webhook.pk)}
    app_double.answers["/hook"] = (500, {})

    sent = data_of(TRIGGER, named, token=boss)["webhookTrigger"]["delivery"]
    assert (sent["status"], sent["eventType"]) == ("FAILED", "CATEGORY_UPDATED")
    assert json.loads(sent["payload"]) == {"category": {"name": "Glass"}}
    assert EventDelivery.objects.get().attempts.count() == 1

    app_double.answers["/hook"] = (200, {})
    retry = "mutation($id: ID!) { eventDeliveryRetry(id: $id) { delivery { id } errors { code } } }"
    data_of(retry, {"id": sent["id"]}, token=boss)

    assert [json.loads(each[3]) for each in app_double.received] == [{"category": {"name": "Glass"}}] * 2
    assert not EventDelivery.objects.exists()


def test_a_subscription_of_one_channel_hears_of_no_other(app_double):
    query = 'subscription { checkoutUpdated(channels: ["jp"]) { checkout { id } } }'
    make_webhook(query, "CHECKOUT_UPDATED", permissions=("MANAGE_CHECKOUTS",))
    here = make_checkout(make_channel(slug="jp"), {}, delivery=None)
    there = make_checkout(make_channel(slug="uk"), {}, delivery=None)
    EventDelivery.objects.all().delete()

    for checkout in (here, there):
        deliveries.emit(event="CHECKOUT_UPDATED", obj=checkout)
    assert EventDelivery.objects.count() == 1
    run_due(datetime.now(UTC) + timedelta(seconds=1))

    assert [json.loads(each[3]) for each in app_double.received] == [
        {"data": {"checkoutUpdated": {"checkout": {"id": to_global_id("Checkout", here.pk)}}}}
    ]
    assert not EventDelivery.objects.exists()
