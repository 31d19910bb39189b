"""Saleor's events about goods: each is a hint to project the product again."""

from __future__ import annotations

from marketplace.catalog import actions
from marketplace.saleor.events import on_event
from marketplace.saleor.types import Event


@on_event(
    "PRODUCT_CREATED",
    "PRODUCT_UPDATED",
    "PRODUCT_DELETED",
    "PRODUCT_METADATA_UPDATED",
    "PRODUCT_MEDIA_CREATED",
    "PRODUCT_MEDIA_UPDATED",
    "PRODUCT_MEDIA_DELETED",
    "PRODUCT_VARIANT_CREATED",
    "PRODUCT_VARIANT_UPDATED",
    "PRODUCT_VARIANT_DELETED",
    "PRODUCT_VARIANT_METADATA_UPDATED",
    "PRODUCT_VARIANT_OUT_OF_STOCK",
    "PRODUCT_VARIANT_BACK_IN_STOCK",
    "PRODUCT_VARIANT_STOCK_UPDATED",
)
def project(event: Event) -> None:
    """Project the product an event is about; one without an id says nothing."""
    if event.object_id:
        actions.project_product(product_id=event.object_id)
