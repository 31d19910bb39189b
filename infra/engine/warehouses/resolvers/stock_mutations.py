"""Many stocks set at once, in any warehouses."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from infra.engine.products.models import ProductVariant
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import MutationError, refuse
from infra.engine.schema.ids import int_pk, uuid_pk
from infra.engine.warehouses import actions, lock_objects
from infra.engine.warehouses.models import Stock

declare("StockBulkUpdate", "count results")
declare("StockBulkResult", "stock errors")
#: input field of the id, of the external reference, and what the row is called in messages
VARIANT = ("variantId", "variantExternalReference")
WAREHOUSE = ("warehouseId", "warehouseExternalReference")


@root("Mutation", "stockBulkUpdate")
@requires("MANAGE_PRODUCTS")
def stock_bulk_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    """Set quantities of stocks that exist; by the policy all, those without errors, or none where any has one."""
    items = args["stocks"]
    errors = [_problems(item) for item in items]
    found = _find(items, errors)
    policy = args.get("errorPolicy") or "REJECT_EVERYTHING"
    if policy == "REJECT_EVERYTHING" and any(errors):
        return {"count": 0, "results": [{"stock": None, "errors": each} for each in errors]}
    kept = [None if each and policy == "REJECT_FAILED_ROWS" else row for row, each in zip(found, errors, strict=True)]
    done = _write(kept, items)
    results = [
        {"stock": done.get(row.pk) if row is not None else None, "errors": each}
        for row, each in zip(kept, errors, strict=True)
    ]
    return {"count": len(done), "results": results}


def _problems(item: dict[str, Any]) -> list[MutationError]:
    problems = []
    for names in (VARIANT, WAREHOUSE):
        said = [name for name in names if item.get(name)]
        if len(said) != 1:
            text = f"Exactly one of arguments is required: {', '.join(names)}."
            problems.append(MutationError.of(None, text, "INVALID"))
        elif said[0] == names[0] and _pk(names[0], item[names[0]]) is None:
            problems.append(MutationError.of(names[0], f"Invalid {names[0]}.", "INVALID"))
    return problems


def _pk(name: str, gid: str) -> int | UUID | None:
    return int_pk(gid, "ProductVariant") if name == "variantId" else uuid_pk(gid, "Warehouse")


def _find(items: list[dict[str, Any]], errors: list[list[MutationError]]) -> list[Stock | None]:
    """Return the stock that each input names, and note an error where there is none."""
    sound = [item for item, each in zip(items, errors, strict=True) if not each]
    by_id = [bool(item.get("variantId")) for item in sound], [bool(item.get("warehouseId")) for item in sound]
    if any(len(set(kinds)) > 1 for kinds in by_id):
        text = (
            "All inputs should use the same selector for variant (`variantId` or `variantExternalReference`) and "
            "warehouse (`warehouseId` or `warehouseExternalReference`)."
        )
        raise refuse(None, text, "GRAPHQL_ERROR")
    keys = {_key(item) for item in sound}
    rows = Stock.objects.filter(variant_id__in=_variants(sound)).select_related("variant", "warehouse")
    known = {key: row for row in rows for key in _keys(row) if key in keys}
    found: list[Stock | None] = []
    for item, each in zip(items, errors, strict=True):
        row = None if each else known.get(_key(item))
        if row is None and not each:
            each.append(MutationError.of(None, "Stock was not found.", "NOT_FOUND"))
        found.append(row)
    return found


def _key(item: dict[str, Any]) -> tuple[Any, Any]:
    return tuple(  # type: ignore[return-value]
        _pk(names[0], item[names[0]]) if item.get(names[0]) else str(item[names[1]]) for names in (VARIANT, WAREHOUSE)
    )


def _keys(row: Stock) -> list[tuple[Any, Any]]:
    variants = (row.variant_id, row.variant.external_reference)
    return [(variant, place) for variant in variants for place in (row.warehouse_id, row.warehouse.external_reference)]


def _variants(items: list[dict[str, Any]]) -> list[int]:
    pks = [int_pk(item["variantId"], "ProductVariant") for item in items if item.get("variantId")]
    names = [item["variantExternalReference"] for item in items if not item.get("variantId")]
    named = ProductVariant.objects.filter(external_reference__in=names).values_list("pk", flat=True)
    return [pk for pk in pks if pk is not None] + list(named)


def _write(rows: list[Stock | None], items: list[dict[str, Any]]) -> dict[int, Stock]:
    wanted: dict[int, dict[UUID, int]] = {}
    for row, item in zip(rows, items, strict=True):
        if row is not None:
            wanted.setdefault(row.variant_id, {})[row.warehouse_id] = item["quantity"]
    done: dict[int, Stock] = {}
    with transaction.atomic("engine"):
        lock_objects.stocks(sorted(row.pk for row in rows if row is not None))
        for variant_id in sorted(wanted):
            changed = actions.set_stocks(variant_id=variant_id, quantities=wanted[variant_id])
            done.update({stock.pk: stock for stock in changed})
    return done
