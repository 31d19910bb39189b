"""What the rivals of `rivals` do and what is seen of it afterwards: everything said and answered is JSON."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from infra.engine import tasks
from infra.engine.apps.actions import create_app
from infra.engine.apps.models import App, Webhook, WebhookEvent
from infra.engine.checkout.actions import locked_checkout
from infra.engine.checkout.completion import complete_checkout
from infra.engine.checkout.models import Checkout
from infra.engine.discounts.models import VoucherCode, VoucherCustomer
from infra.engine.giftcards import actions as card_actions
from infra.engine.giftcards.models import GiftCard, GiftCardEvent
from infra.engine.orders import actions as order_actions
from infra.engine.orders import drafts, fulfillment
from infra.engine.orders.lines import LineWish
from infra.engine.orders.models import FulfillmentLine, Order, OrderLine
from infra.engine.orders.types import FulfillPart, RefundGrant
from infra.engine.payments import actions as payments
from infra.engine.payments import requests, sessions
from infra.engine.payments.actions import ByHand, Report
from infra.engine.payments.models import TransactionEvent, TransactionItem
from infra.engine.products.models import Channel, Product, ProductType, ProductVariant, ShopSettings
from infra.engine.schema.context import ANONYMOUS, Context, Requestor
from infra.engine.schema.ids import to_global_id
from infra.engine.warehouses.actions import set_stocks
from infra.engine.warehouses.models import Allocation, Reservation, Stock, Warehouse
from tests.engine.commerce import TOKYO, make_channel, make_checkout, make_variant, make_warehouse
from tests.engine.vouchers import make_voucher

#: what a cart of one piece costs, delivery and tax included
PRICE = 1100


def migrate() -> None:
    """Run what the database still needs: nothing where it was copied from one that had it."""
    from infra import migrating

    migrating.migrate("engine")


def shop(pieces: int, *, shipped: bool = True, **settings: Any) -> dict[str, Any]:
    """A channel in which nothing is sold unpaid, with one kind of goods; `settings` are those of its orders."""
    channel = make_channel(order_settings={"allowUnpaidOrders": False, **settings})
    warehouse = make_warehouse(channel)
    variant = make_variant(channel, price=PRICE, stock={warehouse: pieces})
    if not shipped:
        kind, _ = ProductType.objects.get_or_create(
            slug="download", defaults={"name": "download", "is_shipping_required": False}
        )
        Product.objects.filter(pk=variant.product_id).update(product_type=kind)
    return {"channel": channel.pk, "variant": variant.pk, "warehouse": str(warehouse.pk)}


def reserve_from_now(where: dict[str, Any]) -> None:
    """Let carts of the shop that are filled from now on keep their stock."""
    row = ShopSettings.objects.first() or ShopSettings()
    row.data = {**row.data, "reserveStockDurationAnonymousUser": 600}
    row.save()
    Channel.objects.filter(pk=where["channel"]).update(reserves_stock=True)


def carts(where: dict[str, Any], count: int, *, paid: bool = True, email: str | None = None, pieces: int = 1) -> Any:
    """Carts ready to be completed, of a buyer each unless `email` names one for all."""
    channel, variant = Channel.objects.get(pk=where["channel"]), ProductVariant.objects.get(pk=where["variant"])
    made = [
        make_checkout(channel, {variant: pieces}, email=email or f"buyer-{index}@example.com") for index in range(count)
    ]
    for checkout in made if paid else ():
        pay(checkout, PRICE * pieces)
    return [str(checkout.pk) for checkout in made]


def pay(source: Any, amount: int) -> str:
    said = ByHand(columns={"available_actions": ["REFUND"]}, amounts={"charged": Decimal(amount)})
    return str(payments.create_transaction(source=source, said=said, requestor=payment_app()).pk)


def payment_app() -> Requestor:
    """An app that hears of refunds, and is told nothing while nothing is sent."""
    app = App.objects.filter(identifier="rivals.payments").first()
    if app is None:
        app, _ = create_app(name="payments", permissions=["HANDLE_PAYMENTS"], identifier="rivals.payments")
        query = "subscription { event { ... on TransactionRefundRequested { action { amount } } } }"
        hook = Webhook.objects.create(app=app, name="money", target_url="http://app.test/", subscription_query=query)
        WebhookEvent.objects.create(webhook=hook, event_type="TRANSACTION_REFUND_REQUESTED")
    return Requestor(kind="app", app=app)


def voucher(where: dict[str, Any], code: str, carts: list[str], **columns: Any) -> None:
    """A voucher for a hundredth of the goods, on all the carts."""
    made = make_voucher(Channel.objects.get(pk=where["channel"]), 1, code=code, **columns)
    assert made.pk
    Checkout.objects.filter(pk__in=carts).update(voucher_code=code)


def card(code: str, balance: int, carts: list[str] | None = None) -> None:
    """A gift card, put on the carts as a promo code."""
    money = {"initial_balance_amount": Decimal(balance), "current_balance_amount": Decimal(balance)}
    GiftCard.objects.create(code=code, currency="JPY", is_active=True, **money)
    for cart in carts or ():
        put_on(cart, code)


def complete(cart: str) -> str:
    return f"order {complete_checkout(checkout_id=UUID(cart), requestor=ANONYMOUS).pk}"


def draft_voucher(where: dict[str, Any], code: str, orders: list[str]) -> None:
    """A voucher that a customer has once, on drafts that count as uses."""
    rows = Channel.objects.filter(pk=where["channel"])
    rows.update(order_settings=rows.get().order_settings | {"includeDraftOrderInVoucherUsage": True})
    made = make_voucher(rows.get(), 1, code=code, apply_once_per_customer=True)
    Order.objects.filter(pk__in=orders).update(voucher_code=code, voucher_id=made.pk)


def put_on(cart: str, code: str) -> str:
    """Put a card on a cart as its buyer does, without asking anew how it can be delivered."""
    with transaction.atomic("engine"):
        card_actions.attach(checkout=locked_checkout(UUID(cart)), code=code)
    return "put on"


def authorize(cart: str, code: str, amount: int = PRICE, key: str = "") -> str:
    """Pay a cart with a card through the gateway; returns the type of event that came of it."""
    source = Checkout.objects.select_related("channel", "assigned_delivery", "user").filter(pk=cart).first()
    if source is None:
        return "gone"
    ask = sessions.Ask(data={"code": code}, action="AUTHORIZATION", idempotency_key=key or f"{cart}-{code}")
    return sessions.initialize(source=source, app=None, amount=Decimal(amount), ask=ask).event.type


def touch(cart: str) -> str:
    """Report something about each payment of the cart, which changes nothing of it."""
    for pk in TransactionItem.objects.filter(checkout_id=cart).values_list("pk", flat=True):
        payments.update_transaction(token=pk, said=ByHand(columns={"name": "touched"}), requestor=ANONYMOUS)
    return "touched"


def fill(where: dict[str, Any], pieces: int = 1) -> str:
    """Open a cart, which keeps its stock where the shop reserves it."""
    (made,) = carts(where, 1, pieces=pieces, paid=False)
    return f"cart {made}"


def draft(where: dict[str, Any], pieces: int = 1) -> str:
    """A draft ready to be completed, of a shop whose goods are not shipped."""
    channel = Channel.objects.get(pk=where["channel"])
    change = drafts.DraftChange(columns={"billing_address": TOKYO, "user_email": "buyer@example.com"})
    wish = LineWish(variant_id=where["variant"], quantity=pieces)
    return str(drafts.create_draft(channel=channel, change=change, wishes=[wish], requestor=ANONYMOUS).pk)


def complete_draft(order: str) -> str:
    return f"order {drafts.complete_draft(order_id=UUID(order), requestor=ANONYMOUS).pk}"


def order(where: dict[str, Any], *, pieces: int = 1, paid: int = 0) -> dict[str, Any]:
    """A confirmed order of the pieces, charged `paid`."""
    made = _placed(where, pieces)
    found = {"order": str(made.pk), "line": str(made.lines.get().pk), "payment": None}
    if paid:
        found["payment"] = pay(made, paid)
    order_actions.confirm_order(order_id=made.pk, requestor=ANONYMOUS)
    return found


def unpaid(where: dict[str, Any]) -> str:
    """An unconfirmed order nobody has begun to pay."""
    return str(_placed(where, 1).pk)


def _placed(where: dict[str, Any], pieces: int) -> Order:
    rows = Channel.objects.filter(pk=where["channel"])
    settings = rows.get().order_settings
    rows.update(order_settings=settings | {"allowUnpaidOrders": True})
    (cart,) = carts(where, 1, paid=False, pieces=pieces)
    made = complete_checkout(checkout_id=UUID(cart), requestor=ANONYMOUS)
    rows.update(order_settings=settings)
    return made


def fulfill(order: str, line: str, warehouse: str, pieces: int, approve: bool = True) -> str:
    part = FulfillPart(UUID(line), UUID(warehouse), pieces)
    made = fulfillment.fulfill_order(
        order_id=UUID(order), parts=[part], requestor=ANONYMOUS, auto_approve=approve, allow_unpaid=True
    )
    return f"fulfilled {made[0].pk}"


def approve(pk: int) -> str:
    fulfillment.approve_fulfillment(fulfillment_id=pk, requestor=ANONYMOUS, allow_unpaid=True, notify_customer=False)
    return "approved"


def cancel_fulfillment(pk: int, warehouse: str | None = None) -> str:
    place = UUID(warehouse) if warehouse else None
    fulfillment.cancel_fulfillment(fulfillment_id=pk, requestor=ANONYMOUS, warehouse_id=place)
    return "canceled"


def cancel(order: str) -> str:
    order_actions.cancel_order(order_id=UUID(order), requestor=ANONYMOUS)
    return "canceled"


def confirm(order: str) -> str:
    order_actions.confirm_order(order_id=UUID(order), requestor=ANONYMOUS)
    return "confirmed"


def expire(days: int = 400) -> str:
    return f"expired {tasks.expire_orders(timezone.now() + timedelta(days=days))}"


def delete_expired(days: int = 4000) -> str:
    return f"deleted {tasks.delete_expired_orders(timezone.now() + timedelta(days=days))}"


def pay_order(order: str) -> str:
    """A payment app says that an order is paid."""
    found = Order.objects.select_related("channel").filter(pk=order).first()
    return f"paid {pay(found, int(found.total_gross))}" if found is not None else "gone"


def pay_cart(cart: str) -> str:
    """A payment app says that a cart is paid."""
    found = Checkout.objects.select_related("channel").filter(pk=cart).first()
    return f"paid {pay(found, PRICE)}" if found is not None else "gone"


def report(payment: str, type_: str, reference: str, amount: int) -> str:
    said = Report(type=type_, psp_reference=reference, amount=Decimal(amount))
    known = payments.report_event(token=UUID(payment), report=said, requestor=ANONYMOUS)[2]
    return "known" if known else "new"


def grant(order: str, amount: int, payment: str | None = None) -> str:
    said = RefundGrant(amount=Decimal(amount), transaction_token=UUID(payment) if payment else None)
    return f"granted {order_actions.grant_refund(order_id=UUID(order), grant=said, requestor=ANONYMOUS).pk}"


def refund(payment: str, amount: int) -> str:
    requests.request_action(token=UUID(payment), action="REFUND", amount=Decimal(amount), requestor=ANONYMOUS)
    return "asked"


def refund_granted(payment: str, grant: int) -> str:
    requests.request_granted_refund(token=UUID(payment), refund_id=grant, requestor=ANONYMOUS)
    return "asked"


def set_balance(code: str, amount: int) -> str:
    from infra.engine.giftcards.issuing import change_card
    from infra.engine.giftcards.types import CardChange

    pk = GiftCard.objects.values_list("pk", flat=True).get(code=code)
    change_card(pk=pk, change=CardChange(balance=Decimal(amount)), requestor=ANONYMOUS)
    return "set"


def delete_card(code: str) -> str:
    from infra.engine.giftcards.issuing import delete_card as delete

    pk = GiftCard.objects.filter(code=code).values_list("pk", flat=True).first()
    delete(pk=pk or 0)
    return "deleted"


def two_goods(pieces: int) -> dict[str, Any]:
    """A shop as `shop` makes it, whose first goods came into stock after its second, and a paid cart of both."""
    where = shop(0)
    channel, first = Channel.objects.get(pk=where["channel"]), ProductVariant.objects.get(pk=where["variant"])
    place = Warehouse.objects.get(pk=where["warehouse"])
    second = make_variant(channel, price=PRICE, stock={place: pieces})
    Stock.objects.filter(variant=first).delete()
    set_stocks(variant_id=first.pk, quantities={place.pk: pieces})
    cart = make_checkout(channel, {first: 1, second: 1})
    pay(cart, 2 * PRICE)
    return where | {"second": second.pk, "cart": str(cart.pk)}


def stock_up(where: dict[str, Any], pieces: int) -> str:
    """Set the stock of both goods in one request, as an app does that counts what lies there."""
    from infra.engine.warehouses.resolvers.stock_mutations import stock_bulk_update

    place = to_global_id("Warehouse", where["warehouse"])
    variants = [to_global_id("ProductVariant", where[name]) for name in ("variant", "second")]
    said = [{"variantId": gid, "warehouseId": place, "quantity": pieces} for gid in variants]
    app = Requestor(kind="app", permissions=frozenset({"MANAGE_PRODUCTS"}))
    return f"set {stock_bulk_update(Context(app), {'stocks': said})['count']}"


def seen(where: dict[str, Any]) -> dict[str, Any]:
    """What the shop's orders, promises and stock are now."""
    stock = Stock.objects.get(variant_id=where["variant"])
    orders = Order.objects.filter(channel_id=where["channel"])
    numbers = list(orders.values_list("number", flat=True))
    assert len(numbers) == len(set(numbers))
    return {
        "orders": dict(Counter(orders.values_list("status", flat=True))),
        "carts": Checkout.objects.filter(channel_id=where["channel"]).count(),
        "promised": sum(Allocation.objects.filter(stock=stock).values_list("quantity", flat=True)),
        "kept": sum(Reservation.objects.filter(stock=stock).values_list("quantity", flat=True)),
        "stock": [stock.quantity, stock.quantity_allocated],
    }


def orders(where: dict[str, Any]) -> list[str]:
    return [str(pk) for pk in Order.objects.filter(channel_id=where["channel"]).values_list("pk", flat=True)]


def seen_voucher(code: str) -> dict[str, Any]:
    row = VoucherCode.objects.get(code=code)
    customers = VoucherCustomer.objects.filter(voucher_code=row).order_by("customer_email")
    orders = Order.objects.filter(voucher_code=code).exclude(status="DRAFT").count()
    emails = list(customers.values_list("customer_email", flat=True))
    return {"used": row.used, "active": row.is_active, "customers": emails, "orders": orders}


def seen_card(code: str) -> dict[str, Any]:
    """What a card holds, how often its history tells of a purchase, and what of it paid for orders."""
    row = GiftCard.objects.filter(code=code).first()
    uses = GiftCardEvent.objects.filter(gift_card=row, type="USED_IN_ORDER").count() if row else 0
    items = TransactionItem.objects.filter(gift_card=row, gift_card__isnull=False)
    return {
        "balance": int(row.current_balance_amount) if row else None,
        "uses": uses,
        "as code": Order.objects.filter(gift_card_links__gift_card=row).count() if row else 0,
        "charged": int(sum(items.values_list("charged_value", flat=True))),
        "authorized": items.filter(authorized_value__gt=0).count(),
    }


def seen_order(order: str) -> dict[str, Any]:
    row = Order.objects.filter(pk=order).first()
    if row is None:
        return {"status": None}
    lines = OrderLine.objects.filter(order=row)
    items = TransactionItem.objects.filter(order=row)
    sent = FulfillmentLine.objects.filter(fulfillment__order=row).exclude(fulfillment__status="CANCELED")
    return {
        "status": row.status,
        "charge": row.charge_status,
        "charged": int(row.total_charged_amount),
        "authorized": int(row.total_authorized_amount),
        "of payments": int(sum(items.values_list("charged_value", flat=True))),
        "authorized by payments": int(sum(items.values_list("authorized_value", flat=True))),
        "fulfilled": sum(lines.values_list("quantity_fulfilled", flat=True)),
        "sent": sum(sent.values_list("quantity", flat=True)),
        "promised": sum(Allocation.objects.filter(order_line__in=lines).values_list("quantity", flat=True)),
    }


def seen_payment(payment: str) -> dict[str, Any]:
    row = TransactionItem.objects.get(pk=payment)
    events = TransactionEvent.objects.filter(transaction=row)
    asked = events.filter(type="REFUND_REQUEST").values_list("amount_value", flat=True)
    return {
        "charged": int(row.charged_value),
        "refunded": int(row.refunded_value),
        "events": dict(Counter(events.values_list("type", flat=True))),
        "asked": sorted(int(amount) for amount in asked),
    }
