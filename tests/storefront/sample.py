"""A shop window for tests: cards made from the demo ward's own data, without a database."""

from __future__ import annotations

import csv
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from marketplace.catalog import types as t
from plugins.api.money import Money

DATA = Path(__file__).resolve().parents[2] / "infra/demo/data"
CATEGORIES = {
    "tableware": ("器と酒器", "Tableware"),
    "textiles": ("布と装い", "Textiles and dress"),
    "tools": ("道具", "Tools"),
    "paper-toys": ("紙と玩具", "Paper and toys"),
    "tea-sweets": ("茶と菓子", "Tea and sweets"),
    "food": ("食", "Food"),
}
YEN_PER_DOLLAR = Decimal(150)


@lru_cache(maxsize=1)
def rows() -> list[dict[str, str]]:
    found = []
    for name in ("listings_goods.tsv", "listings_foods.tsv"):
        with (DATA / name).open() as file:
            found += list(csv.DictReader(file, delimiter="\t"))
    return found


@lru_cache(maxsize=1)
def merchant_rows() -> dict[str, dict[str, str]]:
    with (DATA / "merchants.tsv").open() as file:
        return {row["code"]: row for row in csv.DictReader(file, delimiter="\t")}


def make_card(row: dict[str, str], market: str = "jp", language: str = "ja", **overrides: object) -> t.ListingCard:
    is_home = market == "jp"
    yen = Decimal(row["yen"])
    price = Money(yen, "JPY") if is_home else Money((yen / YEN_PER_DOLLAR).quantize(Decimal("0.01")), "USD")
    is_food = row["category"] in ("food", "tea-sweets")
    label = {"ja": "食品表示確認済", "en": "Labels checked"}[language]
    values: dict[str, object] = {
        "id": str(rows().index(row) + 1),
        "slug": row["slug"],
        "product_id": f"P{row['slug']}",
        "market": market,
        "language": language,
        "name": row[f"name_{language}"],
        "merchant_code": row["merchant"],
        "merchant_name": merchant_rows()[row["merchant"]][f"name_{language}"],
        "price": price,
        "tax_rate": (Decimal("0.08") if is_food else Decimal("0.10")) if is_home else Decimal(0),
        "availability": "sold_out" if int(row["stock"]) % 13 == 0 else "few" if int(row["stock"]) < 8 else "in_stock",
        "badges": (t.Badge("label", label),) if is_food else (),
        "story_teaser": row[f"text_{language}"],
        "image": t.Picture(f"/sample/{row['slug']}-480.jpg", f"/sample/{row['slug']}-960.jpg", row[f"name_{language}"]),
        "category_slug": row["category"],
        "category_name": CATEGORIES[row["category"]][0 if language == "ja" else 1],
    }
    return t.ListingCard(**{**values, **overrides})


def cards(**asked: object) -> t.CardPage:
    market, language = str(asked["market"]), str(asked["language"])
    chosen = [row for row in rows() if asked.get("category") in (None, row["category"])]
    chosen = [row for row in chosen if asked.get("merchant") in (None, row["merchant"])]
    if asked.get("sort") == "new":
        chosen = chosen[::-1][::7]
    page = int(asked.get("page", 1))
    shown = tuple(make_card(row, market, language) for row in chosen[24 * (page - 1) : 24 * page])
    return t.CardPage(cards=shown, page=page, pages=max(1, -(-len(chosen) // 24)), total=len(chosen))


def categories(*, market: str, language: str) -> tuple[t.Category, ...]:
    at = 0 if language == "ja" else 1
    return tuple(
        t.Category(
            id=slug,
            slug=slug,
            name=names[at],
            parent_slug="",
            pool_category=slug,
            count=sum(row["category"] == slug for row in rows()),
        )
        for slug, names in CATEGORIES.items()
    )


def detail(*, market: str, language: str, slug: str) -> t.ListingDetail | None:
    row = next((row for row in rows() if row["slug"] == slug), None)
    if row is None:
        return None
    card = make_card(row, market, language)
    maker = merchant_rows()[row["merchant"]]
    is_japanese = language == "ja"
    barred = t.BlockedDestination(
        "HK",
        "香港" if is_japanese else "Hong Kong",
        "東京都産の海藻は送れません。" if is_japanese else "Seaweed from Tokyo cannot be sent.",
        "Cap. 132 Order",
        "https://www.cfs.gov.hk/",
        "2023-08-24",
    )
    panel = "<p>朝の五時、窯の口をあける。</p>" if is_japanese else "<p>At five the kiln is opened.</p>"
    return t.ListingDetail(
        card=card,
        description=row[f"text_{language}"] + "\n\n" + maker[f"about_{language}"],
        variants=(
            t.VariantView(f"V{slug}", card.name, slug.upper()[:12], card.price, int(row["stock"]), card.availability),
        ),
        gallery=(card.image,),
        facts=(
            t.Fact("weight", "重さ" if is_japanese else "Weight", f"{row['weight_g']} g"),
            t.Fact("origin", "産地" if is_japanese else "Made in", row["origin"]),
        ),
        panels=(
            t.PanelView("story", "story", "物語" if is_japanese else "A maker’s story", panel),
            t.PanelView("quality", "certificate", "品質証" if is_japanese else "Certificate", panel),
        ),
        maker=t.Maker(row["merchant"], card.merchant_name, maker[f"about_{language}"], "川端区見本町"),
        legal=(),
        blocked_destinations=(barred,) if row["picture"] == "nori" else (),
        weight_g=int(row["weight_g"]),
    )


def search(*, market: str, language: str, q: str, facets: dict, sort: str, page: int) -> t.SearchResult:
    found = [row for row in rows() if q.lower() in (row["name_ja"] + row["name_en"].lower())]
    found = [row for row in found if not facets.get("category") or row["category"] in facets["category"]]
    values = tuple(
        t.FacetValue(entry.slug, entry.name, entry.count, entry.slug in facets.get("category", ()))
        for entry in categories(market=market, language=language)
    )
    shown = tuple(make_card(row, market, language) for row in found[24 * (page - 1) : 24 * page])
    return t.SearchResult(
        query=q,
        cards=shown,
        facets=(t.Facet("category", "種類" if language == "ja" else "Kind", values),),
        total=len(found),
        page=page,
        pages=max(1, -(-len(found) // 24)),
        suggestion="" if found else "切子",
    )
