"""The door of Wagtail under /cms/."""

from __future__ import annotations

from django.urls import include, path, re_path
from wagtail.admin import urls as wagtail_admin
from wagtail.utils.urlpatterns import decorate_urlpatterns

from plugins.story import views

urlpatterns = [
    path("", views.enter, name="story_enter"),
    # Wagtail's own two doors know the password alone, the mall's a second factor too
    path("login/", views.sign_in, name="story_sign_in"),
    re_path(r"^password_reset/", views.sign_in),
    path("", include(decorate_urlpatterns(wagtail_admin.urlpatterns, views.editors_only))),
]
