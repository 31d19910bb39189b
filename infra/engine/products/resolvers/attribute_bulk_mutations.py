"""attributeBulkCreate and attributeBulkUpdate."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction

from infra.engine.deliveries import emit
from infra.engine.products.attribute_actions import (
    PAGE_SIDE,
    PRODUCT_SIDE,
    add_values,
    create_attribute,
    remove_values,
    write_attribute,
)
from infra.engine.products.bulk import Outcome, Parts, write_rows
from infra.engine.products.models import Attribute
from infra.engine.products.resolvers.attribute_mutations import named
from infra.engine.products.slugs import settle_slug
from infra.engine.schema.binding import declare, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import MutationError, refuse

Data = dict[str, Any]
for _kind in ("Create", "Update"):
    declare(f"AttributeBulk{_kind}", "count results")
    declare(f"AttributeBulk{_kind}Result", "attribute errors")
    declare(f"AttributeBulk{_kind}Error", "path message code")
DEPRECATED = ("storefrontSearchPosition", "filterableInStorefront", "availableInGrid")


@root("Mutation", "attributeBulkCreate")
def attribute_bulk_create(context: Context, args: Data) -> Data:
    """Rights are asked per row, for an input may mix attributes of products and of pages."""
    taken = _twice(args["attributes"])

    def write(index: int, data: Data, parts: Parts) -> Attribute:
        _check_reference(data, taken)
        _check_deprecated(data)
        _check_side(context, data["type"])
        row = create_attribute({**data, "slug": None, "values": None})
        _add(row, data.get("values"), parts, field="values")
        return row

    with transaction.atomic("engine"):
        outcomes = write_rows(args["attributes"], args.get("errorPolicy"), write)
        for outcome in outcomes:
            if outcome.row is not None:
                emit(event="ATTRIBUTE_CREATED", obj=outcome.row)
    return _answer(outcomes)


@root("Mutation", "attributeBulkUpdate")
def attribute_bulk_update(context: Context, args: Data) -> Data:
    """Each item names its attribute by `id` or `externalReference` and says its changes in `fields`."""

    def write(index: int, item: Data, parts: Parts) -> Attribute:
        if bool(item.get("id")) == bool(item.get("externalReference")):
            raise refuse(None, "Exactly one of id and externalReference is required.", "INVALID")
        fields = item["fields"]
        row = named(Attribute, item, "Attribute")
        _check_side(context, row.type)
        _check_deprecated(fields)
        if fields.get("slug"):
            row.slug = settle_slug(Attribute, given=fields["slug"], name=row.name, row=row)
        write_attribute(row, fields)
        parts.attempt("", lambda: remove_values(row, fields.get("removeValues")))
        _add(row, fields.get("addValues"), parts, field="addValues")
        return row

    with transaction.atomic("engine"):
        outcomes = write_rows(args["attributes"], args.get("errorPolicy"), write)
        for outcome in outcomes:
            if outcome.row is not None:
                emit(event="ATTRIBUTE_UPDATED", obj=outcome.row)
    return _answer(outcomes)


def _answer(outcomes: list[Outcome]) -> Data:
    return {
        "count": sum(outcome.row is not None for outcome in outcomes),
        "results": [{"attribute": outcome.row, "errors": outcome.errors} for outcome in outcomes],
    }


def _twice(items: list[Data]) -> set[str]:
    given = [item["externalReference"] for item in items if item.get("externalReference")]
    return {reference for reference in given if given.count(reference) > 1}


def _check_reference(data: Data, taken: set[str]) -> None:
    if data.get("externalReference") in taken:
        raise refuse("externalReference", "Duplicated external reference.", "DUPLICATED_INPUT_ITEM")


def _check_deprecated(data: Data) -> None:
    if any(name in data for name in DEPRECATED):
        raise refuse(None, "Deprecated fields are not allowed in bulk mutation.", "INVALID")


def _check_side(context: Context, side: str) -> None:
    needed = PAGE_SIDE if side == "PAGE_TYPE" else PRODUCT_SIDE
    if not context.requestor.has_perm(needed):
        raise refuse(None, f"You have no permission to manage this type of attributes: {needed}.", "REQUIRED")


def _add(row: Attribute, values: list[Data] | None, parts: Parts, *, field: str) -> None:
    """Add choices one by one, so that each has its own place in the errors."""
    names = [(value.get("name") or "").lower().strip() for value in values or ()]
    for index, value in enumerate(values or ()):
        path = f"{field}.{index}"
        if not value.get("name"):
            parts.errors.append(_problem(path, "The field is required.", "REQUIRED"))
        elif names.count(names[index]) > 1:
            parts.errors.append(_problem(path, "Duplicated name.", "DUPLICATED_INPUT_ITEM"))
        else:
            parts.attempt(path, partial(add_values, row, [value], field="name"))


def _problem(path: str, message: str, code: str) -> MutationError:
    return MutationError("name", message, code, {"path": f"{path}.name"})
