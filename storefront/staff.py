"""What every page of the people who work in the mall knows: who asks, in which language, and what they may do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation

from marketplace.accounts.queries.policy import can
from marketplace.merchants import queries as merchants
from marketplace.merchants.types import Merchant, MerchantMissing

LOGIN = "/accounts/login/"
LANGUAGES = ("ja", "en")
LANGUAGE_AGE_S = 365 * 24 * 3600
PAGE_SIZE = 30
View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Page:
    """One page of a list. `before` and `after` are the query strings of its neighbours, "" at the ends."""

    rows: list[Any]
    number: int
    last: int
    count: int
    start: int
    before: str
    after: str


def in_own_language(request: HttpRequest) -> Any:
    """Return a context in which texts are in the reader's language."""
    return translation.override(reader_language(request))


def reader_language(request: HttpRequest) -> str:
    """Return "ja" or "en": what ?lang= says for this page, else what was chosen at the head of a page, else the
    account's."""
    choices = (
        request.GET.get("lang"),
        request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME),
        getattr(request.user, "locale", None),
    )
    return next((each for each in choices if each in LANGUAGES), LANGUAGES[0])


def remember_language(response: HttpResponse, language: str) -> HttpResponse:
    """Let every page of staff and of the sign-in be read in `language` from now on in this browser."""
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=LANGUAGE_AGE_S, samesite="Lax", httponly=True)
    return response


def page_of(request: HttpRequest, rows: Sequence[Any] | None = None, *, count: int | None = None) -> Page:
    """Return the page of a list that ?page= asks for, the nearest one when there is no such page.

    Arguments: `rows`, the whole list, cut here; or only its length as `count`, when the caller reads the rows of the
    page itself, from `page.start` on.
    """
    total = len(rows) if rows is not None else count or 0
    last = max(1, -(-total // PAGE_SIZE))
    asked = request.GET.get("page", "1")
    number = min(max(int(asked), 1), last) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
    start = (number - 1) * PAGE_SIZE
    kept = [(key, value) for key, value in request.GET.items() if key != "page"]
    return Page(
        rows=list(rows[start : start + PAGE_SIZE]) if rows is not None else [],
        number=number,
        last=last,
        count=total,
        start=start,
        before=urlencode([*kept, ("page", number - 1)]) if number > 1 else "",
        after=urlencode([*kept, ("page", number + 1)]) if number < last else "",
    )


def member_page(permission: str) -> Callable[[View], View]:
    """Turn `view(request, merchant, …)` into a page of one merchant at `/counter/<code>/…`.

    Whoever is not signed in is asked to. A merchant one does not work for answers exactly as one that does not exist.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, code: str, **parts: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return ask_to_sign_in(request)
            merchant = _own_merchant(request, code, permission)
            with in_own_language(request):
                return _never_kept(view(request, merchant, **parts))

        return wrapped

    return decorate


def role_page(permission: str) -> Callable[[View], View]:
    """Turn `view(request, …)` into a page of a ward role; for anybody else it does not exist."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, **parts: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return ask_to_sign_in(request)
            if not can(request.user, permission):
                raise Http404
            with in_own_language(request):
                return _never_kept(view(request, **parts))

        return wrapped

    return decorate


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead whoever is not signed in to the sign-in page and back."""
    return redirect(f"{LOGIN}?next={request.path}")


def _own_merchant(request: HttpRequest, code: str, permission: str) -> Merchant:
    try:
        merchant = merchants.get_merchant(code=code)
    except MerchantMissing:
        raise Http404 from None
    if not can(request.user, permission, merchant_id=merchant.id):
        raise Http404
    return merchant


def _never_kept(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    return response
