"""Asking an engine, and writing down question and answer in a form that two engines can share."""

from __future__ import annotations

import base64
import json
import re
import time
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.utils.module_loading import import_string

from marketplace.kernel import clock
from marketplace.kernel.jobs.models import InboxEvent
from marketplace.saleor import transport
from marketplace.saleor.client import APP, ask
from tests.contract.documents import send, send_with_file

RECORDINGS = Path(__file__).resolve().parent / "recordings"
ALWAYS_IGNORED = ("message", "locations")
TOKENS = {"token", "refreshToken", "authToken", "auth_token"}
REFERENCES = {"pspReference", "transactionReference"}
_MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
_ID_IN_TEXT = re.compile(r"\b(?=[A-Za-z0-9+/]*\d)[A-Za-z0-9+/]{8,}={0,2}")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_GLOBAL_ID = re.compile(r"^([A-Z][A-Za-z]+):(.+)$")


@dataclass
class Exchanges:
    """All exchanges of one run. `run` makes slugs and references of this run unlike any other's.

    `staff` holds the tokens of staff members that were used, so that an exchange says who asked.
    """

    run: str
    staff: set[str] = field(default_factory=set)
    seen: dict[str, dict[str, Any]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    def __call__(
        self,
        case: str,
        operation: str,
        variables: dict[str, Any] | None = None,
        *,
        token: str | None = APP,
        ignore: tuple[str, ...] = (),
        file: tuple[str, str, bytes] | None = None,
    ) -> dict[str, Any]:
        """Send one operation under a case's name, keep the exchange, and return the whole answer.

        `file` (name, media type, content) is sent as the variable `image`, and is not kept.
        """
        if file is None:
            answer = send(operation, variables or {}, token=token)
        else:
            answer = send_with_file(operation, variables or {}, file=file, token=token)
        shape = Shape(self.run)
        assert case not in self.seen, f"{case} is written twice"
        self.seen[case] = {
            "case": case,
            "operation": operation,
            "caller": self._caller(token),
            "variables": shape.of(variables or {}),
            "answer": shape.of(answer),
            "ignore": sorted({*ALWAYS_IGNORED, *ignore}),
        }
        return answer

    def raw(self, case: str, body: bytes, *, kind: str = "application/json") -> None:
        """Send bytes as nobody and keep the status beside the answer; what is sent is kept as it is."""
        assert case not in self.seen, f"{case} is written twice"
        status, _, content = transport.post(headers={"Content-Type": kind}, body=body, is_repeatable=False)
        shape = Shape(self.run)
        self.seen[case] = {
            "case": case,
            "operation": "",
            "caller": "anonymous",
            "variables": {"kind": kind, "body": body.decode()},
            "answer": {"status": status, "body": shape.of(_read(content))},
            "ignore": [*ALWAYS_IGNORED],
        }

    def _caller(self, token: str | None) -> str:
        if token is APP or token is None:
            return "anonymous" if token is None else "app"
        return "staff" if token in self.staff else "user"

    def keep_event(self, case: str, operation: str, payload: dict[str, Any]) -> None:
        """Keep what an event's payload looked like, as the answer to its subscription."""
        assert case not in self.seen, f"{case} is written twice"
        answer = Shape(self.run).of(payload)
        for key, value in payload.items():  # links carry what the reader needs in their query
            if isinstance(value, str) and value.startswith(("http://", "https://")):
                answer[key] = sorted(parse_qs(urlsplit(value).query))
        self.seen[case] = {
            "case": case,
            "operation": operation,
            "caller": "event",
            "variables": {},
            "answer": answer,
            "ignore": sorted({*ALWAYS_IGNORED, "version"}),
        }

    def patiently(self, case: str, operation: str, variables: dict[str, Any]) -> dict[str, Any]:
        """As a call, after the pause that Saleor orders when sign-ins of one address fail (LOGIN_ATTEMPT_DELAYED)."""
        deadline = time.monotonic() + 60
        while "LOGIN_ATTEMPT_DELAYED" in str(ask(operation, variables, token=None)):
            assert time.monotonic() < deadline, "sign-in stays suspended"
            time.sleep(1)
        return self(case, operation, variables, token=None)

    def settle(self, order_id: str, case: str) -> None:
        """Wait until every refund asked for has its outcome: Saleor asks the payment app in a task of its own.

        It writes the answer's reference, event and sums one after the other: the order must have been read alike twice.
        """
        deadline, before = time.monotonic() + 30, None
        while True:
            work()
            order = ask("OrderById", {"id": order_id})["data"]["order"]
            events = [event for transaction in order["transactions"] for event in transaction["events"]]
            asked = [each for each in events if each["type"] == "REFUND_REQUEST" and not each["pspReference"]]
            pending = [each for each in order["grantedRefunds"] if each["status"] == "PENDING"]
            if not asked and not pending and order == before:
                return
            before = order
            assert time.monotonic() < deadline, f"{case} did not come to rest"
            time.sleep(0.2)

    def confirmation(self, case: str, email: str, event: str = "ACCOUNT_CONFIRMATION_REQUESTED") -> str:
        """Return the token of the mail that `event` asks for, as Saleor sent it to the mall's inbox; keep the event."""
        deadline = time.monotonic() + 30
        while True:
            work()
            for row in InboxEvent.objects.filter(event=event):
                payload = json.loads(bytes(row.body))
                if payload["user"]["email"] == email:
                    self.keep_event(case, "AccountEvents", payload)
                    return str(payload["token"])
            assert time.monotonic() < deadline, f"no {event} was sent"
            time.sleep(0.2)


def work() -> None:
    """Let the embedded engine send what it owes; a Saleor does that by itself."""
    if settings.MALL_EMBEDDED_WORKER:
        import_string(settings.MALL_EMBEDDED_WORKER)(clock.real_now(), 100)


class Shape:
    """Replaces what differs from run to run, keeping which ids are the same: `<Order 1>`, `<moment>`, `RUN`."""

    def __init__(self, run: str) -> None:
        self.run = run
        self.names: dict[str, str] = {}
        self.counts: dict[str, int] = {}

    def of(self, value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            if key == "extensions":
                return {"code": (value.get("exception") or {}).get("code", "")}
            return {name: self.of(each, name) for name, each in value.items() if (name, key) != ("extensions", "")}
        if isinstance(value, list | tuple):
            return [self.of(each, key) for each in value]
        if isinstance(value, Decimal):
            return _plain(value)
        if isinstance(value, str):
            return self._text(value, key)
        return value

    def _text(self, value: str, key: str) -> str:
        if key == "number":
            return "<number>"
        if key == "message":
            value = _ID_IN_TEXT.sub("<id>", value)
        if key in TOKENS:
            return "<token>" if value else ""
        if key in REFERENCES and value:
            return self._named(value, "reference")
        if value.startswith(("http://", "https://")):
            return "<url>"
        if (inner := _json(value)) is not None:
            return {"<json>": self.of(inner)}
        if _MOMENT.match(value):
            return "<moment>"
        if (found := _decoded(value)) is not None:
            return self._named(value, found)
        return _UUID.sub("<uuid>", value.replace(self.run, "RUN"))

    def _named(self, value: str, kind: str) -> str:
        if value not in self.names:
            self.counts[kind] = self.counts.get(kind, 0) + 1
            self.names[value] = f"<{kind} {self.counts[kind]}>"
        return self.names[value]


def _plain(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _decoded(value: str) -> str | None:
    """Return the type in a global id, or None for any other text."""
    if len(value) < 8 or len(value) % 4:
        return None
    try:
        text = base64.b64decode(value, validate=True).decode("ascii")
    except ValueError:
        return None
    if text.startswith("app:"):
        return text
    match = _GLOBAL_ID.match(text)
    return match[1] if match else None


def _read(content: bytes) -> Any:
    """Return what an answer says in JSON, or None for a page to be looked at."""
    try:
        return json.loads(content)
    except ValueError:
        return None


def _json(value: Any) -> dict[str, Any] | None:
    """Return what a text says that is an object in JSON, or None: its keys may stand in any order."""
    if not isinstance(value, str) or not value.startswith("{"):
        return None
    try:
        found = json.loads(value)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def without(value: Any, paths: list[str]) -> Any:
    """Return `value` without what may differ: names found anywhere, or dotted paths with [] for every item.

    Of a list whose path ends with {} it is the order that may differ.
    """
    anywhere = {path for path in paths if "." not in path}
    dotted = [path.replace("[]", ".[]").split(".") for path in paths if "." in path]
    return _without(value, anywhere, dotted)


def _without(value: Any, anywhere: set[str], dotted: list[list[str]]) -> Any:
    if isinstance(value, dict):
        return {
            name: _in_order(_without(each, anywhere, _below(name, dotted)), is_free=[f"{name}{{}}"] in dotted)
            for name, each in value.items()
            if name not in anywhere and [name] not in dotted
        }
    if (text := _json(value)) is not None:
        return {"<json>": text}
    if isinstance(value, list):
        return [_without(each, anywhere, _below("[]", dotted)) for each in value]
    return value


def _below(name: str, dotted: list[list[str]]) -> list[list[str]]:
    return [rest[1:] for rest in dotted if rest[0] == name and len(rest) > 1]


def _in_order(value: Any, *, is_free: bool) -> Any:
    return sorted(value, key=json.dumps) if is_free and isinstance(value, list) else value


def load() -> dict[str, dict[str, Any]]:
    """Return all recordings by case."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(RECORDINGS.glob("*.json"))]
    return {recording["case"]: recording for recording in found}


def save(exchange: dict[str, Any], *, recorded_on: str, version: str) -> None:
    """Write one exchange as the recording of its case."""
    recording = {**exchange, "recorded_on": recorded_on, "version": version}
    path = RECORDINGS / f"{exchange['case'].replace('/', '__')}.json"
    path.write_text(json.dumps(recording, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
