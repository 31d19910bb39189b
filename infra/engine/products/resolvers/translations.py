"""Translations: read with the object, written by the *Translate mutations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from babel import Locale
from django.db import transaction
from graphql.pyutils import camel_to_snake

from infra.engine.deliveries import declare_event, emit
from infra.engine.prepared import PreparedRows, in_bulk
from infra.engine.products.loading import get_row
from infra.engine.products.models import (
    Attribute,
    AttributeValue,
    Category,
    Collection,
    Page,
    Product,
    ProductVariant,
    Translation,
)
from infra.engine.schema.binding import Batch, declare, field, name_type, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import refuse
from infra.engine.schema.ids import parse_global_id, to_global_id
from infra.engine.schema.lengths import check_lengths


@dataclass(frozen=True, slots=True)
class Translatable:
    """A type with translations: what may be translated, and the name of its id in the translatable content."""

    kind: str
    model: Any
    fields: str
    id_field: str
    mutation: str
    payload_field: str

    @property
    def type_name(self) -> str:
        return f"{self.kind}Translation"

    @property
    def content_name(self) -> str:
        return f"{self.kind}TranslatableContent"


SEO = "seoTitle seoDescription"
TRANSLATABLE = (
    Translatable("Product", Product, f"name slug description {SEO}", "productId", "productTranslate", "product"),
    Translatable(
        "ProductVariant", ProductVariant, "name", "productVariantId", "productVariantTranslate", "productVariant"
    ),
    Translatable("Category", Category, f"name slug description {SEO}", "categoryId", "categoryTranslate", "category"),
    Translatable(
        "Collection", Collection, f"name slug description {SEO}", "collectionId", "collectionTranslate", "collection"
    ),
    Translatable("Page", Page, f"title slug content {SEO}", "pageId", "pageTranslate", "page"),
    Translatable("Attribute", Attribute, "name", "attributeId", "attributeTranslate", "attribute"),
    Translatable(
        "AttributeValue",
        AttributeValue,
        "name plainText richText",
        "attributeValueId",
        "attributeValueTranslate",
        "attributeValue",
    ),
)
BY_KIND = {row.kind: row for row in TRANSLATABLE}
name_type(Translation, lambda row: f"{row.kind}Translation")
declare("LanguageDisplay", "code language")
for _event in ("TRANSLATION_CREATED", "TRANSLATION_UPDATED"):
    declare_event(_event, "translation")


def language(code: str) -> dict[str, str]:
    """Return the contract's LanguageDisplay of an enum name such as JA or ZH_HANT."""
    locale = Locale.parse(code.replace("_", "-"), sep="-")
    return {"code": code, "language": locale.get_display_name("en") or code}


def _bind(row: Translatable) -> None:
    declare(row.type_name, "id language translatableContent")
    _bind_content(row)
    field(row.kind, "translation")(_translation_of(row))
    field(row.type_name, "id")(lambda batch: [to_global_id(row.type_name, item.pk) for item in batch.parents])
    field(row.type_name, "language")(lambda batch: [language(item.language_code) for item in batch.parents])
    field(row.type_name, "translatableContent")(lambda batch: _contents(row, batch))
    for name in row.fields.split():
        field(row.type_name, name)(_translated(name))
    _bind_mutation(row)


def _contents(row: Translatable, batch: Batch) -> list[Any]:
    rows = in_bulk(row.model, {item.object_id for item in batch.parents})
    return [as_content(row.content_name, rows[item.object_id]) for item in batch.parents]


def as_content(content_name: str, target: Any) -> dict[str, Any]:
    """Return what can be translated of an object, as the contract's type `content_name`."""
    return {"__typename": content_name, "row": target}


def _bind_content(row: Translatable) -> None:
    name = row.content_name
    field(name, "id")(lambda batch: [to_global_id(name, item["row"].pk) for item in batch.parents])
    field(name, row.id_field)(lambda batch: [to_global_id(row.kind, item["row"].pk) for item in batch.parents])
    for said in row.fields.split():
        column = camel_to_snake(said)
        field(name, said)(_original(column))

    @field(name, "translation")
    def translation(batch: Batch) -> list[Any]:
        pks = [item["row"].pk for item in batch.parents]
        found = {item.object_id: item for item in _ROWS(pks, row.kind, batch.args["languageCode"])}
        return [found.get(pk) for pk in pks]


def _original(column: str) -> Callable[[Batch], list[Any]]:
    return lambda batch: [getattr(item["row"], column) for item in batch.parents]


def _translated(name: str) -> Callable[[Batch], list[Any]]:
    return lambda batch: [item.fields.get(name) for item in batch.parents]


_ROWS = PreparedRows(
    Translation._meta.get_field("object_id"),
    lambda pks, kind, code: Translation.objects.filter(kind=kind, language_code=code, object_id__in=pks),
)


def _translation_of(row: Translatable) -> Callable[[Batch], list[Any]]:
    def resolve(batch: Batch) -> list[Any]:
        found = {
            item.object_id: item
            for item in _ROWS([parent.pk for parent in batch.parents], row.kind, batch.args["languageCode"])
        }
        return [found.get(parent.pk) for parent in batch.parents]

    return resolve


def translated_fields(kind: str, pks: list[int], code: str) -> dict[int, dict[str, Any]]:
    """Return what is translated of the objects `pks` of a kind into a language, by pk; one statement."""
    return {item.object_id: item.fields for item in _ROWS(pks, kind, code)}


def _bind_mutation(row: Translatable) -> None:
    declare(f"{row.mutation[0].upper()}{row.mutation[1:]}", row.payload_field)

    @root("Mutation", row.mutation)
    @requires("MANAGE_TRANSLATIONS")
    def translate(context: Context, args: dict[str, Any]) -> dict[str, Any]:
        target = write_translation(row, args)
        # the contract's pageTranslate alone answers with what can be translated, not with the page
        return {row.payload_field: as_content(row.content_name, target) if row.kind == "Page" else target}


def _object(row: Translatable, gid: str) -> Any:
    """Return the object by its own id or by that of its translatable content."""
    type_name, pk = parse_global_id(gid)
    if type_name == row.content_name:
        gid = to_global_id(row.kind, pk)
    return get_row(row.model, gid, row.kind)


def write_translation(row: Translatable, args: dict[str, Any]) -> Any:
    """Write what a *Translate mutation says and tell of it; fields not named stay. Returns the object."""
    with transaction.atomic("engine"):
        target = _object(row, args["id"])
        write_fields(row, target, args["languageCode"], args["input"])
    return target


def write_fields(row: Translatable, target: Any, code: str, data: dict[str, Any]) -> Translation:
    """Write what is said of an object in a language and tell of it; fields not named stay. Raises UserErrors."""
    check_lengths(row.model, data, row.fields)  # what an object's own text may have, its translation may
    with transaction.atomic("engine"):
        item = Translation.objects.filter(kind=row.kind, object_id=target.pk, language_code=code).first()
        is_new = item is None
        item = item or Translation(kind=row.kind, object_id=target.pk, language_code=code)
        item.fields = {**item.fields, **{name: data[name] for name in row.fields.split() if name in data}}
        item.slug = item.fields.get("slug") or None
        _check_slug(item)
        item.save()
        if hasattr(target, "updated_at"):
            target.save(update_fields=["updated_at"])
        emit(event="TRANSLATION_CREATED" if is_new else "TRANSLATION_UPDATED", obj=item)
    return item


def _check_slug(item: Translation) -> None:
    same = Translation.objects.filter(kind=item.kind, language_code=item.language_code, slug=item.slug)
    if item.slug and same.exclude(pk=item.pk).exists():
        raise refuse("slug", "Translation with this slug already exists.", "UNIQUE")


def make_translatable(row: Translatable) -> None:
    """Serve the translations of another app's type, and the mutation that writes them."""
    BY_KIND[row.kind] = row
    _bind(row)


for _row in TRANSLATABLE:
    _bind(_row)
