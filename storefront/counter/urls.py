"""The counter: where a merchant works. Every address below a merchant's code belongs to that merchant alone."""

from __future__ import annotations

from django.urls import path

from storefront.counter.views import desk, listings, orders

app_name = "counter"
ORDER = "<slug:code>/orders/<str:number>/"
LISTING = "<slug:code>/listings/<int:listing_id>/"

urlpatterns = [
    path("", desk.choose, name="choose"),
    path("<slug:code>/", orders.todo, name="todo"),
    path(ORDER, orders.order, name="order"),
    path(ORDER + "accept/", orders.accept, name="accept"),
    path(ORDER + "ship/", orders.ship, name="ship"),
    path(ORDER + "refuse/", orders.refuse, name="refuse"),
    path("<slug:code>/earnings/", desk.earnings, name="earnings"),
    path("<slug:code>/permits/", desk.permits, name="permits"),
    path("<slug:code>/legal/", desk.legal, name="legal"),
    path("<slug:code>/listings/", listings.index, name="listings"),
    path("<slug:code>/listings/new/", listings.new, name="new"),
    path(LISTING, listings.edit, name="edit"),
    path(LISTING + "publish/", listings.publish, name="publish"),
    path(LISTING + "withdraw/", listings.withdraw, name="withdraw"),
]
