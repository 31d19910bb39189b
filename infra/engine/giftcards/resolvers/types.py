"""GiftCard, and the cards of checkouts, orders and customers."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from infra.engine.apps.models import App
from infra.engine.customers.models import User
from infra.engine.deliveries import declare_event
from infra.engine.giftcards.models import GiftCard, GiftCardEvent, GiftCardTag
from infra.engine.giftcards.queries import attached, spent_on
from infra.engine.orders.models import Order
from infra.engine.products.loading import in_channel, related
from infra.engine.products.models import Channel, Product
from infra.engine.schema.binding import Batch, declare, field, name_type, requires
from infra.engine.schema.connections import connect
from infra.engine.schema.context import Requestor
from infra.engine.schema.errors import PermissionDenied
from infra.engine.schema.ids import bind_ids
from infra.engine.schema.metadata import register_metadata

STAFF = ("MANAGE_GIFT_CARD",)
bind_ids(GiftCard="GiftCard", GiftCardTag="GiftCardTag", GiftCardEvent="GiftCardEvent")
register_metadata("GiftCard", GiftCard, private=STAFF, event="GIFT_CARD_METADATA_UPDATED")
name_type(GiftCardTag, "GiftCardTag")
name_type(GiftCardEvent, "GiftCardEvent")
declare("GiftCard", "displayCode lastUsedOn expiryDate isActive initialBalance currentBalance")
declare("GiftCardTag", "name")
for _name in ("CREATED", "UPDATED", "DELETED", "STATUS_CHANGED", "METADATA_UPDATED"):
    declare_event(f"GIFT_CARD_{_name}", "giftCard")
declare_event("GIFT_CARD_SENT", "giftCard", "channel", "sentToEmail")


def sees(requestor: Requestor, user_id: int | None, *permissions: str) -> bool:
    """Return whether the requestor is the customer, or holds one of the permissions."""
    own = requestor.user is not None and requestor.user.pk == user_id
    return own or requestor.has_perm(*permissions)


def veil(email: str | None) -> str | None:
    """Return an address with only its first letter and its host to be seen."""
    if not email or "@" not in email:
        return None
    local, host = email.rsplit("@", 1)
    return f"{local[:1]}...@{host}"


@field("GiftCard", "created")
def created(batch: Batch) -> list[Any]:
    return [card.created_at for card in batch.parents]


@field("GiftCard", "last4CodeChars")
def last_characters(batch: Batch) -> list[Any]:
    return [card.display_code for card in batch.parents]


@field("GiftCard", "code")
def code(batch: Batch) -> list[Any]:
    def shown(card: GiftCard) -> Any:
        own = batch.context.requestor.user
        owners = {card.used_by_id, card.assigned_to_id} - {None}
        if batch.context.requestor.has_perm(*STAFF) or (own is not None and own.pk in owners):
            return card.code
        return PermissionDenied(("OWNER", *STAFF))

    return [shown(card) for card in batch.parents]


@field("GiftCard", "createdBy")
def created_by(batch: Batch) -> list[Any]:
    """To whoever made the card and to those who manage users: holding a card tells nobody whose address book it is."""
    requestor = batch.context.requestor
    allowed = requestor.has_perm("MANAGE_USERS")
    denied = PermissionDenied(("MANAGE_USERS", "OWNER"))
    own = requestor.user.pk if requestor.user is not None else None
    users = related(batch, User, "created_by_id")
    return [user if allowed or (user is not None and user.pk == own) else denied for user in users]


@field("GiftCard", "usedBy")
def used_by(batch: Batch) -> list[Any]:
    users = related(batch, User, "used_by_id")
    return [user if user and sees(batch.context.requestor, user.pk, "MANAGE_USERS") else None for user in users]


@field("GiftCard", "assignedTo")
def assigned_to(batch: Batch) -> list[Any]:
    def shown(user: User | None) -> Any:
        if user is None or sees(batch.context.requestor, user.pk, "MANAGE_USERS"):
            return user
        return PermissionDenied(("MANAGE_USERS", "OWNER"))

    return [shown(user) for user in related(batch, User, "assigned_to_id")]


def _bind_email(name: str, column: str) -> None:
    @field("GiftCard", name)
    def resolve(batch: Batch) -> list[Any]:
        users = related(batch, User, f"{column}_id")
        answer = []
        for card, user in zip(batch.parents, users, strict=True):
            email = user.email if user is not None else getattr(card, f"{column}_email")
            open_ = sees(batch.context.requestor, user.pk if user else -1, *STAFF)
            answer.append(email if open_ else veil(email))
        return answer


_bind_email("createdByEmail", "created_by")
_bind_email("usedByEmail", "used_by")
_bind_email("assignedToEmail", "assigned_to")


@field("GiftCard", "app")
def app(batch: Batch) -> list[Any]:
    own = batch.context.requestor.app

    def shown(row: App | None) -> Any:
        if batch.context.requestor.has_perm("MANAGE_APPS") or (
            row is not None and own is not None and own.pk == row.pk
        ):
            return row
        return PermissionDenied(("OWNER", "MANAGE_APPS"))

    return [shown(row) for row in related(batch, App, "app_id")]


@field("GiftCard", "product")
def product(batch: Batch) -> list[Any]:
    return [in_channel(row, None) for row in related(batch, Product, "product_id")]


@field("GiftCard", "tags")
@requires(*STAFF)
def tags(batch: Batch) -> list[Any]:
    found: dict[int, list[GiftCardTag]] = {card.pk: [] for card in batch.parents}
    through: Any = GiftCard.tags.through
    rows = through.objects.filter(giftcard_id__in=list(found)).select_related("giftcardtag")
    for row in rows.order_by("giftcardtag__name"):
        found[row.giftcard_id].append(row.giftcardtag)
    return [found[card.pk] for card in batch.parents]


@field("GiftCard", "boughtInChannel")
def bought_in_channel(batch: Batch) -> list[Any]:
    pks = [card.pk for card in batch.parents]
    bought = GiftCardEvent.objects.filter(gift_card_id__in=pks, type="BOUGHT", order__isnull=False)
    channels = dict(bought.values_list("gift_card_id", "order__channel_id"))
    slugs = dict(Channel.objects.filter(pk__in=channels.values()).values_list("pk", "slug")) if channels else {}
    return [slugs.get(channels.get(card.pk, 0)) for card in batch.parents]


@field("Checkout", "giftCards")
def checkout_gift_cards(batch: Batch) -> list[Any]:
    found = attached([checkout.pk for checkout in batch.parents if checkout.has_gift_cards])
    return [found.get(checkout.pk, []) for checkout in batch.parents]


@field("Order", "giftCards")
def order_gift_cards(batch: Batch) -> list[Any]:
    orders: list[Order] = batch.parents
    found = spent_on([order.pk for order in orders])
    return [found[order.pk] for order in orders]


@field("User", "giftCards")
def user_gift_cards(batch: Batch) -> list[Any]:
    def cards(user: User) -> Any:
        own = Q(used_by=user) | Q(created_by=user) | Q(used_by_email=user.email) | Q(created_by_email=user.email)
        return connect(GiftCard.objects.filter(own), batch.args, order=("code",))

    return [cards(user) for user in batch.parents]
