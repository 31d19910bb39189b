"""Control calls of tests over HTTP, only with ENGINE_TEST_CONTROL: what the queue holds, and sending what is due."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from infra.engine.deliveries.models import EventDelivery
from infra.engine.deliveries.worker import run_due


def control(method: str, route: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
    """Answer GET /__test__/deliveries with the queue, POST with {"now": moment} by sending what is due then."""
    if route.rstrip("/") != "/__test__/deliveries":
        return _answer(404, {"detail": "Not found."})
    if method == "POST":
        said = json.loads(body or b"{}")
        now = datetime.fromisoformat(said["now"]) if said.get("now") else datetime.now(UTC)
        return _answer(200, {"tried": run_due(now, limit=int(said.get("limit", 100)))})
    rows = EventDelivery.objects.order_by("pk").values("id", "event_type", "status", "attempts_made")
    return _answer(200, {"deliveries": list(rows)})


def _answer(status: int, data: Any) -> tuple[int, dict[str, str], bytes]:
    return status, {"Content-Type": "application/json"}, json.dumps(data).encode()
