"""Trying every role of the demo ward with one click."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from babel.dates import format_date
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from marketplace.accounts.actions import sign_in
from marketplace.kernel import clock
from marketplace.messages import queries as mail_queries
from marketplace.orders import queries as orders
from marketplace.saleor import customers
from plugins.runtime import hooks
from storefront.demo import people
from storefront.shop import session
from storefront.staff import page_of, remember_language

#: what proxies, tunnels and content networks add to a request that comes from elsewhere
FORWARDED = ("HTTP_X_FORWARDED_", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA", "HTTP_CF_", "HTTP_TRUE_CLIENT_IP")
MOST_MAILS = 1000
View = Callable[..., HttpResponse]


def demo_only(view: View) -> View:
    """Let a page exist on demo data and for a caller on this machine alone; else it does not exist."""

    @wraps(view)
    def wrapped(request: HttpRequest, **parts: Any) -> HttpResponse:
        if not (is_local(request) and import_string(settings.MALL_DEMO_CHECK)()):
            raise Http404
        with translation.override(language_of(request)):
            response = view(request, **parts)
        response["Cache-Control"] = "private, no-store"
        return response

    return wrapped


def is_local(request: HttpRequest) -> bool:
    """Whether the request comes from the loopback interface, to a name of it, and through no proxy.

    A proxy on this machine that adds no header of its own still asks for the public name.
    """
    if any(name.startswith(FORWARDED) for name in request.META):
        return False
    return _is_loopback(request.META.get("REMOTE_ADDR", "")) and _is_loopback(
        urlsplit(f"//{request.get_host()}").hostname or ""
    )


def _is_loopback(name: str) -> bool:
    try:
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def language_of(request: HttpRequest) -> str:
    asked = request.GET.get("lang", "")
    if asked in ("ja", "en"):
        return asked
    return "ja" if translation.get_language_from_request(request).startswith("ja") else "en"


def accounts() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = import_string(settings.MALL_DEMO_ACCOUNTS)()
    return found


@demo_only
def home(request: HttpRequest) -> HttpResponse:
    """The personas, the day and what came of it, the payment method's outcomes, the newest mails."""
    methods = hooks.gather("register_payment_methods", market="jp")
    language = translation.get_language() or "ja"
    outcomes = [words[language] for method in methods for _code, words in method.outcomes]
    day = clock.today()
    context = {
        "personas": people.personas(accounts(), language),
        "mails": mail_queries.list_mail(limit=5),
        "day": day,
        "figures": orders.day_figures(day=day),
        "events": people.what_happened(language),
        "outcomes": outcomes,
    }
    return render(request, "demo/home.html", context)


@require_POST
@demo_only
def enter(request: HttpRequest) -> HttpResponse:
    """Sign in as a persona and go to its first page."""
    wanted = request.POST.get("email", "")
    account = next((each for each in accounts() if each["email"] == wanted), None)
    if account is None:
        raise Http404
    logout(request)
    if account["role"] == "shopper":
        session.keep_customer(request, customers.sign_in(email=wanted, password=account["password"]))
    else:
        sign_in(request=request, email=wanted, actor="system:demo")
    return remember_language(redirect(account["page"]), language_of(request))


@require_POST
@demo_only
def pass_day(request: HttpRequest) -> HttpResponse:
    """Let a day pass: the mall's clock goes on, the worker does what has become due."""
    before = orders.day_figures(day=clock.today()).parcels_waiting
    clock.let_time_pass(by=timedelta(days=1))
    day = clock.today()
    values = {
        "day": format_date(day, "full", locale=translation.get_language() or "ja"),
        "before": before,
        "now": orders.day_figures(day=day).parcels_waiting,
    }
    text = _("A day has passed: it is %(day)s. Parcels waiting over a day: %(now)s (before: %(before)s).")
    messages.success(request, text % values)
    return redirect("demo:home")


@demo_only
def mails(request: HttpRequest) -> HttpResponse:
    """Every kept mail, newest first, of one address or all, a page at a time."""
    page = page_of(request, mail_queries.list_mail(to=request.GET.get("to") or None, limit=MOST_MAILS))
    return render(request, "demo/mails.html", {"mails": page.rows, "page": page})


@xframe_options_sameorigin
@demo_only
def mail(request: HttpRequest, key: str) -> HttpResponse:
    """One mail as it was written."""
    found = mail_queries.get_mail(key=key)
    if found is None:
        raise Http404
    return render(request, "demo/mail.html", {"mail": found})
