"""Merchants and listings for the catalogue's tests, made through the real actions."""

from __future__ import annotations

from datetime import date

from marketplace.catalog import actions
from marketplace.catalog.types import PictureDraft, VariantDraft
from marketplace.merchants import actions as merchants
from marketplace.merchants import models as merchant_models
from marketplace.merchants.types import LEGAL_FIELDS
from plugins.api.money import Money

ALLERGENS = ("egg", "milk", "wheat", "buckwheat", "peanut", "shrimp", "crab", "walnut", "cashew")
ACTOR = "system:test"


def make_merchant(code="soramame-glass", **overrides):
    notice = {field: {"ja": f"{field}の表記", "en": f"{field} notice"} for field in LEGAL_FIELDS}
    fields = {
        "owner_key": code,
        "name": {"ja": "そら豆硝子", "en": "Soramame Glass"},
        "address": {"ja": "東京都墨田区見本町1-2", "en": "1-2 Mihoncho, Sumida, Tokyo"},
        "representative": "空豆 透",
        "phone": "03-0000-0000",
        "email": f"{code}@example.test",
        "joined_on": date(2026, 4, 1),
        "legal_notice": notice,
        "actor": ACTOR,
        "profile": {"ja": "三代目の切子工房。", "en": "A third-generation studio."},
    }
    merchant = merchants.join_merchant(code=code, **{**fields, **overrides})
    merchant_models.Merchant.objects.filter(pk=int(merchant.id)).update(page_id=f"PG-{code}", warehouse_id=f"W-{code}")
    return merchant


def make_permit(
    merchant, kind="food_business", valid_to=date(2027, 3, 31), number="食第1号", valid_from=date(2024, 4, 1)
):
    merchants.add_permit(
        merchant_id=merchant.id,
        kind=kind,
        number="食第1号",
        valid_from=valid_from,
        valid_to=valid_to,
        evidence="scan.pdf",
        actor=ACTOR,
    )


def food_answers(**overrides):
    answers = {f"food.allergen.{code}": "not_contained" for code in ALLERGENS}
    return answers | {"food.storage": "room", "food.date_kind": "best_before", "food.net_content": "10枚"} | overrides


def make_draft(merchant, **overrides):
    slug = overrides.pop("slug", "edo-kiriko-rocks")
    prices = overrides.pop("prices", {"jp": Money(14300, "JPY"), "overseas": Money(120, "USD")})
    stock = overrides.pop("stock", 12)
    fields = {
        "names": {"ja": "江戸切子 魚子文 ロックグラス", "en": "Edo Kiriko Nanako Rocks Glass"},
        "descriptions": {"ja": "魚の卵のように細かな格子。", "en": "A lattice as fine as fish roe."},
        "category": "tableware",
        "variants": [VariantDraft(f"SKU-{slug}", {"ja": "瑠璃", "en": "Lapis"}, prices, stock)],
        "hs_code": "701337",
        "origin_area": "JP-13",
        "weight_g": 380,
        "markets": list(prices),
        "slug": slug,
        "actor": ACTOR,
        "pictures": [PictureDraft("a.png", f"picture of {slug}".encode(), {"ja": "瑠璃色のグラス"})],
    }
    return actions.draft_listing(merchant_id=merchant.id, **{**fields, **overrides})


def make_live(merchant, **overrides):
    draft = make_draft(merchant, **overrides)
    return actions.publish_listing(listing_id=draft.id, actor=ACTOR)


def make_food(merchant, **overrides):
    fields = {
        "names": {"ja": "東京湾の焼海苔 全形十枚", "en": "Tokyo Bay Toasted Nori"},
        "category": "food",
        "hs_code": "200899",
        "weight_g": 45,
        "tax_class": "reduced",
        "answers": food_answers(),
        "slug": "yakinori",
        "prices": {"jp": Money(1620, "JPY")},
    }
    return make_live(merchant, **{**fields, **overrides})
