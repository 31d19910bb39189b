"""Discounted prices of listings: the price less what the best running catalogue rule takes off.

They are kept with the listings (`discounted_price_amount`, `VariantListingRule`), so that showing and selling goods
costs no more with promotions than without.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db.models import Q

from infra.engine.discounts.models import PromotionRule, RuleVariant, VariantListingRule
from infra.engine.discounts.types import RuleReward
from infra.engine.money import smallest_step
from infra.engine.products.models import ProductChannelListing, ProductVariant, VariantChannelListing

#: products whose prices are worked out together
CHUNK = 200
#: keys named in one statement
KEYS = 5000


def running(now: datetime) -> Q:
    """Return the condition on rules that their promotion is of the catalogue and holds at `now`."""
    return Q(promotion__type="CATALOGUE", promotion__start_date__lte=now) & (
        Q(promotion__end_date=None) | Q(promotion__end_date__gte=now)
    )


def refresh_prices(product_ids: Iterable[int], now: datetime) -> int:
    """Work out the discounted prices of products at `now`; returns how many listings of variants changed.

    Which variants a rule selects is taken as last worked out (`RuleVariant`). Must run in a transaction on `engine`.
    """
    wanted, changed = sorted(set(product_ids)), 0
    for start in range(0, len(wanted), CHUNK):
        changed += _Refresh(wanted[start : start + CHUNK], now).run()
    return changed


@dataclass(slots=True)
class _Refresh:
    """The prices of some products, read, worked out and written together."""

    product_ids: list[int]
    now: datetime
    changed: list[VariantChannelListing] = field(default_factory=list)

    def run(self) -> int:
        listings = list(
            VariantChannelListing.objects.select_for_update(of=("self",))
            .filter(variant__product_id__in=self.product_ids)
            .select_related("channel", "variant")
            .order_by("pk")
        )
        found = self._rules({row.variant_id for row in listings})
        best = {row.pk: self._best(row, found.get(row.variant_id, [])) for row in listings}
        for row in listings:
            self._set(row, best[row.pk])
        VariantChannelListing.objects.bulk_update(self.changed, ["discounted_price_amount"], 100)
        self._write_rules(listings, best)
        self._write_lowest(listings)
        return len(self.changed)

    def _rules(self, variant_ids: set[int]) -> dict[int, list[tuple[PromotionRule, set[int]]]]:
        """Return the running rules of each variant, with the channels they hold in."""
        rules = {rule.pk: rule for rule in PromotionRule.objects.filter(running(self.now), is_applied=True)}
        if not rules:
            return {}
        channels: dict[object, set[int]] = {pk: set() for pk in rules}
        through = PromotionRule.channels.through.objects.filter(promotionrule_id__in=list(rules))
        for rule_id, channel_id in through.values_list("promotionrule_id", "channel_id"):
            channels[rule_id].add(channel_id)
        found: dict[int, list[tuple[PromotionRule, set[int]]]] = {}
        rows = RuleVariant.objects.filter(rule_id__in=list(rules), variant_id__in=variant_ids).order_by("pk")
        for rule_id, variant_id in rows.values_list("rule_id", "variant_id"):
            found.setdefault(variant_id, []).append((rules[rule_id], channels[rule_id]))
        return found

    def _best(
        self, row: VariantChannelListing, rules: list[tuple[PromotionRule, set[int]]]
    ) -> tuple[PromotionRule, Decimal] | None:
        if row.price_amount is None:
            return None
        step, best = smallest_step(row.channel.currency_code), None
        for rule, channels in rules:
            if row.channel_id not in channels or rule.reward_value is None or rule.reward_value_type is None:
                continue
            off = RuleReward(rule.reward_value_type, rule.reward_value).amount_off(row.price_amount, step)
            if best is None or off > best[1]:
                best = (rule, off)
        return best

    def _set(self, row: VariantChannelListing, best: tuple[PromotionRule, Decimal] | None) -> None:
        price = row.price_amount
        if price is not None and best is not None:
            price -= best[1]
        if price != row.discounted_price_amount:
            self.changed.append(row)
            row.discounted_price_amount = price

    def _write_rules(
        self, listings: list[VariantChannelListing], best: dict[int, tuple[PromotionRule, Decimal] | None]
    ) -> None:
        kept = {}
        for row in VariantListingRule.objects.filter(listing__variant__product_id__in=self.product_ids):
            kept[row.listing_id] = row
        gone = [row.pk for pk, row in kept.items() if _differs(row, best.get(pk))]
        if gone:
            VariantListingRule.objects.filter(pk__in=gone).delete()
        VariantListingRule.objects.bulk_create(
            VariantListingRule(listing=row, rule=won[0], discount_amount=won[1], currency=row.channel.currency_code)
            for row in listings
            if (won := best[row.pk]) is not None and (row.pk not in kept or _differs(kept[row.pk], won))
        )

    def _write_lowest(self, listings: list[VariantChannelListing]) -> None:
        lowest: dict[tuple[int, int], Decimal] = {}
        for row in listings:
            if row.discounted_price_amount is not None:
                key = (row.variant.product_id, row.channel_id)
                lowest[key] = min(lowest.get(key, row.discounted_price_amount), row.discounted_price_amount)
        shown = []
        for listing in ProductChannelListing.objects.filter(product_id__in=self.product_ids):
            price = lowest.get((listing.product_id, listing.channel_id))
            if listing.discounted_price_amount != price:
                listing.discounted_price_amount = price
                shown.append(listing)
        ProductChannelListing.objects.bulk_update(shown, ["discounted_price_amount"], 100)


def _differs(row: VariantListingRule, best: tuple[PromotionRule, Decimal] | None) -> bool:
    return best is None or row.rule_id != best[0].pk or row.discount_amount != best[1]


def mark_stale() -> None:
    """Let the running catalogue rules be worked out anew: goods, or what they belong to, have changed.

    Those that are stale already are marked too: whoever works them out now does not see this change yet, and waits.
    """
    PromotionRule.objects.filter(promotion__type="CATALOGUE").update(is_stale=True)


def products_of(variant_ids: Iterable[int]) -> set[int]:
    """Return the products of variants."""
    found: set[int] = set()
    for keys in batched(variant_ids):
        found |= set(ProductVariant.objects.order_by().filter(pk__in=keys).values_list("product_id", flat=True))
    return found


def batched(keys: Iterable[int]) -> Iterator[list[int]]:
    """Yield the keys in lists that fit one statement."""
    rest = list(keys)
    for start in range(0, len(rest), KEYS):
        yield rest[start : start + KEYS]
