"""The merchants and products that replayed invoices are sold by.

The stated rule: a stock code belongs to merchant number crc32(code without its last letters) mod 12, so that variants
of one article (85123A, 85123B) share a merchant. Each merchant has a few products, chosen by the same number, with a
variant per code: Saleor gives at most a hundred variants of a product at once, the mall reads fifty.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from infra.demo.ward import legal_notice_of
from infra.past_sales import side_by_side
from marketplace.merchants import actions as merchants
from marketplace.merchants import queries
from marketplace.merchants.types import Merchant, MerchantMissing
from marketplace.saleor import catalogue, site
from marketplace.saleor.types import SiteIds

CHANNEL = "uk"
MERCHANTS = 12
PRODUCTS = 16
"""Products of each merchant: all 4,070 codes of the whole file make fewer than fifty variants of each."""
PLENTY = 10_000_000
PRODUCT_TYPE = "replay"
CHUNK = 100


@dataclass(frozen=True, slots=True)
class _Asked:
    """The stock codes that one product of a merchant must have as variants. `reference` is the product's."""

    merchant: Merchant
    reference: str
    codes: tuple[str, ...]


def merchant_number(code: str) -> int:
    """Return which merchant (1 to 12) sells a stock code."""
    return _article_number(code) % MERCHANTS + 1


def product_number(code: str) -> int:
    """Return which of the merchant's products (1 to 16) a stock code is a variant of."""
    return _article_number(code) // MERCHANTS % PRODUCTS + 1


def _article_number(code: str) -> int:
    article = code.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") or code
    return zlib.crc32(article.encode())


def ensure_goods(codes: Iterable[str]) -> dict[str, str]:
    """Make what is missing of merchants, products and variants; return Saleor's variant id by stock code."""
    wanted: dict[int, dict[int, list[str]]] = {}
    for code in dict.fromkeys(codes):
        wanted.setdefault(merchant_number(code), {}).setdefault(product_number(code), []).append(code)
    ids = site.get_site()
    type_id = _product_type(ids)
    category_id = _category()
    asked = [
        _Asked(merchant, f"mall.replay.{merchant.code}.{product}", tuple(codes))
        for merchant, products in [(_merchant(number), wanted[number]) for number in sorted(wanted)]
        for product, codes in sorted(products.items())
    ]
    made = side_by_side(lambda each: _ensure_variants(ids, type_id, category_id, each), asked)
    return {code: variant_id for each in made for code, variant_id in each.items()}


def _merchant(number: int) -> Merchant:
    code = f"replay-{number:02d}"
    try:
        merchant = queries.get_merchant(code=code)
    except MerchantMissing:
        name = {"ja": f"再生用の店 {number}", "en": f"Replay merchant {number}"}
        merchant = merchants.join_merchant(
            code=code,
            owner_key=code,
            name=name,
            address={"ja": "東京都墨田区見本町", "en": "Mihon-cho, Sumida-ku, Tokyo"},
            postal_code="130-0000",
            representative="見本",
            phone="03-0000-0000",
            email=f"{code}@example.com",
            joined_on=date(2010, 1, 1),
            legal_notice=legal_notice_of(name, "見本", number),
            actor="system:replay",
        )
    return merchants.open_at_saleor(merchant_id=merchant.id)


def _product_type(ids: SiteIds) -> str:
    found = site.by_slug("ProductTypes", "productTypes").get(PRODUCT_TYPE)
    if found is not None:
        return str(found["id"])
    return site.create_product_type(
        name="Replay", slug=PRODUCT_TYPE, attributes=[ids.attributes["merchant"]], is_shipped=False
    )


def _ensure_variants(ids: SiteIds, type_id: str, category_id: str, asked: _Asked) -> dict[str, str]:
    product = catalogue.find_product(external_reference=asked.reference)
    product_id = product.id if product else _create_product(ids, type_id, category_id, asked)
    known = {variant.sku: variant.id for variant in product.variants} if product else {}
    missing = [code for code in asked.codes if _sku(code) not in known]
    for start in range(0, len(missing), CHUNK):
        chunk = missing[start : start + CHUNK]
        made = catalogue.create_variants(
            product_id=product_id, variants=[_variant(ids, asked.merchant, code) for code in chunk]
        )
        known |= {_sku(code): variant_id for code, variant_id in zip(chunk, made, strict=True)}
    return {code: known[_sku(code)] for code in asked.codes}


def _create_product(ids: SiteIds, type_id: str, category_id: str, asked: _Asked) -> str:
    product_id = catalogue.create_product(
        name=f"Replayed goods of {asked.merchant.name['en']}",
        slug=asked.reference.replace(".", "-"),  # Saleor would count up from the name, and trip over another doing so
        product_type_id=type_id,
        category_id=category_id,
        tax_class_id=ids.tax_classes["standard"],
        merchant=asked.merchant.code,
        attributes=[{"id": ids.attributes["merchant"], "reference": asked.merchant.page_id}],
        external_reference=asked.reference,
    )
    catalogue.list_in_channel(product_id=product_id, channel_id=ids.channels[CHANNEL].id, is_published=True)
    return product_id


def _category() -> str:
    found = next((each for each in catalogue.list_categories() if each.slug == PRODUCT_TYPE), None)
    return found.id if found else catalogue.create_category(name="Replay", slug=PRODUCT_TYPE)


def _variant(ids: SiteIds, merchant: Merchant, code: str) -> dict[str, object]:
    return {
        "sku": _sku(code),
        "name": code,
        "attributes": [],
        "trackInventory": True,
        "stocks": [{"warehouse": merchant.warehouse_id, "quantity": PLENTY}],
        "channelListings": [{"channelId": ids.channels[CHANNEL].id, "price": Decimal("1.00")}],
    }


def _sku(code: str) -> str:
    return f"uci-{code}"
