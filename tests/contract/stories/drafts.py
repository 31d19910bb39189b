"""Orders that staff writes: what they cost with reductions and vouchers, and how they are placed."""

from __future__ import annotations

from typing import Any

from tests.contract.world import TOKYO, World


def tell(world: World) -> None:
    admin = world.admin
    zone, method = open_zone(world, admin)
    write_and_refuse(world, method)
    change_lines(world, method)
    reduce(world, method)
    use_vouchers(world, method, admin)
    place(world, method)
    world.ask("drafts/zone_closed", "DeliveryZoneClosed", {"id": zone}, token=admin)


def open_zone(world: World, admin: str) -> tuple[str, str]:
    """Let the shop itself ship in Japan; return (zone, method)."""
    ask = world.ask
    given = {"name": f"{world.run} drafts", "countries": ["JP"], "addChannels": [world.channel("jp")]}
    answer = ask("drafts/zone_opened", "DeliveryZoneOpened", {"input": given}, token=admin)
    zone = answer["data"]["shippingZoneCreate"]["shippingZone"]["id"]
    price = {"name": "郵便", "shippingZone": zone, "type": "PRICE"}
    answer = ask("drafts/price_set", "DeliveryPriceSet", {"input": price}, token=admin)
    method = answer["data"]["shippingPriceCreate"]["shippingMethod"]["id"]
    listing = {"addChannels": [{"channelId": world.channel("jp"), "price": "605"}]}
    ask("drafts/price_listed", "DeliveryPriceListed", {"id": method, "input": listing}, token=admin)
    return zone, method


def draft(world: World, name: str, method: str | None, lines: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """Write a draft to Tokyo and return it."""
    given = {
        "channelId": world.channel("jp"),
        "userEmail": "drafts@example.com",
        "lines": lines,
        "shippingAddress": TOKYO,
        "billingAddress": TOKYO,
        "shippingMethod": method,
    }
    answer = world.ask(f"drafts/{name}", "DraftWritten", {"input": given | more})
    order: dict[str, Any] = answer["data"]["draftOrderCreate"]["order"]
    return order


def write_and_refuse(world: World, method: str) -> None:
    ask, channel = world.ask, world.channel("jp")
    ask("drafts/empty", "DraftWritten", {"input": {"channelId": channel}})
    ask("drafts/without_channel", "DraftWritten", {"input": {}})
    none = {"channelId": channel, "lines": [world.line("tea", 0)]}
    ask("drafts/no_pieces", "DraftWritten", {"input": none})
    saved = {"channelId": channel, "saveBillingAddress": True}
    ask("drafts/address_to_save_missing", "DraftWritten", {"input": saved})
    ask("drafts/unknown_code", "DraftWritten", {"input": {"channelId": channel, "voucherCode": f"{world.run}-none"}})
    reference = {"channelId": channel, "externalReference": f"{world.run}-draft"}
    ask("drafts/outside_reference", "DraftWritten", {"input": reference})
    ask("drafts/outside_reference_taken", "DraftWritten", {"input": reference})
    other = draft(world, "bare", None, [world.line("tea")])["id"]
    ask("drafts/channel_stays", "DraftChanged", {"id": other, "input": {"channelId": world.channel("overseas")}})
    ask("drafts/chosen_delivery", "DraftChanged", {"id": other, "input": {"shippingMethod": method}})
    ask("drafts/sent_by_nothing", "DraftSentBy", {"id": other, "input": {"shippingMethod": None}})
    ask("drafts/sent_by_unsaid", "DraftSentBy", {"id": other, "input": {}})
    ask("drafts/sent_by_post", "DraftSentBy", {"id": other, "input": {"shippingMethod": method}})
    ask("drafts/as_an_order", "PlacedOrderChanged", {"id": other, "input": {"userEmail": "x@example.com"}})
    ask("drafts/thrown_away", "DraftThrownAway", {"id": other})


def change_lines(world: World, method: str) -> None:
    ask = world.ask
    order = draft(world, "two_goods", method, [world.line("tea", 2), world.line("nori", 3)])["id"]
    more = [world.line("tea"), world.line("glass", 1, price="3333")]
    ask("drafts/lines_merged", "DraftLinesAdded", {"id": order, "input": more})
    apart = [world.line("tea", 1, forceNewLine=True, price="1000.5")]
    lines = ask("drafts/lines_apart", "DraftLinesAdded", {"id": order, "input": apart})["data"]["orderLinesCreate"][
        "order"
    ]["lines"]
    ask("drafts/lines_none", "DraftLinesAdded", {"id": order, "input": [world.line("nori", 0)]})
    ask("drafts/line_more_than_stock", "DraftLineChanged", {"id": lines[1]["id"], "quantity": 999})
    ask("drafts/line_fewer", "DraftLineChanged", {"id": lines[1]["id"], "quantity": 1})
    ask("drafts/line_zero", "DraftLineChanged", {"id": lines[1]["id"], "quantity": 0})
    ask("drafts/line_removed", "DraftLineRemoved", {"id": lines[3]["id"]})


def reduce(world: World, method: str) -> None:
    ask = world.ask
    made = draft(world, "to_reduce", method, [world.line("tea", 2), world.line("nori", 3)])
    order, line = made["id"], made["lines"][1]["id"]
    fixed = {"valueType": "FIXED", "value": "1000", "reason": "常連さま"}
    answer = ask("drafts/reduced", "DraftReduced", {"id": order, "input": fixed})
    discount = answer["data"]["orderDiscountAdd"]["order"]["discounts"][0]["id"]
    ask("drafts/reduced_twice", "DraftReduced", {"id": order, "input": fixed})
    third = {"valueType": "PERCENTAGE", "value": "33.3"}
    ask("drafts/reduced_by_a_third", "DraftReducedAnew", {"id": discount, "input": third})
    much = {"valueType": "PERCENTAGE", "value": "101"}
    ask("drafts/reduced_too_much", "DraftReducedAnew", {"id": discount, "input": much})
    ask("drafts/reduced_over_total", "DraftReducedAnew", {"id": discount, "input": fixed | {"value": "99999"}})
    own = {"valueType": "FIXED", "value": "55", "reason": "割れ"}
    ask("drafts/line_reduced_too", "DraftLineReduced", {"id": line, "input": own})
    ask("drafts/reduced_no_more", "DraftReducedNoMore", {"id": discount})
    ask("drafts/line_reduced_percent", "DraftLineReduced", {"id": line, "input": third})
    ask("drafts/line_reduced_over_price", "DraftLineReduced", {"id": line, "input": own | {"value": "1556"}})
    ask("drafts/line_restored", "DraftLineRestored", {"id": line})
    free = {"valueType": "PERCENTAGE", "value": "100"}
    ask("drafts/reduced_to_nothing", "DraftReduced", {"id": order, "input": free})
    ask("drafts/placed_for_nothing", "DraftPlaced", {"id": order})
    ask("drafts/reduced_when_placed", "DraftReducedNoMore", {"id": discount})


def use_vouchers(world: World, method: str, admin: str) -> None:
    ask, made = world.ask, []
    lines = [world.line("tea", 2), world.line("nori", 3)]
    kinds = (
        ("whole", {"type": "ENTIRE_ORDER", "discountValueType": "FIXED"}, "500"),
        ("percent", {"type": "ENTIRE_ORDER", "discountValueType": "PERCENTAGE"}, "15"),
        ("delivery", {"type": "SHIPPING", "discountValueType": "PERCENTAGE"}, "50"),
        ("cheapest", {"type": "ENTIRE_ORDER", "discountValueType": "PERCENTAGE", "applyOncePerOrder": True}, "50"),
        ("goods", {"type": "SPECIFIC_PRODUCT", "discountValueType": "FIXED"}, "100"),
        ("over", {"type": "ENTIRE_ORDER", "discountValueType": "FIXED"}, "99999"),
    )
    order, last = "", []
    for name, said, value in kinds:
        code = f"{world.run}-d-{name}"
        given = {"input": {"name": f"draft {name}", "addCodes": [code], **said}}
        answer = ask(f"drafts/voucher_{name}", "VoucherIssue", given, token=admin)
        pk = answer["data"]["voucherCreate"]["voucher"]["id"]
        made.append(pk)
        rows = {"addChannels": [{"channelId": world.channel("jp"), "discountValue": value}]}
        ask(f"drafts/voucher_{name}_given", "VoucherPrice", {"id": pk, "input": rows}, token=admin)
        shown = draft(world, f"with_voucher_{name}", method, lines, voucherCode=code)
        if name == "goods":
            order, last = shown["id"], shown["lines"]
    ask("drafts/voucher_follows_pieces", "DraftLineChanged", {"id": last[0]["id"], "quantity": 4})
    by_hand = {"valueType": "FIXED", "value": "10"}
    ask("drafts/line_reduced_before_voucher", "DraftLineReduced", {"id": last[0]["id"], "input": by_hand})
    ask("drafts/line_voucher_comes_back", "DraftLineRestored", {"id": last[0]["id"]})
    ask("drafts/voucher_changed", "DraftChanged", {"id": order, "input": {"voucherCode": f"{world.run}-d-whole"}})
    answer = ask("drafts/reduced_before_voucher", "DraftReduced", {"id": order, "input": by_hand})
    discount = answer["data"]["orderDiscountAdd"]["order"]["discounts"][0]["id"]
    ask("drafts/voucher_comes_back", "DraftReducedNoMore", {"id": discount})
    ask("drafts/voucher_taken_away", "DraftChanged", {"id": order, "input": {"voucherCode": None}})
    for index, pk in enumerate(made):
        ask(f"drafts/voucher_gone_{index}", "VoucherRemoved", {"id": pk}, token=admin)


def place(world: World, method: str) -> None:
    ask = world.ask
    bare = draft(world, "bare_to_place", None, [world.line("tea")], shippingAddress=None, billingAddress=None)["id"]
    ask("drafts/placed_bare", "DraftPlaced", {"id": bare})
    many = draft(world, "more_than_stock", method, [world.line("last", 2)])["id"]
    ask("drafts/placed_over_stock", "DraftPlaced", {"id": many})
    ask("drafts/listed", "DraftsListed", {"filter": {"customer": "drafts@example.com", "search": "nobody-at-all"}})
    ask("drafts/thrown_away_together", "DraftsThrownAway", {"ids": [bare, many]})
    made = draft(world, "to_place", method, [world.line("tea", 2)])
    order, line = made["id"], made["lines"][0]["id"]
    ask("drafts/placed", "DraftPlaced", {"id": order})
    ask("drafts/placed_twice", "DraftPlaced", {"id": order})
    ask("drafts/thrown_away_placed", "DraftThrownAway", {"id": order})
    ask("drafts/changed_placed", "DraftChanged", {"id": order, "input": {"userEmail": "y@example.com"}})
    said = {"externalReference": f"{world.run}-placed", "metadata": [{"key": "k", "value": "v"}]}
    ask("drafts/order_changed", "PlacedOrderChanged", {"id": order, "input": said})
    ask("drafts/unconfirmed_line_more", "DraftLineChanged", {"id": line, "quantity": 3})
    ask("drafts/unconfirmed_sent_by_nothing", "DraftSentBy", {"id": order, "input": {"shippingMethod": None}})
    ask("drafts/paid_by_hand", "OrderPaidByHand", {"id": order, "reference": f"{world.run}-bank"})
    ask("drafts/paid_by_hand_twice", "OrderPaidByHand", {"id": order, "reference": None})
    ask("drafts/confirmed", "OrderConfirm", {"id": order})
    ask("drafts/confirmed_line_more", "DraftLineChanged", {"id": line, "quantity": 4})
    bring_back(world, order, line)


def bring_back(world: World, order: str, line: str) -> None:
    ask = world.ask
    note = ask("drafts/note", "OrderNoteAdd", {"order": order, "message": "電話あり"})["data"]["orderNoteAdd"]
    ask("drafts/note_anew", "NoteWrittenAnew", {"id": note["event"]["id"], "text": "電話二回"})
    warehouse = world.merchants["b"].warehouse_id
    lines = [{"orderLineId": line, "stocks": [{"warehouse": warehouse, "quantity": 1}]}]
    sent = ask("drafts/sent", "OrderSentNow", {"id": order, "lines": lines})["data"]["orderFulfill"]["fulfillments"][0]
    ask("drafts/approved", "OrderFulfillmentApprove", {"id": sent["id"], "notifyCustomer": False})
    row = sent["lines"][0]["id"]
    too_many = {"fulfillmentLines": [{"fulfillmentLineId": row, "quantity": 2}]}
    ask("drafts/back_too_many", "GoodsBroughtBack", {"id": order, "input": too_many})
    unsent = {"orderLines": [{"orderLineId": line, "quantity": 3}]}
    ask("drafts/back_more_than_left", "GoodsBroughtBack", {"id": order, "input": unsent})
    back = {"fulfillmentLines": [{"fulfillmentLineId": row, "quantity": 1}]}
    ask("drafts/back", "GoodsBroughtBack", {"id": order, "input": back})
    again = {"orderLines": [{"orderLineId": line, "quantity": 1, "replace": True}]}
    ask("drafts/replaced", "GoodsBroughtBack", {"id": order, "input": again})
    last = {"orderLines": [{"orderLineId": line, "quantity": 1}], "refund": True}
    ask("drafts/back_with_refund", "GoodsBroughtBack", {"id": order, "input": last})
