"""The pages and doors of the whole house. The shop comes last: its first part of a path may be any market."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language
from django.views.static import serve

ENGINE: list[URLPattern | URLResolver] = [path("", include("infra.engine.urls"))] if settings.EMBEDDED else []

urlpatterns: list[URLPattern | URLResolver] = [
    path("saleor/", include("marketplace.saleor.urls")),
    *ENGINE,
    path("api/", include("marketplace.api.urls")),
    path("accounts/", include("allauth.urls")),
    path("language/", set_language, name="set_language"),
    path("cms/", include("plugins.story.urls")),
    path("files/<path:path>", serve, {"document_root": settings.MEDIA_ROOT}),
    path("counter/", include("storefront.counter.urls")),
    path("ward/", include("storefront.ward.urls")),
    path("pool/", include("storefront.pool.urls")),
    path("demo/", include("storefront.demo.urls")),
    path("", include("storefront.shop.urls")),
]
handler403 = "storefront.shop.views.errors.forbidden"
handler404 = "storefront.shop.views.errors.not_found"
handler500 = "storefront.shop.views.errors.server_error"
