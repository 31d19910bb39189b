"""TransactionItem, TransactionEvent, and the query transaction."""

from __future__ import annotations

from typing import Any

from infra.engine.apps.models import App
from infra.engine.checkout.models import Checkout
from infra.engine.customers.models import User
from infra.engine.deliveries import declare_event
from infra.engine.orders.queries import orders
from infra.engine.orders.resolvers.loads import by_id
from infra.engine.payments.gateways import PaymentGateway, gateways_of
from infra.engine.payments.models import AMOUNTS, TransactionEvent, TransactionItem
from infra.engine.prepared import PreparedRows
from infra.engine.schema.binding import Batch, declare, field, name_type, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.ids import asked_uuid, bind_ids
from infra.engine.schema.metadata import register_metadata

HANDLERS = ("HANDLE_PAYMENTS",)
bind_ids(TransactionItem="TransactionItem", TransactionEvent="TransactionEvent")
register_metadata(
    "TransactionItem",
    TransactionItem,
    private=HANDLERS,
    uuid=True,
    event="TRANSACTION_ITEM_METADATA_UPDATED",
)
name_type(TransactionEvent, "TransactionEvent")
name_type(PaymentGateway, "PaymentGateway")
declare("TransactionItem", "token createdAt modifiedAt name message externalUrl")
declare("TransactionEvent", "createdAt externalUrl amount type idempotencyKey")
declare("TransactionAction", "actionType amount currency")
declare("TransactionProcessAction", "actionType amount currency")
declare("PaymentMethodDetails", "name")
declare("CardPaymentMethodDetails", "name brand firstDigits lastDigits expMonth expYear")
declare("OtherPaymentMethodDetails", "name")
declare("GiftCardPaymentMethodDetails", "name brand isSaleorGiftcard")
declare("PaymentGateway", "id name currencies config")
declare("GatewayConfigLine", "field value")
declare_event("TRANSACTION_ITEM_METADATA_UPDATED", "transaction")
declare_event("PAYMENT_LIST_GATEWAYS", "checkout")
declare_event("CHECKOUT_FULLY_AUTHORIZED", "checkout")
declare_event("PAYMENT_GATEWAY_INITIALIZE_SESSION", "sourceObject", "data", "amount")
declare_event(
    "TRANSACTION_INITIALIZE_SESSION",
    "transaction",
    "sourceObject",
    "data",
    "merchantReference",
    "customerIpAddress",
    "action",
    "idempotencyKey",
)
declare_event(
    "TRANSACTION_PROCESS_SESSION",
    "transaction",
    "sourceObject",
    "data",
    "merchantReference",
    "customerIpAddress",
    "action",
)
declare_event("TRANSACTION_CHARGE_REQUESTED", "transaction", "action")
declare_event("TRANSACTION_CANCELATION_REQUESTED", "transaction", "action")
declare_event("TRANSACTION_REFUND_REQUESTED", "transaction", "action", "grantedRefund")


_EVENTS = PreparedRows(
    TransactionEvent._meta.get_field("transaction"),
    lambda pks: TransactionEvent.objects.filter(transaction_id__in=pks).order_by("-created_at", "-pk"),
)


@root("Query", "transaction")
@requires(*HANDLERS, "MANAGE_ORDERS")
def transaction(context: Context, args: dict[str, Any]) -> Any:
    token = args.get("token") or asked_uuid(args.get("id") or "", "TransactionItem")
    return TransactionItem.objects.filter(pk=token).first()


@field("TransactionItem", "pspReference")
def item_reference(batch: Batch) -> list[Any]:
    return [item.psp_reference or "" for item in batch.parents]


@field("TransactionItem", "actions")
def item_actions(batch: Batch) -> list[Any]:
    return [item.available_actions for item in batch.parents]


def _amount(name: str) -> Any:
    def resolve(batch: Batch) -> list[Any]:
        return [item.money(name) for item in batch.parents]

    return resolve


for _name in AMOUNTS:
    first, *rest = _name.split("_")
    field("TransactionItem", first + "".join(part.title() for part in rest) + "Amount")(_amount(_name))


@field("TransactionItem", "events")
def item_events(batch: Batch) -> list[Any]:
    found: dict[Any, list[TransactionEvent]] = {item.pk: [] for item in batch.parents}
    for event in _EVENTS(found):
        found[event.transaction_id].append(event)
    return [found[item.pk] for item in batch.parents]


@field("TransactionItem", "order")
def item_order(batch: Batch) -> list[Any]:
    found = orders().in_bulk({item.order_id for item in batch.parents if item.order_id})
    return [found.get(item.order_id) for item in batch.parents]


@field("TransactionItem", "checkout")
def item_checkout(batch: Batch) -> list[Any]:
    rows = Checkout.objects.select_related("channel", "assigned_delivery", "user")
    found = rows.in_bulk({item.checkout_id for item in batch.parents if item.checkout_id})
    return [found.get(item.checkout_id) for item in batch.parents]


@field("Checkout", "availablePaymentGateways")
def checkout_gateways(batch: Batch) -> list[Any]:
    return [gateways_of(checkout) for checkout in batch.parents]


@field("TransactionItem", "createdBy")
def item_created_by(batch: Batch) -> list[Any]:
    return _created_by(batch)


@field("TransactionEvent", "createdBy")
def event_created_by(batch: Batch) -> list[Any]:
    return _created_by(batch)


def _created_by(batch: Batch) -> list[Any]:
    apps = by_id(batch, [row.app_id for row in batch.parents], App, "apps")
    users = by_id(batch, [row.user_id for row in batch.parents], User, "users")
    return [app or user for app, user in zip(apps, users, strict=True)]


@field("TransactionItem", "paymentMethodDetails")
def item_payment_method(batch: Batch) -> list[Any]:
    names = {
        "CARD": "CardPaymentMethodDetails",
        "OTHER": "OtherPaymentMethodDetails",
        "GIFT_CARD": "GiftCardPaymentMethodDetails",
    }
    answer = []
    for item in batch.parents:
        kind = names.get((item.payment_method or {}).get("type", ""))
        own = {"is_saleor_giftcard": item.gift_card_id is not None}
        answer.append({"__typename": kind, **item.payment_method, **own} if kind else None)
    return answer


@field("GiftCardPaymentMethodDetails", "lastChars")
def gift_card_characters(batch: Batch) -> list[Any]:
    return [kept.get("last_digits") for kept in batch.parents]


@field("TransactionEvent", "pspReference")
def event_reference(batch: Batch) -> list[Any]:
    return [event.psp_reference or "" for event in batch.parents]


@field("TransactionEvent", "message")
def event_message(batch: Batch) -> list[Any]:
    return [event.message or "" for event in batch.parents]


@field("TransactionItem", "token")
def item_token(batch: Batch) -> list[Any]:
    return [item.pk for item in batch.parents]
