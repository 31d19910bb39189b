"""What every page of the people who work in the mall knows: who asks, in which language, and what they may do."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation

from marketplace.accounts.queries.policy import can
from marketplace.merchants import queries as merchants
from marketplace.merchants.types import Merchant, MerchantMissing

LOGIN = "/accounts/login/"
View = Callable[..., HttpResponse]


def in_own_language(request: HttpRequest) -> Any:
    """Return a context in which texts are in the user's language: ?lang= on this page, else the account's."""
    asked = request.GET.get("lang", "")
    return translation.override(asked if asked in ("ja", "en") else getattr(request.user, "locale", "ja"))


def member_page(permission: str) -> Callable[[View], View]:
    """Turn `view(request, merchant, …)` into a page of one merchant at `/counter/<code>/…`.

    Whoever is not signed in is asked to. A merchant one does not work for answers exactly as one that does not exist.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, code: str, **parts: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect(f"{LOGIN}?next={request.path}")
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
                return redirect(f"{LOGIN}?next={request.path}")
            if not can(request.user, permission):
                raise Http404
            with in_own_language(request):
                return _never_kept(view(request, **parts))

        return wrapped

    return decorate


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
