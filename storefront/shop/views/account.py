"""The shopper's own page: sign in, open an account, read one's orders. Accounts are Saleor's."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseNotAllowed
from django.utils.translation import gettext as _

from marketplace.checkout import actions as checkout
from marketplace.checkout.types import UnableToBuy
from marketplace.orders import queries as orders
from marketplace.saleor import customers
from marketplace.saleor.types import SaleorRefused
from storefront.shop import session
from storefront.shop.forms import ForgottenForm, PasswordForm, RegisterForm, SignInForm
from storefront.shop.page import Page, private_page, render
from storefront.shop.views.cart import go


@private_page
def account(page: Page) -> HttpResponse:
    """The orders of the shopper who is signed in; else the ways in."""
    token = session.customer_token(page.request)
    if token is None:
        return render(page, "account_enter.html", {"sign_in": SignInForm(), "register": RegisterForm(prefix="new")})
    found, _next = customers.list_my_orders(token=token)
    listed = [(each, orders.link_token(order_id=each.id)) for each in found]
    return render(page, "account.html", {"orders": listed, "email": session.customer_email(page.request)})


@private_page
def sign_in(page: Page) -> HttpResponse:
    if page.request.method != "POST":
        return go(page.url("account"))
    form = SignInForm(page.request.POST)
    if form.is_valid():
        try:
            tokens = customers.sign_in(email=form.cleaned_data["email"], password=form.cleaned_data["password"])
        except SaleorRefused as refused:
            form.add_error(None, _reason(refused))
        else:
            return _entered(page, tokens)
    return render(page, "account_enter.html", {"sign_in": form, "register": RegisterForm(prefix="new")}, status=422)


def _entered(page: Page, tokens: customers.SaleorTokens) -> HttpResponse:
    session.keep_customer(page.request, tokens)
    cart = session.cart_id(page.request, page.market)
    if cart:
        try:
            checkout.attach_customer(checkout_id=cart, token=tokens.access)
        except UnableToBuy:
            session.forget_cart(page.request, page.market)
            messages.error(page.request, _("The cart was gone. Please put the goods in again."))
    return go(page.url("checkout", "address") if cart and "checkout" in page.request.POST else page.url("account"))


def _reason(refused: SaleorRefused) -> str:
    if "ACCOUNT_NOT_CONFIRMED" in refused.codes:
        return _("This account is not confirmed yet. Open the link in the mail we sent you.")
    return _("E-mail and password do not match. Check both and try again.")


@private_page
def register(page: Page) -> HttpResponse:
    if page.request.method != "POST":
        return go(page.url("account"))
    form = RegisterForm(page.request.POST, prefix="new")
    if form.is_valid():
        try:
            customers.register(
                email=form.cleaned_data["email"],
                password=form.cleaned_data["password"],
                language=page.language,
                channel=page.market,
                redirect_url=settings.MALL_PUBLIC_URL + page.url("account", "confirm"),
            )
        except SaleorRefused as refused:
            for problem in refused.errors:
                form.add_error("password" if problem.field == "password" else None, _("Please choose another one."))
        else:
            messages.success(page.request, _("We sent you a mail. Open the link in it to confirm your address."))
            return go(page.url("account"))
    return render(page, "account_enter.html", {"sign_in": SignInForm(), "register": form}, status=422)


@private_page
def confirm(page: Page) -> HttpResponse:
    """The link of the mail: the address is confirmed."""
    asked = page.request.GET
    try:
        customers.confirm(email=asked.get("email", ""), token=asked.get("token", ""))
    except SaleorRefused:
        messages.error(page.request, _("This link is not valid any more."))
    else:
        messages.success(page.request, _("Your address is confirmed. You can sign in."))
    return go(page.url("account"))


@private_page
def forgotten(page: Page) -> HttpResponse:
    """Ask for a letter with a link to a new password. The answer is the same whether or not the address is known."""
    form = ForgottenForm(page.request.POST if page.request.method == "POST" else None)
    if form.is_valid():
        customers.request_password_reset(
            email=form.cleaned_data["email"],
            redirect_url=settings.MALL_PUBLIC_URL + page.url("account", "password"),
            channel=page.market,
        )
        return render(page, "account_forgotten.html", {"form": form, "sent_to": form.cleaned_data["email"]})
    return render(page, "account_forgotten.html", {"form": form}, status=422 if form.is_bound else 200)


@private_page
def password(page: Page) -> HttpResponse:
    """The link of the letter: choose a new password and be signed in with it."""
    given = page.request.POST if page.request.method == "POST" else page.request.GET
    email, token = given.get("email", ""), given.get("token", "")
    if not email or not token:
        return go(page.url("account", "forgotten"))
    form = PasswordForm(page.request.POST if page.request.method == "POST" else None)
    if form.is_valid():
        try:
            tokens = customers.set_password(email=email, token=token, password=form.cleaned_data["password"])
        except SaleorRefused as refused:
            if any(problem.field == "token" or problem.field == "email" for problem in refused.errors):
                messages.error(page.request, _("This link is not valid any more. Ask for a new one."))
                return go(page.url("account", "forgotten"))
            form.add_error("password", _("Please choose another one."))
        else:
            session.keep_customer(page.request, tokens)
            messages.success(page.request, _("Your new password is set. You are signed in."))
            return go(page.url("account"))
    context = {"form": form, "email": email, "token": token}
    return render(page, "account_password.html", context, status=422 if form.is_bound else 200)


@private_page
def sign_out(page: Page) -> HttpResponse:
    if page.request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    session.forget_customer(page.request)
    return session.tell_count(go(page.url()), 0)
