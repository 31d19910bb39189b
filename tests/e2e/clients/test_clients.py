"""Saleor's own clients, as their makers publish them, in front of the engine.

They are installed by `npm ci` in this folder (no network needed at run time); without node or npm the tests say so
and are skipped.
"""

from __future__ import annotations

import fcntl
import json
import os
import queue
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
#: npm writes it when it is done
INSTALLED = HERE / "node_modules" / ".package-lock.json"
INSTALL_S = 120.0
WAIT_S = 60.0
CUSTOMER = ("joecustomer@example.com", "password")


@pytest.fixture(scope="module")
def node() -> str:
    """The path of node, with the clients installed."""
    path = shutil.which("node")
    if path is None:
        pytest.skip("node is not installed: Saleor's own clients cannot run (Debian: apt-get install nodejs npm)")
    with (HERE / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not INSTALLED.exists():
            _install()
    return path


def _install() -> None:
    """Install the clients of the lock file. Skips the test where npm, or the registry, cannot be had."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed: Saleor's own clients cannot be fetched (Debian: apt-get install npm)")
    command = [npm, "ci", "--no-progress", "--fetch-retries=1", "--fetch-timeout=15000"]
    try:
        done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=INSTALL_S, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm ci did not install Saleor's own clients within {INSTALL_S:.0f} s")
    if done.returncode:
        pytest.skip(f"npm ci could not install Saleor's own clients: {done.stderr.strip()[-300:]}")


class Engine:
    """A running engine: its address, and calls as its superuser."""

    def __init__(self, url: str) -> None:
        self.url, self.api = url, f"{url}/graphql/"
        self.token = ""

    def control(self, name: str, **said: object) -> None:
        answer = httpx.post(f"{self.url}/__test__/{name}", json=said, timeout=WAIT_S)
        assert (answer.status_code, answer.json()["ok"]) == (200, True), answer.text

    def ask(self, query: str, variables: dict | None = None) -> dict:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        answer = httpx.post(
            self.api, json={"query": query, "variables": variables or {}}, headers=headers, timeout=WAIT_S
        )
        said = answer.json()
        assert "errors" not in said, said
        return said["data"]

    def fresh(self) -> None:
        self.control("reset")
        self.token = ""
        query = 'mutation { tokenCreate(email: "admin@example.com", password: "admin") { token errors { code } } }'
        self.token = self.ask(query)["tokenCreate"]["token"]


@pytest.fixture(scope="module")
def engine(node: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "MALL_DATA": str(tmp_path_factory.mktemp("engine")),
        "MALL_PUBLIC_URL": url,
        "MALL_ENGINE_TEST_CONTROL": "1",
        "MALL_ENGINE_PRIVATE_TARGETS": "127.0.0.0/8",
        "DJANGO_SETTINGS_MODULE": "tests.e2e.clients.settings",
        "ENGINE_DATABASE_URL": "",
        "DATABASE_URL": "",
        "SALEOR_API_URL": "",
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "tests.e2e.clients.serve", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        made = Engine(url)
        _wait_for(lambda: _answers(made), "the engine", process)
        made.fresh()
        yield made
    finally:
        process.terminate()
        process.wait(timeout=20)


def _answers(engine: Engine) -> bool:
    try:
        return httpx.get(f"{engine.url}/.well-known/jwks.json", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def _wait_for(is_so, what: str, process: subprocess.Popen | None = None) -> None:
    until = time.monotonic() + WAIT_S
    while not is_so():
        assert process is None or process.poll() is None, f"{what} ended"
        assert time.monotonic() < until, f"waited too long for {what}"
        time.sleep(0.1)


class App:
    """The app of app.mjs: its address, and what it prints."""

    def __init__(self, process: subprocess.Popen) -> None:
        self.process = process
        self.lines: queue.Queue[dict] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.next()['listening']}"

    def _read(self) -> None:
        for line in self.process.stdout:
            self.lines.put(json.loads(line))

    def next(self) -> dict:
        return self.lines.get(timeout=WAIT_S)


@pytest.fixture
def app(node: str, engine: Engine, tmp_path: Path) -> Iterator[App]:
    process = subprocess.Popen(
        [node, "app.mjs", str(tmp_path / "auth.json")], cwd=HERE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield App(process)
    finally:
        process.terminate()
        process.wait(timeout=20)


def test_auth_sdk_signs_in_refreshes_and_signs_out(node, engine):
    done = subprocess.run(
        [node, "auth.mjs", engine.api, *CUSTOMER], cwd=HERE, capture_output=True, text=True, timeout=WAIT_S, check=False
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "errors": [],
        "first": {"email": CUSTOMER[0]},
        "refreshed": {"email": CUSTOMER[0]},
        "isNewToken": True,
        "afterwards": None,
        "keptAfterwards": 0,
        "wrong": {"token": None, "errors": 1},
    }


INSTALL = """mutation($url: String!) { appInstall(input: {appName: "Clients' test", manifestUrl: $url,
  activateAfterInstallation: true, permissions: [MANAGE_PRODUCTS, HANDLE_PAYMENTS]}) {
  appInstallation { status } errors { field code message } } }"""
CHANNEL = """mutation { channelCreate(input: {name: "jp", slug: "jp", currencyCode: "JPY", defaultCountry: JP,
  isActive: true}) { channel { id } errors { field code } } }"""
CART = """mutation { checkoutCreate(input: {channel: "jp", email: "joe@example.com", lines: []}) {
  checkout { id } errors { field code } } }"""
GATEWAY = """mutation($id: ID!) { paymentGatewayInitialize(id: $id, amount: 1200,
  paymentGateways: [{id: "machiichi.test.clients"}]) {
  gatewayConfigs { id data errors { code } } errors { field code } } }"""


def install(engine: Engine, app: App) -> str:
    engine.fresh()
    begun = engine.ask(INSTALL, {"url": f"{app.url}/api/manifest"})["appInstall"]
    assert begun == {"appInstallation": {"status": "PENDING"}, "errors": []}
    registered = app.next()["registered"]
    known = engine.ask("{ apps(first: 5) { edges { node { id identifier isActive webhooks { name } } } } }")["apps"]
    assert [edge["node"] for edge in known["edges"]] == [
        {
            "id": registered,
            "identifier": "machiichi.test.clients",
            "isActive": True,
            "webhooks": [{"name": "Category changed"}, {"name": "Gateway initialize"}],
        }
    ]
    return registered


def test_app_sdk_registers_hears_of_a_change_and_writes_back(engine, app):
    app_id = install(engine, app)

    made = engine.ask('mutation { categoryCreate(input: {name: "Glass"}) { category { id } errors { code } } }')
    category = made["categoryCreate"]["category"]["id"]
    engine.ask(
        'mutation($id: ID!) { categoryUpdate(id: $id, input: {name: "切子"}) { errors { code } } }', {"id": category}
    )
    told = app.next()

    assert told["event"] == "category_updated"
    assert told["category"] == {"id": category, "name": "切子"}
    assert told["recipient"] == app_id
    assert told["written"]["data"]["updateMetadata"] == {
        "item": {"metadata": [{"key": "seen", "value": "切子"}]},
        "errors": [],
    }
    seen = engine.ask('query($id: ID!) { category(id: $id) { metafield(key: "seen") } }', {"id": category})
    assert seen == {"category": {"metafield": "切子"}}


def test_app_sdk_answers_a_synchronous_event_into_the_request(engine, app):
    install(engine, app)
    engine.ask(CHANNEL)
    cart = engine.ask(CART)["checkoutCreate"]["checkout"]["id"]

    asked = engine.ask(GATEWAY, {"id": cart})["paymentGatewayInitialize"]

    assert asked == {
        "gatewayConfigs": [{"id": "machiichi.test.clients", "data": {"publicKey": "pk_test"}, "errors": []}],
        "errors": [],
    }
    told = app.next()
    assert told["event"] == "payment_gateway_initialize_session"
    assert told["payload"]["amount"] == 1200
    assert told["payload"]["sourceObject"] == {"__typename": "Checkout"}


def test_app_sdk_refuses_what_the_engine_did_not_sign(engine, app):
    install(engine, app)
    headers = {
        "Content-Type": "application/json",
        "Saleor-Event": "category_updated",
        "Saleor-Api-Url": engine.api,
        "Saleor-Domain": engine.url.removeprefix("http://"),
        "Saleor-Signature": "eyJhbGciOiJSUzI1NiIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il19..bm9ib2R5",
    }

    answer = httpx.post(f"{app.url}/api/webhooks/category", content=b"{}", headers=headers, timeout=WAIT_S)

    assert answer.status_code == 401
    assert app.lines.empty()
