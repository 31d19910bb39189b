"""What the page bench puts beside each other: the same Django, the same middleware, with and without the shop."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "infra.settings")


def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello")


urlpatterns = [path("", hello)]


def __getattr__(name: str) -> Any:
    """Make the asked application on first use: `fresh` computes every page, `bare` answers hello."""
    if name == "fresh":
        return get_wsgi_application()
    if name == "bare":
        settings.ROOT_URLCONF = __name__
        return get_wsgi_application()
    raise AttributeError(name)
