"""`./mall reconcile`: prove the read model, the orders and the letters equal to Saleor, and repair what differs."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from datetime import datetime

from infra.cli.report import Result, result
from infra.cli.work import moment

SUMMARY = "compare goods, orders and letters with Saleor and repair them"
SHOWN = 200


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--since",
        metavar="MOMENT",
        help="orders, accounts and lost deliveries of this time on (ISO 8601; Japan's if no zone); goods always whole",
    )
    parser.add_argument("--dry-run", action="store_true", help="say what differs, change nothing")


def run(options: argparse.Namespace) -> Iterable[Result]:
    """One result per part, and one per difference (the first 200 of a part).

    A part passes when nothing differs, or nothing does any more. What it asked for (a parcel, a letter) is the
    worker's to do. With --dry-run it passes when nothing differs.
    """
    since = moment(options.since) if options.since else None
    import django

    django.setup()
    return [*merchants(options.dry_run), *listings(options.dry_run), *orders(since, options.dry_run),
            *letters(since, options.dry_run)]  # fmt: skip


def merchants(is_dry_run: bool) -> list[Result]:
    from marketplace.merchants import actions

    found, count = _first(actions.reconcile(is_dry_run=is_dry_run))
    _, left = _first(actions.reconcile(is_dry_run=True)) if count else ([], 0)
    return _results("merchants", found, count, left, "their pages and warehouses")


def listings(is_dry_run: bool) -> list[Result]:
    from marketplace.catalog import actions

    report = actions.reconcile(is_dry_run=is_dry_run)
    left = actions.reconcile(is_dry_run=True).count if report.count else 0
    found = [f"{each.product_id} {each.what}" for each in report.differences]
    return _results(
        "listings", found, report.count, left, f"{report.products_read} products, {report.listings_read} listings"
    )


def orders(since: datetime | None, is_dry_run: bool) -> list[Result]:
    from marketplace.orders import actions

    found, count = _first(
        f"{each.number} {each.what}" for each in actions.reconcile(since=since, is_dry_run=is_dry_run)
    )
    _, left = _first(str(each) for each in actions.reconcile(since=since, is_dry_run=True)) if count else ([], 0)
    return _results("orders", found, count, left, f"changed since {since.isoformat()}" if since else "all of them")


def letters(since: datetime | None, is_dry_run: bool) -> list[Result]:
    """Not looked at twice: a letter is written when the event that this asked for has come."""
    from marketplace.accounts import actions

    found, count = _first(actions.reconcile_letters(since=since, is_dry_run=is_dry_run))
    return _results("letters", found, count, count if is_dry_run else 0, "to shoppers with a new account")


def _first(found: Iterator[str]) -> tuple[list[str], int]:
    """Return the first of them and how many there were."""
    shown: list[str] = []
    count = 0
    for each in found:
        count += 1
        if count <= SHOWN:
            shown.append(each)
    return shown, count


def _results(part: str, found: list[str], count: int, left: int, looked_at: str) -> list[Result]:
    if not count:
        return [result(part, True, f"{looked_at}: equal")]
    summary = result(part, not left, f"{looked_at}: {count} differences, {left} left")
    return [summary, *(result(f"{part}: difference", True, each) for each in found)]
