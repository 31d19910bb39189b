"""Promotions made by mutations, and the prices that goods are then shown with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from infra.engine.discounts.tasks import recalculate
from tests.engine.asking import ask, data_of
from tests.engine.shop import Shop

ERRORS = "errors { field code }"
CREATE = """mutation($i: PromotionCreateInput!) { promotionCreate(input: $i) {
  errors { field code index rulesLimit rulesLimitExceedBy giftsLimit giftsLimitExceedBy }
  promotion { id rules { id } } } }"""
PRICES = """query($id: ID!) { product(id: $id, channel: "jp") {
  pricing { onSale discount { gross { amount } net { amount } }
    priceRange { start { gross { amount } } stop { gross { amount } } }
    priceRangeUndiscounted { start { gross { amount } } stop { gross { amount } } } }
  variants { pricing { onSale discount { gross { amount } } price { gross { amount } }
    priceUndiscounted { gross { amount } } } } } }"""


def now() -> datetime:
    return datetime.now(UTC)


def selects(shop: Shop, *products: str, **more: Any) -> dict[str, Any]:
    """Return the input of a rule that takes 10 % off the products."""
    rule = {
        "cataloguePredicate": {"productPredicate": {"ids": list(products)}},
        "channels": [shop.channel],
        "rewardValueType": "PERCENTAGE",
        "rewardValue": 10,
    }
    return {**rule, **more}


def promote(shop: Shop, *rules: dict[str, Any], kind: str = "CATALOGUE", **more: Any) -> dict[str, Any]:
    """Make a promotion that must be accepted, and return it; prices are not worked out."""
    given = {"name": "秋の市", "type": kind, "rules": list(rules), **more}
    return data_of(CREATE, {"i": given}, token=shop.token)["promotionCreate"]["promotion"]


def refused(shop: Shop, *rules: dict[str, Any], kind: str = "CATALOGUE", **more: Any) -> list[tuple[Any, ...]]:
    """Return (field, code, index) of each error of a promotion that must be refused."""
    given = {"name": "秋の市", "type": kind, "rules": list(rules), **more}
    payload = ask(CREATE, {"i": given}, token=shop.token)["data"]["promotionCreate"]
    assert payload["promotion"] is None
    return [(error["field"], error["code"], error["index"]) for error in payload["errors"]]


def price(shop: Shop, product: str, *, token: str | None = None) -> float:
    """Return what the first variant of a product costs now, with tax, as a shopper sees it."""
    shown = data_of(PRICES, {"id": product}, token=token or "")["product"]
    return shown["variants"][0]["pricing"]["price"]["gross"]["amount"]


def settle(moment: datetime | None = None) -> int:
    """Work out what is stale, as the worker does."""
    return recalculate(moment or now())
