"""GiftCardEvent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from infra.engine.apps.models import App
from infra.engine.customers.models import User
from infra.engine.giftcards.models import GiftCardEvent
from infra.engine.giftcards.resolvers.types import STAFF, sees
from infra.engine.money import Money
from infra.engine.orders.models import Order
from infra.engine.products.loading import related
from infra.engine.schema.binding import Batch, declare, field, requires
from infra.engine.schema.errors import PermissionDenied
from infra.engine.schema.ids import to_global_id, uuid_pk

#: what those see who only manage orders
OF_ORDERS = ("USED_IN_ORDER", "REFUNDED_IN_ORDER")
declare("GiftCardEvent", "date type")
declare("GiftCardEventBalance", "initialBalance currentBalance oldInitialBalance oldCurrentBalance")
declare("GiftCardEventAssignment", "oldAssignedToEmail currentAssignedToEmail oldAssignedTo currentAssignedTo")


@field("GiftCard", "events")
@requires(*STAFF, "MANAGE_ORDERS")
def card_events(batch: Batch) -> list[Any]:
    said = batch.args.get("filter") or {}
    rows = GiftCardEvent.objects.filter(gift_card_id__in=[card.pk for card in batch.parents])
    if not batch.context.requestor.has_perm(*STAFF):
        rows = rows.filter(type__in=OF_ORDERS)
    if said.get("type"):
        rows = rows.filter(type=said["type"])
    if said.get("orders"):
        rows = rows.filter(order_id__in=[uuid_pk(gid, "Order") for gid in said["orders"]])
    found: dict[int, list[GiftCardEvent]] = {card.pk: [] for card in batch.parents}
    for row in rows:
        found[row.gift_card_id].append(row)
    return [found[card.pk] for card in batch.parents]


@field("GiftCardEvent", "user")
def event_user(batch: Batch) -> list[Any]:
    def shown(user: User | None) -> Any:
        if sees(batch.context.requestor, user.pk if user else -1, "MANAGE_USERS", "MANAGE_STAFF"):
            return user
        return PermissionDenied(("MANAGE_USERS", "MANAGE_STAFF", "OWNER"))

    return [shown(user) for user in related(batch, User, "user_id")]


@field("GiftCardEvent", "app")
def event_app(batch: Batch) -> list[Any]:
    own = batch.context.requestor.app

    def shown(row: App | None) -> Any:
        if batch.context.requestor.has_perm("MANAGE_APPS") or (
            row is not None and own is not None and own.pk == row.pk
        ):
            return row
        return PermissionDenied(("MANAGE_APPS", "OWNER"))

    return [shown(row) for row in related(batch, App, "app_id")]


def _bind(name: str, key: str) -> None:
    @field("GiftCardEvent", name)
    def resolve(batch: Batch) -> list[Any]:
        return [event.parameters.get(key) for event in batch.parents]


for _name, _key in (
    ("message", "message"),
    ("email", "email"),
    ("tags", "tags"),
    ("oldTags", "old_tags"),
    ("expiryDate", "expiry_date"),
    ("oldExpiryDate", "old_expiry_date"),
):
    _bind(_name, _key)


@field("GiftCardEvent", "orderId")
def event_order_id(batch: Batch) -> list[Any]:
    return [to_global_id("Order", event.order_id) if event.order_id else None for event in batch.parents]


@field("GiftCardEvent", "orderNumber")
def event_order_number(batch: Batch) -> list[Any]:
    orders = related(batch, Order, "order_id")
    return [str(order.number) if order is not None else None for order in orders]


@field("GiftCardEvent", "balance")
def event_balance(batch: Batch) -> list[Any]:
    def shown(kept: dict[str, Any] | None) -> Any:
        if kept is None:
            return None
        names = ("initial_balance", "current_balance", "old_initial_balance", "old_current_balance")
        return {name: Money(Decimal(kept[name]), kept["currency"]) if name in kept else None for name in names}

    return [shown(event.parameters.get("balance")) for event in batch.parents]


@field("GiftCardEvent", "assignedTo")
def event_assignment(batch: Batch) -> list[Any]:
    keys = ("previous_assigned_to_id", "assigned_to_id")
    kept = [event.parameters if event.type == "ASSIGNED_TO_USER" else {} for event in batch.parents]
    users = User.objects.in_bulk({row[key] for row in kept for key in keys if row.get(key)})

    def person(pk: int | None) -> Any:
        user = users.get(pk) if pk else None
        if user is None or sees(batch.context.requestor, user.pk, "MANAGE_USERS", "MANAGE_STAFF"):
            return user
        return PermissionDenied(("MANAGE_USERS", "MANAGE_STAFF", "OWNER"))

    def shown(row: dict[str, Any]) -> Any:
        return {
            "old_assigned_to": person(row.get(keys[0])),
            "current_assigned_to": person(row.get(keys[1])),
            "old_assigned_to_email": row.get("previous_assigned_to_email"),
            "current_assigned_to_email": row.get("assigned_to_email"),
        }

    return [shown(row) if row else None for row in kept]
