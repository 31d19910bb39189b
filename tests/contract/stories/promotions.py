"""Promotions: what they may say, what goods and carts cost with them, and what is left when they are gone.

They hold for goods of this story alone, and an order promotion for one odd sum, so that no other cart meets them.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from marketplace.saleor.types import SaleorRefused
from plugins.api.money import Money
from tests.contract.documents import send
from tests.contract.exchange import work
from tests.contract.stories.refusals import open_checkout
from tests.contract.world import SHOPPER, Goods, World, make_goods

PRICES = {"bowl": ("4325", "43.21"), "cup": ("805", "8.05"), "gift": ("330", "3.30")}
#: Saleor looks for changed promotions twice a minute
PATIENCE_S = 150
NOBODY = "UHJvbW90aW9uOjAwMDAwMDAwLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwMDAwMA=="


_TOKENS: dict[str, tuple[str, float]] = {}


def admin(world: World) -> str:
    """Return the superuser's token, asked for anew only when it grows old: sign-ins in a row are held up."""
    token, since = _TOKENS.get(world.run, ("", 0.0))
    deadline = time.monotonic() + 60
    while not token or time.monotonic() > since + 200:
        try:
            token, since = world.admin, time.monotonic()
        except SaleorRefused:
            assert time.monotonic() < deadline, "sign-in stays suspended"
            time.sleep(2)
    _TOKENS[world.run] = (token, since)
    return token


def tell(world: World) -> None:
    goods = {
        name: make_goods(
            world,
            f"promo-{name}",
            "a",
            "standard",
            {"jp": Money(Decimal(yen), "JPY"), "overseas": Money(Decimal(dollars), "USD")},
            20,
        )
        for name, (yen, dollars) in PRICES.items()
    }
    _refusals(world, goods)
    made: list[str] = []
    try:
        _catalogue(world, goods, made)
        _orders(world, goods, made)
    finally:
        token = admin(world)
        for gid in made:
            send("PromotionDrop", {"id": gid}, token=token)


def off(world: World, goods: Iterable[Goods], **more: Any) -> dict[str, Any]:
    """Return the input of a rule that takes a tenth off the goods in the yen channel."""
    rule = {
        "cataloguePredicate": {"productPredicate": {"ids": [each.product_id for each in goods]}},
        "channels": [world.channel("jp")],
        "rewardValueType": "PERCENTAGE",
        "rewardValue": 10,
    }
    return {name: value for name, value in {**rule, **more}.items() if value is not None}


def of_order(world: World, sum_: int, **more: Any) -> dict[str, Any]:
    """Return the input of a rule for carts whose goods cost exactly `sum_` yen."""
    return {
        "orderPredicate": {"discountedObjectPredicate": {"baseSubtotalPrice": {"range": {"gte": sum_, "lte": sum_}}}},
        "channels": [world.channel("jp")],
        **more,
    }


def make(world: World, case: str, *rules: dict[str, Any], kind: str = "CATALOGUE", **more: Any) -> dict[str, Any]:
    """Ask for a promotion and return it, or an empty dict when it is refused."""
    promotion = {"name": f"秋の市 {world.run}", "type": kind, "rules": list(rules), **more}
    answer = world.ask(f"promotions/{case}", "PromotionMake", {"promotion": promotion}, token=admin(world))
    made: dict[str, Any] = answer["data"]["promotionCreate"]["promotion"] or {}
    return made


def _refusals(world: World, goods: dict[str, Goods]) -> None:
    bowl = [goods["bowl"]]
    other = world.channel("overseas")
    make(world, "percentage_over_hundred", off(world, bowl, rewardValue=101))
    make(world, "fixed_without_channels", off(world, bowl, rewardValueType="FIXED", channels=None))
    both = [world.channel("jp"), other]
    make(world, "fixed_in_two_currencies", off(world, bowl, rewardValueType="FIXED", channels=both))
    make(world, "fixed_yen_with_decimals", off(world, bowl, rewardValueType="FIXED", rewardValue=10.5))
    make(world, "without_value", off(world, bowl, rewardValue=None))
    make(world, "without_predicate", off(world, bowl, cataloguePredicate=None))
    mixed = {"OR": [{"productPredicate": {"ids": [bowl[0].product_id]}}], "variantPredicate": {"ids": []}}
    make(world, "operator_beside_condition", off(world, bowl, cataloguePredicate=mixed))
    make(world, "reward_type_on_goods", off(world, bowl, rewardType="SUBTOTAL_DISCOUNT"))
    make(world, "order_predicate_on_goods", {**of_order(world, 1), **off(world, bowl)})
    order = {"kind": "ORDER"}
    plain = {"rewardValueType": "PERCENTAGE", "rewardValue": 10}
    make(world, "order_without_reward_type", of_order(world, 1, **plain), **order)
    make(
        world,
        "order_in_two_currencies",
        of_order(world, 1, rewardType="SUBTOTAL_DISCOUNT", **plain, channels=both),
        **order,
    )
    make(world, "gift_without_gifts", of_order(world, 1, rewardType="GIFT"), **order)
    gift = {"rewardType": "GIFT", "gifts": [goods["gift"].variant_id]}
    make(world, "gift_with_a_value", of_order(world, 1, **gift, rewardValue=5), **order)
    make(world, "gift_is_a_product", of_order(world, 1, rewardType="GIFT", gifts=[goods["gift"].product_id]), **order)
    make(world, "without_name", name="")
    make(world, "ends_before_it_starts", startDate="2026-05-02T00:00:00+00:00", endDate="2026-05-01T00:00:00+00:00")


def priced(world: World, case: str, goods: Goods, channel: str = "jp", *, until: int | None = None) -> None:
    """Keep what a shopper is shown of the goods, once the price with tax is `until`."""
    variables = {"id": goods.product_id, "channel": channel}
    deadline = time.monotonic() + PATIENCE_S
    while until is not None:
        work()
        shown = send("GoodsPriced", variables, token=None)["data"]["product"]
        if int(shown["variants"][0]["pricing"]["price"]["gross"]["amount"]) == until:
            break
        assert time.monotonic() < deadline, f"{case}: not {until} but {shown}"
        time.sleep(1)
    world.ask(f"promotions/{case}", "GoodsPriced", variables, token=None)


#: Saleor reads what a cart is off as it was kept before its prices are worked out, which the same answer asks for
NOT_YET_KEPT = ("data.checkoutCreate.checkout.discount", "data.checkoutCreate.checkout.discountName")


def cart(
    world: World, case: str, *lines: tuple[Goods, int], language: str = "JA", ignore: tuple[str, ...] = ()
) -> dict[str, Any]:
    wanted = [{"variantId": goods.variant_id, "quantity": quantity} for goods, quantity in lines]
    said = open_checkout(world, lines=wanted, email=SHOPPER)["input"] | {"languageCode": language}
    answer = world.ask(f"promotions/{case}", "PromotedCart", {"cart": said}, token=None, ignore=ignore)
    return dict(answer["data"]["checkoutCreate"]["checkout"])


def _catalogue(world: World, goods: dict[str, Goods], made: list[str]) -> None:
    ask, bowl, cup = world.ask, goods["bowl"], goods["cup"]
    promotion = make(world, "tenth_off", off(world, [bowl, cup], name="一割引", description={"blocks": []}))
    made.append(promotion["id"])
    gid, rule = promotion["id"], promotion["rules"][0]["id"]
    priced(world, "tenth_off_bowl", bowl, until=3892)
    priced(world, "tenth_off_cup", cup, until=724)
    priced(world, "tenth_off_other_channel", bowl, "overseas")
    said = {"id": gid, "language": "EN", "said": {"name": "Autumn market", "description": {"blocks": []}}}
    ask("promotions/translated", "PromotionSay", said, token=admin(world))
    said = {"id": rule, "language": "EN", "said": {"name": "A tenth off"}}
    ask("promotions/rule_translated", "PromotionRuleSay", said, token=admin(world))
    cart(world, "cart_with_a_tenth_off", (bowl, 2), (cup, 3))
    _rule_changes(world, rule, bowl, cup)
    more = off(world, [bowl], rewardValueType="FIXED", rewardValue=1000, name="千円引", promotion=gid)
    ask("promotions/rule_added", "PromotionRuleMake", {"rule": more}, token=admin(world))
    more = off(world, [cup], rewardValueType="FIXED", rewardValue=9000, promotion=gid)
    ask("promotions/rule_over_the_price", "PromotionRuleMake", {"rule": more}, token=admin(world))
    priced(world, "best_rule_wins", bowl, until=3325)
    priced(world, "never_below_nothing", cup, until=0)
    cart(world, "cart_with_the_best_rules", (bowl, 1), (cup, 1), language="EN")
    _lists(world, gid)
    ask("promotions/rule_dropped", "PromotionRuleDrop", {"id": rule}, token=admin(world))
    past = {"startDate": "2026-01-01T00:00:00+00:00", "endDate": "2026-02-01T00:00:00+00:00"}
    ask("promotions/ended", "PromotionChange", {"id": gid, "promotion": past}, token=admin(world))
    early = {"endDate": "2025-01-01T00:00:00+00:00"}
    ask("promotions/ends_before_it_started", "PromotionChange", {"id": gid, "promotion": early}, token=admin(world))
    ask("promotions/dropped", "PromotionDrop", {"id": gid}, token=admin(world))
    priced(world, "after_the_end", bowl, until=4325)


def _rule_changes(world: World, rule: str, bowl: Goods, cup: Goods) -> None:
    jp, overseas = world.channel("jp"), world.channel("overseas")
    none = {"productPredicate": {"ids": [bowl.product_id]}, "AND": [{"productPredicate": {"ids": [cup.product_id]}}]}
    for case, change in (
        ("rule_channel_added_and_removed", {"addChannels": [jp], "removeChannels": [jp]}),
        ("rule_without_value", {"rewardValue": None}),
        ("rule_without_predicate", {"cataloguePredicate": None}),
        ("rule_mixes_operators", {"cataloguePredicate": none}),
        ("rule_over_hundred", {"rewardValue": 200}),
        ("rule_channel_added", {"addChannels": [overseas]}),
        ("rule_fixed_in_two_currencies", {"rewardValueType": "FIXED", "rewardValue": 5}),
        ("rule_channel_removed", {"removeChannels": [overseas], "name": "やはり一割引"}),
        ("rule_fixed_with_decimals", {"rewardValueType": "FIXED", "rewardValue": 5.5}),
    ):
        world.ask(f"promotions/{case}", "PromotionRuleChange", {"id": rule, "rule": change}, token=admin(world))
    lost = off(world, [bowl], promotion=NOBODY)
    world.ask("promotions/rule_of_no_promotion", "PromotionRuleMake", {"rule": lost}, token=admin(world))


def _lists(world: World, gid: str) -> None:
    seen = {"name": {"eq": f"秋の市 {world.run}"}}
    for case, where in (
        ("found_by_name", seen),
        ("found_by_type", {"AND": [seen, {"type": {"eq": "CATALOGUE"}}]}),
        ("not_found_by_type", {"AND": [seen, {"type": {"oneOf": ["ORDER"]}}]}),
        ("not_found_by_start", {"AND": [seen, {"startDate": {"range": {"lte": "2020-01-01T00:00:00+00:00"}}}]}),
    ):
        variables = {"where": where, "sort": {"field": "CREATED_AT", "direction": "DESC"}, "first": 5}
        world.ask(f"promotions/{case}", "PromotionsSeen", variables, token=admin(world))
    world.ask("promotions/seen", "PromotionSeen", {"id": gid}, token=admin(world))
    world.ask("promotions/seen_by_a_shopper", "PromotionSeen", {"id": gid}, token=None)


def _orders(world: World, goods: dict[str, Goods], made: list[str]) -> None:
    bowl, cup = goods["bowl"], goods["cup"]
    reward = {"rewardType": "SUBTOTAL_DISCOUNT", "rewardValueType": "PERCENTAGE", "rewardValue": 15}
    promotion = make(world, "order_promotion", of_order(world, 5130, name="一割五分引", **reward), kind="ORDER")
    made.append(promotion["id"])
    cart(world, "cart_with_fifteen_off", (bowl, 1), (cup, 1), ignore=NOT_YET_KEPT)
    cart(world, "cart_of_another_sum", (bowl, 2))
    gift = of_order(world, 8650, rewardType="GIFT", gifts=[goods["gift"].variant_id], name="おまけ")
    made.append(make(world, "gift_promotion", gift, kind="ORDER")["id"])
    cart(world, "cart_with_a_gift", (bowl, 2))
    rule = of_order(world, 8650, rewardType="SUBTOTAL_DISCOUNT", rewardValueType="FIXED", rewardValue=400)
    rule |= {"promotion": promotion["id"]}
    world.ask("promotions/order_rule_added", "PromotionRuleMake", {"rule": rule}, token=admin(world))
    cart(world, "cart_with_more_off_than_the_gift", (bowl, 2), ignore=NOT_YET_KEPT)
