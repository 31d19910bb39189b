"""The demo's door: personas, kept mail, a day that passes. Only on demo data, only from this machine."""

from __future__ import annotations

from django.urls import path

from storefront.demo import views

app_name = "demo"

urlpatterns = [
    path("", views.home, name="home"),
    path("enter/", views.enter, name="enter"),
    path("day/", views.pass_day, name="day"),
    path("mail/", views.mails, name="mails"),
    path("mail/<path:key>", views.mail, name="mail"),
]
