"""The door of Wagtail under /cms/."""

from __future__ import annotations

from django.urls import include, path
from wagtail.admin import urls as wagtail_admin

from plugins.story import views

urlpatterns = [
    path("", views.enter, name="story_enter"),
    path("", include(wagtail_admin)),
]
