"""Lines, reductions and vouchers of drafts and unconfirmed orders."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from infra.engine.discounts.models import VoucherCode
from infra.engine.orders import vouchers
from infra.engine.orders.models import Order, OrderLine
from infra.engine.schema.errors import UserErrors
from infra.engine.schema.ids import to_global_id
from infra.engine.warehouses.models import Stock
from tests.engine.desk import (
    ADD,
    CHANGE,
    COMPLETE,
    CREATE,
    LINE_DELETE,
    LINE_DISCOUNT,
    LINE_RESTORE,
    LINE_UPDATE,
    LINES_CREATE,
    TAKE,
    UPDATE,
    Desk,
    gross,
)

pytestmark = pytest.mark.django_db(databases=["engine"])


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_lines_are_added_changed_and_removed(desk: Desk) -> None:
    cup, bowl = desk.variant(1100), desk.variant(550)
    order = desk.draft({cup: 1})
    more = [
        {"variantId": to_global_id("ProductVariant", cup.pk), "quantity": 1},
        {"variantId": to_global_id("ProductVariant", bowl.pk), "quantity": 2, "price": "440"},
    ]

    added = desk.do(LINES_CREATE, id=order["id"], i=more)
    line = added["order"]["lines"][1]
    changed = desk.do(LINE_UPDATE, id=line["id"], q=5)
    none = desk.do(LINE_UPDATE, id=line["id"], q=0)
    gone = desk.do(LINE_DELETE, id=line["id"])

    assert [row["quantity"] for row in added["order"]["lines"]] == [2, 2]
    assert gross(added["order"]) == 2 * 1100 + 2 * 440 + 550
    assert gross(changed["order"]) == 2 * 1100 + 5 * 440 + 550
    assert [error["code"] for error in none["errors"]] == ["ZERO_QUANTITY"]
    assert gross(gone["order"]) == 2 * 1100 + 550
    assert gone["orderLine"] == {"id": line["id"]}


def test_an_unconfirmed_order_holds_stock_for_what_it_is_changed_to(desk: Desk) -> None:
    order = desk.draft({desk.variant(stock=5): 2})
    done = desk.do(COMPLETE, id=order["id"])["order"]
    line = done["lines"][0]["id"]

    desk.do(LINE_UPDATE, id=line, q=4)
    after_more = Stock.objects.get().quantity_allocated
    too_many = desk.do(LINE_UPDATE, id=line, q=6)
    desk.do(LINE_UPDATE, id=line, q=1)

    assert (after_more, Stock.objects.get().quantity_allocated) == (4, 1)
    assert [(row["field"], row["code"]) for row in too_many["errors"]] == [(None, "INSUFFICIENT_STOCK")]
    assert OrderLine.objects.get().quantity == 1


def test_a_reduction_of_the_order_is_spread_over_goods_and_delivery(desk: Desk) -> None:
    order = desk.draft({desk.variant(1100): 3})

    fixed = desk.do(ADD, id=order["id"], i={"valueType": "FIXED", "value": "385", "reason": "傷あり"})
    second = desk.do(ADD, id=order["id"], i={"valueType": "FIXED", "value": "1"})
    (row,) = fixed["order"]["discounts"]
    percent = desk.do(CHANGE, id=row["id"], i={"valueType": "PERCENTAGE", "value": "50"})
    back = desk.do(TAKE, id=row["id"])

    assert (row["type"], row["valueType"], row["value"], row["reason"]) == ("MANUAL", "FIXED", 385, "傷あり")
    assert row["amount"] == row["total"] == {"amount": 385}
    assert (gross(fixed["order"]), gross(fixed["order"], "subtotal")) == (3465, 2970)
    assert gross(fixed["order"], "shippingPrice") == 495
    assert gross(fixed["order"], "undiscountedTotal") == 3850
    assert [error["code"] for error in second["errors"]] == ["CANNOT_DISCOUNT"]
    assert gross(percent["order"]) == 1925
    assert (gross(back["order"]), back["order"]["discounts"]) == (3850, [])


@pytest.mark.parametrize(("kind", "value"), [("FIXED", "99999"), ("PERCENTAGE", "101")])
def test_a_reduction_cannot_exceed_the_whole(desk: Desk, kind: str, value: str) -> None:
    order = desk.draft({desk.variant(): 1})

    answer = desk.do(ADD, id=order["id"], i={"valueType": kind, "value": value})

    assert [(row["field"], row["code"]) for row in answer["errors"]] == [("value", "INVALID")]


def test_a_reduction_of_everything_costs_nothing(desk: Desk) -> None:
    order = desk.draft({desk.variant(): 1})

    free = desk.do(ADD, id=order["id"], i={"valueType": "PERCENTAGE", "value": "100"})["order"]
    done = desk.do(COMPLETE, id=order["id"])["order"]

    assert gross(free) == 0
    assert (gross(done), done["paymentStatusDisplay"]) == (0, "Fully charged")


def test_a_line_is_reduced_by_hand_and_restored(desk: Desk) -> None:
    order = desk.draft({desk.variant(1100): 2})
    line = order["lines"][0]["id"]

    reduced = desk.do(LINE_DISCOUNT, id=line, i={"valueType": "FIXED", "value": "100", "reason": "見切り"})
    restored = desk.do(LINE_RESTORE, id=line)

    shown = reduced["order"]["lines"][0]
    assert gross(reduced["order"], "subtotal") == 2000
    assert shown["unitDiscount"] == reduced["orderLine"]["unitDiscount"] == {"amount": 100}
    assert (shown["unitDiscountType"], shown["unitDiscountValue"]) == ("FIXED", 100)
    assert shown["unitDiscountReason"] == "見切り"
    assert shown["discounts"][0]["total"] == {"amount": 200}
    assert shown["discounts"][0]["unit"] == {"amount": 100}
    assert gross(restored["order"], "subtotal") == 2200
    assert restored["order"]["lines"][0]["discounts"] == []


@pytest.mark.parametrize(
    ("columns", "value", "subtotal", "shipping"),
    [
        ({"discount_value_type": "FIXED"}, 300, 2000, 550),
        ({"discount_value_type": "PERCENTAGE"}, 10, 2070, 550),
        ({"discount_value_type": "PERCENTAGE", "type": "SHIPPING"}, 100, 2300, 0),
        ({"discount_value_type": "FIXED", "type": "SPECIFIC_PRODUCT"}, 100, 2000, 550),
        ({"discount_value_type": "PERCENTAGE", "apply_once_per_order": True}, 50, 2100, 550),
        ({"discount_value_type": "FIXED"}, 99999, 0, 550),
    ],
)
def test_what_a_voucher_takes_off(
    desk: Desk, columns: dict[str, Any], value: int, subtotal: int, shipping: int
) -> None:
    desk.voucher("SAVE", value, **columns)

    order = desk.draft({desk.variant(1500): 1, desk.variant(400): 2}, voucherCode="SAVE")

    assert (order["voucherCode"], order["voucher"]) == ("SAVE", {"code": "SAVE"})
    assert (gross(order, "subtotal"), gross(order, "shippingPrice")) == (subtotal, shipping)
    assert gross(order, "undiscountedTotal") == 2850


def test_a_voucher_leaves_its_mark_and_can_be_taken_away(desk: Desk) -> None:
    desk.voucher("SAVE", 300)
    order = desk.draft({desk.variant(1500): 1}, voucherCode="SAVE")

    (row,) = order["discounts"]
    without = desk.do(UPDATE, id=order["id"], i={"voucherCode": None})["order"]

    assert (row["type"], row["reason"], row["name"]) == ("VOUCHER", "Voucher code: SAVE", "まとめて")
    assert (order["discount"], order["discountName"]) == ({"amount": 300}, "まとめて")
    assert (without["voucherCode"], without["discounts"], gross(without)) == (None, [], 2050)


def test_a_voucher_for_goods_marks_their_lines(desk: Desk) -> None:
    desk.voucher("SAVE", 100, type="SPECIFIC_PRODUCT", discount_value_type="FIXED")

    line = desk.draft({desk.variant(1500): 2}, voucherCode="SAVE")["lines"][0]

    assert line["unitDiscount"] == {"amount": 100}
    assert line["discounts"][0]["type"] == "VOUCHER"
    assert line["unitDiscountReason"] == "Voucher code: SAVE"


def test_drafts_use_vouchers_up_only_where_the_channel_says_so() -> None:
    desk = Desk(order_settings={"includeDraftOrderInVoucherUsage": True})
    desk.voucher("ONCE", 100, usage_limit=1)
    variant = desk.variant()
    order = desk.draft({variant: 1}, voucherCode="ONCE")

    channel = to_global_id("Channel", desk.channel.pk)
    second = desk.do(CREATE, i={"channelId": channel, "voucherCode": "ONCE"})
    used = VoucherCode.objects.get().used
    deleted = desk.do(
        "mutation($id: ID!) { draftOrderDelete(id: $id) { order { id } errors { code } } }", id=order["id"]
    )

    assert [row["code"] for row in second["errors"]] == ["INVALID_VOUCHER_CODE"]
    assert (used, VoucherCode.objects.get().used) == (1, 0)
    assert (deleted["errors"], Order.objects.count()) == ([], 0)


def test_a_limit_counts_all_codes_of_a_voucher_together() -> None:
    desk = Desk(order_settings={"includeDraftOrderInVoucherUsage": True})
    voucher = desk.voucher("ONE", 100, usage_limit=2)
    VoucherCode.objects.create(voucher=voucher, code="TWO")
    variant = desk.variant()
    desk.draft({variant: 1}, voucherCode="ONE")
    desk.draft({variant: 1}, voucherCode="TWO")

    channel = to_global_id("Channel", desk.channel.pk)
    third = desk.do(CREATE, i={"channelId": channel, "voucherCode": "TWO"})

    assert [row["code"] for row in third["errors"]] == ["INVALID_VOUCHER_CODE"]
    assert sorted(VoucherCode.objects.values_list("code", "used")) == [("ONE", 1), ("TWO", 1)]


def test_the_last_use_of_a_voucher_is_taken_once() -> None:
    desk = Desk(order_settings={"includeDraftOrderInVoucherUsage": True})
    voucher = desk.voucher("ONE", 100, usage_limit=1)
    other = VoucherCode.objects.create(voucher=voucher, code="TWO")
    VoucherCode.objects.filter(code="ONE").update(used=1)

    with transaction.atomic("engine"), pytest.raises(UserErrors) as refused:
        vouchers.count_use(other)

    assert [error.code for error in refused.value.errors] == ["INVALID_VOUCHER"]
    assert VoucherCode.objects.get(code="TWO").used == 0


def test_lines_read_before_totals_have_the_prices_of_now(desk: Desk) -> None:
    desk.voucher("ALL", 100)
    text = """mutation($id: ID!, $i: DraftOrderInput!) { draftOrderUpdate(id: $id, input: $i) { order {
      lines { totalPrice { gross { amount } } } total { gross { amount } } } } }"""
    order = desk.draft({desk.variant(600): 1, desk.variant(400): 1})

    changed = desk.do(text, id=order["id"], i={"voucherCode": "ALL"})["order"]

    assert [gross(line, "totalPrice") for line in changed["lines"]] == [540, 360]
    assert gross(changed) == 900 + 550


def test_a_draft_without_goods_keeps_what_its_delivery_costs(desk: Desk) -> None:
    """As in Saleor's own test of prices that drafts keep (CORE_0251, step 7)."""
    order = desk.draft({desk.variant(1100): 1})

    gone = desk.do(LINE_DELETE, id=order["lines"][0]["id"])

    assert (gross(gone["order"]), gone["order"]["lines"]) == (550, [])
    stored = Order.objects.get()
    assert (stored.delivery, stored.shipping_gross) == (None, 550)
