"""The objects of the mall's own GraphQL, each read from a frozen dataclass of the app that owns it."""

from __future__ import annotations

from typing import Any

import graphene
from graphql import GraphQLResolveInfo as Info

from plugins.api.money import Money


class MoneyType(graphene.ObjectType):
    """An exact amount: a decimal written out, and its currency."""

    class Meta:
        name = "Money"

    amount = graphene.String(required=True)
    currency = graphene.String(required=True)

    @staticmethod
    def resolve_amount(money: Money, info: Info) -> str:
        return f"{money.amount:f}"


class Problem(graphene.ObjectType):
    """Why nothing was done. `code`: NOT_FOUND or INVALID."""

    code = graphene.String(required=True)
    message = graphene.String(required=True)


class LineType(graphene.ObjectType):
    class Meta:
        name = "OrderLine"

    id = graphene.ID(required=True)
    sku = graphene.String(required=True)
    name = graphene.String(required=True)
    quantity = graphene.Int(required=True)
    total = graphene.Field(MoneyType, required=True)
    is_refused = graphene.Boolean(required=True)
    refunded_quantity = graphene.Int(required=True)


class RefundType(graphene.ObjectType):
    class Meta:
        name = "Refund"

    amount = graphene.Field(MoneyType, required=True)
    reason = graphene.String(required=True)
    state = graphene.String(required=True)

    @staticmethod
    def resolve_reason(refund: Any, info: Info) -> str:
        return str(refund.reason["ja"])


class PartType(graphene.ObjectType):
    """A merchant's part of one order. The parts of an order sum to what its buyer was charged."""

    class Meta:
        name = "MerchantOrder"

    number = graphene.String(required=True)
    state = graphene.String(required=True)
    lines = graphene.List(graphene.NonNull(LineType), required=True)
    goods = graphene.Field(MoneyType, required=True)
    shipping = graphene.Field(MoneyType, required=True)
    total = graphene.Field(MoneyType, required=True)
    refunds = graphene.List(graphene.NonNull(RefundType), required=True)
    carrier = graphene.String(required=True)
    tracking_number = graphene.String(required=True)
    placed_at = graphene.DateTime(required=True)


class ListingRecordType(graphene.ObjectType):
    """A merchant's own listing, in any state."""

    class Meta:
        name = "MerchantListing"

    id = graphene.ID(required=True)
    slug = graphene.String(required=True)
    name = graphene.String(required=True, language=graphene.String(default_value="ja"))
    state = graphene.String(required=True)
    markets = graphene.List(graphene.NonNull(graphene.String), required=True)

    @staticmethod
    def resolve_name(record: Any, info: Info, language: str) -> str:
        return str(record.names.get(language) or record.names.get("ja", ""))


class EarningsType(graphene.ObjectType):
    """One line as its merchant earned it, in whole yen."""

    class Meta:
        name = "EarningsRow"

    number = graphene.String(required=True)
    day = graphene.Date(required=True)
    line_id = graphene.ID(required=True)
    name = graphene.String(required=True)
    sale_yen = graphene.Int(required=True)
    delivery = graphene.Int(required=True)
    refund = graphene.Int(required=True)
    commission = graphene.Int(required=True)
    commission_tax = graphene.Int(required=True)
    net = graphene.Int(required=True)


class CardType(graphene.ObjectType):
    """One listing as lists show it."""

    class Meta:
        name = "ListingCard"

    id = graphene.ID(required=True)
    slug = graphene.String(required=True)
    name = graphene.String(required=True)
    merchant_code = graphene.String(required=True)
    merchant_name = graphene.String(required=True)
    price = graphene.Field(MoneyType, required=True)
    availability = graphene.String(required=True)


class BlockedType(graphene.ObjectType):
    """A country the goods cannot be sent to, with the rule's source and first day."""

    class Meta:
        name = "BlockedDestination"

    country = graphene.String(required=True)
    message = graphene.String(required=True)
    source_title = graphene.String(required=True)
    source_url = graphene.String(required=True)
    effective_from = graphene.String(required=True)


class ListingType(graphene.ObjectType):
    """One listing as its page shows it."""

    class Meta:
        name = "Listing"

    card = graphene.Field(CardType, required=True)
    description = graphene.String(required=True)
    blocked_destinations = graphene.List(graphene.NonNull(BlockedType), required=True)


class SearchType(graphene.ObjectType):
    """One page of what a search found."""

    class Meta:
        name = "SearchResult"

    cards = graphene.List(graphene.NonNull(CardType), required=True)
    total = graphene.Int(required=True)
    page = graphene.Int(required=True)
    pages = graphene.Int(required=True)
    suggestion = graphene.String(required=True)
