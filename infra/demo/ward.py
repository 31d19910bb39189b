"""The demo ward's content, read from its data files: plainly fictional merchants, things of real kinds."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

from plugins.api import Money
from plugins.api.types import Words

DATA = Path(__file__).parent / "data"
YEN_PER_DOLLAR = 130  # the demo merchants' own overseas prices stand a little above the made-up exchange rate
ALLERGENS = ("egg", "milk", "wheat", "buckwheat", "peanut", "shrimp", "crab", "walnut", "cashew")
LIQUOR = ("220600", "220870")


@dataclass(frozen=True, slots=True)
class DemoMerchant:
    """One fictional merchant. `picture` names the craft its portrait is drawn for."""

    code: str
    owner: str
    name: Words
    representative: str
    picture: str
    profile: Words
    number: int
    sells_food: bool
    sells_liquor: bool


@dataclass(frozen=True, slots=True)
class DemoListing:
    """One listing. `stock` is what should be on the shelf when the history has been sold."""

    slug: str
    merchant: str
    picture: str
    category: str
    prices: Mapping[str, Money]
    weight_g: int
    hs_code: str
    origin_area: str
    stock: int
    name: Words
    text: Words
    tax_class: str
    answers: Mapping[str, str]
    number: int


def chosen() -> frozenset[str]:
    """Return the codes of the merchants that MALL_DEMO_MERCHANTS names (by commas); none stands for all of them.

    For a Saleor where each listing costs seconds: a ward of a few merchants and all they sell, without a past.
    """
    return frozenset(code.strip() for code in os.environ.get("MALL_DEMO_MERCHANTS", "").split(",") if code.strip())


@cache
def merchants() -> tuple[DemoMerchant, ...]:
    sold: dict[str, list[DemoListing]] = {}
    for listing in listings():
        sold.setdefault(listing.merchant, []).append(listing)
    return tuple(
        DemoMerchant(
            code=row["code"],
            owner=row["owner"],
            name={"ja": row["name_ja"], "en": row["name_en"]},
            representative=row["representative_ja"],
            picture=row["craft"],
            profile={"ja": row["about_ja"], "en": row["about_en"]},
            number=number,
            sells_food=any("food.storage" in listing.answers for listing in sold[row["code"]]),
            sells_liquor=any(listing.hs_code in LIQUOR for listing in sold[row["code"]]),
        )
        for number, row in enumerate(_rows("merchants.tsv"), 1)
        if row["code"] in sold
    )


@cache
def listings() -> tuple[DemoListing, ...]:
    rows = [*_rows("listings_goods.tsv"), *_rows("listings_foods.tsv")]
    only = chosen()
    return tuple(_listing(number, row) for number, row in enumerate(rows, 1) if not only or row["merchant"] in only)


def _listing(number: int, row: Mapping[str, str]) -> DemoListing:
    is_food = bool(row.get("storage"))
    yen = Decimal(row["yen"])
    dollars = (yen / YEN_PER_DOLLAR).quantize(Decimal("0.5"), ROUND_HALF_UP).quantize(Decimal("0.01"))
    return DemoListing(
        slug=row["slug"],
        merchant=row["merchant"],
        picture=row["picture"],
        category=row["category"],
        prices={"jp": Money(yen, "JPY"), "overseas": Money(dollars, "USD")},
        weight_g=int(row["weight_g"]),
        hs_code=row["hs"],
        origin_area=row["origin"],
        stock=int(row["stock"]),
        name={"ja": row["name_ja"], "en": row["name_en"]},
        text={"ja": row["text_ja"], "en": row["text_en"]},
        tax_class="reduced" if is_food and row["hs"] not in LIQUOR else "standard",
        answers=_food_answers(row) if is_food else {},
        number=number,
    )


def _food_answers(row: Mapping[str, str]) -> dict[str, str]:
    contains, may_contain = set(row["contains"].split()), set(row["may_contain"].split())
    unknown = (contains | may_contain) - set(ALLERGENS)
    if unknown:
        raise ValueError(f"{row['slug']}: not a mandatory allergen: {unknown}")
    answers = {"food.storage": row["storage"], "food.date_kind": row["date_kind"], "food.net_content": row["net"]}
    for code in ALLERGENS:
        answers[f"food.allergen.{code}"] = (
            "contains" if code in contains else "may_contain" if code in may_contain else "not_contained"
        )
    return answers


def _rows(name: str) -> Iterator[Mapping[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t")


def legal_notice(merchant: DemoMerchant) -> dict[str, Words]:
    """Return a demo merchant's notice: see `legal_notice_of`."""
    return legal_notice_of(merchant.name, merchant.representative, merchant.number)


def legal_notice_of(name: Words, representative: str, number: int) -> dict[str, Words]:
    """Return the eleven fields of the notice under the Act on Specified Commercial Transactions, Art. 11."""
    return {
        "seller_name": {
            "ja": f"{name['ja']}（架空のお店）",
            "en": f"{name['en']} (a fictional merchant)",
        },
        "address": {
            "ja": f"東京都墨田区見本町{number}番地（実在しません）",
            "en": f"{number} Mihon-cho, Sumida-ku, Tokyo (does not exist)",
        },
        "phone": {"ja": f"03-0000-{number:04d}", "en": f"+81 3-0000-{number:04d}"},
        "responsible_person": {"ja": representative, "en": f"The owner of {name['en']}"},
        "price": {"ja": "各商品のページに税込で表示しています。", "en": "Shown on each page, tax included."},
        "other_charges": {
            "ja": "送料。お届け先を入力すると、お支払いの前に合計が表示されます。",
            "en": "Delivery. The total is shown before payment once the address is known.",
        },
        "payment": {
            "ja": "お支払い方法は注文画面に表示します。ご注文時にお支払いいただきます。",
            "en": "The ways to pay are shown at checkout; payment is due when ordering.",
        },
        "delivery": {
            "ja": "ご注文から3営業日以内に発送します。",
            "en": "Sent within three working days of the order.",
        },
        "returns": {
            "ja": "お客さま都合の返品はお受けしません。破損・誤送は到着後8日以内にご連絡ください。",
            "en": "No returns for a change of mind. Tell us within eight days if it is damaged or wrong.",
        },
        "application_period": {"ja": "期間の定めはありません。", "en": "No limited period."},
        "quantity_limits": {"ja": "在庫の数までお求めいただけます。", "en": "As many as are in stock."},
    }
