"""Carts: promotions of the whole, gifts, prices an app sets, and orders that are made without or beside the buyer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from plugins.api.money import Money
from tests.contract.stories.refusals import open_checkout, pay_for
from tests.contract.world import SHOPPER, TOKYO, World, make_goods

#: they name a promotion by its id in the midst of a text
REASONS = ("reason", "unitDiscountReason")


def tell(world: World) -> None:
    for name, yen, pieces in (("mug", "1201", 50), ("fan", "455", 50), ("bell", "90", 3)):
        world.goods[name] = make_goods(world, name, "b", "standard", {"jp": Money(Decimal(yen), "JPY")}, pieces)
    promotions: list[str] = []
    try:
        _promotion(world, promotions)
        _gift(world, promotions)
    finally:
        for index, pk in enumerate(promotions):
            world.ask(f"checkouts/promotion_ended_{index}", "OrderPromotionEnded", {"id": pk}, token=world.admin)
    _prices(world)
    _lines(world)
    _free(world)
    _orders(world)


def _open(world: World, case: str, *lines: Any, **more: Any) -> dict[str, Any]:
    said = {"email": SHOPPER, "shippingAddress": TOKYO, "billingAddress": TOKYO, **more}
    answer = world.ask(f"checkouts/{case}", "CartOpened", open_checkout(world, lines=list(lines), **said), token=None)
    opened: dict[str, Any] = answer["data"]["checkoutCreate"]["checkout"]
    return opened


def _rule(world: World, least: int, **said: Any) -> dict[str, Any]:
    amounts = {"baseSubtotalPrice": {"range": {"gte": least}}}
    return {
        "name": "rule",
        "channels": [world.channel("jp")],
        "orderPredicate": {"discountedObjectPredicate": amounts},
        "rewardType": "SUBTOTAL_DISCOUNT",
        **said,
    }


def _promote(world: World, promotions: list[str], case: str, *rules: dict[str, Any]) -> None:
    said = {"name": "祭", "type": "ORDER", "rules": list(rules)}
    answer = world.ask(f"checkouts/{case}", "OrderPromotionMade", {"input": said}, token=world.admin)
    promotions.append(answer["data"]["promotionCreate"]["promotion"]["id"])


def _promotion(world: World, promotions: list[str]) -> None:
    ask = world.ask
    third = _rule(world, 500000, rewardValueType="PERCENTAGE", rewardValue=33.3)
    _promote(world, promotions, "promotion_of_dear_carts", third)
    small = _open(world, "cart_too_small", world.line("mug", 1))
    _promote(world, promotions, "promotion", _rule(world, 1500, rewardValueType="PERCENTAGE", rewardValue=7))
    added = {"id": small["id"], "lines": [world.line("fan", 2)]}
    ask("checkouts/promoted_by_lines", "CartLinesAdded", added, token=None)
    pay_for(world, small["id"], "checkouts/promoted")
    bought = ask("checkouts/promoted_bought", "CartBought", {"id": small["id"]}, token=None)
    order = bought["data"]["checkoutComplete"]["order"]["id"]
    ask("checkouts/promoted_order", "BoughtSeen", {"id": order}, token=world.admin, ignore=REASONS)


def _gift(world: World, promotions: list[str]) -> None:
    ask = world.ask
    gift = _rule(world, 3000, rewardType="GIFT", gifts=[world.goods["bell"].variant_id])
    _promote(world, promotions, "gift_promotion", gift)
    # 7 % of 1,201 × 1 is under the gift's 90 yen; of what earns the gift it is more.
    opened = _open(world, "gift_not_earned", world.line("mug", 1))
    change = [{"lineId": opened["lines"][0]["id"], "quantity": 3}]
    ask("checkouts/gift_beaten", "CartLinesChanged", {"id": opened["id"], "lines": change}, token=None)
    ended = promotions.pop(1)
    ask("checkouts/promotion_ended", "OrderPromotionEnded", {"id": ended}, token=world.admin)
    change[0]["quantity"] = 4
    earned = ask("checkouts/gift_earned", "CartLinesChanged", {"id": opened["id"], "lines": change}, token=None)
    rows = earned["data"]["checkoutLinesUpdate"]["checkout"]["lines"]
    free = next(row["id"] for row in rows if row["isGift"])
    pk = opened["id"]
    more = [{"lineId": free, "quantity": 2}]
    ask("checkouts/gift_changed", "CartLinesChanged", {"id": pk, "lines": more}, token=None)
    ask("checkouts/gift_removed", "CartLinesRemoved", {"id": pk, "lines": [free]}, token=None)
    pay_for(world, pk, "checkouts/gift")
    bought = ask("checkouts/gift_bought", "CartBought", {"id": pk}, token=None)
    order = bought["data"]["checkoutComplete"]["order"]["id"]
    # The reference's order keeps the discount of the promotion that the gift took the place of: nothing was taken off.
    ask("checkouts/gift_order", "BoughtSeen", {"id": order}, token=world.admin, ignore=(*REASONS, "discounts"))
    again = _open(world, "gift_earned_at_once", world.line("mug", 4))
    fewer = [{"lineId": again["lines"][0]["id"], "quantity": 1}]
    ask("checkouts/gift_lost", "CartLinesChanged", {"id": again["id"], "lines": fewer}, token=None)


def _prices(world: World) -> None:
    ask = world.ask
    pk = _open(world, "priced_cart", world.line("mug", 2))["id"]
    dearer = [world.line("fan", 3, price=100.4, forceNewLine=True)]
    ask("checkouts/price_with_decimals", "CartLinesAdded", {"id": pk, "lines": dearer})
    ask("checkouts/price_of_zero", "CartLinesAdded", {"id": pk, "lines": [world.line("bell", 1, price=0)]})
    plain = ask("checkouts/new_line", "CartLinesAdded", {"id": pk, "lines": [world.line("mug", 1, forceNewLine=True)]})
    lines = plain["data"]["checkoutLinesAdd"]["checkout"]["lines"]
    back = [{"lineId": lines[1]["id"], "price": None}]
    ask("checkouts/price_taken_back", "CartLinesChanged", {"id": pk, "lines": back})
    by_variant = [{"variantId": world.goods["mug"].variant_id, "quantity": 5}]
    ask("checkouts/one_of_two_lines", "CartLinesChanged", {"id": pk, "lines": by_variant})


def _lines(world: World) -> None:
    ask = world.ask
    opened = _open(world, "lines_cart", world.line("mug", 1), world.line("mug", 2), world.line("fan", 1))
    pk, first = opened["id"], opened["lines"][0]["id"]
    ask(
        "checkouts/line_to_zero",
        "CartLinesChanged",
        {"id": pk, "lines": [{"lineId": first, "quantity": 0}]},
        token=None,
    )
    ask("checkouts/line_gone", "CartLinesChanged", {"id": pk, "lines": [{"lineId": first, "quantity": 1}]}, token=None)
    ask("checkouts/line_removed_twice", "CartLinesRemoved", {"id": pk, "lines": [first]}, token=None)
    too_many = [{"variantId": world.goods["bell"].variant_id, "quantity": 4}]
    ask("checkouts/more_than_there_are", "CartLinesChanged", {"id": pk, "lines": too_many}, token=None)
    no_number = [{"variantId": world.goods["fan"].variant_id}]
    ask("checkouts/line_without_quantity", "CartLinesChanged", {"id": pk, "lines": no_number}, token=None)


def _free(world: World) -> None:
    ask, code = world.ask, f"{world.run}-all-free"
    made = ask(
        "checkouts/voucher_of_all", "VoucherIssue", {"input": {"name": "all", "addCodes": [code]}}, token=world.admin
    )
    voucher = made["data"]["voucherCreate"]["voucher"]["id"]
    given = {"addChannels": [{"channelId": world.channel("jp"), "discountValue": 99999}]}
    ask("checkouts/voucher_of_all_given", "VoucherPrice", {"id": voucher, "input": given}, token=world.admin)
    pk = _open(world, "free_cart", world.line("mug", 1), world.line("fan", 1))["id"]
    ask("checkouts/free_goods", "CartCodeAdded", {"id": pk, "code": code}, token=None)
    pay_for(world, pk, "checkouts/free")
    ask("checkouts/free_paid", "CartSeen", {"id": pk}, token=None)
    bought = ask("checkouts/free_bought", "CartBought", {"id": pk}, token=None)
    order = bought["data"]["checkoutComplete"]["order"]["id"]
    ask("checkouts/free_order", "BoughtSeen", {"id": order}, token=world.admin)
    ask("checkouts/voucher_of_all_deleted", "VoucherRemoved", {"id": voucher}, token=world.admin)


def _orders(world: World) -> None:
    ask = world.ask
    empty = _open(world, "order_of_nothing_cart")["id"]
    ask("checkouts/order_of_nothing", "OrderOfCart", {"id": empty})
    bare = _open(world, "order_undelivered_cart", world.line("fan", 1))["id"]
    ask("checkouts/order_undelivered", "OrderOfCart", {"id": bare})
    ask("checkouts/order_by_a_guest", "OrderOfCart", {"id": bare}, token=None)
    offered = ask("checkouts/order_deliveries", "DeliveryOptionsCalculate", {"id": bare}, token=None)
    choice = {"id": bare, "deliveryMethodId": offered["data"]["deliveryOptionsCalculate"]["deliveries"][0]["id"]}
    ask("checkouts/order_delivery", "CheckoutDeliveryMethodUpdate", choice, token=None)
    kept = {"id": bare, "removeCheckout": False, "metadata": [{"key": "by", "value": "app"}]}
    made = ask("checkouts/order_unpaid", "OrderOfCart", kept)
    ask("checkouts/order_cart_kept", "CartSeen", {"id": bare}, token=None)
    ask("checkouts/order_once_more", "OrderOfCart", {"id": bare})
    order = made["data"]["orderCreateFromCheckout"]["order"]["id"]
    ask("checkouts/cart_of_order", "CartOfOrder", {"id": order}, token=None)
    ask("checkouts/cart_of_no_order", "CartOfOrder", {"id": bare}, token=None)
