"""Every mutation of carts, orders, accounts and goods that no other story sees both done and refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from plugins.api.money import Money
from tests.contract.stories.refusals import open_checkout, pay_for
from tests.contract.world import SHOPPER, TOKYO, World, make_goods

NO_DOMAIN_ERROR = {
    "AccountAddressDelete": "an address can only be unknown: NOT_FOUND",
    "CheckoutCustomerAttach": "with a shopper's token the cart can only be unknown: NOT_FOUND",
    "CheckoutLanguageCodeUpdate": "a language is an enum, the cart can only be unknown: NOT_FOUND",
    "DeliveryOptionsCalculate": "the cart can only be unknown: NOT_FOUND",
    "OrderFulfillmentUpdateTracking": "any number is taken, the parcel can only be unknown: NOT_FOUND",
    "PageDelete": "the page can only be unknown: NOT_FOUND",
    "ProductDelete": "the product can only be unknown: NOT_FOUND",
    "ProductMediaDelete": "the picture can only be unknown: NOT_FOUND",
}
"""Mutations whose only errors are those of something that is not there."""
NO_CART = "Q2hlY2tvdXQ6MDAwMDAwMDAtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAw"
NO_PARCEL = "RnVsZmlsbG1lbnQ6OTk5OTk5OTk="
LONG = "長" * 300
DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000003010100"
    "c9fe92ef0000000049454e44ae426082"
)
"""A PNG of one red pixel."""


class Pen:
    """Who asks in this story."""

    def __init__(self, world: World) -> None:
        self.world, self.run = world, world.run

    def ask(self, case: str, operation: str, variables: dict[str, Any] | None = None, **options: Any) -> Any:
        """Ask as the mall unless `token` says otherwise; return the answer's first field."""
        answer = self.world.ask(f"writes/{case}", operation, variables or {}, **options)
        return next(iter((answer.get("data") or {"": None}).values()))


def tell(world: World) -> None:
    pen = Pen(world)
    _account(pen)
    _password(pen)
    _cart(pen)
    _payments(pen)
    _goods(pen)
    _categories(pen)
    _pages(pen)


def _customer(pen: Pen, name: str, password: str) -> str:
    email = f"{pen.run}-{name}@example.com"
    account = {
        "email": email,
        "password": password,
        "languageCode": "JA",
        "channel": "jp",
        "redirectUrl": "http://127.0.0.1:8910/confirm",
    }
    pen.ask(f"{name}_register", "AccountRegister", {"input": account}, token=None)
    token = pen.world.ask.confirmation(f"writes/{name}_confirmation", email)
    pen.ask(f"{name}_confirm", "ConfirmAccount", {"email": email, "token": token}, token=None)
    return email


def _account(pen: Pen) -> None:
    email = _customer(pen, "keeper", "a-long-enough-word")
    signed = pen.world.ask.patiently(
        "writes/keeper_sign_in", "TokenCreate", {"email": email, "password": "a-long-enough-word"}
    )
    jwt = signed["data"]["tokenCreate"]["token"]
    pen.ask("token_verify", "TokenVerify", {"token": jwt}, token=None)
    pen.ask("token_verify_garbled", "TokenVerify", {"token": "no.token.atall"}, token=None)
    named = {"input": {"firstName": "花子", "lastName": "試験"}}
    pen.ask("account_update", "AccountUpdate", named, token=jwt)
    wrong = {"defaultBillingAddress": {**TOKYO, "postalCode": "1"}}
    pen.ask("account_update_wrong_address", "AccountUpdate", {"input": wrong}, token=jwt)
    kept = pen.ask("address_create", "AccountAddressCreate", {"input": TOKYO, "type": "BILLING"}, token=jwt)
    address = kept["address"]["id"]
    bare = {**TOKYO, "postalCode": "105", "streetAddress1": ""}
    pen.ask("address_create_bare", "AccountAddressCreate", {"input": bare, "type": "SHIPPING"}, token=jwt)
    pen.ask("address_update_bare", "AccountAddressUpdate", {"id": address, "input": bare}, token=jwt)
    pen.ask("address_update", "AccountAddressUpdate", {"id": address, "input": {**TOKYO, "city": "中央区"}}, token=jwt)
    pen.ask("address_delete", "AccountAddressDelete", {"id": address}, token=jwt)
    pen.ask("address_delete_twice", "AccountAddressDelete", {"id": address}, token=jwt)
    cart = _open(pen, "keeper_cart", pen.world.line("tea"))["id"]
    pen.ask("attach", "CheckoutCustomerAttach", {"id": cart}, token=jwt)
    pen.ask("attach_unknown", "CheckoutCustomerAttach", {"id": NO_CART}, token=jwt)


def _password(pen: Pen) -> None:
    email = _customer(pen, "forgetter", "a-long-enough-word")
    reset = {"email": email, "redirectUrl": "http://127.0.0.1:8910/reset", "channel": "jp"}
    elsewhere = {**reset, "redirectUrl": "nowhere"}
    pen.ask("reset_to_elsewhere", "RequestPasswordReset", elsewhere, token=None)
    pen.ask("reset", "RequestPasswordReset", reset, token=None)
    token = pen.world.ask.confirmation("writes/reset_event", email, "ACCOUNT_SET_PASSWORD_REQUESTED")
    said = {"email": email, "token": token, "password": "another-long-word"}
    pen.ask("set_password_garbled", "SetPassword", {**said, "token": "garbled"}, token=None)
    pen.ask("set_password_short", "SetPassword", {**said, "password": "short"}, token=None)
    pen.ask("set_password", "SetPassword", said, token=None)
    pen.ask("set_password_again", "SetPassword", said, token=None)


def _open(pen: Pen, case: str, *lines: Any) -> Any:
    said = open_checkout(pen.world, lines=list(lines), email=SHOPPER, shippingAddress=TOKYO, billingAddress=TOKYO)
    return pen.ask(case, "CheckoutCreate", said, token=None)["checkout"]


def _cart(pen: Pen) -> None:
    opened = _open(pen, "cart", pen.world.line("tea", 2), pen.world.line("nori", 1))
    pk, line = opened["id"], opened["lines"][0]["id"]
    bare = {"id": pk, "address": {**TOKYO, "postalCode": "1", "city": ""}}
    pen.ask("billing_bare", "CheckoutBillingAddressUpdate", bare, token=None)
    pen.ask("billing", "CheckoutBillingAddressUpdate", {"id": pk, "address": TOKYO}, token=None)
    pen.ask("language", "CheckoutLanguageCodeUpdate", {"id": pk, "languageCode": "EN"}, token=None)
    pen.ask("language_of_no_cart", "CheckoutLanguageCodeUpdate", {"id": NO_CART, "languageCode": "EN"}, token=None)
    many = {"id": pk, "lines": [{"lineId": line, "quantity": 49}]}
    pen.ask("lines_update_more_than_there_are", "CheckoutLinesUpdate", many, token=None)
    more = {"id": pk, "lines": [pen.world.line("nori", 48)]}
    pen.ask("lines_add_more_than_there_are", "CheckoutLinesAdd", more, token=None)
    pen.ask("lines_add", "CheckoutLinesAdd", {"id": pk, "lines": [pen.world.line("nori", 1)]}, token=None)
    fewer = {"id": pk, "lines": [{"lineId": line, "quantity": 1}]}
    pen.ask("lines_update", "CheckoutLinesUpdate", fewer, token=None)
    pen.ask("lines_delete", "CheckoutLinesDelete", {"id": pk, "linesIds": [line]}, token=None)
    pen.ask("lines_delete_twice", "CheckoutLinesDelete", {"id": pk, "linesIds": [line]}, token=None)
    pen.ask("deliveries", "DeliveryOptionsCalculate", {"id": pk}, token=None)
    pen.ask("deliveries_of_no_cart", "DeliveryOptionsCalculate", {"id": NO_CART}, token=None)


def _payments(pen: Pen) -> None:
    pk = _open(pen, "cart_to_pay", pen.world.line("nori", 1))["id"]
    gateways = {"paymentGateways": [{"id": "machiichi.mall", "data": {"locale": "en"}}]}
    pen.ask("gateway", "PaymentGatewayInitialize", {"id": pk, **gateways}, token=None)
    pen.ask("gateway_of_no_cart", "PaymentGatewayInitialize", {"id": NO_CART, **gateways}, token=None)
    goods = pen.world.goods["tea"].product_id
    pen.ask("gateway_of_goods", "PaymentGatewayInitialize", {"id": goods, **gateways}, token=None)
    transaction = {"name": "By hand", "pspReference": f"{pen.run}-hand", "availableActions": ["CHARGE"]}
    made = pen.ask("transaction", "TransactionCreate", {"id": pk, "transaction": transaction})
    item = made["transaction"]["id"]
    pen.ask("process_what_nobody_asked", "TransactionProcess", {"id": item, "data": None}, token=None)
    charge = {"id": item, "actionType": "CHARGE", "amount": 10, "refundReason": "no reason for a charge"}
    pen.ask("charge_with_reason", "TransactionRequestAction", charge)
    bought = _open(pen, "cart_to_buy", pen.world.line("nori", 1))["id"]
    pay_for(pen.world, bought, "writes/buy")
    order = pen.ask("buy", "CheckoutComplete", {"id": bought}, token=None)["order"]["id"]
    pen.ask("note", "OrderNoteAdd", {"order": order, "message": "called back"})
    pen.ask("note_of_nothing", "OrderNoteAdd", {"order": order, "message": "  "})
    parcel = {"id": NO_PARCEL, "trackingNumber": "4012-0000-0000", "notifyCustomer": False}
    pen.ask("tracking_of_no_parcel", "OrderFulfillmentUpdateTracking", parcel)


def _goods(pen: Pen) -> None:
    world = pen.world
    goods = make_goods(world, "writes", "a", "standard", {"jp": Money(Decimal("600"), "JPY")}, 5)
    pk, variant = goods.product_id, goods.variant_id
    listing = {"channelId": world.channel("jp"), "isPublished": True, "isAvailableForPurchase": True}
    twice = {"id": pk, "input": {"updateChannels": [listing, listing]}}
    pen.ask("list_twice", "ProductChannelListingUpdate", twice)
    pen.ask("list", "ProductChannelListingUpdate", {"id": pk, "input": {"updateChannels": [listing]}})
    stock = {"warehouse": world.merchants["a"].warehouse_id, "quantity": 6}
    pen.ask("stock", "ProductVariantStocksUpdate", {"variantId": variant, "stocks": [stock]})
    pen.ask("stock_twice", "ProductVariantStocksUpdate", {"variantId": variant, "stocks": [stock, stock]})
    pen.ask("variant", "ProductVariantUpdate", {"id": variant, "input": {"name": "大", "sku": f"{pen.run}-wide"}})
    pen.ask("goods_update", "ProductUpdate", {"id": pk, "input": {"name": "改めた品"}})
    pen.ask("goods_update_slug_taken", "ProductUpdate", {"id": pk, "input": {"slug": f"{pen.run}-tea"}})
    taken = {"sku": f"{pen.run}-tea"}
    pen.ask("variant_sku_taken", "ProductVariantUpdate", {"id": variant, "input": taken})
    pen.ask("translate", "ProductTranslate", _in_english(pk, name="Wide goods"))
    pen.ask("translate_too_long", "ProductTranslate", _in_english(pk, name=LONG))
    pen.ask("variant_translate", "ProductVariantTranslate", _in_english(variant, name="Wide"))
    pen.ask("variant_translate_too_long", "ProductVariantTranslate", _in_english(variant, name=LONG))
    _pictures(pen, pk)
    _metadata(pen, pk)
    pen.ask("goods_delete", "ProductDelete", {"id": pk})


def _in_english(pk: str, **texts: str) -> dict[str, Any]:
    return {"id": pk, "languageCode": "EN", "input": texts}


def _pictures(pen: Pen, product: str) -> None:
    said = {"product": product, "alt": "点"}
    made = pen.ask("picture", "ProductMediaCreate", said, file=("dot.png", "image/png", DOT))
    text = ("dot.png", "image/png", b"no picture at all")
    pen.ask("picture_of_text", "ProductMediaCreate", said, file=text)
    pen.ask("picture_delete", "ProductMediaDelete", {"id": made["media"]["id"]})
    pen.ask("picture_delete_twice", "ProductMediaDelete", {"id": made["media"]["id"]})


def _metadata(pen: Pen, product: str) -> None:
    for case, operation in (("metadata", "UpdateMetadata"), ("private_metadata", "UpdatePrivateMetadata")):
        pen.ask(case, operation, {"id": product, "input": [{"key": "mall.x", "value": "1"}]})
        pen.ask(f"{case}_without_key", operation, {"id": product, "input": [{"key": " ", "value": "1"}]})


def _categories(pen: Pen) -> None:
    slug = f"{pen.run}-shelf"
    made = pen.ask("category", "CategoryCreate", {"input": {"name": "棚", "slug": slug}})
    pk = made["category"]["id"]
    pen.ask("category_slug_taken", "CategoryCreate", {"input": {"name": "棚", "slug": slug}})
    pen.ask("category_nameless", "CategoryCreate", {"input": {"name": ""}})
    pen.ask("category_update", "CategoryUpdate", {"id": pk, "input": {"name": "高い棚"}})
    other = {"slug": f"{pen.run}-category"}
    pen.ask("category_update_slug_taken", "CategoryUpdate", {"id": pk, "input": other})
    pen.ask("category_translate", "CategoryTranslate", _in_english(pk, name="Shelf"))
    pen.ask("category_translate_too_long", "CategoryTranslate", _in_english(pk, name=LONG))
    pen.ask("category_drop", "CategoryDrop", {"id": pk})


def _pages(pen: Pen) -> None:
    said = {
        "title": "案内",
        "slug": f"{pen.run}-guide",
        "pageType": pen.world.site.merchant_page_type,
        "isPublished": True,
    }
    pk = pen.ask("page", "PageCreate", {"input": said})["page"]["id"]
    pen.ask("page_slug_taken", "PageCreate", {"input": said})
    pen.ask("page_update", "PageUpdate", {"id": pk, "input": {"title": "新しい案内"}})
    pen.ask("page_update_slug_taken", "PageUpdate", {"id": pk, "input": {"slug": f"{pen.run}-a"}})
    pen.ask("page_translate", "PageTranslate", _in_english(pk, title="Guide"))
    pen.ask("page_translate_too_long", "PageTranslate", _in_english(pk, title=LONG))
    pen.ask("page_delete", "PageDelete", {"id": pk})
    pen.ask("page_delete_twice", "PageDelete", {"id": pk})
