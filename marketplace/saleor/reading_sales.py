"""Saleor's checkouts, orders and payments into the dataclasses of `types`."""

from __future__ import annotations

from decimal import Decimal

from marketplace.saleor import types as t
from marketplace.saleor.reading import Json, _at, address, here, metadata, money, taxed, text
from marketplace.saleor.rich_text import plain_text

MERCHANT_KEY = "mall.merchant"


def checkout(node: Json) -> t.SaleorCheckout:
    return t.SaleorCheckout(
        id=node["id"],
        email=node["email"] or "",
        language=node["languageCode"].lower(),
        channel=node["channel"]["slug"],
        currency=node["totalPrice"]["currency"],
        user_id=(node["user"] or {}).get("id", ""),
        updated_at=_at(node["updatedAt"]),
        is_shipping_required=node["isShippingRequired"],
        charge_status=node["chargeStatus"],
        authorize_status=node["authorizeStatus"],
        lines=tuple(_checkout_line(each) for each in node["lines"]),
        shipping_address=address(node["shippingAddress"]),
        billing_address=address(node["billingAddress"]),
        delivery=_chosen(node["delivery"]),
        subtotal=taxed(node["subtotalPrice"]),
        shipping=taxed(node["shippingPrice"]),
        total=taxed(node["totalPrice"]),
        balance=money(node["totalBalance"]),
        issues=tuple(_issue(each) for each in node["problems"] or ()),
        metadata=metadata(node["metadata"]),
    )


def _checkout_line(node: Json) -> t.SaleorCheckoutLine:
    variant = node["variant"]
    product = variant["product"]
    return t.SaleorCheckoutLine(
        id=node["id"],
        quantity=node["quantity"],
        variant_id=variant["id"],
        variant_name=variant["name"],
        sku=variant["sku"] or "",
        product_id=product["id"],
        product_name=product["name"],
        product_slug=product["slug"],
        english_name=text(product["english"]).name,
        english_variant_name=text(variant["english"]).name,
        merchant=metadata(product["metadata"]).get(MERCHANT_KEY, ""),
        image_url=here((product["thumbnail"] or {}).get("url", "")),
        unit_price=taxed(node["unitPrice"]),
        undiscounted_unit_price=money(node["undiscountedUnitPrice"]),
        total=taxed(node["totalPrice"]),
        undiscounted_total=money(node["undiscountedTotalPrice"]),
        metadata=metadata(node["metadata"]),
    )


def _issue(node: Json) -> t.SaleorIssue:
    return t.SaleorIssue(
        kind=node["__typename"].removeprefix("Checkout"),
        line_id=(node.get("line") or {}).get("id", ""),
        available=node.get("availableQuantity"),
    )


def _chosen(node: Json | None) -> t.SaleorDelivery | None:
    return delivery(node) if node and node["shippingMethod"] else None


def delivery(node: Json) -> t.SaleorDelivery:
    method = node["shippingMethod"]
    return t.SaleorDelivery(
        id=node["id"],
        method_id=method["id"],
        name=method["name"],
        description=plain_text(method["description"] or ""),
        is_active=method["active"],
        message=method["message"] or "",
        price=money(method["price"]),
        days_min=method["minimumDeliveryDays"],
        days_max=method["maximumDeliveryDays"],
        metadata=metadata(method["metadata"]),
    )


def order(node: Json) -> t.SaleorOrder:
    method = node["deliveryMethod"] or {}
    return t.SaleorOrder(
        id=node["id"],
        number=node["number"],
        created_at=_at(node["created"]),
        updated_at=_at(node["updatedAt"]),
        status=node["status"],
        origin=node["origin"],
        charge_status=node["chargeStatus"],
        authorize_status=node["authorizeStatus"],
        is_paid=node["isPaid"],
        email=node["userEmail"] or "",
        language=node["languageCodeEnum"].lower(),
        channel=node["channel"]["slug"],
        currency=node["channel"]["currencyCode"],
        user_id=(node["user"] or {}).get("id", ""),
        checkout_id=node["checkoutId"] or "",
        external_reference=node["externalReference"] or "",
        customer_note=node["customerNote"],
        shipping_address=address(node["shippingAddress"]),
        billing_address=address(node["billingAddress"]),
        delivery_name=node["shippingMethodName"] or "",
        delivery_metadata=metadata(method.get("metadata") or ()),
        subtotal=taxed(node["subtotal"]),
        shipping=taxed(node["shippingPrice"]),
        shipping_tax_rate=_rate(node["shippingTaxRate"]),
        total=taxed(node["total"]),
        undiscounted_total=taxed(node["undiscountedTotal"]),
        charged=money(node["totalCharged"]),
        refunded=money(node["totalRefunded"]),
        granted_refund=money(node["totalGrantedRefund"]),
        balance=money(node["totalBalance"]),
        lines=tuple(_order_line(each) for each in node["lines"]),
        fulfillments=tuple(fulfillment(each) for each in node["fulfillments"]),
        granted_refunds=tuple(granted_refund(each) for each in node["grantedRefunds"]),
        transactions=tuple(transaction(each) for each in node["transactions"]),
        metadata=metadata(node["metadata"]),
        private_metadata=metadata(node["privateMetadata"]),
    )


def _rate(value: int | Decimal) -> Decimal:
    return Decimal(value)


def _order_line(node: Json) -> t.SaleorOrderLine:
    variant = node["variant"] or {}
    product = variant.get("product") or {}
    return t.SaleorOrderLine(
        id=node["id"],
        product_id=product.get("id", ""),
        variant_id=variant.get("id") or node["productVariantId"] or "",
        product_slug=product.get("slug", ""),
        product_name=node["productName"],
        variant_name=node["variantName"],
        translated_name=node["translatedProductName"],
        translated_variant_name=node["translatedVariantName"],
        sku=node["productSku"] or "",
        merchant=metadata(product.get("metadata") or ()).get(MERCHANT_KEY, ""),
        quantity=node["quantity"],
        quantity_fulfilled=node["quantityFulfilled"],
        quantity_to_fulfill=node["quantityToFulfill"],
        tax_rate=_rate(node["taxRate"]),
        tax_class=node["taxClassName"] or "",
        is_shipping_required=node["isShippingRequired"],
        price_override_reason=node["priceOverrideReason"] or "",
        unit_price=taxed(node["unitPrice"]),
        undiscounted_unit_price=taxed(node["undiscountedUnitPrice"]),
        total=taxed(node["totalPrice"]),
        undiscounted_total=taxed(node["undiscountedTotalPrice"]),
        allocations={each["warehouse"]["slug"]: each["quantity"] for each in node["allocations"] or ()},
        image_url=here((node["thumbnail"] or {}).get("url", "")),
        metadata=metadata(node["metadata"]),
    )


def fulfillment(node: Json) -> t.SaleorFulfillment:
    warehouse = node["warehouse"] or {}
    return t.SaleorFulfillment(
        id=node["id"],
        position=node["fulfillmentOrder"],
        status=node["status"],
        tracking_number=node["trackingNumber"],
        created_at=_at(node["created"]),
        warehouse_id=warehouse.get("id", ""),
        warehouse=warehouse.get("slug", ""),
        lines=_pieces(node["lines"]),
        metadata=metadata(node["metadata"]),
    )


def _pieces(lines: list[Json] | None) -> dict[str, int]:
    pieces: dict[str, int] = {}
    for line in lines or ():
        line_id = line["orderLine"]["id"]
        pieces[line_id] = pieces.get(line_id, 0) + line["quantity"]
    return pieces


def granted_refund(node: Json) -> t.SaleorGrantedRefund:
    return t.SaleorGrantedRefund(
        id=node["id"],
        created_at=_at(node["createdAt"]),
        amount=money(node["amount"]),
        reason=node["reason"] or "",
        status=node["status"],
        includes_shipping=node["shippingCostsIncluded"],
        lines=_pieces(node["lines"]),
    )


def transaction(node: Json) -> t.SaleorTransaction:
    return t.SaleorTransaction(
        id=node["id"],
        name=node["name"],
        message=node["message"],
        psp_reference=node["pspReference"],
        actions=tuple(node["actions"]),
        created_at=_at(node["createdAt"]),
        authorized=money(node["authorizedAmount"]),
        charged=money(node["chargedAmount"]),
        charge_pending=money(node["chargePendingAmount"]),
        refunded=money(node["refundedAmount"]),
        refund_pending=money(node["refundPendingAmount"]),
        canceled=money(node["canceledAmount"]),
        events=tuple(
            t.SaleorTransactionEvent(
                id=each["id"],
                type=each["type"] or "",
                amount=money(each["amount"]),
                psp_reference=each["pspReference"],
                message=each["message"],
                created_at=_at(each["createdAt"]),
            )
            for each in node["events"]
        ),
    )


def payment(payload: Json) -> t.SaleorPayment:
    event = payload["transactionEvent"] or {}
    return t.SaleorPayment(
        transaction=transaction(payload["transaction"]) if payload["transaction"] else None,
        event_type=event.get("type") or "",
        amount=money(event["amount"]) if event else None,
        message=event.get("message") or "",
        data=payload["data"],
    )
