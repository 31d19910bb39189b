"""Addresses that others name: what only this machine and its net reach is reached by nobody through the engine."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_network
from threading import Thread
from typing import Any

import pytest
import requests

from infra.engine import outgoing
from infra.engine.deliveries.transport import Unreachable, send
from infra.engine.media import remote
from tests.engine.asking import ask, staff_token

SECONDS = (2, 2)
PRIVATE = [
    "127.0.0.1",
    "127.8.9.10",
    "0.0.0.0",  # noqa: S104 (an address to refuse)
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.100.100.200",
    "192.0.0.192",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:a9fe:a9fe",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
    "fd00:ec2::254",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]


class Seen(HTTPServer):
    """A server on this machine that notes who came, and answers as told."""

    requests_seen: list[tuple[str, str]]
    status = 200
    content = b'{"id": "x"}'


class _Page(BaseHTTPRequestHandler):
    server: Seen

    def do_GET(self) -> None:
        self.server.requests_seen.append((self.headers["Host"], self.path))
        self.send_response(self.server.status)
        if self.server.status == 302:
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/secret")
        self.send_header("Content-Length", str(len(self.server.content)))
        self.end_headers()
        self.wfile.write(self.server.content)

    do_POST = do_GET

    def log_message(self, *_args: Any) -> None:
        """Say nothing in the tests' output."""


@pytest.fixture(autouse=True)
def nothing_named(settings) -> None:
    settings.ENGINE_PRIVATE_TARGETS = []


@pytest.fixture(autouse=True)
def public_mall(settings) -> None:
    """A mall that is reached over the net, so that nothing of loopback is open."""
    settings.ENGINE_APP_TARGETS = []


@pytest.fixture
def server() -> Iterator[Seen]:
    with Seen(("127.0.0.1", 0), _Page) as made:
        made.requests_seen = []
        Thread(target=made.serve_forever, daemon=True).start()
        yield made
        made.shutdown()


@pytest.fixture
def names(monkeypatch) -> dict[str, list[list[str]]]:
    """Names of hosts, each with what it means the first time, the second time, …; `asked` counts look-ups."""
    known: dict[str, list[list[str]]] = {}
    real = socket.getaddrinfo

    def look_up(host, port, *args, **named):
        if host not in known:
            return real(host, port, *args, **named)
        found = known[host].pop(0)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in found]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_public_is_refused(address):
    assert not outgoing.is_allowed(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.215.14", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_what_is_public_is_allowed(address):
    assert outgoing.is_allowed(address)


def test_nets_that_are_named_are_allowed_and_no_others(settings):
    settings.ENGINE_PRIVATE_TARGETS = [ip_network("10.1.0.0/16"), ip_network("::1/128")]

    assert [outgoing.is_allowed(each) for each in ("10.1.2.3", "::ffff:10.1.2.3", "::1", "10.2.0.1", "127.0.0.1")] == [
        True,
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433"])
def test_nothing_of_this_machine_is_reached_however_it_is_written(server, names, host):
    names["::ffff:127.0.0.1"] = [["::ffff:127.0.0.1"]]  # look-ups of the system that the tests' own guard refuses
    names["2130706433"] = [["127.0.0.1"]]
    url = f"http://{host}:{server.server_port}/"

    with pytest.raises(requests.RequestException):
        outgoing.request("GET", url, timeout_s=SECONDS)

    assert server.requests_seen == []


def test_a_name_is_looked_up_once_and_that_address_is_connected_to(server, names, settings):
    settings.ENGINE_PRIVATE_TARGETS = [ip_network("127.0.0.0/8")]
    names["rebound.example"] = [["127.0.0.1"], ["10.0.0.1"]]

    answer = outgoing.request("GET", f"http://rebound.example:{server.server_port}/a", timeout_s=SECONDS)

    assert (answer.status, answer.content) == (200, server.content)
    assert server.requests_seen == [(f"rebound.example:{server.server_port}", "/a")]
    assert names["rebound.example"] == [["10.0.0.1"]]


@pytest.mark.parametrize("found", [["127.0.0.1"], ["93.184.215.14", "127.0.0.1"], []])
def test_a_name_that_means_this_machine_too_is_refused(server, names, found):
    names["mixed.example"] = [found]

    with pytest.raises(requests.RequestException):
        outgoing.request("GET", f"http://mixed.example:{server.server_port}/", timeout_s=SECONDS)

    assert server.requests_seen == []


def test_an_app_beside_the_mall_is_reached_where_it_may_be_and_a_picture_there_is_not(server, settings):
    settings.ENGINE_APP_TARGETS = [ip_network("127.0.0.0/8")]
    url = f"http://127.0.0.1:{server.server_port}/app"

    assert send("POST", url, headers={}, body=b"{}").status == 200
    with pytest.raises(remote.Unreachable):
        remote.fetch(url)
    assert [path for _, path in server.requests_seen] == ["/app"]


@pytest.mark.parametrize(
    ("environment", "apps"),
    [
        ({}, ["127.0.0.0/8", "::1/128"]),
        ({"MALL_PUBLIC_URL": "http://127.0.0.1:9000"}, ["127.0.0.0/8", "::1/128"]),
        ({"MALL_PUBLIC_URL": "https://mall.example.com"}, []),
        ({"MALL_ENGINE_PRIVATE_TARGETS": ""}, []),
        ({"MALL_ENGINE_PRIVATE_TARGETS": "10.1.0.0/16"}, ["10.1.0.0/16"]),
    ],
)
def test_apps_on_loopback_belong_to_a_mall_on_loopback(environment, apps):
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MALL_")}
    tell = "from infra import settings; print(*settings.ENGINE_APP_TARGETS)"
    told = subprocess.run(
        [sys.executable, "-c", tell], env=kept | environment, capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == apps


def test_redirects_are_answers(server, settings):
    settings.ENGINE_PRIVATE_TARGETS = [ip_network("127.0.0.0/8")]
    server.status = 302

    answer = outgoing.request("GET", f"http://127.0.0.1:{server.server_port}/", timeout_s=SECONDS)

    assert (answer.status, len(server.requests_seen)) == (302, 1)


def test_no_proxy_of_the_environment_fetches_what_is_refused(server, names, monkeypatch):
    names["inside.example"] = [["10.0.0.1"]]
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{server.server_port}")

    with pytest.raises(requests.RequestException):
        outgoing.request("GET", "http://inside.example/", timeout_s=SECONDS)

    assert server.requests_seen == []


def test_an_answer_without_end_is_cut_off(server, settings):
    settings.ENGINE_PRIVATE_TARGETS = [ip_network("127.0.0.0/8")]
    server.content = b"x" * 5000

    with pytest.raises(outgoing.TooLarge):
        outgoing.request("GET", f"http://127.0.0.1:{server.server_port}/", timeout_s=SECONDS, most_bytes=4999)


def test_other_schemes_are_no_addresses_of_the_web():
    for url in ("file:///etc/passwd", "gopher://127.0.0.1/", "http://"):
        with pytest.raises(requests.RequestException):
            outgoing.request("GET", url, timeout_s=SECONDS)


def test_webhooks_and_pictures_take_this_way(server):
    url = f"http://127.0.0.1:{server.server_port}/"

    with pytest.raises(Unreachable):
        send("POST", url, headers={}, body=b"{}")
    with pytest.raises(remote.Unreachable):
        remote.fetch(url)

    assert server.requests_seen == []


@pytest.mark.django_db(databases=["engine"])
def test_a_manifest_of_this_machine_is_not_fetched(server):
    text = """mutation($url: String!) { appFetchManifest(manifestUrl: $url) {
      manifest { identifier } errors { field code } } }"""
    url = f"http://127.0.0.1:{server.server_port}/manifest"

    payload = ask(text, {"url": url}, token=staff_token())["data"]["appFetchManifest"]

    assert payload == {"manifest": None, "errors": [{"field": "manifestUrl", "code": "INVALID"}]}
    assert server.requests_seen == []
    assert "127" not in json.dumps(payload)
