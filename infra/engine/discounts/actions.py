"""Writes of promotions and their rules. Each runs in the caller's transaction on `engine`."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from infra.engine.deliveries import emit
from infra.engine.discounts.models import Promotion, PromotionEvent, PromotionRule
from infra.engine.discounts.predicates import kept
from infra.engine.discounts.prices import products_of, refresh_prices
from infra.engine.discounts.rules import COLUMNS
from infra.engine.schema.context import current_requestor


def note(promotion: Promotion, kind: str, *, rule_id: UUID | None = None) -> None:
    """Write into the history of a promotion what the requestor did to it."""
    requestor = current_requestor()
    PromotionEvent.objects.create(
        promotion=promotion, type=kind, rule_id=rule_id, user=requestor.user, app=requestor.app
    )


def add_rule(
    *, promotion: Promotion, said: dict[str, Any], channel_ids: list[int], gift_ids: set[int]
) -> PromotionRule:
    """Give a promotion a rule; `said` is checked input. What it selects is worked out by the next recalculation."""
    rule = PromotionRule(promotion=promotion)
    set_columns(rule, said)
    rule.save()
    rule.channels.set(channel_ids)
    rule.gifts.set(sorted(gift_ids))
    note(promotion, "RULE_CREATED", rule_id=rule.pk)
    return rule


def set_columns(rule: PromotionRule, said: dict[str, Any]) -> None:
    """Set what checked input says of a rule; what it does not name stays."""
    for name, column in COLUMNS.items():
        if name in said:
            is_predicate = name.endswith("Predicate")
            setattr(rule, column, kept(said[name] or {}) if is_predicate else said[name])


def start_if_due(promotion: Promotion, now: datetime) -> None:
    """Tell at once of a new promotion that has started already."""
    if promotion.start_date <= now and (promotion.end_date is None or promotion.end_date > now):
        note(promotion, "PROMOTION_STARTED")
        emit(event="PROMOTION_STARTED", obj=promotion)
        promotion.last_told_at = now
        promotion.save(update_fields=["last_told_at"])


def toggle_if_due(promotion: Promotion, said: dict[str, Any], previous_end: datetime | None, now: datetime) -> None:
    """Tell of a start or end that new dates (`said`) have moved into the past, unless it was told."""
    start, end, told = said.get("startDate"), said.get("endDate"), promotion.last_told_at
    if start and start <= now and (told is None or told < start) and (not end or end > now):
        kind = "PROMOTION_STARTED"
    elif end and end <= now and (told is None or told < end or previous_end is None):
        kind = "PROMOTION_ENDED"
    else:
        return
    note(promotion, kind)
    emit(event=kind, obj=promotion)
    promotion.last_told_at = now
    promotion.save(update_fields=["last_told_at"])


def delete_promotion(*, promotion: Promotion, now: datetime) -> None:
    """Delete a promotion with its rules, and raise the prices that they lowered. The row keeps its pk."""
    pk = promotion.pk
    products = _products(PromotionRule.objects.filter(promotion=promotion))
    promotion.delete()
    promotion.pk = pk
    refresh_prices(products, now)
    emit(event="PROMOTION_DELETED", obj=promotion)


def delete_rule(*, rule: PromotionRule, now: datetime) -> None:
    """Delete a rule and raise the prices that it lowered. The row keeps its pk."""
    pk = rule.pk
    products = _products(PromotionRule.objects.filter(pk=pk))
    note(rule.promotion, "RULE_DELETED", rule_id=pk)
    rule.delete()
    rule.pk = pk
    refresh_prices(products, now)
    emit(event="PROMOTION_RULE_DELETED", obj=rule)


def _products(rules: Any) -> set[int]:
    return products_of(rules.filter(variant_rows__isnull=False).values_list("variant_rows__variant_id", flat=True))
