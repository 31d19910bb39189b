"""What the page bench puts beside each other: the same Django, the same middleware, with and without the shop."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "infra.settings")


def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello")


urlpatterns = [path("", hello)]


def forgetful(application: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Return `application` with all that is kept between requests dropped before each of them."""
    from marketplace.catalog import rows, searching
    from marketplace.kernel.revision import forget_kept
    from storefront import fragments
    from storefront.shop import page

    kept = (rows._card, rows._detail, rows._words, searching._price_labels)

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        forget_kept()
        fragments.forget()
        page._nav.clear()
        for each in kept:
            each.cache_clear()
        return application(environ, start_response)

    return answer


def __getattr__(name: str) -> Any:
    """Make the asked application on first use.

    `fresh` computes every page, its cards taken as drawn before where nothing in them changed; `cold` draws those too;
    `bare` answers hello.
    """
    if name == "fresh":
        return get_wsgi_application()
    if name == "cold":
        return forgetful(get_wsgi_application())
    if name == "bare":
        settings.ROOT_URLCONF = __name__
        return get_wsgi_application()
    raise AttributeError(name)
