"""Vouchers: made, priced, put on carts, counted with orders, and refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from plugins.api.money import Money
from tests.contract.stories.refusals import open_checkout, pay_for
from tests.contract.world import SHOPPER, TOKYO, World, make_goods


def tell(world: World) -> None:
    plan = (("bowl", "standard", "1001"), ("rice", "reduced", "333"), ("soap", "standard", "2500"))
    for name, tax_class, yen in plan:
        world.goods[name] = make_goods(world, name, "a", tax_class, {"jp": Money(Decimal(yen), "JPY")}, 50)
    made: list[str] = []
    _making(world, made)
    _listing(world, made)
    _percentages(world, made)
    _lines(world, made)
    _conditions(world, made)
    _delivery(world, made)
    _counting(world, made)
    _finding(world)
    _removing(world, made)


def code_of(world: World, name: str) -> str:
    return f"{world.run}-{name}"


def issue(world: World, made: list[str], name: str, value: Any = None, **said: Any) -> str:
    """Make a voucher with one code, give it in yen when `value` is said, and return its id."""
    least = said.pop("minAmountSpent", None)
    given = {"name": name, "addCodes": [code_of(world, name)], "discountValueType": "FIXED", **said}
    answer = world.ask(f"vouchers/{name}", "VoucherIssue", {"input": given}, token=world.admin)
    pk = str(answer["data"]["voucherCreate"]["voucher"]["id"])
    made.append(pk)
    if value is not None:
        row = {"channelId": world.channel("jp"), "discountValue": value}
        row |= {"minAmountSpent": least} if least is not None else {}
        world.ask(
            f"vouchers/{name}_given", "VoucherPrice", {"id": pk, "input": {"addChannels": [row]}}, token=world.admin
        )
    return pk


def cart(world: World, case: str, *lines: Any, **more: Any) -> dict[str, Any]:
    """Open a cart in Tokyo and return it."""
    said = {"email": SHOPPER, "shippingAddress": TOKYO, "billingAddress": TOKYO, **more}
    said = {key: value for key, value in said.items() if value is not None}
    answer = world.ask(
        f"vouchers/{case}_cart", "CartOpened", open_checkout(world, lines=list(lines), **said), token=None
    )
    opened: dict[str, Any] = answer["data"]["checkoutCreate"]["checkout"]
    return opened


def put(world: World, case: str, pk: str, code: str) -> None:
    variables = {"id": pk, "code": code_of(world, code)}
    world.ask(f"vouchers/{case}", "CartCodeAdded", variables, token=None)


def _making(world: World, made: list[str]) -> None:
    ask, admin = world.ask, world.admin
    name = "made_whole"
    issue(
        world,
        made,
        name,
        None,
        type="SPECIFIC_PRODUCT",
        usageLimit=3,
        applyOncePerCustomer=True,
        countries=["JP", "SG"],
        startDate="2026-01-01T00:00:00+00:00",
        endDate="2098-01-01T00:00:00+00:00",
        minCheckoutItemsQuantity=2,
        products=[world.goods["bowl"].product_id],
    )
    twice = {"name": "x", "addCodes": [code_of(world, name)]}
    ask("vouchers/code_taken", "VoucherIssue", {"input": twice}, token=admin)
    same = {"name": "x", "addCodes": [code_of(world, "same"), code_of(world, "same")]}
    ask("vouchers/code_given_twice", "VoucherIssue", {"input": same}, token=admin)
    ask("vouchers/no_code", "VoucherIssue", {"input": {"name": "x"}}, token=admin)
    both = {"name": "x", "addCodes": [code_of(world, "b1")], "code": code_of(world, "b2")}
    ask("vouchers/code_and_codes", "VoucherIssue", {"input": both}, token=admin)
    dates = {"startDate": "2026-02-01T00:00:00+00:00", "endDate": "2026-01-01T00:00:00+00:00"}
    ask("vouchers/ends_before_start", "VoucherIssue", {"input": {**dates, "code": code_of(world, "b3")}}, token=admin)
    ask("vouchers/not_allowed", "VoucherIssue", {"input": {"name": "x", "code": code_of(world, "b4")}}, token=None)
    more = {"addCodes": [code_of(world, "second")], "name": "two codes", "usageLimit": 5}
    ask("vouchers/code_added", "VoucherChange", {"id": made[0], "input": more}, token=admin)
    rename = {"id": made[0], "input": {"code": code_of(world, "renamed")}}
    ask("vouchers/code_renamed_of_two", "VoucherChange", rename, token=admin)
    translated = {"id": made[0], "input": {"name": "二つの合言葉"}}
    ask("vouchers/translated", "VoucherTranslated", translated, token=admin)


def _listing(world: World, made: list[str]) -> None:
    ask, admin, jp = world.ask, world.admin, world.channel("jp")

    def price(case: str, pk: str, *add: dict[str, Any], remove: list[str] | None = None) -> None:
        said: dict[str, Any] = {"addChannels": list(add)} | ({"removeChannels": remove} if remove else {})
        ask(f"vouchers/{case}", "VoucherPrice", {"id": pk, "input": said}, token=admin)

    price("given_decimals_of_yen", made[0], {"channelId": jp, "discountValue": 10.5})
    price("given_no_value", made[0], {"channelId": jp, "minAmountSpent": 100})
    price("given_least_with_decimals", made[0], {"channelId": jp, "discountValue": 10, "minAmountSpent": 99.5})
    two = (
        {"channelId": jp, "discountValue": 300, "minAmountSpent": 1000},
        {"channelId": world.channel("overseas"), "discountValue": 2.5},
    )
    price("given_twice", made[0], two[0], two[0])
    price("given_in_two", made[0], *two)
    price("given_again", made[0], {"channelId": jp, "discountValue": 250})
    ask("vouchers/seen_there", "VoucherSeen", {"id": made[0], "channel": "overseas"}, token=admin)
    ask("vouchers/seen_nowhere", "VoucherSeen", {"id": made[0]}, token=admin)
    price("taken_back", made[0], remove=[world.channel("overseas")])
    percent = issue(world, made, "percent_too_much", None, discountValueType="PERCENTAGE")
    price("given_over_hundred", percent, {"channelId": jp, "discountValue": 101})


def _percentages(world: World, made: list[str]) -> None:
    ask = world.ask
    issue(world, made, "seven", 7, discountValueType="PERCENTAGE")
    opened = cart(world, "seven", world.line("bowl", 1), world.line("rice", 2))
    pk = opened["id"]
    put(world, "seven_added", pk, "seven")
    ask("vouchers/seven_seen", "CartSeen", {"id": pk}, token=None)
    change = [{"lineId": opened["lines"][1]["id"], "quantity": 5}]
    ask("vouchers/seven_of_more", "CartLinesChanged", {"id": pk, "lines": change}, token=None)
    issue(world, made, "over_total", 99999)
    put(world, "over_total_in_its_place", pk, "over_total")
    ask("vouchers/removed_another", "CartCodeRemoved", {"id": pk, "code": code_of(world, "seven")}, token=None)
    ask("vouchers/removed_unknown", "CartCodeRemoved", {"id": pk, "code": code_of(world, "nothing")}, token=None)
    ask("vouchers/removed_nothing", "CartCodeRemoved", {"id": pk}, token=None)
    ask("vouchers/removed", "CartCodeRemoved", {"id": pk, "code": code_of(world, "over_total")}, token=None)
    put(world, "added_unknown", pk, "nothing")
    put(world, "added_not_given_here", pk, "percent_too_much")
    put(world, "over_total_again", pk, "over_total")
    # Removed by its id, a voucher leaves its discount shown on the reference's cart until that changes.
    shown = ("discount", "discountName", "translatedDiscountName")
    ask("vouchers/removed_by_id", "CartCodeRemoved", {"id": pk, "codeId": made[-1]}, token=None, ignore=shown)


def _lines(world: World, made: list[str]) -> None:
    ask = world.ask
    pk = cart(world, "lines", world.line("bowl", 2), world.line("rice", 3), world.line("soap", 1))["id"]
    issue(world, made, "cheapest", 50, discountValueType="PERCENTAGE", applyOncePerOrder=True)
    put(world, "cheapest_added", pk, "cheapest")
    bowl = [world.goods["bowl"].product_id]
    one = issue(world, made, "one_product", 150, type="SPECIFIC_PRODUCT", products=bowl)
    put(world, "one_product_added", pk, "one_product")
    ask(
        "vouchers/goods",
        "VoucherGoods",
        {"id": one, "input": {"products": [world.goods["rice"].product_id]}},
        token=world.admin,
    )
    ask("vouchers/goods_removed", "VoucherGoodsRemoved", {"id": one, "input": {"products": bowl}}, token=world.admin)
    third = {
        "discountValueType": "PERCENTAGE",
        "type": "SPECIFIC_PRODUCT",
        "products": [*bowl, world.goods["rice"].product_id],
    }
    issue(world, made, "third_off", 33.3, **third)
    put(world, "third_off_added", pk, "third_off")
    issue(world, made, "elsewhere", 100, type="SPECIFIC_PRODUCT", products=[world.goods["tea"].product_id])
    put(world, "elsewhere_added", pk, "elsewhere")
    issue(world, made, "whole_uneven", 100)
    put(world, "whole_uneven_added", pk, "whole_uneven")


def _conditions(world: World, made: list[str]) -> None:
    ask = world.ask
    opened = cart(world, "conditions", world.line("bowl", 2))
    pk, line = opened["id"], opened["lines"][0]["id"]
    issue(world, made, "spend", 100, minAmountSpent=2003)
    put(world, "spend_too_little", pk, "spend")
    ask("vouchers/spend_more", "CartLinesChanged", {"id": pk, "lines": [{"lineId": line, "quantity": 3}]}, token=None)
    put(world, "spend_enough", pk, "spend")
    ask(
        "vouchers/spend_less_again",
        "CartLinesChanged",
        {"id": pk, "lines": [{"lineId": line, "quantity": 2}]},
        token=None,
    )
    issue(world, made, "pieces", 100, minCheckoutItemsQuantity=3)
    put(world, "pieces_too_few", pk, "pieces")
    issue(world, made, "staff", 100, onlyForStaff=True)
    put(world, "staff_only", pk, "staff")
    issue(world, made, "over", 100, startDate="2026-01-01T00:00:00+00:00", endDate="2026-01-02T00:00:00+00:00")
    put(world, "over_added", pk, "over")
    issue(world, made, "later", 100, startDate="2097-01-01T00:00:00+00:00")
    put(world, "later_added", pk, "later")


def _delivery(world: World, made: list[str]) -> None:
    ask = world.ask
    issue(world, made, "shipping", 50, type="SHIPPING", discountValueType="PERCENTAGE")
    issue(world, made, "shipping_abroad", 50, type="SHIPPING", countries=["SG"])
    issue(world, made, "shipping_over", 999999, type="SHIPPING")
    pk = cart(world, "shipping", world.line("bowl", 1))["id"]
    put(world, "shipping_too_early", pk, "shipping")
    offered = ask("vouchers/shipping_deliveries", "DeliveryOptionsCalculate", {"id": pk}, token=None)
    delivery = offered["data"]["deliveryOptionsCalculate"]["deliveries"][0]["id"]
    choice = {"id": pk, "deliveryMethodId": delivery}
    ask("vouchers/shipping_chosen", "CheckoutDeliveryMethodUpdate", choice, token=None)
    put(world, "shipping_added", pk, "shipping")
    put(world, "shipping_elsewhere", pk, "shipping_abroad")
    put(world, "shipping_free", pk, "shipping_over")
    ask("vouchers/shipping_unpaid", "CartBought", {"id": pk}, token=None)


def _counting(world: World, made: list[str]) -> None:
    ask, admin = world.ask, world.admin
    once = issue(world, made, "last_use", 100, usageLimit=1)
    first, second = (cart(world, f"last_use_{name}", world.line("bowl", 2))["id"] for name in ("first", "second"))
    for name, pk in (("first", first), ("second", second)):
        put(world, f"last_use_{name}_added", pk, "last_use")
        pay_for(world, pk, f"vouchers/last_use_{name}")
    bought = ask("vouchers/last_use_taken", "CartBought", {"id": first}, token=None)
    order = bought["data"]["checkoutComplete"]["order"]["id"]
    ask("vouchers/last_use_order", "BoughtSeen", {"id": order}, token=admin)
    ask("vouchers/last_use_lost", "CartBought", {"id": second}, token=None)
    ask("vouchers/last_use_lost_cart", "CartSeen", {"id": second}, token=None)
    ask("vouchers/last_use_counted", "VoucherSeen", {"id": once, "channel": "jp"}, token=admin)
    limit = {"id": once, "input": {"usageLimit": 2}}
    ask("vouchers/last_use_raised", "VoucherChange", limit, token=admin)
    third = cart(world, "last_use_third", world.line("bowl", 1))["id"]
    put(world, "last_use_used_up", third, "last_use")
    _counting_lines(world, made)


def _counting_lines(world: World, made: list[str]) -> None:
    ask, admin = world.ask, world.admin
    single = issue(
        world,
        made,
        "single",
        20,
        discountValueType="PERCENTAGE",
        singleUse=True,
        applyOncePerCustomer=True,
        type="SPECIFIC_PRODUCT",
        products=[world.goods["rice"].product_id],
    )
    pk = cart(world, "single", world.line("rice", 2), world.line("bowl", 1))["id"]
    put(world, "single_added", pk, "single")
    pay_for(world, pk, "vouchers/single")
    bought = ask("vouchers/single_taken", "CartBought", {"id": pk}, token=None)
    ask("vouchers/single_order", "BoughtSeen", {"id": bought["data"]["checkoutComplete"]["order"]["id"]}, token=admin)
    ask("vouchers/single_counted", "VoucherSeen", {"id": single, "channel": "jp"}, token=admin)
    again = cart(world, "single_again", world.line("rice", 2))["id"]
    put(world, "single_switched_off", again, "single")
    fresh = {"id": single, "input": {"addCodes": [code_of(world, "single_more")]}}
    ask("vouchers/single_more", "VoucherChange", fresh, token=admin)
    put(world, "single_customer_again", again, "single_more")
    ask("vouchers/single_changed", "VoucherChange", {"id": single, "input": {"singleUse": False}}, token=admin)


def _finding(world: World) -> None:
    ask, admin = world.ask, world.admin
    named = {"search": world.run}
    found = "VouchersFound"
    by_name = {"field": "NAME", "direction": "ASC"}
    ask(
        "vouchers/found_over",
        found,
        {"filter": {**named, "status": ["EXPIRED"]}, "sortBy": by_name, "first": 9},
        token=admin,
    )
    ask("vouchers/found_later", found, {"filter": {**named, "status": ["SCHEDULED"]}, "first": 9}, token=admin)
    shipping = {"filter": {**named, "discountType": ["SHIPPING"]}, "sortBy": {"field": "VALUE", "direction": "DESC"}}
    ask("vouchers/found_shipping", found, {**shipping, "channel": "jp", "first": 2}, token=admin)
    used = {"filter": {**named, "timesUsed": {"gte": 1}}, "sortBy": by_name, "first": 9}
    ask("vouchers/found_used", found, used, token=admin)
    ask("vouchers/found_nothing", found, {"filter": {"search": f"{world.run}-no-such"}, "first": 9}, token=admin)


def _removing(world: World, made: list[str]) -> None:
    ask, admin = world.ask, world.admin
    gone = issue(world, made, "gone", 100)
    pk = cart(world, "gone", world.line("bowl", 1))["id"]
    put(world, "gone_added", pk, "gone")
    pay_for(world, pk, "vouchers/gone")
    ask("vouchers/gone_deleted", "VoucherRemoved", {"id": gone}, token=admin)
    ask("vouchers/gone_complete", "CartBought", {"id": pk}, token=None)
    ask("vouchers/gone_removed", "CartCodeRemoved", {"id": pk, "code": code_of(world, "gone")}, token=None)
    codes = ask("vouchers/codes", "VoucherCodesSeen", {"id": made[0]}, token=admin)
    first = codes["data"]["voucher"]["codes"]["edges"][0]["node"]["id"]
    ask("vouchers/code_deleted", "VoucherCodesRemoved", {"ids": [first]}, token=admin)
    ask("vouchers/no_code_deleted", "VoucherCodesRemoved", {"ids": [made[0]]}, token=admin)
    ask("vouchers/all_deleted", "VouchersRemoved", {"ids": [one for one in made if one != gone]}, token=admin)
