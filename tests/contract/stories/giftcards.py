"""Gift cards: issued, changed, found, put on carts, spent with orders, and as a way of paying."""

from __future__ import annotations

from typing import Any

from tests.contract.stories.refusals import open_checkout
from tests.contract.world import SHOPPER, TOKYO, World

#: who runs the story, and how many orders there were before
OTHERS = ("createdByEmail", "orderNumber")
#: a code made up by chance; several tags of a new card come in no order
ANY_CODE = ("data.giftCardCreate.giftCard.code", "displayCode", "last4CodeChars", "data.giftCardCreate.giftCard.tags")
GATEWAY = "saleor.io.gift-card-payment-gateway"


def tell(world: World) -> None:
    # one token for the whole story: signing in too often is slowed down
    admin = world.admin
    _issuing(world, admin)
    _changing(world, admin)
    _finding(world, admin)
    _on_a_cart(world, admin)
    _two_carts(world, admin)
    _as_payment(world, admin)


def _yen(amount: Any) -> dict[str, Any]:
    return {"balance": {"amount": amount, "currency": "JPY"}, "isActive": True}


def _code(world: World, name: str) -> str:
    """Return a code of this run; codes have 8 to 16 characters, so `name` has at most 6."""
    return f"{world.run}-{name}"


def _issue(world: World, admin: str, case: str, amount: Any = 1000, **said: Any) -> dict[str, Any]:
    answer = world.ask(
        f"giftcards/{case}",
        "GiftCardIssue",
        {"input": {**_yen(amount), **said}},
        token=admin,
        ignore=OTHERS if "code" in said else (*OTHERS, *ANY_CODE),
    )
    card: dict[str, Any] = answer["data"]["giftCardCreate"]["giftCard"] or {}
    return card


def _issuing(world: World, admin: str) -> None:
    _issue(world, admin, "issued", 1000, note="お祝い", addTags=["Spring", "b"], metadata=[{"key": "k", "value": "v"}])
    _issue(world, admin, "issued_until", 500, expiryDate="2099-12-31", isActive=False)
    _issue(world, admin, "issued_with_code", 300, code=_code(world, "twice"))
    _issue(world, admin, "issued_with_code_again", 300, code=_code(world, "twice"))
    _issue(world, admin, "issued_with_short_code", 300, code="abc")
    _issue(world, admin, "issued_for_nothing", 0)
    _issue(world, admin, "issued_with_decimals", 10.5)
    _issue(world, admin, "issued_for_yesterday", 500, expiryDate="2020-01-01")
    _issue(world, admin, "issued_to_no_address", 500, userEmail="nobody", channel="jp")
    _issue(world, admin, "issued_to_no_channel", 500, userEmail=SHOPPER)
    _issue(world, admin, "issued_and_sent", 500, userEmail=SHOPPER, channel="jp")
    _issue(world, admin, "issued_with_empty_key", 500, metadata=[{"key": "", "value": "v"}])
    ignored = (*OTHERS, "displayCode", "last4CodeChars")
    many = {"count": 2, **_yen(700), "tags": ["Many"]}
    world.ask("giftcards/many", "GiftCardsIssue", {"input": many}, token=admin, ignore=ignored)
    for case, change in (
        ("none_at_all", {"count": 0}),
        ("many_for_nothing", {"balance": {"amount": 0, "currency": "JPY"}}),
        ("many_for_yesterday", {"expiryDate": "2020-01-01"}),
    ):
        said = {"input": {**many, **change}}
        world.ask(f"giftcards/{case}", "GiftCardsIssue", said, token=admin, ignore=ignored)


def _changing(world: World, admin: str) -> None:
    card = _issue(world, admin, "issued_to_change", 1000, code=_code(world, "change"), addTags=["old"])["id"]
    changes: list[tuple[str, dict[str, Any]]] = [
        ("balance_reset", {"balanceAmount": 2000}),
        ("balance_with_decimals", {"balanceAmount": 0.5}),
        ("tags_changed", {"addTags": ["New"], "removeTags": ["old"]}),
        ("tag_in_both", {"addTags": ["x"], "removeTags": ["x"]}),
        ("expiry_set", {"expiryDate": "2099-01-31"}),
        ("expiry_taken_away", {"expiryDate": None}),
        ("expiry_of_yesterday", {"expiryDate": "2020-01-31"}),
        (
            "metadata_changed",
            {"metadata": [{"key": "k", "value": "2"}], "privateMetadata": [{"key": "p", "value": "3"}]},
        ),
    ]
    for case, change in changes:
        said = {"id": card, "input": change}
        world.ask(f"giftcards/{case}", "GiftCardChange", said, token=admin, ignore=OTHERS)
    world.ask("giftcards/switched_off", "GiftCardSwitchOff", {"id": card}, token=admin)
    world.ask("giftcards/switched_off_again", "GiftCardSwitchOff", {"id": card}, token=admin)
    world.ask("giftcards/switched_on", "GiftCardSwitchOn", {"id": card}, token=admin)
    world.ask("giftcards/remark", "GiftCardRemark", {"id": card, "message": "called"}, token=admin)
    world.ask("giftcards/remark_of_nothing", "GiftCardRemark", {"id": card, "message": "  "}, token=admin)


def _finding(world: World, admin: str) -> None:
    code = {"code": _code(world, "change")}
    balance = {"field": "CURRENT_BALANCE", "direction": "ASC"}
    finds: list[tuple[str, dict[str, Any]]] = [
        ("found_by_code", {"filter": code}),
        ("found_by_balance", {"filter": {**code, "currency": "JPY", "currentBalance": {"gte": 1500, "lte": 2000}}}),
        ("not_found_by_balance", {"filter": {**code, "currency": "JPY", "initialBalance": {"lte": 100}}}),
        ("balance_without_currency", {"filter": {"currentBalance": {"gte": 1}}}),
        ("sorted_by_balance", {"filter": {**code, "currency": "JPY"}, "sortBy": balance}),
        ("sorted_by_balance_of_any", {"sortBy": balance}),
        ("sorted_by_rank_of_nothing", {"sortBy": {"field": "RANK", "direction": "ASC"}}),
        ("found_unused", {"filter": {**code, "used": False, "isActive": True}}),
        ("not_found_used", {"filter": {**code, "used": True}}),
    ]
    for case, variables in finds:
        world.ask(f"giftcards/{case}", "GiftCardsSeen", variables, token=admin)


def _cart(world: World, case: str, pieces: int = 1) -> str:
    """Return an open checkout with a delivery: 3980 yen for each piece, and 500."""
    said = open_checkout(
        world, lines=[world.line("glass", pieces)], email=SHOPPER, shippingAddress=TOKYO, billingAddress=TOKYO
    )
    answer = world.ask(f"giftcards/{case}", "CheckoutCreate", said, token=None)
    checkout = str(answer["data"]["checkoutCreate"]["checkout"]["id"])
    offered = world.ask(f"giftcards/{case}_deliveries", "DeliveryOptionsCalculate", {"id": checkout}, token=None)
    delivery = offered["data"]["deliveryOptionsCalculate"]["deliveries"][0]["id"]
    chosen = {"id": checkout, "deliveryMethodId": delivery}
    world.ask(f"giftcards/{case}_delivery", "CheckoutDeliveryMethodUpdate", chosen, token=None)
    return checkout


def _add(world: World, case: str, checkout: str, code: str) -> None:
    world.ask(f"giftcards/{case}", "PromoCodeAdd", {"id": checkout, "code": code}, token=None)


def _complete(world: World, case: str, checkout: str) -> str:
    answer = world.ask(f"giftcards/{case}", "OrderFromCheckout", {"id": checkout}, token=None)
    order = answer["data"]["checkoutComplete"]["order"]
    return str(order["id"]) if order else ""


def _on_a_cart(world: World, admin: str) -> None:
    """A part of the price by card, the rest in money; then a cart that a second card pays whole."""
    small = _issue(world, admin, "issued_small", 1000, code=_code(world, "1small"))
    large = _issue(world, admin, "issued_large", 9000, code=_code(world, "2large"))
    off = _issue(world, admin, "issued_inactive", 100, code=_code(world, "inact"), isActive=False)
    dollars = {"balance": {"amount": 10, "currency": "USD"}}
    foreign = _issue(world, admin, "issued_in_dollars", 1, code=_code(world, "dollar"), **dollars)
    checkout = _cart(world, "cart")
    _add(world, "added", checkout, small["code"])
    _add(world, "added_again", checkout, small["code"])
    _add(world, "added_inactive", checkout, off["code"])
    _add(world, "added_in_dollars", checkout, foreign["code"])
    _add(world, "added_unknown", checkout, "NO-SUCH-CODE")
    world.ask("giftcards/cart_seen", "PaidCheckout", {"id": checkout})
    _complete(world, "complete_with_too_little", checkout)
    _add(world, "added_large", checkout, large["code"])
    removal = {"id": checkout, "code": large["code"]}
    world.ask("giftcards/removed", "PromoCodeRemove", removal, token=None)
    world.ask("giftcards/removed_again", "PromoCodeRemove", removal, token=None)
    _add(world, "added_large_again", checkout, large["code"])
    world.ask("giftcards/removed_by_id", "PromoCodeRemove", {"id": checkout, "codeId": large["id"]}, token=None)
    _add(world, "added_large_at_last", checkout, large["code"])
    order = _complete(world, "complete_with_cards", checkout)
    world.ask("giftcards/order_with_cards", "PaidOrder", {"id": order})
    for case, card in (("small_spent", small), ("large_spent", large)):
        world.ask(f"giftcards/{case}", "GiftCardSeen", {"id": card["id"]}, token=admin, ignore=OTHERS)


def _two_carts(world: World, admin: str) -> None:
    """One card on two carts: it belongs to the first; a card switched off meanwhile stops the order."""
    card = _issue(world, admin, "issued_for_two", 5000, code=_code(world, "fortwo"))
    first, second = _cart(world, "cart_first"), _cart(world, "cart_second")
    _add(world, "added_to_first", first, card["code"])
    _add(world, "added_to_second", second, card["code"])
    _complete(world, "complete_first", first)
    world.ask("giftcards/cart_second_seen", "PaidCheckout", {"id": second})
    _complete(world, "complete_second", second)
    world.ask("giftcards/switched_off_in_cart", "GiftCardSwitchOff", {"id": card["id"]}, token=admin)
    _complete(world, "complete_with_inactive", second)


def _as_payment(world: World, admin: str) -> None:
    """The gateway of Saleor's own: authorized on one cart, taken by another, charged with the order."""
    card = _issue(world, admin, "issued_to_pay", 6000, code=_code(world, "topay"))
    first, second = _cart(world, "cart_to_pay"), _cart(world, "cart_to_pay_next")

    def pay(case: str, checkout: str, data: Any, amount: int | None = None) -> str:
        said = {"id": checkout, "amount": amount, "gateway": {"id": GATEWAY, "data": data}}
        answer = world.ask(f"giftcards/{case}", "PaymentWithGiftCard", said, token=None)
        return str(answer["data"]["transactionInitialize"]["transaction"]["id"])

    pay("paid_without_code", first, None)
    pay("paid_with_unknown_code", first, {"code": "NO-SUCH-CODE"})
    pay("paid_with_too_little", first, {"code": card["code"]}, 6001)
    pay("paid_first", first, {"code": card["code"]})
    item = pay("paid_second", second, {"code": card["code"]})
    world.ask("giftcards/first_after_second", "PaidCheckout", {"id": first})
    order = _complete(world, "complete_paid", second)
    world.ask("giftcards/order_paid", "PaidOrder", {"id": order})
    world.ask("giftcards/card_charged", "GiftCardSeen", {"id": card["id"]}, token=admin, ignore=OTHERS)
    _complete(world, "complete_unpaid", first)
    said = {"id": item, "action": "REFUND", "amount": 480}
    world.ask("giftcards/refund_asked", "PaymentAsked", said, token=admin)
    world.ask("giftcards/card_refunded", "GiftCardSeen", {"id": card["id"]}, token=admin, ignore=OTHERS)
    world.ask("giftcards/cancel_asked", "PaymentAsked", {"id": item, "action": "CANCEL"}, token=admin)
