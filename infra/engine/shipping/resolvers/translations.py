"""Names and descriptions of shipping methods in other languages: of the method, and where a cart is offered it."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from infra.engine.deliveries import emit
from infra.engine.products.models import Translation
from infra.engine.products.resolvers.translations import as_content, language
from infra.engine.schema.binding import Batch, declare, field, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import refuse
from infra.engine.schema.ids import InvalidId, parse_global_id, to_global_id
from infra.engine.shipping.models import ShippingMethod

KIND = "ShippingMethod"
CONTENT = "ShippingMethodTranslatableContent"
declare("ShippingMethodTranslation", "id language translatableContent")
declare("ShippingPriceTranslate", "shippingMethod")


def _translations(batch: Batch, pks: list[int | None]) -> list[Any]:
    rows = Translation.objects.filter(kind=KIND, language_code=batch.args["languageCode"], object_id__in=pks)
    found = {row.object_id: row for row in rows}
    return [found.get(pk) if pk is not None else None for pk in pks]


@field("ShippingMethodType", "translation")
def type_translation(batch: Batch) -> list[Any]:
    return _translations(batch, [method.pk for method in batch.parents])


@field("ShippingMethod", "translation")
def method_translation(batch: Batch) -> list[Any]:
    """Of the shop's own methods only: an app's method says its name as it wants it read."""
    gids = [row["id"] if isinstance(row, dict) else row.method_id for row in batch.parents]
    return _translations(batch, [_own_pk(gid) for gid in gids])


def _own_pk(gid: str) -> int | None:
    try:
        kind, pk = parse_global_id(gid)
    except InvalidId:
        return None
    return int(pk) if kind == KIND and pk.isdigit() else None


@field("ShippingMethodTranslation", "id")
def translation_id(batch: Batch) -> list[Any]:
    return [to_global_id("ShippingMethodTranslation", row.pk) for row in batch.parents]


@field("ShippingMethodTranslation", "language")
def translation_language(batch: Batch) -> list[Any]:
    return [language(row.language_code) for row in batch.parents]


@field("ShippingMethodTranslation", "name")
def translated_name(batch: Batch) -> list[Any]:
    return [row.fields.get("name") for row in batch.parents]


@field("ShippingMethodTranslation", "description")
def translated_description(batch: Batch) -> list[Any]:
    return [row.fields.get("description") for row in batch.parents]


@field("ShippingMethodTranslation", "translatableContent")
def translation_content(batch: Batch) -> list[Any]:
    rows = ShippingMethod.objects.in_bulk({row.object_id for row in batch.parents})
    return [as_content(CONTENT, rows[row.object_id]) for row in batch.parents]


@field(CONTENT, "id")
def content_id(batch: Batch) -> list[Any]:
    return [to_global_id(CONTENT, item["row"].pk) for item in batch.parents]


@field(CONTENT, "shippingMethodId")
def content_method_id(batch: Batch) -> list[Any]:
    return [to_global_id("ShippingMethodType", item["row"].pk) for item in batch.parents]


@field(CONTENT, "name")
def content_name(batch: Batch) -> list[Any]:
    return [item["row"].name for item in batch.parents]


@field(CONTENT, "description")
def content_description(batch: Batch) -> list[Any]:
    return [item["row"].description for item in batch.parents]


@field(CONTENT, "translation")
def content_translation(batch: Batch) -> list[Any]:
    return _translations(batch, [item["row"].pk for item in batch.parents])


@root("Mutation", "shippingPriceTranslate")
@requires("MANAGE_TRANSLATIONS")
def price_translate(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    data, code = args["input"], args["languageCode"]
    method = _method(args["id"])
    with transaction.atomic("engine"):
        row = Translation.objects.filter(kind=KIND, object_id=method.pk, language_code=code).first()
        is_new = row is None
        row = row or Translation(kind=KIND, object_id=method.pk, language_code=code)
        row.fields = {**row.fields, **{name: data[name] for name in ("name", "description") if name in data}}
        row.save()
        emit(event="TRANSLATION_CREATED" if is_new else "TRANSLATION_UPDATED", obj=row)
    return {"shipping_method": method}


def _method(gid: str) -> ShippingMethod:
    try:
        kind, pk = parse_global_id(gid)
    except InvalidId as error:
        raise refuse("id", error.message, "GRAPHQL_ERROR") from None
    known = kind in (KIND, "ShippingMethodType", CONTENT) and pk.isdigit()
    method = ShippingMethod.objects.filter(pk=pk).first() if known else None
    if method is None:
        raise refuse("id", f"Couldn't resolve to a node: {gid}", "NOT_FOUND")
    return method
