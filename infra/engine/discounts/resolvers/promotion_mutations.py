"""promotionCreate, -Update, -Delete, promotionBulkDelete."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from infra.engine.deliveries import emit
from infra.engine.discounts.actions import add_rule, delete_promotion, note, start_if_due, toggle_if_due
from infra.engine.discounts.models import Promotion, PromotionRule
from infra.engine.discounts.resolvers.rule_inputs import NewRule, read_new_rule
from infra.engine.discounts.rules import ORDER_RULES_LIMIT
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import UserErrors, refuse
from infra.engine.schema.ids import named_uuid
from infra.engine.schema.lengths import check_row

for _payload in ("PromotionCreate", "PromotionUpdate", "PromotionDelete"):
    declare(_payload, "promotion errors")
    declare(f"{_payload}Error", "field message code")
declare("PromotionCreateError", "index rulesLimit rulesLimitExceedBy giftsLimit giftsLimitExceedBy")
COLUMNS = {"name": "name", "description": "description", "startDate": "start_date", "endDate": "end_date"}


@root("Mutation", "promotionCreate")
@requires("MANAGE_DISCOUNTS")
def promotion_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    data = args["input"]
    with transaction.atomic("engine"):
        promotion = Promotion(type=data["type"], start_date=context.now)
        _set(promotion, data)
        rules = _checked_rules(data.get("rules") or [], promotion.type)
        _check_name(promotion)
        check_row(promotion)
        promotion.save()
        note(promotion, "PROMOTION_CREATED")
        for rule in rules:
            add_rule(promotion=promotion, said=rule.said, channel_ids=rule.channel_ids, gift_ids=rule.gift_ids)
        emit(event="PROMOTION_CREATED", obj=promotion)
        start_if_due(promotion, context.now)
    return {"promotion": promotion}


def _set(promotion: Promotion, data: dict[str, Any]) -> None:
    for name, column in COLUMNS.items():
        if name in data and not (name == "startDate" and data[name] is None):
            setattr(promotion, column, data[name])
    if promotion.end_date is not None and promotion.end_date < promotion.start_date:
        raise refuse("endDate", "End date cannot be before the start date.", "INVALID")


def _check_name(promotion: Promotion) -> None:
    if not (promotion.name or "").strip():
        raise refuse("name", "This field cannot be blank.", "REQUIRED")


def _checked_rules(items: list[dict[str, Any]], promotion_type: str) -> list[NewRule]:
    if promotion_type == "ORDER" and items:
        over = PromotionRule.objects.exclude(order_predicate={}).count() + len(items) - ORDER_RULES_LIMIT
        if over > 0:
            text = "Number of rules with orderPredicate has reached the limit"
            raise refuse("rules", text, "RULES_NUMBER_LIMIT", rulesLimit=ORDER_RULES_LIMIT, rulesLimitExceedBy=over)
    rules = [read_new_rule(item, promotion_type, index=index) for index, item in enumerate(items)]
    problems = [problem for rule in rules for problem in rule.problems]
    if problems:
        raise UserErrors(problems)
    return rules


def _find(gid: str) -> Promotion:
    row = Promotion.objects.select_for_update().filter(pk=named_uuid(gid, "Promotion")).first()
    if row is None:
        raise refuse("id", f"Couldn't resolve to a node: {gid}", "NOT_FOUND")
    return row


@root("Mutation", "promotionUpdate")
@requires("MANAGE_DISCOUNTS")
def promotion_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    data = args["input"]
    with transaction.atomic("engine"):
        promotion = _find(args["id"])
        previous_end = promotion.end_date
        _set(promotion, data)
        _check_name(promotion)
        check_row(promotion)
        promotion.save()
        note(promotion, "PROMOTION_UPDATED")
        emit(event="PROMOTION_UPDATED", obj=promotion)
        toggle_if_due(promotion, data, previous_end, context.now)
    return {"promotion": promotion}


@root("Mutation", "promotionDelete")
@requires("MANAGE_DISCOUNTS")
def promotion_delete(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    with transaction.atomic("engine"):
        promotion = _find(args["id"])
        delete_promotion(promotion=promotion, now=context.now)
    return {"promotion": promotion}
