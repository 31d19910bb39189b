"""What promotions do by themselves as time goes by and goods change."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import OperationalError, transaction
from django.db.models import F, Q, QuerySet

from infra.engine.deliveries import emit
from infra.engine.discounts.models import Promotion, PromotionRule, RuleVariant
from infra.engine.discounts.predicates import selected_variants
from infra.engine.discounts.prices import batched, products_of, refresh_prices, running
from infra.engine.prepared import PreparedQuery
from infra.engine.products.models import Product

logger = logging.getLogger(__name__)
#: promotions whose start or end is told in one go
BATCH = 100


def recalculate(now: datetime, *, everything: bool = False) -> int:
    """Tell which promotions started or ended by `now`, and bring discounted prices up to date with them.

    everything: also work out the prices of goods that nothing is known to have changed for.
    Returns how many prices of variants (one per channel) changed. With nothing to do it only reads.
    """
    _tell_toggled(now)
    rules = [pk for (pk,) in _DUE_RULES(now)]
    if not rules and not everything:
        return 0
    with transaction.atomic("engine"):
        touched: set[int] = set()
        for pk in rules:
            touched |= work_out_rule(pk, now)
        if everything:
            touched |= set(Product.objects.order_by().values_list("pk", flat=True))
        return refresh_prices(touched, now)


def _tell_toggled(now: datetime) -> None:
    """Raise PROMOTION_STARTED and PROMOTION_ENDED once for each start and end that has passed."""
    pks = [pk for (pk,) in _TOGGLED(now, most=BATCH)]
    if not pks:
        return
    with transaction.atomic("engine"):
        toggled = Promotion.objects.select_for_update(skip_locked=True).filter(_is_toggled(now), pk__in=pks)
        rows = toggled.order_by("pk")
        for promotion in rows:
            told, end = promotion.last_told_at, promotion.end_date
            if told is None or told < promotion.start_date:
                emit(event="PROMOTION_STARTED", obj=promotion)
            if end is not None and end <= now and (told is None or told < end):
                emit(event="PROMOTION_ENDED", obj=promotion)
            Promotion.objects.filter(pk=promotion.pk).update(last_told_at=now)


def _is_toggled(now: datetime) -> Q:
    untold = Q(last_told_at=None)
    started = Q(start_date__lte=now) & (untold | Q(last_told_at__lt=F("start_date")))
    ended = Q(end_date__lte=now) & (untold | Q(last_told_at__lt=F("end_date")))
    return started | ended


def _due_rules(now: datetime) -> QuerySet[PromotionRule, Any]:
    """Return the keys of the catalogue rules that are stale, or began or ended since they were last worked out."""
    is_running = running(now)
    due = (is_running & (Q(is_stale=True) | Q(is_applied=False))) | (~is_running & Q(is_applied=True))
    return PromotionRule.objects.filter(due).order_by("pk").values_list("pk")


_MOMENT = Promotion._meta.get_field("start_date")
_TOGGLED = PreparedQuery(
    Promotion,
    (_MOMENT,),
    lambda now: Promotion.objects.filter(_is_toggled(now)).order_by("pk").values_list("pk"),
)
_DUE_RULES = PreparedQuery(PromotionRule, (_MOMENT,), _due_rules)


def work_out_rule(pk: UUID, now: datetime) -> set[int]:
    """Write which variants a catalogue rule selects at `now`; returns the products of those before and after.

    A rule that cannot be evaluated selects nothing. Must run in a transaction on `engine`.
    """
    rule = PromotionRule.objects.select_for_update(of=("self",)).select_related("promotion").filter(pk=pk).first()
    if rule is None:
        return set()
    is_running = rule.promotion.is_active(now)
    before = dict(rule.variant_rows.values_list("variant_id", "pk"))
    after = _selected(rule) if is_running else set()
    for gone in batched([key for variant, key in before.items() if variant not in after]):
        RuleVariant.objects.filter(pk__in=gone).delete()
    RuleVariant.objects.bulk_create(
        [RuleVariant(rule=rule, variant_id=variant) for variant in sorted(after - set(before))], 500
    )
    PromotionRule.objects.filter(pk=pk).update(is_stale=False, is_applied=is_running)
    return products_of(after | set(before))


def _selected(rule: PromotionRule) -> set[int]:
    """One shop owner's predicate must not keep the prices of all other promotions from being worked out."""
    try:
        with transaction.atomic("engine"):
            return selected_variants(rule.catalogue_predicate)
    except OperationalError:
        raise  # the database is busy or away: everything is tried again in the next round
    except Exception:
        logger.exception("The promotion rule %s cannot be evaluated and selects nothing.", rule.pk)
        return set()
