"""The pages and doors of the whole house."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("saleor/", include("marketplace.saleor.urls")),
]
