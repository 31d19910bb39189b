"""Many buyers at once, in processes of their own with a database of their own (named in the environment).

python -m tests.engine.buyers prepare PIECES BUYERS     migrates and fills a shop; prints the checkouts
python -m tests.engine.buyers buy THREADS CHECKOUT…     completes them at the same moment; prints what came of each
python -m tests.engine.buyers count                     prints what is stored
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections import Counter
from typing import Any
from uuid import UUID

import django


def prepare(pieces: int, buyers: int) -> list[str]:
    from django.core.management import call_command

    from tests.engine.commerce import make_channel, make_checkout, make_variant, make_warehouse

    call_command("migrate", database="engine", verbosity=0)
    channel = make_channel()
    variant = make_variant(channel, stock={make_warehouse(channel): pieces})
    return [str(make_checkout(channel, {variant: 1}).pk) for _ in range(buyers)]


def buy(threads: int, checkouts: list[str]) -> dict[str, int]:
    """Complete the checkouts in `threads` threads that start together; outcomes by name."""
    outcomes: Counter[str] = Counter()
    barrier = threading.Barrier(threads)

    def run(own: list[str]) -> None:
        from django.db import connections

        barrier.wait()
        for checkout in own:
            outcomes[attempt(checkout)] += 1
        connections.close_all()

    running = [threading.Thread(target=run, args=(checkouts[index::threads],)) for index in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return dict(outcomes)


def attempt(checkout: str) -> str:
    from infra.engine.checkout.completion import complete_checkout
    from infra.engine.schema.context import ANONYMOUS
    from infra.engine.schema.errors import UserErrors

    try:
        return f"order {complete_checkout(checkout_id=UUID(checkout), requestor=ANONYMOUS).pk}"
    except UserErrors as refused:
        return ",".join(error.code for error in refused.errors)
    except Exception as error:  # noqa: BLE001 (whatever else happens is the outcome to be shown)
        return f"{type(error).__name__}: {error}"


def count() -> dict[str, Any]:
    from infra.engine.orders.models import Order
    from infra.engine.warehouses.models import Allocation, Stock

    stock = Stock.objects.get()
    return {
        "orders": Order.objects.count(),
        "numbers": len(set(Order.objects.values_list("number", flat=True))),
        "promised": sum(Allocation.objects.values_list("quantity", flat=True)),
        "stock": [stock.quantity, stock.quantity_allocated],
    }


def main(command: str, *rest: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.engine.engine_settings"
    django.setup()
    if command == "prepare":
        answer: Any = prepare(int(rest[0]), int(rest[1]))
    elif command == "buy":
        answer = buy(int(rest[0]), list(rest[1:]))
    else:
        answer = count()
    print(json.dumps(answer))


if __name__ == "__main__":
    main(*sys.argv[1:])
