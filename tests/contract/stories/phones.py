"""Telephone numbers of addresses: which are taken, how they are kept, and who is refused what, wherever one is said."""

from __future__ import annotations

from typing import Any

from plugins.api.money import Money
from tests.contract.stories.refusals import open_checkout
from tests.contract.stories.shipping import staff
from tests.contract.world import SHOPPER, SINGAPORE, TOKYO, World, make_goods

NUMBERS = {
    "with_country": "+81 3-1234-5678",
    "without_country": "03-1234-5678",
    "in_wide_signs": "０３－１２３４－５６７８",
    "with_extension": "0312345678;ext=5",
    "of_another_country": "+65 6123 4567",
    "of_no_plan": "03-0000-0000",
    "too_short": "12345",
    "of_emergency": "110",
    "with_words": "03-1234-5678 内線9",
    "of_spaces": " ",
    "blank": "",
    "null": None,
}
PERMISSIONS = ("HANDLE_CHECKOUTS", "IMPERSONATE_USER", "MANAGE_USERS", "MANAGE_ORDERS", "MANAGE_ORDERS_IMPORT")
SAID_WRONG = {"wrong": "12345", "national": "03-1234-5678", "spaces": " "}


class Phones:
    """Who asks in this story: an app that may everything with addresses, unless the case says otherwise."""

    def __init__(self, world: World) -> None:
        self.world = world
        said = {"name": f"{world.run} phones", "permissions": list(PERMISSIONS)}
        made = self.ask("app", "AppMake", {"input": said}, token=staff(world))
        self.app, self.app_id = made["authToken"], made["app"]["id"]
        world.ask.staff.discard(self.app)

    def ask(self, case: str, operation: str, variables: dict[str, Any], **options: Any) -> Any:
        """Ask and return the first answer's data."""
        options.setdefault("token", getattr(self, "app", None))
        answer = self.world.ask(f"phones/{case}", operation, variables, **options)
        return next(iter((answer.get("data") or {"": None}).values()))


def tell(world: World) -> None:
    phones = Phones(world)
    _carts(phones)
    _accounts(phones)
    _orders(phones)
    wrong = {"name": f"{world.run} phones", "slug": f"{world.run}-phones", "address": {**TOKYO, "phone": "12345"}}
    phones.ask("warehouse", "WarehouseCreate", {"input": wrong}, token=staff(world))
    wrong["address"]["skipValidation"] = True
    phones.ask("warehouse_unchecked", "WarehouseCreate", {"input": wrong}, token=staff(world))
    phones.ask("app_drop", "AppDrop", {"id": phones.app_id}, token=staff(world))


def _carts(phones: Phones) -> None:
    opened = phones.ask("cart", "CheckoutCreate", open_checkout(phones.world, email=SHOPPER), token=None)
    pk = opened["checkout"]["id"]

    def bill(case: str, said: dict[str, Any], **options: Any) -> None:
        phones.ask(f"cart_{case}", "CheckoutBillingAddressUpdate", {"id": pk, "address": said}, **options)

    for name, number in NUMBERS.items():
        bill(name, {**TOKYO, "phone": number}, token=None)
    bill("national_abroad", {**SINGAPORE, "phone": "6123 4567"}, token=None)
    bill("national_of_elsewhere", {**SINGAPORE, "phone": "03-1234-5678"}, token=None)
    bill("wrong_beside_others", {**TOKYO, "phone": "12345", "postalCode": "1", "streetAddress1": ""}, token=None)
    for name, number in SAID_WRONG.items():
        bill(f"unchecked_{name}", {**TOKYO, "phone": number, "skipValidation": True})
    bill("unchecked_and_bare", {**TOKYO, "phone": "12345", "streetAddress1": "", "skipValidation": True})
    wrong = {**TOKYO, "phone": "12345"}
    phones.ask("cart_sent", "CheckoutShippingAddressUpdate", {"id": pk, "address": wrong}, token=None)
    new = open_checkout(phones.world, email=SHOPPER, shippingAddress=TOKYO, billingAddress=wrong)
    phones.ask("cart_opened", "CheckoutCreate", new, token=None)
    loose = {"billingAddress": {"checkFieldsFormat": False}}
    new["input"] |= {"validationRules": loose}
    phones.ask("cart_opened_loosely", "CheckoutCreate", new, token=None)


def _accounts(phones: Phones) -> None:
    run = phones.world.run
    email = {"email": f"{run}-phones@example.com"}
    person = phones.ask("customer", "CustomerMake", {"input": email})["user"]["id"]
    kept = ""
    for name, number in SAID_WRONG.items():
        for case, more in (("address", {}), ("address_unchecked", {"skipValidation": True})):
            said = {"customerId": person, "input": {**TOKYO, "phone": number, **more}, "type": "SHIPPING"}
            phones.ask(f"{case}_{name}", "AccountAddressAdd", said)
    said = {"input": {"email": f"{run}-phones-2@example.com", "defaultBillingAddress": {**TOKYO, "phone": "12345"}}}
    phones.ask("customer_wrong", "CustomerMake", said)
    said["input"]["defaultBillingAddress"]["skipValidation"] = True
    phones.ask("customer_unchecked", "CustomerMake", said)
    listed = phones.ask("book", "BookSeen", {"id": person})
    kept = listed["addresses"][0]["id"]
    changes: dict[str, dict[str, Any]] = {
        "wrong": {**TOKYO, "phone": "12345"},
        "wrong_unchecked": {**TOKYO, "phone": "12345", "skipValidation": True},
        "left_out": {name: value for name, value in TOKYO.items() if name != "phone"},
        "national": {**TOKYO, "phone": "03-1234-5678"},
        "name_alone": {"firstName": "又"},
        "country_alone": {"country": "SG"},
    }
    for name, change in changes.items():
        phones.ask(f"address_changed_{name}", "AccountAddressUpdate", {"id": kept, "input": change})
    phones.ask("customer_drop", "CustomerDrop", {"id": person}, token=staff(phones.world))


def _orders(phones: Phones) -> None:
    world = phones.world
    goods = make_goods(world, "dial", "b", "reduced", {"jp": Money(1080, "JPY")}, 20)
    for name, number in SAID_WRONG.items():
        for case, more in (("checked", {}), ("unchecked", {"skipValidation": True})):
            address = {**TOKYO, "phone": number, **more}
            wish = {"channelId": world.channel("jp"), "billingAddress": address}
            wish["lines"] = [{"variantId": goods.variant_id, "quantity": 1}]
            phones.ask(f"draft_{case}_{name}", "DraftBilled", {"input": wish})
            order = _brought(world, goods.variant_id, address)
            phones.ask(f"import_{case}_{name}", "OrdersImported", {"orders": [order]})


def _brought(world: World, variant: str, address: dict[str, Any]) -> dict[str, Any]:
    price = {"gross": 1080, "net": 1000}
    moment = "2025-04-05T06:07:08+00:00"
    line = {
        "variantId": variant,
        "createdAt": moment,
        "isShippingRequired": False,
        "isGiftCard": False,
        "quantity": 1,
        "totalPrice": price,
        "undiscountedTotalPrice": price,
        "warehouse": world.merchants["b"].warehouse_id,
        "taxClassId": world.site.tax_classes["reduced"],
    }
    return {
        "channel": "jp",
        "createdAt": moment,
        "status": "UNFULFILLED",
        "user": {"email": SHOPPER},
        "billingAddress": address,
        "currency": "JPY",
        "languageCode": "JA",
        "lines": [line],
    }
