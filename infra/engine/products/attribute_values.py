"""Values of attributes out of what clients say: checked first, then found or made, kind by kind.

An item is one AttributeValueInput. `check` returns what is wrong with it as (message, code), `find_or_make` the rows.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any

from django.conf import settings
from django.utils.text import slugify

from infra.engine.products.models import (
    AssignedValue,
    Attribute,
    AttributeValue,
    Category,
    Collection,
    Page,
    Product,
    ProductVariant,
)
from infra.engine.products.richtext import plain_text
from infra.engine.schema.errors import refuse
from infra.engine.schema.ids import int_pk

Item = dict[str, Any]
Problem = tuple[str, str] | None
MAX_NAME = 250
NO_VALUE = ("Attribute expects a value but none were given.", "REQUIRED")
NO_REFERENCE = ("A reference is required for this attribute.", "REQUIRED")
NO_FILE = ("A file URL is required for this attribute.", "REQUIRED")
BLANK = ("Attribute values cannot be blank.", "REQUIRED")
TWICE = ("Duplicated attribute values are provided.", "DUPLICATED_INPUT_ITEM")
TOO_MANY = ("Attribute must take only one value.", "INVALID")
BOTH = ("Attribute values cannot be assigned by both id and value.", "INVALID")
BOTH_IDS = ("Attribute values cannot be assigned by both id and external reference", "INVALID")
TOO_LONG = ("Attribute value length is exceeded.", "INVALID")
NO_NUMBER = ("Numeric value is required.", "INVALID")
INVALID = ("Invalid value provided for attribute.", "INVALID")
WRONG_REFERENCE = ("Invalid reference type.", "INVALID")
WRONG_TYPE = ("Invalid reference, must be an object of a type that the attribute allows.", "INVALID")
FOREIGN_FILE = ("The file_url must be the path to the default storage.", "INVALID")
#: what an attribute may refer to: model, column of its name, column of the value
ENTITIES: dict[str, tuple[Any, str, str]] = {
    "PAGE": (Page, "title", "reference_page"),
    "PRODUCT": (Product, "name", "reference_product"),
    "PRODUCT_VARIANT": (ProductVariant, "name", "reference_variant"),
    "CATEGORY": (Category, "name", "reference_category"),
    "COLLECTION": (Collection, "name", "reference_collection"),
}
GLOBAL_NAMES = {
    "PAGE": "Page",
    "PRODUCT": "Product",
    "PRODUCT_VARIANT": "ProductVariant",
    "CATEGORY": "Category",
    "COLLECTION": "Collection",
}
CHOICES = ("DROPDOWN", "MULTISELECT", "SWATCH")
REFERENCES = ("REFERENCE", "SINGLE_REFERENCE")


def owner_column(owner: Any) -> str:
    """Return the column of AssignedValue that names a product, variant or page."""
    return {"Page": "page", "Product": "product"}.get(type(owner).__name__, "variant")


def check(attribute: Attribute, item: Item) -> Problem:
    """Return what keeps `item` from being a value of `attribute`, or None."""
    kind = attribute.input_type
    if item.get("values") and kind in (*CHOICES, "NUMERIC"):
        return _check_texts(attribute, item["values"])
    return _CHECKS[kind](attribute, item)


def find_or_make(owner: Any, attribute: Attribute, item: Item) -> list[AttributeValue]:
    """Return the rows that `item`, checked before, means for `owner`; none when nothing was said.

    Raises UserErrors for a choice named by an id or external reference that does not exist.
    """
    kind = attribute.input_type
    if item.get("values") and kind in CHOICES:
        return [_choice(attribute, {"value": text}) for text in item["values"]]
    if item.get("values") and kind == "NUMERIC":
        return _own(owner, attribute, _number({"numeric": item["values"][0]}))
    if kind in CHOICES:
        return [_choice(attribute, choice) for choice in _wanted(attribute, item)]
    if kind in REFERENCES:
        return _references(owner, attribute, item)
    if kind == "FILE":
        return _file(owner, attribute, item)
    if kind == "BOOLEAN":
        return _flag(attribute, item)
    return _own(owner, attribute, _COLUMNS[kind](item))


def _check_texts(attribute: Attribute, texts: list[Any]) -> Problem:
    if attribute.input_type != "MULTISELECT" and len(texts) > 1:
        return TOO_MANY
    if len(set(texts)) < len(texts):
        return TWICE
    if attribute.input_type == "NUMERIC":
        return None if _is_number(texts[0]) else INVALID
    if not all(str(text).strip() for text in texts):
        return BLANK
    return TOO_LONG if any(len(text) > MAX_NAME for text in texts) else None


def _wanted(attribute: Attribute, item: Item) -> list[Item]:
    if attribute.input_type == "MULTISELECT":
        return list(item.get("multiselect") or ())
    one = item.get("swatch" if attribute.input_type == "SWATCH" else "dropdown")
    return [one] if one else []


def _check_choices(attribute: Attribute, item: Item) -> Problem:
    wanted = _wanted(attribute, item)
    if not wanted:
        return NO_VALUE if attribute.value_required else None
    for name in ("id", "value", "externalReference"):
        given = [choice[name] for choice in wanted if choice.get(name) is not None]
        if len(set(given)) < len(given):
            return TWICE
    if any(choice.get("id") for choice in wanted) and any(choice.get("value") for choice in wanted):
        return BOTH
    return next((problem for choice in wanted if (problem := _check_choice(attribute, choice))), None)


def _check_choice(attribute: Attribute, choice: Item) -> Problem:
    key, reference, text = choice.get("id"), choice.get("externalReference"), choice.get("value")
    if key and reference:
        return BOTH_IDS
    if not (key or reference or text):
        return NO_VALUE if attribute.value_required else None
    if text and not text.strip():
        return BLANK
    return TOO_LONG if text and len(text) > MAX_NAME else None


def _check_references(attribute: Attribute, item: Item) -> Problem:
    gids = _reference_ids(attribute, item)
    if not gids:
        return NO_REFERENCE if attribute.value_required else None
    if attribute.entity_type not in ENTITIES:
        return INVALID
    targets = _targets(attribute, gids)
    if targets is None:
        return WRONG_REFERENCE
    return None if all(_fits(attribute, target) for target in targets) else WRONG_TYPE


def _reference_ids(attribute: Attribute, item: Item) -> list[str]:
    if attribute.input_type == "SINGLE_REFERENCE":
        return [item["reference"]] if item.get("reference") else []
    return list(item.get("references") or ())


def _targets(attribute: Attribute, gids: list[str]) -> list[Any] | None:
    """Return the rows that the ids name, in their order; None when one of them names nothing."""
    model, _, _ = ENTITIES[attribute.entity_type or ""]
    pks = [int_pk(gid, GLOBAL_NAMES[attribute.entity_type or ""]) for gid in gids]
    rows = model.objects.in_bulk([pk for pk in pks if pk is not None])
    return [rows[pk] for pk in pks] if all(pk in rows for pk in pks) else None


def _fits(attribute: Attribute, target: Any) -> bool:
    allowed = attribute.reference_type_ids
    if not allowed or attribute.entity_type in ("CATEGORY", "COLLECTION"):
        return True
    if attribute.entity_type == "PAGE":
        return target.page_type_id in allowed
    product = target.product if attribute.entity_type == "PRODUCT_VARIANT" else target
    return product.product_type_id in allowed


def _check_file(attribute: Attribute, item: Item) -> Problem:
    address = item.get("file")
    if not (address or "").strip():
        return NO_FILE if attribute.value_required else None
    return None if (address or "").startswith(media_root()) else FOREIGN_FILE


def media_root() -> str:
    """Return the public address under which this engine's files stand."""
    return f"{settings.ENGINE_PUBLIC_URL}/media/"


def _check_number(attribute: Attribute, item: Item) -> Problem:
    if item.get("numeric") is None:
        return NO_VALUE if attribute.value_required else None
    return None if _is_number(item["numeric"]) else NO_NUMBER


def _is_number(text: Any) -> bool:
    try:
        float(text)
    except (TypeError, ValueError):
        return False
    return not isinstance(text, bool)


def _check_said(read: Callable[[Item], bool]) -> Callable[[Attribute, Item], Problem]:
    return lambda attribute, item: NO_VALUE if attribute.value_required and not read(item) else None


_CHECKS: dict[str, Callable[[Attribute, Item], Problem]] = {
    **dict.fromkeys(CHOICES, _check_choices),
    **dict.fromkeys(REFERENCES, _check_references),
    "FILE": _check_file,
    "NUMERIC": _check_number,
    "PLAIN_TEXT": _check_said(lambda item: bool((item.get("plainText") or "").strip())),
    "RICH_TEXT": _check_said(lambda item: bool(plain_text(item.get("richText")).strip())),
    "DATE": _check_said(lambda item: bool(item.get("date"))),
    "DATE_TIME": _check_said(lambda item: bool(item.get("dateTime"))),
    "BOOLEAN": _check_said(lambda item: item.get("boolean") is not None),
}


def _number(item: Item) -> Item | None:
    text = item.get("numeric")
    return None if text is None else {"name": str(text), "numeric": float(text)}


def _text(item: Item) -> Item | None:
    text = item.get("plainText")
    return None if text is None else {"plain_text": text, "name": _cut(text)}


def _rich_text(item: Item) -> Item | None:
    document = item.get("richText")
    return None if document is None else {"rich_text": document, "name": _cut(plain_text(document))}


def _cut(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:199]}…"


def _day(item: Item) -> Item | None:
    day = item.get("date")
    return {"name": str(day), "date_time": datetime.combine(day, time(), tzinfo=UTC)} if day else None


def _moment(item: Item) -> Item | None:
    moment = item.get("dateTime")
    return {"name": str(moment), "date_time": moment} if moment else None


_COLUMNS: dict[str, Callable[[Item], Item | None]] = {
    "NUMERIC": _number,
    "PLAIN_TEXT": _text,
    "RICH_TEXT": _rich_text,
    "DATE": _day,
    "DATE_TIME": _moment,
}


def _own(owner: Any, attribute: Attribute, columns: Item | None) -> list[AttributeValue]:
    """Return the value that belongs to `owner` alone, written over when it has one."""
    if columns is None:
        return []
    slug = f"{owner_column(owner)}-{owner.pk}_{attribute.pk}"
    value, _ = AttributeValue.objects.update_or_create(attribute=attribute, slug=slug, defaults=columns)
    return [value]


def _flag(attribute: Attribute, item: Item) -> list[AttributeValue]:
    """Yes and No are one value each, shared by all owners."""
    flag = item.get("boolean")
    if flag is None:
        return []
    value, _ = AttributeValue.objects.get_or_create(
        attribute=attribute,
        slug=f"{attribute.pk}_{str(flag).lower()}",
        defaults={"name": f"{attribute.name}: {'Yes' if flag else 'No'}", "boolean": flag},
    )
    return [value]


def _file(owner: Any, attribute: Attribute, item: Item) -> list[AttributeValue]:
    address = item.get("file")
    if not address:
        return []
    path = address.removeprefix(media_root())
    mine = AssignedValue.objects.filter(
        **{owner_column(owner): owner}, value__attribute=attribute, value__file_url=path
    ).select_related("value")
    if (kept := mine.first()) is not None:
        return [kept.value]
    name = path.rsplit("/", 1)[-1]
    return [
        AttributeValue.objects.create(
            attribute=attribute,
            name=name[:MAX_NAME],
            slug=free_value_slug(attribute, name),
            file_url=path,
            content_type=item.get("contentType"),
        )
    ]


def _references(owner: Any, attribute: Attribute, item: Item) -> list[AttributeValue]:
    gids = _reference_ids(attribute, item)
    if not gids:
        return []
    _, name_column, column = ENTITIES[attribute.entity_type or ""]
    values = []
    for target in _targets(attribute, gids) or ():
        name = getattr(target, name_column)
        if attribute.entity_type == "PRODUCT_VARIANT":
            name = f"{target.product.name}: {name}"
        value, _ = AttributeValue.objects.get_or_create(
            attribute=attribute,
            slug=f"{owner_column(owner)}-{owner.pk}_{target.pk}",
            defaults={"name": name[:MAX_NAME], column: target},
        )
        values.append(value)
    return values


def _choice(attribute: Attribute, choice: Item) -> AttributeValue:
    rows = AttributeValue.objects.filter(attribute=attribute)
    if choice.get("id"):
        value = rows.filter(pk=int_pk(choice["id"], "AttributeValue")).first()
        if value is None:
            raise refuse("attributes", "Attribute value with given ID can't be found", "INVALID")
        return value
    reference, text = choice.get("externalReference"), (choice.get("value") or "")
    if reference:
        value = rows.filter(external_reference=reference).first()
        if value is not None and text and value.name != text:
            raise refuse("attributes", "The external reference is that of another value.", "INVALID")
        if value is None and not text:
            raise refuse("attributes", "Attribute value with given externalReference can't be found", "INVALID")
        if value is not None:
            return value
    value = None if reference else rows.filter(slug=text).first() or rows.filter(name=text).first()
    return value or AttributeValue.objects.create(
        attribute=attribute, name=text, slug=free_value_slug(attribute, text), external_reference=reference or None
    )


def free_value_slug(attribute: Attribute, name: str) -> str:
    """Return a slug for a new value of `attribute` that no other value has."""
    base = slugify(name, allow_unicode=True) or "value"
    taken = set(
        AttributeValue.objects.filter(attribute=attribute, slug__startswith=base).values_list("slug", flat=True)
    )
    slug, number = base, 1
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug
