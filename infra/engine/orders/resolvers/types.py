"""Order and its history; the queries order and orders; User.orders."""

from __future__ import annotations

from typing import Any

from infra.engine.apps.models import App
from infra.engine.customers.channel_access import accessible_channels, check_channel_slug
from infra.engine.customers.models import User
from infra.engine.deliveries import declare_event
from infra.engine.money import ZERO, Money, TaxedMoney
from infra.engine.orders.models import Order, OrderEvent
from infra.engine.orders.queries import apply_filter, apply_where, order_by_id, orders, sort_order
from infra.engine.orders.resolvers import loads
from infra.engine.orders.settling import settle
from infra.engine.products.loading import related
from infra.engine.schema.binding import Batch, declare, field, name_type, requires, root
from infra.engine.schema.connections import connect
from infra.engine.schema.context import Context
from infra.engine.schema.errors import EngineError, PermissionDenied
from infra.engine.schema.ids import asked_uuid, bind_ids, parse_global_id, to_global_id
from infra.engine.schema.metadata import register_metadata
from infra.engine.warehouses.models import Warehouse

STAFF = ("MANAGE_ORDERS",)
bind_ids(Order="Order", OrderEvent="OrderEvent")
register_metadata("Order", Order, private=loads.METADATA, uuid=True, event="ORDER_METADATA_UPDATED")
name_type(OrderEvent, "OrderEvent")
declare("Order", "updatedAt status billingAddress shippingAddress channel origin authorizeStatus chargeStatus")
declare("Order", "customerNote redirectUrl displayGrossPrices externalReference voucherCode")
declare("Order", "taxExemption shippingTaxClassName collectionPointName")
declare("OrderEvent", "date type")
declare("OrderWhereInput", "metadata ids number channelId createdAt updatedAt user userEmail authorizeStatus")
declare("OrderWhereInput", "chargeStatus status checkoutToken checkoutId hasFulfillments fulfillments lines AND OR")
declare("OrderWhereInput", "voucherCode isClickAndCollect totalGross totalNet linesCount")
declare("CustomerOrderWhereInput", "metadata ids number channelId createdAt updatedAt userEmail authorizeStatus")
declare("CustomerOrderWhereInput", "chargeStatus status checkoutToken checkoutId hasFulfillments AND OR")
declare("OrderFilterInput", "status customer created search metadata channels authorizeStatus chargeStatus updatedAt")
declare("OrderFilterInput", "ids checkoutTokens numbers checkoutIds isClickAndCollect")
for _event in (
    "ORDER_CREATED",
    "ORDER_UPDATED",
    "ORDER_CONFIRMED",
    "ORDER_PAID",
    "ORDER_FULLY_PAID",
    "ORDER_REFUNDED",
    "ORDER_FULLY_REFUNDED",
    "ORDER_CANCELLED",
    "ORDER_FULFILLED",
    "ORDER_METADATA_UPDATED",
    "ORDER_EXPIRED",
):
    declare_event(_event, "order")


@root("Query", "order")
def order(context: Context, args: dict[str, Any]) -> Any:
    """Knowing the id of an order is the right to read it, as in the contract."""
    if args.get("id"):
        return order_by_id(asked_uuid(args["id"], "Order"))
    if not args.get("externalReference"):
        raise EngineError("At least one of arguments is required: 'id', 'externalReference'.", "GraphQLError")
    if not context.requestor.has_perm(*STAFF):
        raise PermissionDenied(STAFF)
    return orders().filter(external_reference=args["externalReference"]).first()


@root("Query", "orders", args="sortBy filter where channel search before after first last")
@requires(*STAFF)
def all_orders(context: Context, args: dict[str, Any]) -> Any:
    """Drafts are listed by draftOrders alone; staff restricted to channels see those of their channels."""
    own, rows = accessible_channels(context), orders().exclude(status="DRAFT")
    if args.get("channel"):
        check_channel_slug(context, args["channel"])
    if own is not None:
        rows = rows.filter(channel_id__in=own)
    rows = apply_filter(apply_where(rows, args.get("where")), args.get("filter"))
    if args.get("channel"):
        rows = rows.filter(channel__slug=args["channel"])
    if args.get("search"):
        rows = apply_filter(rows, {"search": args["search"]})
    return connect(rows, args, order=sort_order(args.get("sortBy")))


@field("User", "orders")
def user_orders(batch: Batch) -> list[Any]:
    """To MANAGE_ORDERS with drafts, without those of channels that staff is kept from; one's own without drafts."""
    own, may_manage = batch.context.requestor.user, batch.context.requestor.has_perm(*STAFF)
    pages: list[Any] = []
    for user in batch.parents:
        is_own = own is not None and own.pk == user.pk
        if not is_own and not may_manage:
            pages.append(PermissionDenied(("OWNER", *STAFF)))
            continue
        channels = None if is_own else accessible_channels(batch.context)
        rows = orders().filter(user_id=user.pk)
        rows = rows if channels is None else rows.filter(channel_id__in=channels)
        rows = rows if may_manage else rows.exclude(status="DRAFT")
        rows = apply_where(rows, batch.args.get("where"))
        pages.append(connect(rows, batch.args, order=("-number",)))
    return pages


@field("Order", "number")
def number(batch: Batch) -> list[Any]:
    return [str(row.number) for row in batch.parents]


@field("Order", "token")
def token(batch: Batch) -> list[Any]:
    return [str(row.pk) for row in batch.parents]


@field("Order", "created")
def created(batch: Batch) -> list[Any]:
    return [row.created_at for row in batch.parents]


@field("Order", "languageCodeEnum")
def language_code_enum(batch: Batch) -> list[Any]:
    return [row.language_code for row in batch.parents]


@field("Order", "userEmail")
def user_email(batch: Batch) -> list[Any]:
    """The order's own, else its customer's."""
    users = loads.by_id(batch, [row.user_id for row in batch.parents if not row.user_email], User, "users")
    others = iter(users)
    found = [row.user_email or next(others) for row in batch.parents]
    return [value.email if isinstance(value, User) else value for value in found]


@field("Order", "original")
def original(batch: Batch) -> list[Any]:
    return [to_global_id("Order", row.original_id) if row.original_id else None for row in batch.parents]


@field("Order", "checkoutId")
def checkout_id(batch: Batch) -> list[Any]:
    return [to_global_id("Checkout", row.checkout_token) if row.checkout_token else None for row in batch.parents]


@field("Order", "user")
def order_user(batch: Batch) -> list[Any]:
    allowed = ("MANAGE_USERS", "MANAGE_ORDERS", "HANDLE_PAYMENTS", "HANDLE_TAXES")
    own, free = batch.context.requestor.user, batch.context.requestor.has_perm(*allowed)
    users = loads.by_id(batch, [row.user_id for row in batch.parents], User, "users")
    refused = PermissionDenied(("OWNER", *allowed))
    return [user if user is None or free or (own is not None and own.pk == user.pk) else refused for user in users]


@field("Order", "lines")
def lines(batch: Batch) -> list[Any]:
    by_order = loads.lines(batch.parents)
    batch.context.cache.setdefault(loads.ORDER_LINES, {}).update({row.pk: row for rows in by_order for row in rows})
    return list(by_order)


@field("Order", "fulfillments")
def fulfillments(batch: Batch) -> list[Any]:
    """Cancelled ones are shown to apps and staff alone."""
    if batch.context.requestor.is_staff:
        return list(loads.fulfillments(batch.parents))
    return [[row for row in rows if row.status != "CANCELED"] for rows in loads.fulfillments(batch.parents)]


@field("Order", "transactions")
def transactions(batch: Batch) -> list[Any]:
    if not batch.context.requestor.has_perm("MANAGE_ORDERS", "HANDLE_PAYMENTS"):
        raise PermissionDenied(("MANAGE_ORDERS", "HANDLE_PAYMENTS"))
    return list(loads.transactions(batch.parents))


@field("Order", "grantedRefunds")
@requires(*STAFF)
def granted_refunds(batch: Batch) -> list[Any]:
    return list(loads.granted_refunds(batch.parents))


@field("Order", "isShippingRequired")
def is_shipping_required(batch: Batch) -> list[Any]:
    return [any(line.is_shipping_required for line in rows) for rows in loads.lines(batch.parents)]


@field("Order", "shippingMethodName")
def shipping_method_name(batch: Batch) -> list[Any]:
    """The method's name, or what an order brought along calls it."""
    return [row.delivery.get("order_name", row.delivery["name"]) if row.delivery else None for row in batch.parents]


def _method(row: Order) -> dict[str, Any] | None:
    """Return the method as it was: the shop's own at its price, an app's at what the order paid."""
    if not row.delivery:
        return None
    is_own = parse_global_id(row.delivery["id"])[0] == "ShippingMethod"
    money = Money(row.undiscounted_shipping if is_own else row.shipping_gross, row.currency)
    return {"__typename": "ShippingMethod", **row.delivery, "money": money, "active": True, "message": ""}


@field("Order", "deliveryMethod")
def delivery_method(batch: Batch) -> list[Any]:
    points = related(batch, Warehouse, "collection_point_id")
    return [point or _method(row) for row, point in zip(batch.parents, points, strict=True)]


@field("Order", "shippingMethod")
def shipping_method(batch: Batch) -> list[Any]:
    return [_method(row) for row in batch.parents]


def _taxed(name: str) -> Any:
    def resolve(batch: Batch) -> list[Any]:
        settle(batch.parents)
        return [
            TaxedMoney.of(getattr(row, f"{name}_net"), getattr(row, f"{name}_gross"), row.currency)
            for row in batch.parents
        ]

    return resolve


field("Order", "total")(_taxed("total"))
field("Order", "subtotal")(_taxed("subtotal"))
field("Order", "shippingPrice")(_taxed("shipping"))
field("Order", "undiscountedTotal")(_taxed("undiscounted_total"))


def _column(name: str) -> Any:
    def resolve(batch: Batch) -> list[Any]:
        return [Money(getattr(row, name), row.currency) for row in batch.parents]

    return resolve


field("Order", "totalCharged")(_column("total_charged_amount"))
field("Order", "totalCaptured")(_column("total_charged_amount"))
field("Order", "totalAuthorized")(_column("total_authorized_amount"))
field("Order", "undiscountedShippingPrice")(_column("undiscounted_shipping"))


@field("Order", "shippingTaxRate")
def shipping_tax_rate(batch: Batch) -> list[Any]:
    settle(batch.parents)
    return [row.shipping_tax_rate for row in batch.parents]


def _transaction_sum(amount: str) -> Any:
    def resolve(batch: Batch) -> list[Any]:
        return [
            Money(sum((getattr(item, f"{amount}_value") for item in rows), ZERO), row.currency)
            for row, rows in zip(batch.parents, loads.transactions(batch.parents), strict=True)
        ]

    return resolve


field("Order", "totalRefunded")(_transaction_sum("refunded"))
field("Order", "totalCanceled")(_transaction_sum("canceled"))
for _name, _amount in (
    ("totalRefundPending", "refund_pending"),
    ("totalAuthorizePending", "authorize_pending"),
    ("totalChargePending", "charge_pending"),
    ("totalCancelPending", "cancel_pending"),
):
    field("Order", _name)(requires(*STAFF)(_transaction_sum(_amount)))


def _granted(batch: Batch) -> list[Any]:
    return [sum((refund.amount_value for refund in rows), ZERO) for rows in loads.granted_refunds(batch.parents)]


@field("Order", "totalGrantedRefund")
@requires(*STAFF)
def total_granted_refund(batch: Batch) -> list[Any]:
    return [Money(amount, row.currency) for row, amount in zip(batch.parents, _granted(batch), strict=True)]


@field("Order", "totalBalance")
def total_balance(batch: Batch) -> list[Any]:
    """What was charged, also pending, less what is due after granted refunds: below 0 the buyer still owes."""
    settle(batch.parents)
    answer = []
    for row, rows, granted in zip(batch.parents, loads.transactions(batch.parents), _granted(batch), strict=True):
        charged = sum((item.charged_value + item.charge_pending_value for item in rows), row.paid_by_hand_amount)
        answer.append(Money(charged - (row.total_gross - granted), row.currency))
    return answer


@field("Order", "isPaid")
def is_paid(batch: Batch) -> list[Any]:
    settle(batch.parents)
    return [row.is_fully_paid for row in batch.parents]


@field("Order", "paymentStatus")
def order_payment_status(batch: Batch) -> list[Any]:
    settle(batch.parents)
    return [payment_status(*pair) for pair in zip(batch.parents, loads.transactions(batch.parents), strict=True)]


def payment_status(row: Order, rows: list[Any]) -> str:
    """Return how far an order with these transactions is paid, by a name of PaymentChargeStatusEnum."""
    if not rows and not row.paid_by_hand_amount and row.total_gross == 0:
        return "FULLY_CHARGED"
    if row.charge_status in ("FULL", "OVERCHARGED"):
        return "FULLY_CHARGED"
    if row.charge_status == "PARTIAL":
        return "PARTIALLY_CHARGED"
    return "NOT_CHARGED"


@field("Order", "events")
@requires(*STAFF)
def events(batch: Batch) -> list[Any]:
    found: dict[Any, list[OrderEvent]] = {row.pk: [] for row in batch.parents}
    for event in OrderEvent.objects.filter(order_id__in=found):
        found[event.order_id].append(event)
    return [found[row.pk] for row in batch.parents]


@field("OrderEvent", "user")
def event_user(batch: Batch) -> list[Any]:
    own = batch.context.requestor.user
    free = batch.context.requestor.has_perm("MANAGE_USERS", "MANAGE_STAFF")
    users = loads.by_id(batch, [event.user_id for event in batch.parents], User, "users")
    return [user if user is not None and (free or (own is not None and own.pk == user.pk)) else None for user in users]


@field("OrderEvent", "app")
def event_app(batch: Batch) -> list[Any]:
    return loads.by_id(batch, [event.app_id for event in batch.parents], App, "apps")


@field("OrderEvent", "orderNumber")
def event_order_number(batch: Batch) -> list[Any]:
    return [str(row.number) for row in loads.orders_of(batch.parents)]


def _parameter(name: str) -> Any:
    def resolve(batch: Batch) -> list[Any]:
        return [event.parameters.get(name) for event in batch.parents]

    return resolve


for _name, _key in (
    ("message", "message"),
    ("composedId", "composed_id"),
    ("quantity", "quantity"),
    ("amount", "amount"),
    ("transactionReference", "reference"),
    ("reference", "reference"),
):
    field("OrderEvent", _name)(_parameter(_key))


@field("OrderEvent", "related")
def event_related(batch: Batch) -> list[Any]:
    return loads.by_id(batch, [event.parameters.get("related") for event in batch.parents], OrderEvent, "order_events")
