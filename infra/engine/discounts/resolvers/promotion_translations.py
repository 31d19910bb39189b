"""Translations of promotions and of their rules."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from infra.engine.deliveries import emit
from infra.engine.discounts.models import Promotion, PromotionRule, PromotionTranslation
from infra.engine.products.resolvers.translations import language
from infra.engine.schema.binding import Batch, declare, field, name_type, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import refuse
from infra.engine.schema.ids import named_uuid, parse_global_id, to_global_id
from infra.engine.schema.lengths import check_row

name_type(PromotionTranslation, lambda row: _type_name("PromotionRule" if row.promotion_id is None else "Promotion"))


def _type_name(kind: str) -> str:
    return f"{kind}Translation"


def _bind(kind: str, model: Any, column: str, id_field: str) -> None:
    type_name, content = _type_name(kind), f"{kind}TranslatableContent"
    payload = f"{id_field[0].upper()}{id_field[1:-2]}Translate"
    declare(type_name, "name description")
    declare(content, "name description")
    declare(payload, f"{id_field[:-2]} errors")

    @field(content, "translation")
    @field(kind, "translation")
    def translation(batch: Batch) -> list[Any]:
        keys = [parent["row"].pk if isinstance(parent, dict) else parent.pk for parent in batch.parents]
        rows = PromotionTranslation.objects.filter(
            **{f"{column}_id__in": keys}, language_code=batch.args["languageCode"]
        )
        found = {getattr(row, f"{column}_id"): row for row in rows}
        return [found.get(key) for key in keys]

    def content_of(batch: Batch) -> list[Any]:
        rows = model.objects.in_bulk([getattr(row, f"{column}_id") for row in batch.parents])
        return [{"__typename": content, "row": rows[getattr(row, f"{column}_id")]} for row in batch.parents]

    field(type_name, "id")(lambda batch: [to_global_id(type_name, row.pk) for row in batch.parents])
    field(type_name, "language")(lambda batch: [language(row.language_code) for row in batch.parents])
    field(type_name, "translatableContent")(content_of)
    field(content, "id")(lambda batch: [to_global_id(content, item["row"].pk) for item in batch.parents])
    field(content, id_field)(lambda batch: [to_global_id(kind, item["row"].pk) for item in batch.parents])
    for name in ("name", "description"):
        field(content, name)(_original(name))

    @root("Mutation", f"{id_field[:-2]}Translate")
    @requires("MANAGE_TRANSLATIONS")
    def translate(context: Context, args: dict[str, Any]) -> dict[str, Any]:
        with transaction.atomic("engine"):
            target = _target(kind, content, model, args["id"])
            _write(target, column, args)
        return {id_field[:-2]: target}


def _original(name: str) -> Any:
    return lambda batch: [getattr(item["row"], name) for item in batch.parents]


def _target(kind: str, content: str, model: Any, gid: str) -> Any:
    """Return the promotion or rule by its own id or by that of its translatable content."""
    type_name, pk = parse_global_id(gid)
    own = to_global_id(kind, pk) if type_name == content else gid
    row = model.objects.filter(pk=named_uuid(own, kind)).first()
    if row is None:
        raise refuse("id", f"Couldn't resolve to a node: {gid}", "NOT_FOUND")
    return row


def _write(target: Any, column: str, args: dict[str, Any]) -> None:
    data, key = args["input"], {column: target, "language_code": args["languageCode"]}
    row = PromotionTranslation.objects.filter(**key).first()
    is_new = row is None
    row = row or PromotionTranslation(**key)
    for name in ("name", "description"):
        if name in data:
            setattr(row, name, data[name])
    check_row(row)
    row.save()
    emit(event="TRANSLATION_CREATED" if is_new else "TRANSLATION_UPDATED", obj=row)


_bind("Promotion", Promotion, "promotion", "promotionId")
_bind("PromotionRule", PromotionRule, "rule", "promotionRuleId")
