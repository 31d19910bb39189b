"""`./mall books`: what orders, ledger and pool hold, to compare two moments; and the events that led there."""

from __future__ import annotations

import argparse
import base64
import hashlib
from collections.abc import Iterable

from infra.cli.report import Result, result

SUMMARY = "sum up orders, ledger, pool, mails and work that waits; list the events kept"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--deliveries", metavar="SINCE", help="list instead the events Saleor sent from this time on (body in base64)"
    )


def run(options: argparse.Namespace) -> Iterable[Result]:
    """Read only. The sums pass when every currency of the ledger sums to zero."""
    import django

    django.setup()
    return deliveries(options.deliveries) if options.deliveries else sums()


def deliveries(since: str) -> list[Result]:
    from infra.cli.work import moment
    from marketplace.kernel.jobs import queries

    return [
        result(each.event, True, {"headers": each.headers, "body": base64.b64encode(each.body).decode()})
        for each in queries.received_events(since=moment(since))
    ]


def fingerprint(order: object) -> str:
    """Return a digest of everything a report knows of an order: state, parts, lines, amounts, refunds."""
    return hashlib.sha256(repr(order).encode()).hexdigest()[:16]


def sums() -> list[Result]:
    from marketplace.kernel.jobs import queries as jobs
    from marketplace.messages import queries as messages
    from marketplace.orders import queries as orders
    from marketplace.saleor import site
    from marketplace.settlement import queries as settlement
    from plugins.runtime import hooks

    ledger = [
        f"{each.account} {each.merchant_id} {each.amount.amount} {each.amount.currency}"
        for each in settlement.trial_balance()
    ]
    left = {currency: str(amount) for currency, amount in settlement.imbalance().items()}
    facts = {
        market: {kind: str(money.amount) for kind, money in (hooks.first("pool_sums", market=market) or {}).items()}
        for market in sorted(site.list_channels())
    }
    return [
        result("orders", True, {each.number: fingerprint(each) for each in orders.list_order_sums()}),
        result("ledger", not any(settlement.imbalance().values()), {"accounts": ledger, "left": left}),
        result("facts", True, facts),
        result("mails", True, sorted(each.key for each in messages.list_mail(limit=100_000))),
        result("work", True, {**jobs.count_pending(), "parked": len(jobs.parked())}),
    ]
