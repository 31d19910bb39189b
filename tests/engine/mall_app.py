"""An app for the tests: it answers shipping and payment events in process, and remembers what it was asked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from infra.engine.apps.actions import create_app
from infra.engine.apps.models import Webhook, WebhookEvent
from infra.engine.deliveries.events import event_kinds
from infra.engine.handler import handle

ORIGIN = "http://app.test"
OPERATIONS = Path(__file__).resolve().parents[2] / "marketplace" / "saleor" / "operations"
PERMISSIONS = ["MANAGE_ORDERS", "MANAGE_CHECKOUTS", "HANDLE_CHECKOUTS", "HANDLE_PAYMENTS", "MANAGE_SHIPPING"]
PERMISSIONS += ["MANAGE_PRODUCTS", "MANAGE_USERS", "MANAGE_SETTINGS"]
#: event name: what to answer, or a function of the payload
ANSWERS: dict[str, Any] = {}
#: (event name, payload) in the order they came
ASKED: list[tuple[str, Any]] = []


def call(method: str, url: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
    """Answer one webhook: what was told is taken note of, what is asked without an answer is 404."""
    event = headers["Saleor-Event"].upper()
    payload = json.loads(body)
    ASKED.append((event, payload))
    if event not in ANSWERS:
        return (404 if event_kinds()[event].is_sync else 200), {}, b""
    answer = ANSWERS[event]
    if isinstance(answer, Callable):
        answer = answer(payload)
    return 200, {}, json.dumps(answer).encode()


def reset() -> None:
    ANSWERS.clear()
    ASKED.clear()


def install(*, identifier: str = "machiichi.mall") -> tuple[Any, str]:
    """Install the app with every subscription the mall has; returns (app, its token)."""
    app, token = create_app(name="mall", permissions=PERMISSIONS, identifier=identifier)
    for path in sorted((OPERATIONS / "subscriptions").glob("*.graphql")):
        text = with_fragments(path.read_text())
        webhook = Webhook.objects.create(
            app=app, name=path.stem, target_url=f"{ORIGIN}/saleor/webhooks", subscription_query=text
        )
        for event in events_of(path):
            WebhookEvent.objects.create(webhook=webhook, event_type=event)
    return app, token


def events_of(path: Path) -> list[str]:
    """Return the events of a subscription: those whose types it asks for."""
    types = re.findall(r"^    \.\.\. on (\w+) \{", path.read_text(), re.MULTILINE)
    return [snake(name) for name in dict.fromkeys(types)]


def snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).upper()


def with_fragments(text: str) -> str:
    """Return a document with the mall's fragments it uses."""
    fragments = {}
    for path in (OPERATIONS / "fragments").glob("*.graphql"):
        content = path.read_text()
        fragments[re.search(r"fragment (\w+)", content).group(1)] = content
    needed: dict[str, str] = {}
    queue = [text]
    while queue:
        for name in re.findall(r"\.\.\.\s*([A-Z]\w+)", queue.pop()):
            if name in fragments and name not in needed:
                needed[name] = fragments[name]
                queue.append(fragments[name])
    return "\n".join([text, *needed.values()])


def ask(operation: str, variables: dict[str, Any] | None = None, *, token: str | None = None) -> dict[str, Any]:
    """Send one of the mall's operations (by the stem of its file), or a document; return the whole answer."""
    document = operation if "{" in operation else (OPERATIONS / f"{operation}.graphql").read_text()
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    body = json.dumps({"query": with_fragments(document), "variables": variables or {}}).encode()
    status, _, content = handle("POST", "/graphql/", headers, body)
    answer = json.loads(content)
    assert status == 200, answer
    return answer


def do(operation: str, variables: dict[str, Any] | None = None, *, token: str | None = None) -> Any:
    """Send an operation that must succeed; return the value of its only root field."""
    answer = ask(operation, variables, token=token)
    assert "errors" not in answer, answer["errors"]
    (value,) = answer["data"].values()
    if isinstance(value, dict):
        assert not value.get("errors"), value["errors"]
    return value
