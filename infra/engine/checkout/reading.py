"""The lines of checkouts with what their channels say about them, in one prepared statement."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from infra.engine.checkout.models import CheckoutLine
from infra.engine.discounts.queries import has_order_rules
from infra.engine.prepared import PreparedRows
from infra.engine.products.models import ProductChannelListing, VariantChannelListing


def lines_with_listings(checkout_ids: list[UUID]) -> list[CheckoutLine]:
    """Return the lines with variant, product and type, and the channel's listing as attributes.

    `listed_price` is None when the channel does not sell the variant, `listed_discounted` is the price after promotions
    of the catalogue, `listing_id` and `listed_prior` are of the same listing; `listed_published` and `listed_from`
    belong to the product, `has_order_rules` to the channel.
    """
    return _LINES(checkout_ids)


def _lines(checkout_ids: list[UUID]) -> QuerySet[CheckoutLine]:
    channel = OuterRef("checkout__channel_id")
    in_channel = ProductChannelListing.objects.filter(product_id=OuterRef("variant__product_id"), channel_id=channel)
    price = VariantChannelListing.objects.filter(variant_id=OuterRef("variant_id"), channel_id=channel)
    return (
        CheckoutLine.objects.filter(checkout_id__in=checkout_ids)
        .select_related("variant__product__product_type")
        .annotate(
            listing_id=Subquery(price.values("pk")[:1]),
            listed_price=Subquery(price.values("price_amount")[:1]),
            listed_discounted=Subquery(price.values("discounted_price_amount")[:1]),
            listed_prior=Subquery(price.values("prior_price_amount")[:1]),
            listed_published=Subquery(in_channel.values("is_published")[:1]),
            listed_from=Subquery(in_channel.values("available_for_purchase_at")[:1]),
            has_order_rules=has_order_rules(channel),
        )
    )


_LINES = PreparedRows(CheckoutLine._meta.get_field("checkout"), _lines)


def is_sold(line: Any, now: datetime) -> bool:
    """Return whether the channel still sells the line's variant (a line of `lines_with_listings`)."""
    if not line.listed_published or line.listed_price is None:
        return False
    return line.listed_from is None or line.listed_from <= now
