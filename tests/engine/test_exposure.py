"""What one who means no good sends from outside: nothing fails, nothing grows without end, no signature is misused."""

from __future__ import annotations

import json
import socket
import sys
import time
from base64 import b64encode
from threading import Thread

import pytest
import requests

from infra.engine import outgoing
from infra.engine.apps.keys import b64url, sign_body
from infra.engine.customers.tokens import InvalidToken, read_token
from infra.engine.handler import handle
from infra.engine.schema import documents as limits
from infra.engine.schema.build import documents
from infra.engine.shipping.models import ShippingZone
from tests.engine.asking import ask, data_of, staff_token
from tests.engine.commerce import make_channel
from tests.engine.listener import ORIGIN
from tests.engine.test_customers import make_customer, sign_in

pytestmark = pytest.mark.django_db(databases=["engine"])
DEEP = "[" * 100_000
MANIFEST = {"id": "test.app", "name": "Test", "version": "1"}
FETCH = "mutation($u: String!) { appFetchManifest(manifestUrl: $u) { manifest { name } errors { field code } } }"
INSTALL = "mutation($i: AppInstallInput!) { appInstall(input: $i) { errors { field code } } }"


def code_of(answer) -> str:
    (error,) = answer["errors"]
    return str(error["extensions"]["exception"]["code"])


# Signatures and tokens


def test_the_signature_of_a_webhook_is_no_token_whatever_the_body_spells():
    """An app chooses names and texts of its payload, so it might have one signed that reads as the claims of a user."""
    make_customer()
    claims = read_token(str(sign_in()["token"]))
    spelled = b64url(json.dumps({**claims, "exp": 4102444800, "x": ">>"}).encode())
    for body in (spelled, f'{{"{spelled[:20]}": "{spelled[20:]}"}}'):
        head, _, signature = sign_body(body.encode()).split(".")
        forged = f"{head}.{body}.{signature}"

        with pytest.raises(InvalidToken):
            read_token(forged)
        assert ask("{ me { email } }", token=forged).get("data", {"me": None}) == {"me": None}


@pytest.mark.parametrize("place", ["header", "claims"])
def test_a_token_of_endless_brackets_opens_nothing(place):
    make_customer()
    head, body, signature = str(sign_in()["token"]).split(".")
    deep = b64url(DEEP.encode())
    token = f"{deep}.{body}.{signature}" if place == "header" else f"{head}.{deep}.{signature}"

    assert ask("{ me { email } }", token=token).get("data", {"me": None}) == {"me": None}
    refused = data_of("mutation($t: String!) { tokenVerify(token: $t) { isValid } }", {"t": token})
    assert refused == {"tokenVerify": {"isValid": False}}


def test_a_host_is_not_what_a_browser_reads_otherwise(settings):
    settings.ENGINE_CLIENT_HOSTS = [".shop.example"]
    user, slug = make_customer(), make_channel().slug
    reset = """mutation($e: String!, $u: String!, $c: String!) {
      requestPasswordReset(email: $e, redirectUrl: $u, channel: $c) { errors { field code } } }"""

    for url, errors in (
        ("https://evil.example\\.shop.example/", [{"field": "redirectUrl", "code": "INVALID"}]),
        ("https://evil.example%2f.shop.example/", [{"field": "redirectUrl", "code": "INVALID"}]),
        ("https://www.shop.example/letter?a=b", []),
    ):
        answer = ask(reset, {"e": user.email, "u": url, "c": slug})
        assert answer["data"]["requestPasswordReset"]["errors"] == errors


# What is nested or repeated without end


def test_a_cursor_of_endless_brackets_is_none_of_ours():
    answer = ask(
        "query($c: String) { categories(first: 1, after: $c) { edges { cursor } } }",
        {"c": b64encode(DEEP.encode()).decode()},
    )

    assert [error["message"] for error in answer["errors"]] == ["Received cursor is invalid."]


def test_an_upload_of_endless_brackets_is_refused():
    body = f'--b\r\nContent-Disposition: form-data; name="operations"\r\n\r\n{DEEP}\r\n--b--\r\n'.encode()

    status, _, content = handle("POST", "/graphql/", {"Content-Type": "multipart/form-data; boundary=b"}, body)

    assert (status, json.loads(content)["errors"][0]["message"]) == (400, "Unable to parse query.")


def test_conditions_within_conditions_are_refused_where_they_end_the_stack():
    make_channel(slug="jp")
    where: dict = {"name": {"eq": "x"}}
    for _ in range(400):
        where = {"AND": [where]}
    headers = {"Content-Type": "application/json"}
    document = 'query($w: ProductWhereInput) { products(first: 1, channel: "jp", where: $w) { totalCount } }'

    status, _, content = handle(
        "POST", "/graphql/", headers, json.dumps({"query": document, "variables": {"w": where}}).encode()
    )

    assert status in (200, 400)
    assert code_of(json.loads(content)) == "GraphQLError"
    assert "nested" in json.loads(content)["errors"][0]["message"]


def test_mutations_are_counted_inside_fragments_too(monkeypatch):
    monkeypatch.setattr(limits, "MAX_MUTATIONS", 4)
    five = " ".join(f'a{number}: tokenVerify(token: "x") {{ isValid }}' for number in range(5))
    texts = (
        f"mutation A {{ ...F }} fragment F on Mutation {{ {five} }}",
        f"mutation B {{ ... on Mutation {{ {five} }} }}",
        f"mutation C {{ ...F ...G }} fragment F on Mutation {{ ...G }} fragment G on Mutation {{ {five} }}",
    )

    for text in texts:
        assert [error["message"] for error in ask(text)["errors"]] == ["Number of mutations exceed the limit of 4"]
    assert "data" in ask('mutation D { ...F } fragment F on Mutation { tokenVerify(token: "x") { isValid } }')


# What is kept in the process


def test_plans_of_a_document_do_not_grow_with_the_ways_to_ask_it():
    names = [f"s{number}" for number in range(12)]
    head = ", ".join(f"${name}: Boolean!" for name in names)
    below = " ".join(f"a_{name}: __typename @include(if: ${name})" for name in names)
    text = f"query({head}) {{ {below} }}"

    for number in range(400):
        given = {name: bool(number >> place & 1) for place, name in enumerate(names)}
        answer = ask(text, given)["data"]
        assert sorted(answer) == sorted(f"a_{name}" for name in names if given[name])

    assert len(documents().get(text).ways) <= limits.MAX_PLANS


def test_costs_are_not_kept_of_values_that_somebody_made_long():
    text = 'query($n: Int) { products(first: $n, channel: "jp") { totalCount } }'
    for number in range(30):
        ask(text, {"n": "x" * 10_000 + str(number)})
        ask(text, {"n": 10**4000 + number})

    kept = documents().get(text).plans["costs"]
    assert sum(sys.getsizeof(value) for key in kept for value in key) < 5_000


def test_documents_are_kept_up_to_a_length_in_all(monkeypatch):
    cache = limits.DocumentCache(documents().schema)
    monkeypatch.setattr(limits, "MAX_CHARACTERS", 10_000)
    texts = [f"{{ me {{ id }} }} # {number} {'x' * 3000}" for number in range(9)]

    for text in texts:
        assert not isinstance(cache.get(text), list)

    assert sum(map(len, cache._kept)) <= 10_000
    assert texts[-1] in cache._kept


# Apps


@pytest.mark.parametrize(
    "change",
    [
        {"permissions": 5},
        {"permissions": [{}]},
        {"permissions": "MANAGE_ORDERS"},
        {"webhooks": 5},
        {"webhooks": [5]},
        {"webhooks": {"a": 1}},
        {"webhooks": [{"name": 5, "targetUrl": 5, "query": 5}]},
        {
            "webhooks": [
                {
                    "name": "w",
                    "targetUrl": "http://[",
                    "query": "subscription { event { ... on OrderCreated { version } } }",
                }
            ]
        },
        {
            "webhooks": [
                {
                    "name": "w",
                    "targetUrl": f"{ORIGIN}/h",
                    "asyncEvents": 5,
                    "query": "subscription { event { ... on OrderCreated { version } } }",
                }
            ]
        },
        {
            "webhooks": [
                {
                    "name": "w",
                    "targetUrl": f"{ORIGIN}/h",
                    "asyncEvents": [{}],
                    "query": "subscription { event { ... on OrderCreated { version } } }",
                }
            ]
        },
        {
            "webhooks": [
                {
                    "name": "w" * 300,
                    "targetUrl": f"{ORIGIN}/h",
                    "query": "subscription { event { ... on OrderCreated { version } } }",
                }
            ]
        },
        {
            "webhooks": [
                {
                    "name": "w",
                    "identifier": {},
                    "targetUrl": f"{ORIGIN}/{'x' * 300}",
                    "isActive": "maybe",
                    "query": "subscription { event { ... on OrderCreated { version } } }",
                }
            ]
        },
        {"appUrl": "http://["},
        {"appUrl": 5},
        {"homepageUrl": "https://a.example/" + "x" * 300},
        {"id": {}},
        {"id": "x" * 5000},
        {"id": "a\0b"},
        {"version": "\ud800"},
        {"about": {}},
        {"about": "\0"},
        {"author": []},
        {"author": "x" * 5000},
        {"audience": 5},
        {"name": "x" * 5000},
    ],
)
def test_a_manifest_of_any_shape_is_taken_or_refused(app_double, change):
    app_double.answers["/manifest"] = (200, {**MANIFEST, **change})
    token = staff_token()

    answer = ask(FETCH, {"u": f"{ORIGIN}/manifest"}, token=token)
    installed = ask(INSTALL, {"i": {"appName": "x", "manifestUrl": f"{ORIGIN}/manifest"}}, token=token)

    assert "errors" not in answer, answer
    assert "errors" not in installed, installed
    waiting = data_of("{ appsInstallations { status } }", token=token)["appsInstallations"]
    assert waiting in ([], [{"status": "FAILED"}])
    if "permissions" not in change:  # those asked for are not those given
        assert bool(waiting) == bool(answer["data"]["appFetchManifest"]["errors"])


@pytest.mark.parametrize("url", ["http://[", "http://[::1", "http://a:99999/", "http://a b/", "https://"])
def test_an_address_that_is_none_is_refused(url):
    token = staff_token()
    app = 'mutation { appCreate(input: {name: "x"}) { app { id } authToken errors { code } } }'
    gid = data_of(app, token=token)["appCreate"]["app"]["id"]
    given = {
        "name": "w",
        "app": gid,
        "targetUrl": url,
        "query": "subscription { event { ... on OrderCreated { version } } }",
    }
    create = "mutation($i: WebhookCreateInput!) { webhookCreate(input: $i) { errors { field code } } }"
    for answer in (
        ask(FETCH, {"u": url}, token=token),
        ask(INSTALL, {"i": {"appName": "x", "manifestUrl": url}}, token=token),
        ask(create, {"i": given}, token=token),
    ):
        assert "errors" not in answer, answer


# Addresses that others name


def test_an_answer_that_drips_ends_when_its_time_is_up(settings):
    settings.ENGINE_PRIVATE_TARGETS = settings.ENGINE_APP_TARGETS = [__import__("ipaddress").ip_network("127.0.0.0/8")]
    with socket.create_server(("127.0.0.1", 0)) as server:
        for part in (
            b"HTTP/1.1 200 OK\r\n",
            b"HTTP/1.1 200 OK\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n",
        ):
            Thread(target=_drip, args=(server, part), daemon=True).start()
            began = time.monotonic()

            with pytest.raises(requests.Timeout):
                outgoing.request("GET", f"http://127.0.0.1:{server.getsockname()[1]}/", timeout_s=(0.5, 1.0))

            assert time.monotonic() - began < 4


def _drip(server: socket.socket, first: bytes) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(1000)
        connection.sendall(first)
        for _ in range(40):
            time.sleep(0.2)
            try:
                connection.sendall(b"x")
            except OSError:
                return


def test_countries_of_a_channel_stand_by_their_names():
    channel = make_channel()
    zone = ShippingZone.objects.create(name="Z", countries=",AT,DE,CH,AX,JP,")
    zone.channels.add(channel)

    (found,) = data_of("{ channels { countries { code } } }", token=staff_token())["channels"]

    assert [each["code"] for each in found["countries"]] == ["AT", "DE", "JP", "CH", "AX"]
