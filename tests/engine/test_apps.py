"""Apps: the handshake of the app protocol, tokens, permissions and webhooks."""

from __future__ import annotations

import json

import pytest

from infra.engine import bootstrap
from infra.engine.apps.models import App, AppInstallation, AppToken, Webhook
from infra.engine.handler import handle
from tests.engine.asking import ask, data_of, staff_token
from tests.engine.listener import ORIGIN

pytestmark = pytest.mark.django_db(databases=["engine"])
QUERY = (
    "subscription { event { issuedAt ... on CategoryCreated { category { id } } ... on PageUpdated { page { id } } } }"
)
MANIFEST = {
    "id": "test.app",
    "name": "Test",
    "version": "1.0.0",
    "tokenTargetUrl": f"{ORIGIN}/register",
    "permissions": ["MANAGE_PRODUCTS"],
    "somethingElse": True,
    "webhooks": [{"name": "all", "targetUrl": f"{ORIGIN}/hook", "query": QUERY}],
}
INSTALL = """mutation($input: AppInstallInput!) { appInstall(input: $input) {
  appInstallation { id status message } errors { field code } } }"""
INPUT = {"appName": "Test", "manifestUrl": f"{ORIGIN}/manifest", "permissions": ["MANAGE_PRODUCTS"]}


def test_handshake_hands_over_a_token_that_works_before_register_returns(app_double):
    app_double.answers["/manifest"] = (200, MANIFEST)
    seen = {}

    def register(body):
        token = json.loads(body)["auth_token"]
        seen["app"] = data_of("{ app { id name } }", token=token)["app"]
        seen["jwks"] = json.loads(handle("GET", "/.well-known/jwks.json", {}, b"")[2])
        seen["length"] = len(token)
        return 200, {"success": True}

    app_double.answers["/register"] = register

    answer = data_of(INSTALL, {"input": INPUT}, token=staff_token())["appInstall"]

    app = App.objects.get(identifier="test.app")
    webhook = Webhook.objects.get(app=app)
    headers = app_double.headers("/register")
    assert answer["appInstallation"]["status"] == "PENDING"
    assert not AppInstallation.objects.exists()
    assert seen["app"]["name"] == "Test"
    assert seen["length"] == 30
    assert seen["jwks"]["keys"][0]["alg"] == "RS256"
    assert {"Saleor-Domain", "X-Saleor-Domain", "Saleor-Api-Url", "Saleor-Schema-Version"} < set(headers)
    assert "Saleor-Signature" not in headers
    assert app_double.headers("/manifest")["Saleor-Schema-Version"] == "3.24"
    assert (app.is_active, app.is_installed, app.permissions) == (True, True, ["MANAGE_PRODUCTS"])
    assert set(webhook.events.values_list("event_type", flat=True)) == {"CATEGORY_CREATED", "PAGE_UPDATED"}


def test_app_that_refuses_its_token_is_gone_and_the_reason_stays(app_double):
    app_double.answers["/manifest"] = (200, MANIFEST)
    app_double.answers["/register"] = (400, {"success": False, "error": {"message": "not in my list"}})

    data_of(INSTALL, {"input": INPUT}, token=staff_token())

    shown = data_of("{ appsInstallations { status message } }", token=staff_token())["appsInstallations"]
    assert shown == [{"status": "FAILED", "message": "not in my list"}]
    assert not App.objects.filter(identifier="test.app").exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"version": None}, "REQUIRED"),
        ({"permissions": ["MANAGE_APPS"]}, "OUT_OF_SCOPE_PERMISSION"),
        ({"permissions": ["FLY"]}, "INVALID_PERMISSION"),
        ({"tokenTargetUrl": "ftp://app.test"}, "INVALID_URL_FORMAT"),
        ({"webhooks": [{"name": "w", "targetUrl": f"{ORIGIN}/h", "query": "{ shop { name } }"}]}, "INVALID"),
        ({"webhooks": [{"name": "w", "targetUrl": f"{ORIGIN}/h", "query": "subscription { nope }"}]}, "INVALID"),
    ],
)
def test_manifest_with_a_fault_is_refused(app_double, change, code):
    app_double.answers["/manifest"] = (200, {**MANIFEST, **change})

    answer = ask(
        """mutation($u: String!) { appFetchManifest(manifestUrl: $u) { manifest { name } errors { field code } } }""",
        {"u": f"{ORIGIN}/manifest"},
        token=staff_token(),
    )["data"]["appFetchManifest"]

    assert [error["code"] for error in answer["errors"]] == [code]


def test_manifest_is_shown_with_its_events(app_double):
    app_double.answers["/manifest"] = (200, MANIFEST)

    answer = data_of(
        """mutation($u: String!) { appFetchManifest(manifestUrl: $u) {
          manifest { identifier permissions { code } webhooks { name asyncEvents syncEvents targetUrl } } } }""",
        {"u": f"{ORIGIN}/manifest"},
        token=staff_token(),
    )["appFetchManifest"]["manifest"]

    assert answer["identifier"] == "test.app"
    assert answer["webhooks"][0]["asyncEvents"] == ["CATEGORY_CREATED", "PAGE_UPDATED"]


def test_same_identifier_installs_once(app_double):
    app_double.answers["/manifest"] = (200, MANIFEST)
    for _ in range(2):
        data_of(INSTALL, {"input": INPUT}, token=staff_token())

    assert App.objects.filter(identifier="test.app").count() == 1
    assert AppInstallation.objects.get().status == "FAILED"


def test_token_is_kept_as_a_hash_and_dies_with_its_row():
    token = bootstrap.create_staff_app("one", ["MANAGE_PRODUCTS"])
    assert data_of("{ app { name } }", token=token)["app"] == {"name": "one"}
    assert token not in str(list(AppToken.objects.values()))

    AppToken.objects.all().delete()

    assert ask("{ app { name } }", token=token)["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"


def test_app_cannot_reach_what_it_has_no_permission_for():
    token = bootstrap.create_staff_app("one", ["MANAGE_PRODUCTS"])

    answer = ask('mutation { appCreate(input: {name: "x"}) { app { id } } }', token=token)

    assert answer["errors"][0]["message"] == (
        "To access this path, you need one of the following permissions: MANAGE_APPS"
    )
    assert App.objects.count() == 1


def test_app_manages_its_own_webhooks_and_no_others():
    first, second = (bootstrap.create_staff_app(name, ["MANAGE_PRODUCTS"]) for name in ("one", "two"))
    create = """mutation($i: WebhookCreateInput!) { webhookCreate(input: $i) {
      webhook { id asyncEvents { eventType } } errors { field code } } }"""
    made = data_of(create, {"i": {"name": "w", "targetUrl": f"{ORIGIN}/h", "query": QUERY}}, token=first)
    gid = made["webhookCreate"]["webhook"]["id"]
    update = """mutation($id: ID!) { webhookUpdate(id: $id, input: {isActive: false}) {
      webhook { isActive } errors { code } } }"""

    foreign = ask(update, {"id": gid}, token=second)["data"]["webhookUpdate"]
    assert Webhook.objects.get().is_active
    own = data_of(update, {"id": gid}, token=first)["webhookUpdate"]

    assert foreign["errors"] == [{"code": "NOT_FOUND"}]
    assert own["webhook"] == {"isActive": False}
    assert data_of("query($id: ID!) { webhook(id: $id) { name } }", {"id": gid}, token=second)["webhook"] is None


@pytest.mark.parametrize("headers", [{"Cookie": "a"}, {"X-A": "b\r\nc: d"}, {f"X-{n}": "1" for n in range(6)}])
def test_custom_headers_beyond_the_protocol_are_refused(headers):
    token = bootstrap.create_staff_app("one", ["MANAGE_PRODUCTS"])

    answer = ask(
        "mutation($i: WebhookCreateInput!) { webhookCreate(input: $i) { webhook { id } errors { field code } } }",
        {"i": {"targetUrl": f"{ORIGIN}/h", "query": QUERY, "customHeaders": json.dumps(headers)}},
        token=token,
    )["data"]["webhookCreate"]

    assert answer["errors"] == [{"field": "customHeaders", "code": "INVALID_CUSTOM_HEADERS"}]
    assert not Webhook.objects.exists()
