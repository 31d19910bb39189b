"""A request inside a request: the same views, the caller's connections and language untouched."""

from __future__ import annotations

import pytest
from django.core.signals import request_finished, request_started
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import override_settings
from django.urls import path
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt

from infra import local
from marketplace.accounts.models import User


def count_users() -> int:
    return User.objects.count()


@csrf_exempt
def echo(request: HttpRequest) -> HttpResponse:
    translation.activate("en")
    text = f"{request.method} {request.get_full_path()} {request.get_host()} {request.headers['Saleor-Event']} "
    response = HttpResponse(text.encode() + request.body, status=201)
    response["X-Users"] = str(count_users())
    return response


def outer(request: HttpRequest) -> HttpResponse:
    """Ask three levels deep, with a database cursor of its own open all the while."""
    depth = int(request.GET["depth"])
    users = User.objects.order_by("email").iterator(chunk_size=1)
    first = next(users).email
    if depth:
        status, _, body = local.call("GET", f"http://localhost:8000/outer?depth={depth - 1}", {}, b"")
        assert status == 200
        inner = body.decode()
    else:
        inner = "-"
    rest = [user.email for user in users]
    return HttpResponse(f"{depth}:{first}:{','.join(rest)}:{translation.get_language()}|{inner}")


def broken(request: HttpRequest) -> HttpResponse:
    raise ValueError("broken on purpose")


def streaming(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse([b"a", b"b"])


urlpatterns = [path("echo", echo), path("outer", outer), path("broken", broken), path("streaming", streaming)]
at_these_urls = override_settings(ROOT_URLCONF=__name__)


@at_these_urls
@pytest.mark.django_db
def test_the_view_sees_what_was_sent_and_answers_as_over_http() -> None:
    headers = {"Content-Type": "application/json", "Saleor-Event": "order_paid"}

    status, answered, body = local.call("POST", "http://localhost:8000/echo?a=%E5%88%87", headers, "切".encode())

    assert status == 201
    assert body.decode() == "POST /echo?a=%E5%88%87 localhost:8000 order_paid 切"
    assert answered["X-Users"] == "0"


@at_these_urls
@pytest.mark.django_db
def test_the_language_of_the_inner_request_stays_inside() -> None:
    with translation.override("ja"):
        local.call("POST", "http://localhost:8000/echo", {"Saleor-Event": "x"}, b"")

        assert translation.get_language() == "ja"


@at_these_urls
@pytest.mark.django_db(transaction=True)
def test_a_request_in_a_request_in_a_request_keeps_one_connection() -> None:
    for number in range(3):
        User.objects.create(email=f"{number}@example.org")
    raw = connection.connection
    seen: list[object] = []

    def note(**signal: object) -> None:
        seen.append(signal)

    request_started.connect(note, weak=False)
    request_finished.connect(note, weak=False)
    try:
        _, _, body = local.call("GET", "http://localhost:8000/outer?depth=2", {"Accept-Language": "en"}, b"")
    finally:
        request_started.disconnect(note)
        request_finished.disconnect(note)

    rest = "0@example.org:1@example.org,2@example.org"
    assert body.decode() == f"2:{rest}:en|1:{rest}:ja|0:{rest}:ja|-"
    assert connection.connection is raw
    assert seen == []


@at_these_urls
@pytest.mark.django_db(transaction=True)
def test_the_callers_transaction_outlives_an_inner_failure() -> None:
    with transaction.atomic():
        User.objects.create(email="kept@example.org")
        status, _, _ = local.call("GET", "http://localhost:8000/broken", {}, b"")
        assert status == 500

    assert User.objects.filter(email="kept@example.org").exists()


@at_these_urls
@pytest.mark.django_db
def test_unknown_paths_and_streams_answer_as_over_http() -> None:
    assert local.call("GET", "http://localhost:8000/nowhere", {}, b"")[0] == 404
    assert local.call("GET", "http://localhost:8000/streaming", {}, b"")[2] == b"ab"
