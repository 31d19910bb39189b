"""Control calls of tests over HTTP, only with ENGINE_TEST_CONTROL and only from this machine.

    POST /__test__/reset       {}                          an empty shop again
    POST /__test__/task        {"name": …, "now"?: …}      run one of TASKS, at a moment (ISO 8601) or now
    POST /__test__/site        {"password_login_mode": …}  enabled, customers_only or disabled
    POST /__test__/uncache     {}                          forget failed sign-ins
    POST /__test__/deliveries  {"now"?: …, "limit"?: 100}  send what is due; answers how many were tried, and the queue

A body is a JSON object; the answer is {"ok": true}, for deliveries with more beside it.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from infra.engine.customers.throttling import forget_failures
from infra.engine.deliveries.models import EventDelivery
from infra.engine.deliveries.worker import run_due
from infra.engine.fresh_shop import make_fresh_shop
from infra.engine.products.models import ShopSettings

Answer = tuple[int, dict[str, str], bytes]
LOGIN_MODES = ("enabled", "customers_only", "disabled")
#: a request that carries any of these was passed on by somebody (or made by a page in a browser)
PASSED_ON = (
    "forwarded",
    "via",
    "origin",
    "x-forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-server",
    "x-real-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "true-client-ip",
    "cf-connecting-ip",
)


class Refused(Exception):  # noqa: N818
    """The call is not carried out: the status and the reason to answer."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def control(method: str, route: str, headers: Mapping[str, str], body: bytes, peer: str | None) -> Answer:
    """Answer one control call; `headers` by lower-case name, `peer` is the address the connection comes from."""
    try:
        call = CALLS.get(route.removeprefix("/__test__/").rstrip("/")) if settings.ENGINE_TEST_CONTROL else None
        if call is None:
            raise Refused(404, "Not found.")
        _check_caller(headers, peer)
        if method != "POST":
            raise Refused(405, "Control calls are POST.")
        return _answer(200, {"ok": True, **(call(_said(body)) or {})})
    except Refused as refused:
        return _answer(refused.status, {"ok": False, "detail": str(refused)})


def _check_caller(headers: Mapping[str, str], peer: str | None) -> None:
    try:
        is_here = ipaddress.ip_address(peer or "").is_loopback
    except ValueError:
        is_here = False
    if not is_here:
        raise Refused(403, "Control calls are taken from this machine alone.")
    passed_on = [name for name in headers if name in PASSED_ON or name.startswith("x-forwarded-")]
    if passed_on:
        raise Refused(403, f"Control calls are not taken through others: {', '.join(passed_on)}.")


def _said(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise Refused(400, "The body must be a JSON object.")
    return said


def _moment(said: dict[str, Any]) -> datetime:
    if said.get("now") is None:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(said["now"])
    except (TypeError, ValueError):
        raise Refused(400, "now must be a moment in ISO 8601.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _reset(said: dict[str, Any]) -> None:
    make_fresh_shop()


def _run_task(said: dict[str, Any]) -> None:
    task = TASKS.get(str(said.get("name")))
    if task is None:
        raise Refused(400, f"name must be one of {', '.join(TASKS)}.")
    task(_moment(said))


def _set_site(said: dict[str, Any]) -> None:
    mode = said.get("password_login_mode")
    if mode not in LOGIN_MODES:
        raise Refused(400, f"password_login_mode must be one of {', '.join(LOGIN_MODES)}.")
    with transaction.atomic("engine"):
        row = ShopSettings.objects.select_for_update().order_by("pk").first() or ShopSettings()
        row.data = {**row.data, "passwordLoginMode": mode.upper()}
        row.save()


def _uncache(said: dict[str, Any]) -> None:
    forget_failures()


def _deliveries(said: dict[str, Any]) -> dict[str, Any]:
    tried = run_due(_moment(said), limit=int(said.get("limit", 100)))
    rows = EventDelivery.objects.order_by("pk").values("id", "event_type", "status", "attempts_made")
    return {"tried": tried, "deliveries": list(rows)}


def _recalculate(now: datetime) -> None:
    from infra.engine.discounts.tasks import recalculate

    recalculate(now=now)


def _expire_orders(now: datetime) -> None:
    from infra.engine.tasks import expire_orders

    expire_orders(now=now)


def _delete_expired_orders(now: datetime) -> None:
    from infra.engine.tasks import delete_expired_orders

    delete_expired_orders(now=now)


TASKS: dict[str, Callable[[datetime], None]] = {
    "recalculate_discounted_price_for_products_task": _recalculate,
    "recalculate_all_prices": _recalculate,
    "expire_orders_task": _expire_orders,
    "delete_expired_orders_task": _delete_expired_orders,
}
CALLS: dict[str, Callable[[dict[str, Any]], dict[str, Any] | None]] = {
    "reset": _reset,
    "task": _run_task,
    "site": _set_site,
    "uncache": _uncache,
    "deliveries": _deliveries,
}


def _answer(status: int, data: Any) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(data).encode()
