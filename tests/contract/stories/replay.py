"""A sale of the past entered through the contract: price set by the app, payment written down, day kept privately."""

from __future__ import annotations

from typing import Any

from tests.contract.world import World

LONDON = {
    "country": "GB",
    "postalCode": "SW1A 1AA",
    "city": "London",
    "streetAddress1": "1 Example Street",
    "lastName": "Replay",
    "firstName": "Uci",
}


def tell(world: World) -> None:
    ask = world.ask
    goods = world.goods["glass"]
    listing = {"channelId": world.channel("uk"), "isPublished": True, "isAvailableForPurchase": True}
    ask("replay/list", "ProductChannelListingUpdate", {"id": goods.product_id, "input": {"updateChannels": [listing]}})
    price = [{"channelId": world.channel("uk"), "price": 2.55}]
    ask("replay/price", "ProductVariantChannelListingUpdate", {"id": goods.variant_id, "input": price})
    line = world.line("glass", 6, price=3.39, priceOverrideReason="past sale", forceNewLine=True)
    other = world.line("glass", 2, price=2.1, priceOverrideReason="past sale", forceNewLine=True)
    cart = {
        "channel": "uk",
        "languageCode": "EN",
        "email": f"{world.run}-replay@example.com",
        "lines": [line, other],
        "shippingAddress": LONDON,
        "billingAddress": LONDON,
    }
    opened = ask("replay/checkout", "CheckoutCreate", {"input": cart})
    checkout = opened["data"]["checkoutCreate"]["checkout"]["id"]
    offered = ask("replay/deliveries", "DeliveryOptionsCalculate", {"id": checkout})
    delivery = offered["data"]["deliveryOptionsCalculate"]["deliveries"][0]["id"]
    chosen = ask("replay/choose", "CheckoutDeliveryMethodUpdate", {"id": checkout, "deliveryMethodId": delivery})
    _briefly(world, cart)
    total = chosen["data"]["checkoutDeliveryMethodUpdate"]["checkout"]["totalPrice"]["gross"]["amount"]
    paid = {
        "name": "replay",
        "pspReference": f"{world.run}-replay",
        "availableActions": ["REFUND"],
        "amountCharged": {"amount": total, "currency": "GBP"},
    }
    ask(
        "replay/transaction_wrong_currency",
        "TransactionCreate",
        {"id": checkout, "transaction": {**paid, "amountCharged": {"amount": 1, "currency": "JPY"}}},
    )
    ask("replay/transaction", "TransactionCreate", {"id": checkout, "transaction": paid})
    ask("replay/transaction_again", "TransactionCreate", {"id": checkout, "transaction": paid})
    done = ask("replay/complete", "CheckoutComplete", {"id": checkout})
    order = done["data"]["checkoutComplete"]["order"]["id"]
    sold = {"id": order, "input": [{"key": "mall.sold_on", "value": "2010-12-01"}]}
    ask("replay/sold_on", "UpdatePrivateMetadata", sold)
    ask("replay/note", "OrderNoteAdd", {"order": order, "message": "replayed"})
    ask("replay/order", "OrderById", {"id": order})
    ask("replay/cancel", "OrderCancel", {"id": order})
    ask("replay/cancel_twice", "OrderCancel", {"id": order})
    ask("replay/cancelled", "OrderById", {"id": order})


def _briefly(world: World, cart: dict[str, Any]) -> None:
    """The same opened and sent by what reads no more than it needs, and what it is refused for."""
    ask = world.ask
    none = world.line("glass", 0, price=3.39, priceOverrideReason="past sale", forceNewLine=True)
    ask("replay/brief_of_nothing", "PastCheckoutCreate", {"input": {**cart, "lines": [none]}})
    kept = {"privateMetadata": [{"key": "mall.sold_on", "value": "2010-12-01"}]}
    opened = ask("replay/brief", "PastCheckoutCreate", {"input": {**cart, **kept}})
    checkout = opened["data"]["checkoutCreate"]["checkout"]["id"]
    offered = ask("replay/brief_deliveries", "DeliveryOptionsCalculate", {"id": checkout})
    delivery = offered["data"]["deliveryOptionsCalculate"]["deliveries"][0]["id"]
    ask(
        "replay/brief_sent_by_a_product",
        "PastCheckoutDeliver",
        {"id": checkout, "deliveryMethodId": world.goods["glass"].product_id},
    )
    ask("replay/brief_sent", "PastCheckoutDeliver", {"id": checkout, "deliveryMethodId": delivery})
