"""The engine's paths, at the root of the house (DESIGN §7)."""

from __future__ import annotations

from django.conf import settings
from django.urls import path, re_path

from infra.engine.views import serve

urlpatterns = [
    path("graphql/", serve),
    path(".well-known/jwks.json", serve),
    re_path(r"^(?:media|thumbnail)/.+$", serve),
]
if settings.ENGINE_TEST_CONTROL:
    urlpatterns.append(re_path(r"^__test__/.+$", serve))
