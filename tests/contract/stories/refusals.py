"""What Saleor refuses, and in which words."""

from __future__ import annotations

from typing import Any

from tests.contract.world import SHOPPER, SINGAPORE, TOKYO, UNITED_STATES, World, make_goods

GATEWAY = "machiichi.mall"


def tell(world: World) -> None:
    _stock(world)
    _listings(world)
    _addresses(world)
    _payments(world)
    _ids_and_rights(world)
    _prices(world)


def open_checkout(world: World, channel: str = "jp", **more: Any) -> dict[str, Any]:
    return {"input": {"channel": channel, "languageCode": "JA", "lines": [], **more}}


def _stock(world: World) -> None:
    ask = world.ask
    ask(
        "refusals/insufficient_stock", "CheckoutCreate", open_checkout(world, lines=[world.line("last", 2)]), token=None
    )
    ask("refusals/quantity_zero", "CheckoutCreate", open_checkout(world, lines=[world.line("last", 0)]), token=None)
    ask("refusals/quantity_many", "CheckoutCreate", open_checkout(world, lines=[world.line("tea", 999)]), token=None)
    both = open_checkout(
        world, lines=[world.line("last", 1)], email=SHOPPER, shippingAddress=TOKYO, billingAddress=TOKYO
    )
    first = ask("refusals/last_piece_first", "CheckoutCreate", both, token=None)["data"]["checkoutCreate"]["checkout"][
        "id"
    ]
    second = ask("refusals/last_piece_second", "CheckoutCreate", both, token=None)["data"]["checkoutCreate"][
        "checkout"
    ]["id"]
    for name, checkout in (("first", first), ("second", second)):
        pay_for(world, checkout, f"refusals/last_piece_{name}")
    ask("refusals/last_piece_won", "CheckoutComplete", {"id": first}, token=None)
    ask("refusals/last_piece_lost", "CheckoutComplete", {"id": second}, token=None)
    ask("refusals/last_piece_lost_checkout", "CheckoutById", {"id": second})


def pay_for(world: World, checkout: str, case: str, **payment: Any) -> str:
    """Choose the first delivery and pay all; returns the transaction's id."""
    ask = world.ask
    offered = ask(f"{case}_deliveries", "DeliveryOptionsCalculate", {"id": checkout}, token=None)
    delivery = offered["data"]["deliveryOptionsCalculate"]["deliveries"][0]["id"]
    choice = {"id": checkout, "deliveryMethodId": delivery}
    ask(f"{case}_choose", "CheckoutDeliveryMethodUpdate", choice, token=None)
    variables = {"id": checkout, "paymentGateway": {"id": GATEWAY, "data": {"outcome": "succeed"}}, **payment}
    answer = ask(f"{case}_pay", "TransactionInitialize", variables, token=None)
    return str(answer["data"]["transactionInitialize"]["transaction"]["id"])


def _listings(world: World) -> None:
    ask = world.ask
    hidden = make_goods(world, "hidden", "a", "standard", {}, 5)
    world.goods["hidden"] = hidden
    line = [{"variantId": hidden.variant_id, "quantity": 1}]
    ask("refusals/not_in_channel", "CheckoutCreate", open_checkout(world, lines=line), token=None)
    listing = {"channelId": world.channel("jp"), "isPublished": False, "isAvailableForPurchase": False}
    variables = {"id": hidden.product_id, "input": {"updateChannels": [listing]}}
    ask("refusals/list_unpublished", "ProductChannelListingUpdate", variables)
    prices = [{"channelId": world.channel("jp"), "price": 500}]
    ask("refusals/price_hidden", "ProductVariantChannelListingUpdate", {"id": hidden.variant_id, "input": prices})
    ask("refusals/not_published", "CheckoutCreate", open_checkout(world, lines=line), token=None)
    variables["input"] = {"updateChannels": [{**listing, "isPublished": True}]}
    ask("refusals/list_not_for_sale", "ProductChannelListingUpdate", variables)
    ask("refusals/not_for_sale", "CheckoutCreate", open_checkout(world, lines=line), token=None)
    ask("refusals/unknown_channel", "CheckoutCreate", open_checkout(world, "nowhere"), token=None)
    _unpublish_in_cart(world)


def _unpublish_in_cart(world: World) -> None:
    ask = world.ask
    goods = world.goods["tea"]
    opened = ask(
        "refusals/cart_before_unpublishing",
        "CheckoutCreate",
        open_checkout(world, lines=[world.line("tea")], email=SHOPPER, shippingAddress=TOKYO, billingAddress=TOKYO),
        token=None,
    )
    checkout = opened["data"]["checkoutCreate"]["checkout"]["id"]
    pay_for(world, checkout, "refusals/unpublished")
    for case, published in (("unpublish", False), ("publish_again", True)):
        listing = {"channelId": world.channel("jp"), "isPublished": published, "isAvailableForPurchase": published}
        variables = {"id": goods.product_id, "input": {"updateChannels": [listing]}}
        ask(f"refusals/{case}", "ProductChannelListingUpdate", variables)
        if not published:
            ask("refusals/unpublished_cart", "CheckoutById", {"id": checkout})
            ask("refusals/unpublished_complete", "CheckoutComplete", {"id": checkout}, token=None)


def _addresses(world: World) -> None:
    ask = world.ask
    opened = ask(
        "refusals/cart_overseas",
        "CheckoutCreate",
        open_checkout(world, "overseas", lines=[world.line("glass")]),
        token=None,
    )
    checkout = opened["data"]["checkoutCreate"]["checkout"]["id"]
    bad = {"country": "JP", "city": "", "streetAddress1": "", "postalCode": "1"}
    ask("refusals/bad_address", "CheckoutShippingAddressUpdate", {"id": checkout, "address": bad}, token=None)
    ask("refusals/bad_email", "CheckoutEmailUpdate", {"id": checkout, "email": "nobody"}, token=None)
    ask(
        "refusals/closed_address",
        "CheckoutShippingAddressUpdate",
        {"id": checkout, "address": UNITED_STATES},
        token=None,
    )
    closed = ask("refusals/closed_deliveries", "DeliveryOptionsCalculate", {"id": checkout}, token=None)
    delivery = closed["data"]["deliveryOptionsCalculate"]["deliveries"][0]["id"]
    choice = {"id": checkout, "deliveryMethodId": delivery}
    ask("refusals/closed_choose", "CheckoutDeliveryMethodUpdate", choice, token=None)
    ask("refusals/open_address", "CheckoutShippingAddressUpdate", {"id": checkout, "address": SINGAPORE}, token=None)
    pay_for(world, checkout, "refusals/overseas")
    ask("refusals/overseas_paid", "CheckoutById", {"id": checkout})
    ask(
        "refusals/address_after_delivery",
        "CheckoutShippingAddressUpdate",
        {"id": checkout, "address": UNITED_STATES},
        token=None,
    )
    ask("refusals/stale_checkout", "CheckoutById", {"id": checkout})
    billing = {"id": checkout, "address": SINGAPORE}
    ask("refusals/overseas_billing", "CheckoutBillingAddressUpdate", billing, token=None)
    ask("refusals/overseas_email", "CheckoutEmailUpdate", {"id": checkout, "email": SHOPPER}, token=None)
    ask("refusals/closed_complete", "CheckoutComplete", {"id": checkout}, token=None)


def _payments(world: World) -> None:
    ask = world.ask
    opened = ask(
        "refusals/cart_to_pay",
        "CheckoutCreate",
        open_checkout(world, lines=[world.line("tea")], email=SHOPPER, shippingAddress=TOKYO, billingAddress=TOKYO),
        token=None,
    )
    checkout = opened["data"]["checkoutCreate"]["checkout"]["id"]
    pay_for(world, checkout, "refusals/part", amount=1000)
    ask("refusals/part_paid", "CheckoutById", {"id": checkout})
    ask("refusals/part_complete", "CheckoutComplete", {"id": checkout}, token=None)
    unknown = {"id": checkout, "paymentGateway": {"id": "nobody", "data": None}}
    ask("refusals/unknown_gateway", "TransactionInitialize", unknown, token=None)
    decimals = {"id": checkout, "amount": 0.5, "paymentGateway": {"id": GATEWAY, "data": {"outcome": "succeed"}}}
    ask("refusals/yen_with_decimals_paid", "TransactionInitialize", decimals, token=None)
    key = {
        "id": checkout,
        "amount": 80,
        "paymentGateway": {"id": GATEWAY, "data": {}},
        "idempotencyKey": f"{world.run}-key",
    }
    ask("refusals/idempotent_first", "TransactionInitialize", key, token=None)
    ask("refusals/idempotent_second", "TransactionInitialize", key, token=None)
    ask("refusals/idempotent_other_amount", "TransactionInitialize", {**key, "amount": 90}, token=None)
    late = {"id": checkout, "paymentGateway": {"id": GATEWAY, "data": {"outcome": "late"}}}
    ask("refusals/late_payment", "TransactionInitialize", late, token=None)
    ask("refusals/late_checkout", "CheckoutById", {"id": checkout})
    ask("refusals/late_complete", "CheckoutComplete", {"id": checkout}, token=None)


def _ids_and_rights(world: World) -> None:
    ask = world.ask
    no_uuid = "T3JkZXI6MDAwMDAwMDAtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAw"
    ask("refusals/unknown_order", "OrderById", {"id": no_uuid})
    ask("refusals/confirm_unknown_order", "OrderConfirm", {"id": no_uuid})
    ask("refusals/malformed_order_id", "OrderById", {"id": "nonsense"})
    ask("refusals/order_id_of_other_type", "OrderById", {"id": world.goods["tea"].product_id})
    ask("refusals/confirm_id_of_other_type", "OrderConfirm", {"id": world.goods["tea"].product_id})
    ask("refusals/unknown_product", "ProductById", {"id": "UHJvZHVjdDo5OTk5OTk5OTk="})
    ask("refusals/update_unknown_product", "ProductUpdate", {"id": "UHJvZHVjdDo5OTk5OTk5OTk=", "input": {"name": "x"}})
    unknown_checkout = "Q2hlY2tvdXQ6MDAwMDAwMDAtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAw"
    ask("refusals/unknown_checkout", "CheckoutById", {"id": unknown_checkout})
    ask("refusals/complete_unknown_checkout", "CheckoutComplete", {"id": unknown_checkout}, token=None)
    ask(
        "refusals/email_unknown_checkout", "CheckoutEmailUpdate", {"id": unknown_checkout, "email": SHOPPER}, token=None
    )
    ask("refusals/confirm_anonymous", "OrderConfirm", {"id": no_uuid}, token=None)
    ask(
        "refusals/product_update_anonymous",
        "ProductUpdate",
        {"id": world.goods["tea"].product_id, "input": {"name": "x"}},
        token=None,
    )
    ask("refusals/bad_app_token", "OrderById", {"id": no_uuid}, token="nobody-has-this-token-at-all-00")
    ask("refusals/orders_anonymous", "OrdersChangedSince", {"where": None, "first": 1, "after": None}, token=None)


def _prices(world: World) -> None:
    ask = world.ask
    variant = world.goods["hidden"].variant_id
    prices = [{"channelId": world.channel("jp"), "price": 100.5}]
    ask("refusals/yen_with_decimals", "ProductVariantChannelListingUpdate", {"id": variant, "input": prices})
    negative = [{"channelId": world.channel("jp"), "price": -1}]
    ask("refusals/negative_price", "ProductVariantChannelListingUpdate", {"id": variant, "input": negative})
    unlisted = [{"channelId": world.channel("overseas"), "price": 5}]
    ask("refusals/price_in_other_channel", "ProductVariantChannelListingUpdate", {"id": variant, "input": unlisted})
    line = world.line("tea", 1, price=900)
    ask("refusals/price_set_by_shopper", "CheckoutCreate", open_checkout(world, lines=[line]), token=None)
    twice = {
        "input": {"name": "x", "slug": f"{world.run}-tea", "productType": world.site.product_type, "attributes": []}
    }
    ask("refusals/product_without_merchant", "ProductCreate", twice)
    merchant = {"id": world.site.attributes["merchant"], "reference": world.merchants["a"].page_id}
    twice["input"]["attributes"] = [merchant]
    ask("refusals/product_slug_taken", "ProductCreate", twice)
    sku = {"product": world.goods["tea"].product_id, "sku": f"{world.run}-glass", "attributes": []}
    ask("refusals/sku_taken", "ProductVariantCreate", {"input": sku})
    stock = {"variantId": variant, "stocks": [{"warehouse": world.merchants["a"].warehouse_id, "quantity": -1}]}
    ask("refusals/negative_stock", "ProductVariantStocksUpdate", stock)
