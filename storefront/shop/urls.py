"""The shop's addresses. Mounted last: `/{market}/{language}/…`."""

from __future__ import annotations

from django.urls import path

from storefront.shop.views import account, browse, cart, checkout, goods, info, order, ordering

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
    path(IN + "s/<slug:slug>/", goods.story, name="story"),
    path(IN + "about/<slug:slug>/", info.about, name="about"),
    path(IN + "cart/", cart.show, name="cart"),
    path(IN + "cart/add/", cart.add, name="cart_add"),
    path(IN + "cart/line/", cart.change, name="cart_line"),
    path(IN + "checkout/address/", checkout.address, name="checkout_address"),
    path(IN + "checkout/postal/", checkout.postal, name="checkout_postal"),
    path(IN + "checkout/delivery/", checkout.delivery, name="checkout_delivery"),
    path(IN + "checkout/payment/", checkout.payment, name="checkout_payment"),
    path(IN + "checkout/confirm/", ordering.confirm, name="checkout_confirm"),
    path(IN + "checkout/action/", ordering.action, name="checkout_action"),
    path(IN + "checkout/wait/", ordering.wait, name="checkout_wait"),
    path(IN + "o/<str:token>/", order.order, name="order"),
    path(IN + "account/", account.account, name="account"),
    path(IN + "account/sign-in/", account.sign_in, name="account_sign_in"),
    path(IN + "account/register/", account.register, name="account_register"),
    path(IN + "account/confirm/", account.confirm, name="account_confirm"),
    path(IN + "account/forgotten/", account.forgotten, name="account_forgotten"),
    path(IN + "account/password/", account.password, name="account_password"),
    path(IN + "account/sign-out/", account.sign_out, name="account_sign_out"),
]
