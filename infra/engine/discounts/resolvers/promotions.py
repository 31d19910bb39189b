"""Promotions and their rules, as they are read."""

from __future__ import annotations

from typing import Any

from django.db.models import F

from infra.engine.apps.models import App
from infra.engine.customers.models import User
from infra.engine.deliveries import declare_event
from infra.engine.discounts.models import Promotion, PromotionEvent, PromotionRule
from infra.engine.prepared import in_bulk
from infra.engine.products.filters import match_metadata, match_values
from infra.engine.products.loading import children, related
from infra.engine.products.models import Channel
from infra.engine.schema.binding import Batch, declare, field, name_type, requires, root
from infra.engine.schema.connections import connect
from infra.engine.schema.context import Context
from infra.engine.schema.errors import PermissionDenied
from infra.engine.schema.ids import asked_uuid, bind_ids, to_global_id, uuid_pk
from infra.engine.schema.metadata import register_metadata

MANAGE = "MANAGE_DISCOUNTS"
KINDS = ("PROMOTION_CREATED", "PROMOTION_UPDATED", "PROMOTION_STARTED", "PROMOTION_ENDED")
RULE_KINDS = ("RULE_CREATED", "RULE_UPDATED", "RULE_DELETED")


def _history_type(kind: str) -> str:
    name = kind.title().replace("_", "")
    return f"{name}Event" if kind in KINDS else f"Promotion{name}Event"


name_type(PromotionRule, "PromotionRule")
name_type(PromotionEvent, lambda row: _history_type(row.type))
register_metadata("Promotion", Promotion, private=(MANAGE,), uuid=True)
bind_ids(Promotion="Promotion", PromotionRule="PromotionRule")
declare("Promotion", "name type description startDate endDate createdAt updatedAt")
declare("PromotionRule", "name description rewardValue rewardValueType rewardType cataloguePredicate orderPredicate")
declare("PromotionWhereInput", "metadata ids name endDate startDate isOldSale type AND OR")
declare("ProductVariantWhereInput", "metadata ids sku updatedAt AND OR")
declare("CategoryWhereInput", "metadata ids AND OR")
declare("CollectionWhereInput", "metadata ids AND OR")
declare("PromotionEventInterface", "id date type createdBy")
declare("PromotionRuleEventInterface", "ruleId")
bind_ids(**{name: name for name in map(_history_type, (*KINDS, *RULE_KINDS))})
for _kind in ("CREATED", "UPDATED", "DELETED", "STARTED", "ENDED"):
    declare_event(f"PROMOTION_{_kind}", "promotion")
for _kind in ("CREATED", "UPDATED", "DELETED"):
    declare_event(f"PROMOTION_RULE_{_kind}", "promotionRule")
SORTS = {
    "NAME": ("name", "pk"),
    "START_DATE": ("start_date", "name", "pk"),
    "END_DATE": ("end_date", "name", "pk"),
    "CREATED_AT": ("created_at", "pk"),
}


@root("Query", "promotion")
@requires(MANAGE)
def promotion(context: Context, args: dict[str, Any]) -> Any:
    return Promotion.objects.filter(pk=asked_uuid(args["id"], "Promotion")).first()


@root("Query", "promotions")
@requires(MANAGE)
def promotions(context: Context, args: dict[str, Any]) -> Any:
    rows = Promotion.objects.filter(_where(args.get("where") or {}))
    sort = args.get("sortBy") or {"field": "NAME", "direction": "ASC"}
    sign = "-" if sort["direction"] == "DESC" else ""
    return connect(rows, args, order=[f"{sign}{name}" for name in SORTS[sort["field"]]])


def _where(where: dict[str, Any]) -> Any:
    condition = match_metadata(where.get("metadata"))
    for name, wanted in where.items():
        if name == "AND":
            for part in wanted or ():
                condition &= _where(part)
        elif name == "OR" and wanted is not None:
            either = match_values("name", None)
            for part in wanted:
                either |= _where(part)
            condition &= either
        elif name == "ids":
            condition &= match_values("pk", {"oneOf": [uuid_pk(gid, "Promotion") for gid in wanted or ()]})
        elif name == "isOldSale":
            # None of ours is one: sales were promotions before Saleor 3.13 had them.
            condition &= match_values("name", None) if wanted else match_metadata(None)
        elif name in WHERE_COLUMNS:
            condition &= match_values(WHERE_COLUMNS[name], wanted)
    return condition


WHERE_COLUMNS = {"name": "name", "endDate": "end_date", "startDate": "start_date", "type": "type"}


@field("Promotion", "rules")
def promotion_rules(batch: Batch) -> list[Any]:
    rows = PromotionRule.objects.order_by(F("name").asc(nulls_last=True), "pk")
    return children(batch, rows, "promotion_id")


@field("Promotion", "events")
def promotion_events(batch: Batch) -> list[Any]:
    return children(batch, PromotionEvent.objects.all(), "promotion_id")


@field("PromotionRule", "promotion")
def rule_promotion(batch: Batch) -> list[Any]:
    return related(batch, Promotion, "promotion_id")


@field("PromotionRule", "predicateType")
def rule_predicate_type(batch: Batch) -> list[Any]:
    return [row.type if row else None for row in related(batch, Promotion, "promotion_id")]


@field("PromotionRule", "channels")
def rule_channels(batch: Batch) -> list[Any]:
    if not batch.context.requestor.is_staff:
        raise PermissionDenied(("AUTHENTICATED_APP", "AUTHENTICATED_STAFF_USER"))
    links = PromotionRule.channels.through.objects.filter(promotionrule_id__in=[row.pk for row in batch.parents])
    pairs = list(links.values_list("promotionrule_id", "channel_id"))
    rows = Channel.objects.in_bulk({channel for _, channel in pairs})
    found: dict[Any, list[Any]] = {row.pk: [] for row in batch.parents}
    for channel in sorted(rows.values(), key=lambda row: (row.slug, row.pk)):
        for rule_id, channel_id in pairs:
            if channel_id == channel.pk:
                found[rule_id].append(channel)
    return [found[row.pk] for row in batch.parents]


@field("PromotionRule", "giftIds")
def rule_gift_ids(batch: Batch) -> list[Any]:
    links = PromotionRule.gifts.through.objects.filter(promotionrule_id__in=[row.pk for row in batch.parents])
    found: dict[Any, list[str]] = {row.pk: [] for row in batch.parents}
    for rule_id, variant_id in links.order_by("productvariant_id").values_list("promotionrule_id", "productvariant_id"):
        found[rule_id].append(to_global_id("ProductVariant", variant_id))
    return [found[row.pk] for row in batch.parents]


@field("PromotionRule", "giftsLimit")
def rule_gifts_limit(batch: Batch) -> list[int]:
    """How many of a rule's gifts one order gets, a constant of the contract."""
    return [1 for _ in batch.parents]


def _event_creator(batch: Batch) -> list[Any]:
    """Who did it, for that one, and for those who manage staff or apps."""
    requestor = batch.context.requestor
    users = in_bulk(User, {row.user_id for row in batch.parents})
    apps = in_bulk(App, {row.app_id for row in batch.parents})
    found: list[Any] = []
    for row in batch.parents:
        user, app = users.get(row.user_id), apps.get(row.app_id)
        if user is not None and (requestor.has_perm("MANAGE_STAFF") or requestor.user == user):
            found.append(user)
        elif app is not None and (requestor.has_perm("MANAGE_APPS") or requestor.app == app):
            found.append(app)
        else:
            found.append(None)
    return found


def _rule_of_event(batch: Batch) -> list[str]:
    return [to_global_id("PromotionRule", row.rule_id) for row in batch.parents]


for _kind in (*KINDS, *RULE_KINDS):
    declare(_history_type(_kind), "date type")
    field(_history_type(_kind), "createdBy")(_event_creator)
for _kind in RULE_KINDS:
    field(_history_type(_kind), "ruleId")(_rule_of_event)
