"""One order of three merchants' goods, paid once: shipped, refused, refunded to the yen."""

from __future__ import annotations

from typing import Any

from tests.contract.world import SHOPPER, TOKYO, World

GATEWAY = "machiichi.mall"


def tell(world: World) -> None:
    ask = world.ask
    checkout = _cart(world)
    _delivery(world, checkout)
    _payment(world, checkout)
    order = _complete(world, checkout)
    _fulfill(world, order)
    ask("purchase/order_at_the_end", "OrderById", {"id": order})


def _cart(world: World) -> str:
    ask = world.ask
    opened = ask(
        "purchase/checkout_create",
        "CheckoutCreate",
        {
            "input": {
                "channel": "jp",
                "languageCode": "JA",
                "lines": [
                    world.line("glass", 2),
                    world.line("tea", 1, metadata=[{"key": "mall.merchant", "value": "forged"}]),
                ],
            }
        },
        token=None,
    )
    checkout: str = opened["data"]["checkoutCreate"]["checkout"]["id"]
    lines = opened["data"]["checkoutCreate"]["checkout"]["lines"]
    ask("purchase/lines_add", "CheckoutLinesAdd", {"id": checkout, "lines": [world.line("nori", 3)]}, token=None)
    ask(
        "purchase/lines_add_same_variant",
        "CheckoutLinesAdd",
        {"id": checkout, "lines": [world.line("glass", 1)]},
        token=None,
    )
    update = {"id": checkout, "lines": [{"lineId": lines[0]["id"], "quantity": 1}]}
    ask("purchase/lines_update", "CheckoutLinesUpdate", update, token=None)
    extra = ask(
        "purchase/lines_add_last", "CheckoutLinesAdd", {"id": checkout, "lines": [world.line("last", 1)]}, token=None
    )
    last = extra["data"]["checkoutLinesAdd"]["checkout"]["lines"][-1]["id"]
    ask("purchase/lines_delete", "CheckoutLinesDelete", {"id": checkout, "linesIds": [last]}, token=None)
    ask("purchase/email_update", "CheckoutEmailUpdate", {"id": checkout, "email": SHOPPER}, token=None)
    return checkout


def _delivery(world: World, checkout: str) -> None:
    ask = world.ask
    ask("purchase/deliveries_before_address", "DeliveryOptionsCalculate", {"id": checkout}, token=None)
    address = {"id": checkout, "address": TOKYO}
    ask("purchase/shipping_address", "CheckoutShippingAddressUpdate", address, token=None)
    ask("purchase/billing_address", "CheckoutBillingAddressUpdate", address, token=None)
    ask("purchase/complete_without_delivery", "CheckoutComplete", {"id": checkout}, token=None)
    offered = ask("purchase/deliveries", "DeliveryOptionsCalculate", {"id": checkout}, token=None)
    delivery = offered["data"]["deliveryOptionsCalculate"]["deliveries"][0]["id"]
    choice = {"id": checkout, "deliveryMethodId": delivery}
    ask("purchase/delivery_choose", "CheckoutDeliveryMethodUpdate", choice, token=None)
    ask("purchase/checkout_by_id", "CheckoutById", {"id": checkout})
    ask("purchase/complete_unpaid", "CheckoutComplete", {"id": checkout}, token=None)


def _payment(world: World, checkout: str) -> None:
    ask = world.ask
    ask(
        "purchase/gateway_initialize",
        "PaymentGatewayInitialize",
        {"id": checkout, "paymentGateways": [{"id": GATEWAY, "data": {"locale": "ja"}}]},
        token=None,
    )
    for outcome in ("fail", "act"):
        answer = ask(
            f"purchase/payment_{outcome}",
            "TransactionInitialize",
            {
                "id": checkout,
                "paymentGateway": {"id": GATEWAY, "data": {"outcome": outcome}},
                "idempotencyKey": f"{world.run}-{outcome}",
            },
            token=None,
        )
    started = answer["data"]["transactionInitialize"]["transaction"]["id"]
    process = {"id": started, "data": {"outcome": "succeed"}}
    ask("purchase/payment_process", "TransactionProcess", process, token=None)
    ask("purchase/payment_process_again", "TransactionProcess", process, token=None)
    ask("purchase/checkout_paid", "CheckoutById", {"id": checkout})


def _complete(world: World, checkout: str) -> str:
    ask = world.ask
    done = ask("purchase/complete", "CheckoutComplete", {"id": checkout}, token=None)
    ask("purchase/complete_twice", "CheckoutComplete", {"id": checkout}, token=None)
    ask("purchase/checkout_gone", "CheckoutById", {"id": checkout})
    ask("purchase/lines_add_gone", "CheckoutLinesAdd", {"id": checkout, "lines": [world.line("tea", 1)]}, token=None)
    order: str = done["data"]["checkoutComplete"]["order"]["id"]
    ask("purchase/order_unconfirmed", "OrderById", {"id": order})
    ask("purchase/order_anonymous", "OrderById", {"id": order}, token=None)
    ask("purchase/stock_allocated", "ProductVariantById", {"id": world.goods["glass"].variant_id})
    ask("purchase/confirm", "OrderConfirm", {"id": order})
    ask("purchase/confirm_twice", "OrderConfirm", {"id": order})
    return order


def _fulfill(world: World, order: str) -> None:
    ask = world.ask
    found = ask("purchase/order_confirmed", "OrderById", {"id": order})["data"]["order"]
    by_variant = {line["productVariantId"]: line for line in found["lines"]}
    lines = {name: by_variant[world.goods[name].variant_id] for name in ("glass", "tea", "nori")}
    wrong = _stocks(world, lines, warehouse_of="a")
    ask("purchase/fulfill_wrong_warehouse", "OrderFulfill", {"order": order, "input": wrong})
    too_many = _stocks(world, lines, more=1)
    ask("purchase/fulfill_too_many", "OrderFulfill", {"order": order, "input": too_many})
    ask("purchase/fulfill", "OrderFulfill", {"order": order, "input": _stocks(world, lines)})
    ask("purchase/fulfill_twice", "OrderFulfill", {"order": order, "input": _stocks(world, lines)})
    waiting = ask("purchase/order_waiting", "OrderById", {"id": order})["data"]["order"]
    parcels = {each["warehouse"]["id"]: each["id"] for each in waiting["fulfillments"]}
    by_merchant = {code: parcels[merchant.warehouse_id] for code, merchant in world.merchants.items()}
    _ship(world, by_merchant["a"])
    _refuse(world, order, waiting, by_merchant["b"], lines["tea"])
    ask("purchase/cancel_order_with_parcels", "OrderCancel", {"id": order})


def _stocks(world: World, lines: dict[str, Any], *, warehouse_of: str = "", more: int = 0) -> dict[str, Any]:
    return {
        "notifyCustomer": False,
        "lines": [
            {
                "orderLineId": line["id"],
                "stocks": [
                    {
                        "warehouse": world.merchants[warehouse_of or world.goods[name].merchant].warehouse_id,
                        "quantity": line["quantity"] + more,
                    }
                ],
            }
            for name, line in lines.items()
        ],
    }


def _ship(world: World, parcel: str) -> None:
    ask = world.ask
    tracking = {"id": parcel, "trackingNumber": "4012-3456-7890", "notifyCustomer": False}
    ask("purchase/tracking_before_approval", "OrderFulfillmentUpdateTracking", tracking)
    ask("purchase/approve", "OrderFulfillmentApprove", {"id": parcel, "notifyCustomer": False})
    ask("purchase/approve_twice", "OrderFulfillmentApprove", {"id": parcel, "notifyCustomer": False})
    tracking = {"id": parcel, "trackingNumber": "4012-3456-7891", "notifyCustomer": False}
    ask("purchase/tracking", "OrderFulfillmentUpdateTracking", tracking)
    ask("purchase/stock_after_approval", "ProductVariantById", {"id": world.goods["glass"].variant_id})


def _refuse(world: World, order: str, found: dict[str, Any], parcel: str, line: dict[str, Any]) -> None:
    ask = world.ask
    ask("purchase/parcel_cancel", "OrderFulfillmentCancel", {"id": parcel, "warehouseId": None})
    ask("purchase/parcel_cancel_twice", "OrderFulfillmentCancel", {"id": parcel, "warehouseId": None})
    ask("purchase/order_after_cancel", "OrderById", {"id": order})
    paid = next(each for each in found["transactions"] if each["chargedAmount"]["amount"])
    fields = {
        "amount": line["totalPrice"]["gross"]["amount"],
        "reason": "sold out",
        "transactionId": paid["id"],
        "grantRefundForShipping": False,
        "lines": [{"id": line["id"], "quantity": line["quantity"]}],
    }
    too_much = {**fields, "amount": 999999}
    ask("purchase/grant_too_much", "OrderGrantRefundCreate", {"id": order, "input": too_much})
    many = {**fields, "lines": [{"id": line["id"], "quantity": line["quantity"] + 5}]}
    ask("purchase/grant_too_many_pieces", "OrderGrantRefundCreate", {"id": order, "input": many})
    granted = ask("purchase/grant", "OrderGrantRefundCreate", {"id": order, "input": fields})
    refund = granted["data"]["orderGrantRefundCreate"]["grantedRefund"]["id"]
    request = {"grantedRefundId": refund}
    ask("purchase/refund_request", "TransactionRequestRefundForGrantedRefund", request)
    world.ask.settle(order, "refund")
    ask("purchase/refund_request_twice", "TransactionRequestRefundForGrantedRefund", request)
    ask("purchase/order_after_refund", "OrderById", {"id": order})
    report = {
        "id": paid["id"],
        "type": "REFUND_SUCCESS",
        "amount": 100,
        "pspReference": f"{world.run}-report",
        "message": "by hand",
        "availableActions": [],
    }
    ask("purchase/report_refund", "TransactionEventReport", report)
    ask("purchase/report_refund_again", "TransactionEventReport", report)
    ask("purchase/report_refund_other_amount", "TransactionEventReport", {**report, "amount": 120})
    action = {"id": paid["id"], "actionType": "REFUND", "amount": 999999}
    ask("purchase/refund_more_than_charged", "TransactionRequestAction", action)
    world.ask.settle(order, "refund of more")
    ask("purchase/order_refunded_whole", "OrderById", {"id": order})
