"""The cross-border plugin: the overseas market, its destinations, what may go there, carriage and landed cost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_CEILING, Decimal
from html import escape

from crossborder import queries
from marketplace.kernel import clock, fx
from plugins.api import API_VERSION, Money, PluginMeta, hookimpl
from plugins.api import types as t

meta = PluginMeta(
    id="crossborder",
    name={"ja": "越境販売", "en": "Cross-border selling"},
    version="1.0",
    api=API_VERSION,
)

OVERSEAS = t.Market(
    code="overseas",
    name={"ja": "海外のお客さま", "en": "International"},
    currency="USD",
    default_country="SG",
    default_language="en",
    languages=("en", "ja"),
)
EMS_DAYS = (4, 9)


@hookimpl
def register_markets() -> Sequence[t.Market]:
    return [OVERSEAS]


@hookimpl
def check_export(listing: t.Listing, destination: t.Destination, on_date: date) -> Sequence[t.Problem]:
    return queries.export_problems(listing=listing, destination=destination, on_date=on_date)


@hookimpl
def check_order(order: t.Order, on_date: date) -> Sequence[t.Problem]:
    return [
        problem
        for line in order.lines
        for problem in queries.export_problems(listing=line.listing, destination=order.destination, on_date=on_date)
    ]


@hookimpl
def destination_status(country: str, market: str, on_date: date) -> t.DestinationStatus | None:
    return queries.status_of(country=country, market=market, on_date=on_date)


@hookimpl
def list_destinations(market: str, on_date: date) -> Sequence[t.DestinationStatus]:
    return queries.statuses(market=market, on_date=on_date)


@hookimpl
def quote_landed_cost(lines: Sequence[t.OrderLine], destination: t.Destination, on_date: date) -> t.LandedCost | None:
    return queries.landed_cost(country=destination.country, on_date=on_date)


@hookimpl
def quote_delivery(
    parcels: Sequence[t.Parcel], destination: t.Destination, currency: str, on_date: date
) -> t.DeliveryQuote | None:
    """Quote EMS for every parcel, or nothing at all: a cart is delivered whole or not offered."""
    if destination.country == queries.HOME:
        return None
    status = queries.status_of(country=destination.country, market=destination.channel, on_date=on_date)
    if not status.is_open:
        return None
    quotes = []
    for parcel in parcels:
        yen = queries.ems_yen(country=destination.country, weight_g=parcel.weight_g)
        if yen is None:
            return None
        quotes.append(t.ParcelQuote(parcel.merchant.id, _in_currency(yen, currency, on_date), "EMS", *EMS_DAYS))
    return t.DeliveryQuote("ems", {"ja": "EMS（国際スピード郵便）", "en": "EMS (Japan Post)"}, tuple(quotes))


@hookimpl
def contribute_listing_panels(listing: t.Listing, market: str, language: str) -> Sequence[t.Panel]:
    if market != OVERSEAS.code:
        return []
    return [
        t.Panel(
            plugin=meta.id,
            slot="export",
            title={"ja": "お届けできる国・地域", "en": "Where we ship this"},
            html={code: _destinations_html(listing, code) for code in ("ja", "en")},
        )
    ]


def _in_currency(yen: int, currency: str, on_date: date) -> Money:
    """Return yen in a currency at the dated rate, rounded up to its smallest unit so that postage is covered."""
    if currency == "JPY":
        return Money(Decimal(yen), "JPY")
    rate = fx.rate_on(currency=currency, day=on_date).yen
    return Money((Decimal(yen) / rate).quantize(Decimal("0.01"), ROUND_CEILING), currency)


def _destinations_html(listing: t.Listing, language: str) -> str:
    today = clock.today()
    rows = []
    for status in queries.statuses(market=OVERSEAS.code, on_date=today):
        destination = t.Destination(country=status.country, channel=OVERSEAS.code)
        problems = queries.export_problems(listing=listing, destination=destination, on_date=today)
        rows.append(_destination_row(status, problems, language))
    return "<dl>" + "".join(rows) + "</dl>"


def _destination_row(status: t.DestinationStatus, problems: Sequence[t.Problem], language: str) -> str:
    name = escape(status.name[language])
    if not problems:
        return f'<dt>{name}</dt><dd data-country="{status.country}" data-open="1">' + (
            "お届けできます</dd>" if language == "ja" else "We ship here</dd>"
        )
    said = "".join(_problem_html(problem, language) for problem in problems)
    return f'<dt>{name}</dt><dd data-country="{status.country}" data-open="0">{said}</dd>'


def _problem_html(problem: t.Problem, language: str) -> str:
    text = escape(problem.message[language])
    if problem.source is None or problem.source.effective_from is None:
        return f"<p>{text}</p>"
    since = problem.source.effective_from.isoformat()
    title = escape(problem.source.title)
    link = f'<a href="{escape(problem.source.url)}" rel="noopener">{title}</a>' if problem.source.url else title
    return f'<p>{text} <small>(<time datetime="{since}">{since}</time> {link})</small></p>'
