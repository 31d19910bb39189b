"""Where Saleor knocks: the manifest, the handshake, the events."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from marketplace.kernel.jobs.actions import receive
from marketplace.saleor import transport
from marketplace.saleor.actions import save_installation
from marketplace.saleor.client import execute
from marketplace.saleor.events import find_answer
from marketplace.saleor.manifest import APP_ID, SYNC_EVENTS, manifest
from marketplace.saleor.queries import installation
from marketplace.saleor.signatures import UntrustedDelivery, check_delivery, fetch_jwks
from marketplace.saleor.types import SaleorRefused, SaleorUnavailable

logger = logging.getLogger(__name__)


@require_GET
def show_manifest(request: HttpRequest) -> JsonResponse:
    return JsonResponse(manifest())


@csrf_exempt
@require_POST
def register(request: HttpRequest) -> JsonResponse:
    """Take the token that Saleor gives at the end of the installation.

    The call is not signed, so it counts only if the token opens our own Saleor as this very app.
    """
    if request.headers.get("Saleor-Api-Url") != transport.api_url():
        return _refuse(HTTPStatus.FORBIDDEN, "the mall belongs to another Saleor")
    token = _token(request.body)
    if not token:
        return _refuse(HTTPStatus.BAD_REQUEST, "no auth_token")
    try:
        app = execute("CurrentApp", token=token)["app"]
        if app is None or app["identifier"] != APP_ID:
            return _refuse(HTTPStatus.FORBIDDEN, "the token is not this app's")
        jwks = fetch_jwks()
    except (SaleorRefused, SaleorUnavailable) as error:
        logger.warning("handshake failed: %s", error)
        return _refuse(HTTPStatus.BAD_GATEWAY, "Saleor did not answer the token")
    save_installation(api_url=transport.api_url(), app_id=app["id"], token=token, jwks=jwks)
    return JsonResponse({"success": True})


@csrf_exempt
@require_POST
def webhooks(request: HttpRequest) -> HttpResponse:
    """Verify a delivery on its raw body, then store it, or answer it when Saleor waits for an answer."""
    event = request.headers.get("Saleor-Event", "").upper()
    body = request.body
    try:
        payload = _trusted(request, body)
    except UntrustedDelivery as error:
        logger.warning("refused a delivery of %s: %s", event, error)
        return _refuse(HTTPStatus.UNAUTHORIZED, str(error))
    except SaleorUnavailable as error:
        logger.warning("could not verify a delivery of %s: %s", event, error)
        return _refuse(HTTPStatus.SERVICE_UNAVAILABLE, "the keys could not be fetched")
    if event in SYNC_EVENTS:
        return _answer(event, payload)
    receive(event=event, body=body, headers=dict(request.headers))
    return HttpResponse(status=HTTPStatus.OK)


def _trusted(request: HttpRequest, body: bytes) -> dict[str, Any]:
    app = installation(api_url=request.headers.get("Saleor-Api-Url", ""))
    if app is None or app.api_url != transport.api_url():
        raise UntrustedDelivery("the mall is not installed at this Saleor")
    check_delivery(signature=request.headers.get("Saleor-Signature", ""), body=body, app=app)
    payload = _parse(body)
    if payload is None or _recipient(payload) != app.app_id:
        raise UntrustedDelivery("the delivery is for another app")
    return payload


def _answer(event: str, payload: dict[str, Any]) -> HttpResponse:
    answer = find_answer(event)
    if answer is None:
        return _refuse(HTTPStatus.NOT_IMPLEMENTED, f"nobody answers {event}")
    try:
        return JsonResponse(answer(payload), safe=False)
    except Exception:
        logger.exception("no answer to %s", event)
        return _refuse(HTTPStatus.INTERNAL_SERVER_ERROR, f"no answer to {event}")


def _parse(body: bytes) -> dict[str, Any] | None:
    try:
        payload = json.loads(body)
    except ValueError:
        return None
    return payload if isinstance(payload, dict) else None


def _recipient(payload: dict[str, Any]) -> object:
    recipient = payload.get("recipient")
    return recipient.get("id") if isinstance(recipient, dict) else None


def _token(body: bytes) -> str:
    token = (_parse(body) or {}).get("auth_token")
    return token if isinstance(token, str) else ""


def _refuse(status: HTTPStatus, message: str) -> JsonResponse:
    return JsonResponse({"success": False, "error": {"message": message}}, status=status)
