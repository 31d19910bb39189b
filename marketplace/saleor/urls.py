"""Addresses of the door."""

from __future__ import annotations

from django.urls import path

from marketplace.saleor import views

app_name = "saleor"
urlpatterns = [
    path("manifest", views.show_manifest, name="manifest"),
    path("register", views.register, name="register"),
    path("webhooks", views.webhooks, name="webhooks"),
]
