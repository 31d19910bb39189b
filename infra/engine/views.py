"""The engine's handler as Django views."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from infra.engine.handler import handle


@csrf_exempt
def serve(request: HttpRequest) -> HttpResponse:
    """Answer one HTTP request by `handle`. No session, no cookie: every request carries its own token."""
    peer = None if request.META.get("infra.in_process") else request.META.get("REMOTE_ADDR", "")
    asked = request.get_full_path()
    status, headers, content = handle(request.method or "GET", asked, request.headers, request.body, peer)
    response = HttpResponse(content, status=status, content_type=headers.pop("Content-Type", "application/json"))
    for name, value in headers.items():
        response[name] = value
    return response
