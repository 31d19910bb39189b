"""One of everything, with every column that may be empty filled, so that every field has something to give."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models

from infra.engine.apps.models import App, AppInstallation
from infra.engine.checkout.completion import complete_checkout
from infra.engine.checkout.models import Checkout
from infra.engine.customers.models import Address, Group, User
from infra.engine.discounts.models import (
    Promotion,
    PromotionEvent,
    PromotionRule,
    Voucher,
    VoucherChannelListing,
    VoucherCode,
)
from infra.engine.discounts.resolvers.promotions import KINDS, RULE_KINDS
from infra.engine.giftcards.models import GiftCard, GiftCardTag
from infra.engine.menus.models import Menu, MenuItem
from infra.engine.orders import fulfillment
from infra.engine.orders.models import GrantedRefund, Order, OrderDiscount, OrderEvent, OrderLine, OrderLineDiscount
from infra.engine.orders.types import FulfillPart
from infra.engine.payments.models import TransactionEvent, TransactionItem
from infra.engine.products.models import (
    Channel,
    Collection,
    CollectionChannelListing,
    CollectionProduct,
    ProductMedia,
    ProductVariant,
)
from infra.engine.schema.context import ANONYMOUS
from infra.engine.shipping.models import ShippingMethod, ShippingMethodListing, ShippingZone
from infra.engine.warehouses.models import Warehouse
from tests.engine.commerce import make_checkout, make_variant, make_warehouse
from tests.engine.shop import Shop, upload

DATA = {"key": "value", "mall.merchant": "x"}
KEPT = {"password", "jwt_token_key", "auth_token", "token", "sku", "slug", "payload", "currency", "currency_code"}
#: behind every other key, for what tests that take the first must not meet
LAST = UUID(int=2**128 - 1)
#: columns whose emptiness is a state, not a gap
STATES = {
    "unit",
    "entity_type",
    "channel",
    "voucher_code",
    "parent",
    "variant",
    "checkout",
    "order",
    "external_url",
    "price_override",
    "class_texts",
    "reward_type",
    "billing_address",
    "shipping_address",
    "shipping_class_texts",
}


def fill_all() -> Shop:
    """Make the shop, a cart, an order with a parcel and payments, a customer; fill what is empty in every row."""
    shop = Shop()
    product = shop.product()
    upload(shop.token, product)
    channel = Channel.objects.get()
    channel.order_settings |= {"automaticallyConfirmAllNewOrders": False, "allowUnpaidOrders": True}
    channel.save()
    warehouse = Warehouse.objects.first() or make_warehouse(channel)
    ProductVariant.objects.update(sku="SKU-of-the-shop")
    variant = make_variant(channel, stock={warehouse: 9})
    order = complete_checkout(checkout_id=make_checkout(channel, {variant: 2}).pk, requestor=ANONYMOUS)
    line = OrderLine.objects.get(order=order)
    fulfillment.fulfill_order(
        order_id=order.pk,
        parts=[FulfillPart(line.pk, warehouse.pk, 1)],
        requestor=ANONYMOUS,
        auto_approve=True,
        allow_unpaid=True,
    )
    make_checkout(channel, {variant: 1})
    user = User.objects.create(email="filled@example.com", is_confirmed=True)
    address = Address.objects.create(street_address_1="1-2-3", country="JP")
    user.addresses.add(address)
    user.default_billing_address = user.default_shipping_address = address
    user.save()
    Order.objects.update(user=user)
    cart = Checkout.objects.first()
    TransactionItem.objects.create(checkout=cart, currency="JPY", name="card", user=user)
    _rest(channel, variant.product_id)
    _history(order, line, user)
    paid = TransactionItem.objects.create(order=order, currency="JPY", name="card")
    TransactionEvent.objects.create(transaction=paid, type="CHARGE_SUCCESS", amount_value=Decimal(100), currency="JPY")
    for model in apps.get_models():
        if model._meta.app_label.startswith("engine_"):
            for row in model._default_manager.all():
                _fill(row)
    return shop


def _history(order: Order, line: OrderLine, user: User) -> None:
    """What was done with the order, and by whom."""
    app = App.objects.first()
    said = {"message": "m", "composed_id": "1-2", "quantity": 1, "amount": 1, "reference": "r"}
    OrderEvent.objects.create(order=order, type="NOTE_ADDED", user=user, app=app, parameters=said)
    money = {"amount_value": Decimal(1), "currency": "JPY", "value": Decimal(1), "value_type": "FIXED"}
    OrderLineDiscount.objects.create(line=line, type="MANUAL", name="Off", **money)
    OrderDiscount.objects.create(order=order, type="MANUAL", name="Off", **money)
    paid = TransactionItem.objects.create(order=order, currency="JPY", name="card", app=app, psp_reference="p")
    TransactionEvent.objects.create(
        transaction=paid, type="REFUND_REQUEST", amount_value=Decimal(1), currency="JPY", app=app, psp_reference="p"
    )
    refund = GrantedRefund.objects.create(
        order=order, amount_value=Decimal(1), currency="JPY", user=user, app=app, transaction=paid, status="PENDING"
    )
    TransactionEvent.objects.filter(transaction=paid).update(granted_refund=refund)


def _rest(channel: Channel, product_pk: int) -> None:
    """Make one of what is no part of a sale: shelves, menus, staff, promotions, vouchers, gift cards, zones, apps."""
    collection = Collection.objects.create(name="Gifts", slug="gifts")
    CollectionProduct.objects.create(collection=collection, product_id=product_pk)
    CollectionChannelListing.objects.create(collection=collection, channel=channel, is_published=True)
    menu = Menu.objects.create(name="Shelf", slug="shelf")
    MenuItem.objects.create(menu=menu, name="Gifts", collection=collection)
    staff = User.objects.create(email="staff@example.com", is_staff=True, is_confirmed=True)
    group = Group.objects.create(name="Readers", permissions=["MANAGE_ORDERS"])
    group.users.add(staff)
    promotion = Promotion.objects.create(
        name="Summer", type="CATALOGUE", start_date=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    )
    rule = PromotionRule.objects.create(
        promotion=promotion, name="A tenth", reward_value=10, reward_value_type="PERCENTAGE"
    )
    rule.channels.add(channel)
    for kind in (*KINDS, *RULE_KINDS):
        rule_id = rule.pk if kind in RULE_KINDS else None
        PromotionEvent.objects.create(promotion=promotion, type=kind, user=staff, rule_id=rule_id)
    AppInstallation.objects.create(app_name="Helper", manifest_url="https://example.com/m")
    medium = ProductMedia.objects.first()
    assert medium is not None
    ProductMedia.objects.create(product_id=product_pk, type=medium.type, image=medium.image)
    voucher = Voucher.objects.create(name="Off", type="ENTIRE_ORDER", discount_value_type="FIXED")
    VoucherCode.objects.create(voucher=voucher, code="OFF")
    VoucherChannelListing.objects.create(voucher=voucher, channel=channel, discount_value=1, currency="JPY")
    card = GiftCard.objects.create(
        code="GIFT-1", currency="JPY", initial_balance_amount=100, current_balance_amount=100
    )
    card.tags.add(GiftCardTag.objects.create(name="tag"))
    Order.objects.create(channel=channel, currency="JPY", status="DRAFT", origin="DRAFT", number=987, pk=LAST)
    zone = ShippingZone.objects.create(name="Islands", countries=",IS,")
    zone.channels.add(channel)
    method = ShippingMethod.objects.create(zone=zone, name="By ship", type="PRICE")
    ShippingMethodListing.objects.create(method=method, channel=channel, currency="JPY", price_amount=100)


def _fill(row: Any) -> None:
    changed = []
    for column in row._meta.concrete_fields:
        if column.primary_key or column.name in KEPT | STATES or column.is_relation:
            continue
        if column.name in ("metadata", "private_metadata"):
            setattr(row, column.name, DATA)
        elif getattr(row, column.name) in (None, "") and not column.choices:
            setattr(row, column.name, _value(column, row))
        else:
            continue
        changed.append(column.name)
    if changed:
        type(row)._default_manager.filter(pk=row.pk).update(**{name: getattr(row, name) for name in changed})


def _value(column: Any, row: Any) -> Any:
    if isinstance(column, models.DateTimeField):
        return dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    if isinstance(column, models.DateField):
        return dt.date(2026, 1, 1)
    if isinstance(column, models.DecimalField | models.IntegerField | models.FloatField):
        return 1
    if isinstance(column, models.BooleanField):
        return True
    if isinstance(column, models.JSONField):
        return {}
    if "url" in column.name:
        return f"https://example.com/{row.pk}"
    return f"x{row.pk}" if isinstance(column, models.CharField | models.TextField) else None
