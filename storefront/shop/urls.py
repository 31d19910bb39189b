"""The shop's addresses. Mounted last: `/{market}/{language}/…`."""

from __future__ import annotations

from django.urls import path

from storefront.shop.views import browse, goods, info

app_name = "shop"
IN = "<slug:market>/<slug:language>/"

urlpatterns = [
    path("", info.choose, name="choose"),
    path(IN, browse.home, name="home"),
    path(IN + "c/<slug:slug>/", browse.category, name="category"),
    path(IN + "search/", browse.search, name="search"),
    path(IN + "p/<slug:slug>/", goods.product, name="product"),
    path(IN + "m/", goods.makers, name="makers"),
    path(IN + "m/<slug:slug>/", goods.merchant, name="merchant"),
    path(IN + "about/<slug:slug>/", info.about, name="about"),
]
