"""What the read model says about one listing, computed from Saleor's product, the listing's row and the plugins.

Pure in its arguments but for the hooks it asks: the same state gives the same content, so a repeated event changes
nothing.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import Locale

from marketplace.catalog import markets
from marketplace.catalog.types import Availability, Badge, BlockedDestination, Fact, Maker, PanelView, Picture
from marketplace.merchants.types import LegalNotice, Merchant
from marketplace.saleor import provisioning_data
from marketplace.saleor.types import SaleorProduct, SaleorVariant
from plugins.api import types as api
from plugins.runtime import hooks

DATA = Path(__file__).parent / "data"
FEW = 3
LEGAL_SHOWN = ("seller_name", "address", "phone", "responsible_person", "returns")
LABELS: Mapping[str, api.Words] = {
    "origin": {"ja": "産地", "en": "Made in"},
    "weight": {"ja": "発送時の重さ", "en": "Weight with packing"},
    "sku": {"ja": "品番", "en": "Item number"},
    "seller_name": {"ja": "販売業者", "en": "Seller"},
    "address": {"ja": "所在地", "en": "Address"},
    "phone": {"ja": "電話番号", "en": "Phone"},
    "responsible_person": {"ja": "運営責任者", "en": "Person responsible"},
    "returns": {"ja": "返品", "en": "Returns"},
}


@dataclass(frozen=True, slots=True)
class Subject:
    """All that the content of one listing depends on beside Saleor's product, read before anything is computed."""

    view: api.Listing
    merchant: Merchant
    legal: LegalNotice | None
    category_names: api.Words
    top_category: str
    published_at: str
    on_date: date


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What plugins and tables of rates say about a listing in one market on a day. `panels` by language."""

    panels: Mapping[str, Sequence[api.Panel]]
    blocked: Sequence[tuple[api.DestinationStatus, api.Problem]]
    tax_rate: Decimal


def is_on_sale(product: SaleorProduct, market: str) -> bool:
    """Whether Saleor sells the product in a market: listed, for sale, and at least one variant has a price."""
    listing = product.listings.get(market)
    if listing is None or not (listing.is_published and listing.is_for_sale):
        return False
    return any(market in variant.prices for variant in product.variants)


def markets_of(product: SaleorProduct) -> list[str]:
    """Return the codes of the markets that Saleor sells a product in."""
    return [market.code for market in markets.list_markets() if is_on_sale(product, market.code)]


def surroundings(subject: Subject, codes: Collection[str]) -> dict[str, Surroundings]:
    """Ask the plugins about a listing, for each market of `codes`."""
    return {market.code: _surroundings(subject, market) for market in markets.list_markets() if market.code in codes}


def build_rows(
    subject: Subject, product: SaleorProduct, around: Mapping[str, Surroundings]
) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the columns of the read model by (market, language), for the markets of `around`."""
    rows = {}
    for market in markets.list_markets():
        if market.code not in around:
            continue
        for language in market.languages:
            columns = _columns(subject, product, market, language, around[market.code])
            columns["digest"], columns["searched"] = digest_of(columns), digest_of(_without_pieces(columns))
            rows[market.code, language] = columns
    return rows


def fingerprint(subject: Subject, around: Mapping[str, Surroundings]) -> str:
    """Return the digest of everything that rows were made from beside Saleor's product: with the same product and the
    same fingerprint the rows are the same."""
    known = asdict(subject) | {"on_date": None, "around": {code: asdict(each) for code, each in around.items()}}
    return digest_of(known | {"code": _code_digest()})


def digest_of(values: Mapping[str, Any]) -> str:
    """Return a hash of values as JSON."""
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def availability_of(number: int) -> Availability:
    """Return the word for a number of pieces: up to three are "few"."""
    if number <= 0:
        return "sold_out"
    return "few" if number <= FEW else "in_stock"


def words(texts: Mapping[str, str], language: str) -> str:
    """Return the text in `language`, else in Japanese, the source language."""
    return texts.get(language) or texts.get("ja") or ""


def tax_rate(*, country: str, tax_class: str, on_date: date) -> Decimal:
    """Return the share of tax in a price on a day, zero for a country without a row (goods sent abroad)."""
    return _tax_rates(on_date).get((country, tax_class), Decimal(0)) / 100


def _without_pieces(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers of pieces change with every order; search knows only the word for them, which is a column of its own."""
    variants = [{**each, "stock": None} for each in columns["detail"]["variants"]]
    return {**columns, "detail": {**columns["detail"], "variants": variants}}


def _surroundings(subject: Subject, market: api.Market) -> Surroundings:
    def panels(language: str) -> list[api.Panel]:
        found = hooks.gather("contribute_listing_panels", listing=subject.view, market=market.code, language=language)
        return sorted(found, key=lambda panel: (panel.slot, panel.order, panel.plugin))

    return Surroundings(
        panels={language: panels(language) for language in market.languages},
        blocked=_blocked(subject, market),
        tax_rate=tax_rate(country=market.default_country, tax_class=subject.view.tax_class, on_date=subject.on_date),
    )


def _columns(
    subject: Subject, product: SaleorProduct, market: api.Market, language: str, around: Surroundings
) -> dict[str, Any]:
    view, shown = subject.view, around.panels[language]
    sold = [variant for variant in product.variants if market.code in variant.prices]
    prices = [variant.prices[market.code] for variant in sold]
    cheapest = min(prices, key=lambda price: price.amount)
    name = words(view.name, language)
    pictures = [
        Picture(each.card_url, each.large_url, (each.alt if language == "ja" else "") or name) for each in product.media
    ]
    return {
        "product_id": product.id,
        "slug": view.slug,
        "name": name,
        "merchant_id": subject.merchant.id,
        "merchant_code": subject.merchant.code,
        "merchant_name": words(subject.merchant.name, language),
        "price_amount": cheapest.amount,
        "currency": cheapest.currency,
        "has_price_range": any(price != cheapest for price in prices),
        "tax_rate": around.tax_rate,
        "availability": availability_of(sum(variant.available for variant in sold)),
        "badges": [asdict(_badge(panel, language)) for panel in shown if panel.slot == "badge"],
        "story_teaser": next((words(panel.title, language) for panel in shown if panel.slot == "teaser"), "")[:400],
        "image": asdict(pictures[0] if pictures else Picture("", "", name)),
        "category_slug": view.category,
        "category_name": words(subject.category_names, language),
        "top_category_slug": subject.top_category,
        "published_at": subject.published_at,
        "detail": _detail(subject, product, market, language, around=around, pictures=pictures),
    }


def _detail(
    subject: Subject,
    product: SaleorProduct,
    market: api.Market,
    language: str,
    *,
    around: Surroundings,
    pictures: Sequence[Picture],
) -> dict[str, Any]:
    view = subject.view
    return {
        "description": words(view.description, language),
        "variants": [
            _variant(variant, market.code, language, words(view.name, language))
            for variant in product.variants
            if market.code in variant.prices
        ],
        "gallery": [asdict(picture) for picture in pictures],
        "facts": [asdict(fact) for fact in _facts(subject, product, language)],
        "panels": [
            asdict(PanelView(panel.plugin, panel.slot, words(panel.title, language), words(panel.html, language)))
            for panel in around.panels[language]
            if panel.slot not in ("badge", "teaser")
        ],
        "maker": asdict(_maker(subject.merchant, language)),
        "legal": [asdict(fact) for fact in _legal(subject.legal, language)],
        "blocked_destinations": [asdict(_blocked_view(*each, language)) for each in around.blocked],
        "weight_g": view.weight_g,
    }


def _variant(variant: SaleorVariant, market: str, language: str, fallback: str) -> dict[str, Any]:
    name = variant.english_name if language != "ja" else ""
    return {
        "id": variant.id,
        "name": name or variant.name or fallback,
        "sku": variant.sku,
        "price": str(variant.prices[market].amount),
        "stock": variant.available,
        "availability": availability_of(variant.available),
    }


def _badge(panel: api.Panel, language: str) -> Badge:
    return Badge(code=panel.html.get("ja") or panel.plugin, label=words(panel.title, language))


def _facts(subject: Subject, product: SaleorProduct, language: str) -> list[Fact]:
    facts = []
    if place := place_name(subject.view.origin_country, subject.view.origin_area, language):
        facts.append(Fact("origin", words(LABELS["origin"], language), place))
    if subject.view.weight_g:
        facts.append(Fact("weight", words(LABELS["weight"], language), f"{subject.view.weight_g:,} g"))
    if len(product.variants) == 1 and product.variants[0].sku:
        facts.append(Fact("sku", words(LABELS["sku"], language), product.variants[0].sku))
    return facts


def place_name(country: str, area: str, language: str) -> str:
    """Return where goods were made, in words: the prefecture and the country, or "" when not declared."""
    nation = Locale.parse(language.replace("-", "_")).territories.get(country, country) if country else ""
    prefecture = _areas().get(area, {}).get("ja" if language == "ja" else "en", "")
    if not prefecture:
        return nation
    return prefecture if language == "ja" else f"{prefecture}, {nation}"


def _maker(merchant: Merchant, language: str) -> Maker:
    return Maker(
        code=merchant.code,
        name=words(merchant.name, language),
        profile=words(merchant.profile, language),
        place=words(merchant.address, language),
    )


def _legal(notice: LegalNotice | None, language: str) -> list[Fact]:
    if notice is None:
        return []
    return [
        Fact(code, words(LABELS[code], language), words(texts, language))
        for code, texts in notice.items()
        if code in LEGAL_SHOWN
    ]


def _blocked(subject: Subject, market: api.Market) -> list[tuple[api.DestinationStatus, api.Problem]]:
    """Return the open destinations this listing may not go to, each with its first blocking rule."""
    found = []
    for status in hooks.gather("list_destinations", market=market.code, on_date=subject.on_date):
        if not status.is_open:
            continue
        destination = api.Destination(country=status.country, channel=market.code)
        problems = hooks.gather("check_export", listing=subject.view, destination=destination, on_date=subject.on_date)
        if blocking := [problem for problem in problems if problem.blocks]:
            found.append((status, blocking[0]))
    return found


def _blocked_view(status: api.DestinationStatus, problem: api.Problem, language: str) -> BlockedDestination:
    source = problem.source
    return BlockedDestination(
        country=status.country,
        country_name=words(status.name, language),
        message=words(problem.message, language),
        source_title=source.title if source else "",
        source_url=source.url if source else "",
        effective_from=source.effective_from.isoformat() if source and source.effective_from else "",
    )


@lru_cache(maxsize=1)
def _code_digest() -> str:
    """What rows look like is decided by this very file and its tables, too: a new release shows itself."""
    return hashlib.sha256(Path(__file__).read_bytes() + (DATA / "areas.csv").read_bytes()).hexdigest()


@lru_cache(maxsize=1)
def _areas() -> dict[str, dict[str, str]]:
    with open(DATA / "areas.csv", encoding="utf-8", newline="") as file:
        return {row["code"]: row for row in csv.DictReader(file)}


@lru_cache(maxsize=8)
def _tax_rates(on_date: date) -> dict[tuple[str, str], Decimal]:
    return provisioning_data.tax_rates(on_date)
