"""Addresses of the mall's own API."""

from __future__ import annotations

from django.urls import path

from marketplace.api import views

app_name = "api"
urlpatterns = [path("graphql/", views.answer, name="graphql")]
