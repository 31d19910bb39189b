"""Writes of the catalogue."""

from marketplace.catalog.actions.categories import ensure_categories
from marketplace.catalog.actions.checking import ask_recheck, recheck_all, recheck_merchant, recheck_slice
from marketplace.catalog.actions.editing import add_picture, change_stock, draft_listing, update_listing
from marketplace.catalog.actions.indexing import index_pending, reindex
from marketplace.catalog.actions.projection import (
    ask_projection,
    hasten_projections,
    project_all,
    project_merchant,
    project_product,
)
from marketplace.catalog.actions.publishing import publish_listing, relist_listing, sync_state, withdraw_listing
from marketplace.catalog.actions.reconciling import reconcile

__all__ = [
    "add_picture",
    "ask_projection",
    "ask_recheck",
    "change_stock",
    "draft_listing",
    "ensure_categories",
    "hasten_projections",
    "index_pending",
    "project_all",
    "project_merchant",
    "project_product",
    "publish_listing",
    "recheck_all",
    "recheck_merchant",
    "recheck_slice",
    "reconcile",
    "reindex",
    "relist_listing",
    "sync_state",
    "update_listing",
    "withdraw_listing",
]
