"""Carts at Saleor. Whoever knows a checkout's id may change it, so the id stays in the shopper's session.

Every function takes `token`: a signed-in shopper's, or None. Reading goes with the app's token.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from marketplace.saleor import reading, reading_sales
from marketplace.saleor.catalogue import metadata_input
from marketplace.saleor.client import APP as APP
from marketplace.saleor.client import execute
from marketplace.saleor.types import Address, CompletedCheckout, SaleorCheckout, SaleorDelivery, SaleorTransaction
from plugins.api.money import Money


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line to add. `price` (with tax, per piece) may be set by the app alone, with its reason."""

    variant_id: str
    quantity: int
    price: Decimal | None = None
    price_reason: str = ""
    is_separate: bool = False
    metadata: Mapping[str, str] = field(default_factory=dict)

    def as_input(self) -> dict[str, Any]:
        fields: dict[str, Any] = {"variantId": self.variant_id, "quantity": self.quantity}
        if self.price is not None:
            fields["price"] = self.price
        if self.price_reason:
            fields["priceOverrideReason"] = self.price_reason
        if self.is_separate:
            fields["forceNewLine"] = True
        if self.metadata:
            fields["metadata"] = metadata_input(self.metadata)
        return fields


def create_checkout(
    *,
    channel: str,
    lines: Sequence[NewLine],
    language: str = "ja",
    email: str = "",
    shipping_address: Address | None = None,
    billing_address: Address | None = None,
    token: str | None = None,
) -> SaleorCheckout:
    """Open a cart in a channel (slug). Raises `SaleorRefused` with INSUFFICIENT_STOCK, UNAVAILABLE_VARIANT_IN_CHANNEL
    or PRODUCT_NOT_PUBLISHED and the variants' ids, among others."""
    fields: dict[str, Any] = {
        "channel": channel,
        "lines": [line.as_input() for line in lines],
        "languageCode": language.upper().replace("-", "_"),
    }
    if email:
        fields["email"] = email
    if shipping_address:
        fields["shippingAddress"] = reading.address_input(shipping_address)
    if billing_address:
        fields["billingAddress"] = reading.address_input(billing_address)
    return _changed("CheckoutCreate", "checkoutCreate", {"input": fields}, token)


def open_past_checkout(
    *, channel: str, lines: Sequence[NewLine], email: str, address: Address, private_metadata: Mapping[str, str]
) -> tuple[str, Money]:
    """Open a cart for a sale of the past, with the app's token; return its id and what it costs, and read no more.

    A real Saleor takes a third of its time to tell all that `create_checkout` asks. Raises as that does.
    """
    where = reading.address_input(address)
    fields = {
        "channel": channel,
        "lines": [line.as_input() for line in lines],
        "languageCode": "JA",
        "email": email,
        "shippingAddress": where,
        "billingAddress": where,
        "privateMetadata": metadata_input(private_metadata),
    }
    node = execute("PastCheckoutCreate", {"input": fields})["checkoutCreate"]["checkout"]
    return node["id"], reading.money(node["totalPrice"]["gross"])


def deliver_past_checkout(*, checkout_id: str, delivery_id: str) -> Money:
    """Choose how a sale of the past was sent, with the app's token; return what the cart costs now."""
    variables = {"id": checkout_id, "deliveryMethodId": delivery_id}
    node = execute("PastCheckoutDeliver", variables)["checkoutDeliveryMethodUpdate"]["checkout"]
    return reading.money(node["totalPrice"]["gross"])


def get_checkout(*, checkout_id: str) -> SaleorCheckout | None:
    """Return the cart, or None when there is none (any more: completed, or expired)."""
    node = execute("CheckoutById", {"id": checkout_id})["checkout"]
    return reading_sales.checkout(node) if node else None


def list_transactions(*, checkout_id: str) -> list[SaleorTransaction]:
    """Return the payments of a cart, with the app's token; none when there is no such cart (any more)."""
    node = execute("CheckoutTransactions", {"id": checkout_id})["checkout"]
    return [reading_sales.transaction(each) for each in node["transactions"] or ()] if node else []


def add_lines(*, checkout_id: str, lines: Sequence[NewLine], token: str | None = None) -> SaleorCheckout:
    variables = {"id": checkout_id, "lines": [line.as_input() for line in lines]}
    return _changed("CheckoutLinesAdd", "checkoutLinesAdd", variables, token)


def change_quantity(*, checkout_id: str, line_id: str, quantity: int, token: str | None = None) -> SaleorCheckout:
    """Set the pieces of a line; 0 removes it."""
    variables = {"id": checkout_id, "lines": [{"lineId": line_id, "quantity": quantity}]}
    return _changed("CheckoutLinesUpdate", "checkoutLinesUpdate", variables, token)


def remove_lines(*, checkout_id: str, line_ids: Sequence[str], token: str | None = None) -> SaleorCheckout:
    variables = {"id": checkout_id, "linesIds": list(line_ids)}
    return _changed("CheckoutLinesDelete", "checkoutLinesDelete", variables, token)


def set_email(*, checkout_id: str, email: str, token: str | None = None) -> SaleorCheckout:
    return _changed("CheckoutEmailUpdate", "checkoutEmailUpdate", {"id": checkout_id, "email": email}, token)


def set_shipping_address(*, checkout_id: str, address: Address, token: str | None = None) -> SaleorCheckout:
    """Set where to. Saleor validates by the country's rules; a chosen delivery may become stale."""
    variables = {"id": checkout_id, "address": reading.address_input(address)}
    return _changed("CheckoutShippingAddressUpdate", "checkoutShippingAddressUpdate", variables, token)


def set_billing_address(*, checkout_id: str, address: Address, token: str | None = None) -> SaleorCheckout:
    variables = {"id": checkout_id, "address": reading.address_input(address)}
    return _changed("CheckoutBillingAddressUpdate", "checkoutBillingAddressUpdate", variables, token)


def set_language(*, checkout_id: str, language: str, token: str | None = None) -> SaleorCheckout:
    variables = {"id": checkout_id, "languageCode": language.upper().replace("-", "_")}
    return _changed("CheckoutLanguageCodeUpdate", "checkoutLanguageCodeUpdate", variables, token)


def list_deliveries(*, checkout_id: str, token: str | None = None) -> list[SaleorDelivery]:
    """Ask Saleor, and so the app's handlers, which deliveries there are now. Inactive ones carry a message."""
    answer = execute("DeliveryOptionsCalculate", {"id": checkout_id}, token=token)
    return [reading_sales.delivery(each) for each in answer["deliveryOptionsCalculate"]["deliveries"]]


def choose_delivery(*, checkout_id: str, delivery_id: str, token: str | None = None) -> SaleorCheckout:
    variables = {"id": checkout_id, "deliveryMethodId": delivery_id}
    return _changed("CheckoutDeliveryMethodUpdate", "checkoutDeliveryMethodUpdate", variables, token)


def attach_customer(*, checkout_id: str, token: str) -> SaleorCheckout:
    """Give a guest's cart to the signed-in shopper whose token it is."""
    return _changed("CheckoutCustomerAttach", "checkoutCustomerAttach", {"id": checkout_id}, token)


def set_checkout_metadata(*, checkout_id: str, values: Mapping[str, str], is_private: bool = False) -> None:
    operation = "UpdatePrivateMetadata" if is_private else "UpdateMetadata"
    execute(operation, {"id": checkout_id, "input": metadata_input(values)})


def complete_checkout(*, checkout_id: str, token: str | None = None) -> CompletedCheckout:
    """Turn a paid checkout into an order; asked twice, the same order.

    Raises `SaleorRefused` with INSUFFICIENT_STOCK, INVALID_SHIPPING_METHOD, CHECKOUT_NOT_FULLY_PAID and others.
    """
    payload = execute("CheckoutComplete", {"id": checkout_id}, token=token)["checkoutComplete"]
    order = payload["order"]
    return CompletedCheckout(order_id=order["id"], number=order["number"], status=order["status"])


def _changed(operation: str, field_name: str, variables: dict[str, Any], token: str | None) -> SaleorCheckout:
    answer = execute(operation, variables, token=token)
    return reading_sales.checkout(answer[field_name]["checkout"])
