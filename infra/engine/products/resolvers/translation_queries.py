"""translations, translation, and the mutations that translate many objects at once."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from infra.engine.discounts.models import Promotion, PromotionRule, Voucher
from infra.engine.menus.models import MenuItem
from infra.engine.products.bulk import Parts, write_rows
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
from infra.engine.products.resolvers.translations import BY_KIND, Translatable, as_content, write_fields
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.connections import connect
from infra.engine.schema.context import Context
from infra.engine.schema.errors import refuse
from infra.engine.schema.ids import int_pk, parse_global_id, uuid_pk
from infra.engine.shipping.models import ShippingMethod

Data = dict[str, Any]
#: name in TranslatableKinds: the type's name and its table
KINDS: dict[str, tuple[str, Any]] = {
    "PRODUCT": ("Product", Product),
    "VARIANT": ("ProductVariant", ProductVariant),
    "CATEGORY": ("Category", Category),
    "COLLECTION": ("Collection", Collection),
    "PAGE": ("Page", Page),
    "ATTRIBUTE": ("Attribute", Attribute),
    "ATTRIBUTE_VALUE": ("AttributeValue", AttributeValue),
    "MENU_ITEM": ("MenuItem", MenuItem),
    "SHIPPING_METHOD": ("ShippingMethodType", ShippingMethod),
    "VOUCHER": ("Voucher", Voucher),
    "PROMOTION": ("Promotion", Promotion),
    "PROMOTION_RULE": ("PromotionRule", PromotionRule),
}


@root("Query", "translations")
@requires("MANAGE_TRANSLATIONS")
def translations(context: Context, args: Data) -> Any:
    """Kinds that this engine keeps no translatable objects of have an empty page."""
    if args["kind"] not in KINDS:
        return connect([], args)
    type_name, model = KINDS[args["kind"]]
    page = connect(model.objects.all(), args)
    for edge in page.edges:
        edge["node"] = as_content(_content_name(type_name), edge["node"])
    return page


@root("Query", "translation")
@requires("MANAGE_TRANSLATIONS")
def translation(context: Context, args: Data) -> Any:
    type_name, _ = parse_global_id(args["id"])
    if args["kind"] not in KINDS or KINDS[args["kind"]][0] != type_name:
        return None
    model = KINDS[args["kind"]][1]
    is_uuid = model in (Promotion, PromotionRule)
    pk = uuid_pk(args["id"], type_name) if is_uuid else int_pk(args["id"], type_name)
    row = model.objects.filter(pk=pk).first()
    return as_content(_content_name(type_name), row) if row is not None else None


def _content_name(type_name: str) -> str:
    return f"{type_name.removesuffix('Type')}TranslatableContent"


def _bind_bulk(kind: str) -> None:
    row = BY_KIND[kind]
    name = f"{kind}BulkTranslate"
    declare(name, "count results")
    declare(f"{name}Result", "translation errors")
    declare(f"{name}Error", "path message code")

    @root("Mutation", f"{name[0].lower()}{name[1:]}")
    @requires("MANAGE_TRANSLATIONS")
    def translate(context: Context, args: Data) -> Data:
        items = args["translations"]

        def write(index: int, item: Data, parts: Parts) -> Translation:
            target = _target(row, item)
            return write_fields(row, target, item["languageCode"], item["translationFields"])

        with transaction.atomic("engine"):
            outcomes = write_rows(items, args.get("errorPolicy"), write)
        return {
            "count": sum(outcome.row is not None for outcome in outcomes),
            "results": [{"translation": outcome.row, "errors": outcome.errors} for outcome in outcomes],
        }


def _target(row: Translatable, item: Data) -> Any:
    """Return the object named by `id`, its content's id or `externalReference`. Raises UserErrors."""
    gid, reference = item.get("id"), item.get("externalReference")
    if bool(gid) == bool(reference):
        raise refuse(None, "Exactly one of id and externalReference is required.", "INVALID")
    if reference:
        target = row.model.objects.filter(external_reference=reference).first()
    else:
        target = row.model.objects.filter(pk=int_pk(gid, row.kind, row.content_name)).first()
    if target is None:
        field = "id" if gid else "externalReference"
        raise refuse(field, "Couldn't resolve to an object.", "NOT_FOUND")
    return target


for _kind in ("Product", "ProductVariant", "Attribute", "AttributeValue"):
    _bind_bulk(_kind)
