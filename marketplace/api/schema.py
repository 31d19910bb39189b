"""The mall's own GraphQL: what pages read and do, for programs that are signed in as a person.

It answers from the same queries and actions as the counter and asks the same policy, so nothing is allowed here that is
not allowed there. What one may not see answers exactly as what does not exist: null. Amounts are strings of exact
decimals beside their currency.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import graphene
from django.http import HttpRequest
from graphql import GraphQLError
from graphql import GraphQLResolveInfo as Info

from marketplace.accounts.queries import people
from marketplace.accounts.queries.policy import can
from marketplace.api.shapes import (
    EarningsType,
    ListingRecordType,
    ListingType,
    PartType,
    Problem,
    SearchType,
)
from marketplace.catalog import queries as catalog
from marketplace.merchants import queries as merchants
from marketplace.merchants.types import Merchant, MerchantMissing
from marketplace.orders import actions, queries
from marketplace.orders.types import OrderMissing, PartView, UnableToRefuse, UnableToShip
from marketplace.settlement import queries as settlement

MOST_ORDERS = 100
STATES = ("new", "accepted", "shipping", "shipped", "refused")


def own_merchant(request: HttpRequest, code: str, permission: str) -> Merchant | None:
    """Return the merchant when the caller may do `permission` for it, else None: also when there is none."""
    try:
        found = merchants.get_merchant(code=code)
    except MerchantMissing:
        return None
    return found if can(request.user, permission, merchant_id=found.id) else None


class MerchantType(graphene.ObjectType):
    """A merchant for those who work for it; each field asks for its own permission."""

    class Meta:
        name = "Merchant"

    code = graphene.String(required=True)
    name = graphene.String(required=True, language=graphene.String(default_value="ja"))
    orders = graphene.List(
        graphene.NonNull(PartType), states=graphene.List(graphene.NonNull(graphene.String)), first=graphene.Int()
    )
    order = graphene.Field(PartType, number=graphene.String(required=True))
    listings = graphene.List(graphene.NonNull(ListingRecordType))
    earnings = graphene.List(graphene.NonNull(EarningsType))

    @staticmethod
    def resolve_name(merchant: Merchant, info: Info, language: str) -> str:
        return merchant.name.get(language) or merchant.name["ja"]

    @staticmethod
    def resolve_orders(
        merchant: Merchant, info: Info, states: list[str] | None = None, first: int = MOST_ORDERS
    ) -> list[PartView] | None:
        if not can(info.context.user, "orders.order:view", merchant_id=merchant.id):
            return None
        wanted = [state for state in states if state in STATES] if states is not None else None
        limit = max(0, min(first, MOST_ORDERS))
        found = queries.merchant_orders(merchant_id=merchant.id, states=wanted, limit=limit)
        return [each.part for each in found]

    @staticmethod
    def resolve_order(merchant: Merchant, info: Info, number: str) -> PartView | None:
        if not can(info.context.user, "orders.order:view", merchant_id=merchant.id):
            return None
        return part_of(merchant, number)

    @staticmethod
    def resolve_listings(merchant: Merchant, info: Info) -> Any:
        if not can(info.context.user, "catalog.listing:view", merchant_id=merchant.id):
            return None
        return catalog.listing_records(merchant_id=merchant.id)

    @staticmethod
    def resolve_earnings(merchant: Merchant, info: Info) -> Any:
        if not can(info.context.user, "settlement.earnings:view", merchant_id=merchant.id):
            return None
        return settlement.earnings(merchant_id=merchant.id)


def part_of(merchant: Merchant, number: str) -> PartView | None:
    try:
        return queries.merchant_order(merchant_id=merchant.id, number=number).part
    except OrderMissing:
        return None


class WorkplaceType(graphene.ObjectType):
    """A merchant that the viewer works for. What is the merchant's is asked by its code, one merchant a field."""

    class Meta:
        name = "Workplace"

    code = graphene.String(required=True)
    name = graphene.String(required=True, language=graphene.String(default_value="ja"))

    @staticmethod
    def resolve_name(merchant: Merchant, info: Info, language: str) -> str:
        return merchant.name.get(language) or merchant.name["ja"]


class ViewerType(graphene.ObjectType):
    """Whoever is signed in."""

    class Meta:
        name = "Viewer"

    email = graphene.String(required=True)
    name = graphene.String(required=True)
    roles = graphene.List(graphene.NonNull(graphene.String), required=True)
    merchants = graphene.List(graphene.NonNull(WorkplaceType), required=True)

    @staticmethod
    def resolve_roles(viewer: Any, info: Info) -> list[str]:
        return sorted(viewer.roles)

    @staticmethod
    def resolve_merchants(viewer: Any, info: Info) -> list[Merchant]:
        ids = [each.merchant_id for each in merchants.memberships(user_id=viewer.id)]
        return list(merchants.merchants_by_id(ids=ids).values())


class Query(graphene.ObjectType):
    viewer = graphene.Field(ViewerType, description="Whoever is signed in; null for anybody else.")
    merchant = graphene.Field(
        MerchantType, code=graphene.String(required=True), description="Null for a merchant one does not work for."
    )
    listing = graphene.Field(
        ListingType,
        market=graphene.String(required=True),
        language=graphene.String(required=True),
        slug=graphene.String(required=True),
        description="One listing that is on sale in this market.",
    )
    search = graphene.Field(
        SearchType,
        market=graphene.String(required=True),
        language=graphene.String(required=True),
        q=graphene.String(required=True),
        page=graphene.Int(default_value=1),
        required=True,
        description="What a shopper's search finds, 24 at a time.",
    )

    @staticmethod
    def resolve_viewer(root: None, info: Info) -> Any:
        user = info.context.user
        return people.get_person(user_id=user.pk) if user.is_authenticated else None

    @staticmethod
    def resolve_merchant(root: None, info: Info, code: str) -> Merchant | None:
        return own_merchant(info.context, code, "orders.order:view")

    @staticmethod
    def resolve_listing(root: None, info: Info, market: str, language: str, slug: str) -> Any:
        return catalog.detail(market=market, language=language, slug=slug)

    @staticmethod
    def resolve_search(root: None, info: Info, market: str, language: str, q: str, page: int) -> Any:
        if not 0 < page < 10_000:
            raise GraphQLError("page: from 1 to 9999")
        return catalog.search(market=market, language=language, q=q[:100], page=page)


@dataclass(frozen=True)
class Done:
    """What every mutation answers: the part as it is now, or problems and no part."""

    part: PartView | None
    errors: tuple[Problem, ...] = ()


class Change(graphene.Mutation):
    """A merchant's step with its part of one order."""

    class Meta:
        abstract = True

    part = graphene.Field(PartType)
    errors = graphene.List(graphene.NonNull(Problem), required=True)


def change(info: Info, permission: str, code: str, number: str, act: Callable[[PartView, str], object]) -> Done:
    """Do `act(part, actor)` when the caller may; what it may not touch is not found, and nothing changed."""
    merchant = own_merchant(info.context, code, permission)
    part = part_of(merchant, number) if merchant else None
    if merchant is None or part is None:
        return Done(None, (Problem(code="NOT_FOUND", message="No such order."),))
    try:
        act(part, f"user:{info.context.user.pk}")
    except OrderMissing:  # a line that is not of this part
        return Done(None, (Problem(code="NOT_FOUND", message="No such order."),))
    except (UnableToShip, UnableToRefuse) as unable:
        return Done(None, (Problem(code="INVALID", message=str(unable)),))
    return Done(part_of(merchant, number))


class AcceptParcel(Change):
    class Arguments:
        merchant = graphene.String(required=True)
        number = graphene.String(required=True)

    @staticmethod
    def mutate(root: None, info: Info, merchant: str, number: str) -> Done:
        def act(part: PartView, actor: str) -> None:
            actions.accept_parcel(order_id=part.order_id, merchant_id=part.merchant_id, actor=actor)

        return change(info, "orders.parcel:accept", merchant, number, act)


class ShipParcel(Change):
    class Arguments:
        merchant = graphene.String(required=True)
        number = graphene.String(required=True)
        carrier = graphene.String(required=True)
        tracking_number = graphene.String(required=True)

    @staticmethod
    def mutate(root: None, info: Info, merchant: str, number: str, carrier: str, tracking_number: str) -> Done:
        typed = {"carrier": carrier.strip()[:60], "tracking_number": tracking_number.strip()[:60]}

        def act(part: PartView, actor: str) -> None:
            actions.ship_parcel(order_id=part.order_id, merchant_id=part.merchant_id, actor=actor, **typed)

        return change(info, "orders.parcel:ship", merchant, number, act)


class RefuseLines(Change):
    class Arguments:
        merchant = graphene.String(required=True)
        number = graphene.String(required=True)
        lines = graphene.List(graphene.NonNull(graphene.ID), required=True)
        reason = graphene.String(required=True)

    @staticmethod
    def mutate(root: None, info: Info, merchant: str, number: str, lines: list[str], reason: str) -> Done:
        wanted = list(dict.fromkeys(lines))

        def act(part: PartView, actor: str) -> None:
            if not wanted:
                raise UnableToRefuse("no line is named")
            actions.refuse_lines(
                order_id=part.order_id,
                merchant_id=part.merchant_id,
                line_ids=wanted,
                reason=reason.strip()[:200],
                actor=actor,
            )

        return change(info, "orders.parcel:refuse", merchant, number, act)


class Mutations(graphene.ObjectType):
    class Meta:
        name = "Mutation"

    accept_parcel = AcceptParcel.Field(required=True)
    ship_parcel = ShipParcel.Field(required=True)
    refuse_lines = RefuseLines.Field(required=True)


schema = graphene.Schema(query=Query, mutation=Mutations)
