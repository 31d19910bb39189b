"""Saleor's events about goods: each is a hint to project the product again.

Many hints about one product become one job, so that a change that raises ten events is read once.
"""

from __future__ import annotations

from marketplace.catalog.actions.projection import PROJECT_JOB
from marketplace.kernel.jobs.types import Hint
from marketplace.saleor.events import hinted_by
from marketplace.saleor.types import Event


@hinted_by(
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
def project(event: Event) -> Hint | None:
    """Ask for a projection of the product an event is about; one without an id says nothing.

    One job per product, armed again by each event: a dozen events of one change are one reading of Saleor.
    """
    if not event.object_id:
        return None
    return Hint(PROJECT_JOB, event.object_id, {"product_id": event.object_id})
