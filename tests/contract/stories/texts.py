"""Everything that is translated and that carries metadata, once: said in another language, kept beside, read back."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from marketplace.saleor import site
from marketplace.saleor.types import Address
from plugins.api.money import Money
from tests.contract.stories.shipping import staff
from tests.contract.world import World, make_goods

CURSORS = ("cursor", "startCursor", "endCursor")
EVENTS = {
    "collection": ("CollectionCreated", "CollectionUpdated", "CollectionDeleted", "CollectionMetadataUpdated"),
    "category": ("CategoryCreated", "CategoryUpdated", "CategoryDeleted"),
    "item": ("MenuItemCreated", "MenuItemUpdated", "MenuItemDeleted"),
    "menu": ("MenuCreated", "MenuUpdated", "MenuDeleted"),
    "zone": ("ShippingZoneCreated", "ShippingZoneUpdated", "ShippingZoneDeleted", "ShippingZoneMetadataUpdated"),
    "shipping": ("ShippingPriceCreated", "ShippingPriceUpdated", "ShippingPriceDeleted"),
    "voucher": ("VoucherCreated", "VoucherUpdated", "VoucherDeleted", "VoucherMetadataUpdated"),
    "promotion": ("PromotionCreated", "PromotionUpdated", "PromotionDeleted"),
    "rule": ("PromotionRuleCreated", "PromotionRuleUpdated", "PromotionRuleDeleted"),
    "group": ("PermissionGroupCreated", "PermissionGroupUpdated", "PermissionGroupDeleted"),
    "attribute": ("AttributeCreated", "AttributeUpdated", "AttributeDeleted"),
    "value": ("AttributeValueCreated", "AttributeValueUpdated", "AttributeValueDeleted"),
    "page": ("PageCreated", "PageUpdated", "PageDeleted"),
    "goods": ("ProductCreated", "ProductUpdated", "ProductDeleted", "ProductMetadataUpdated"),
    "variant": ("ProductVariantCreated", "ProductVariantUpdated", "ProductVariantDeleted"),
}
"""By what they are about, the events whose payload is tried on it."""
SUBJECTS = {"goods": "product", "variant": "productVariant", "item": "menuItem", "zone": "shippingZone"} | {
    "shipping": "shippingMethod",
    "rule": "promotionRule",
    "group": "permissionGroup",
    "value": "attributeValue",
}
KINDS = {
    "category": "CATEGORY",
    "collection": "COLLECTION",
    "goods": "PRODUCT",
    "variant": "VARIANT",
    "page": "PAGE",
    "attribute": "ATTRIBUTE",
    "value": "ATTRIBUTE_VALUE",
    "item": "MENU_ITEM",
    "shipping": "SHIPPING_METHOD",
    "voucher": "VOUCHER",
    "promotion": "PROMOTION",
    "rule": "PROMOTION_RULE",
}
BESIDE = ("collection", "category", "menu", "item", "zone", "shipping", "voucher", "promotion", "attribute", "page")


def block(text: str) -> str:
    """Return `text` as the one paragraph of an editor's document, in JSON."""
    return json.dumps({"blocks": [{"type": "paragraph", "data": {"text": text}}]}, ensure_ascii=False)


class Things:
    """One of each, by the name of `KINDS`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ids: dict[str, str] = {}

    def ask(self, case: str, operation: str, variables: dict[str, Any], **options: Any) -> Any:
        """Ask as the superuser and return the first answer's data."""
        options.setdefault("token", staff(self.world))
        answer = self.world.ask(f"texts/{case}", operation, variables, **options)
        return next(iter((answer.get("data") or {"": None}).values()))

    def make(self, kind: str, field: str, operation: str, **variables: Any) -> None:
        made = self.ask(f"make_{kind}", operation, variables, ignore=("accessibleChannels",))
        self.ids[kind] = made[field]["id"]


def tell(world: World) -> None:
    things = Things(world)
    _make(things)
    try:
        _say(things)
        _read(things)
        _say_many(things)
        _keep(things)
        _events(things)
    finally:
        for kind, operation in (("promotion", "PromotionDrop"), ("zone", "ZoneDrop")):
            if kind in things.ids:
                things.ask(f"drop_{kind}", operation, {"id": things.ids[kind]})


def _make(things: Things) -> None:
    world, run = things.world, things.world.run
    seo = {"title": "見出し", "description": "説明"}
    said = {"name": "道具", "slug": f"{run}-tools", "description": block("使う"), "seo": seo}
    things.make("category", "category", "CategoryMake", input=said)
    things.make("collection", "collection", "CollectionMake", input={**said, "slug": f"{run}-chosen"})
    colour = {"name": "色", "slug": f"{run}-colour", "type": "PRODUCT_TYPE", "inputType": "DROPDOWN"}
    things.make("attribute", "attribute", "AttributeMake", input={**colour, "values": []})
    attribute = things.ids["attribute"]
    things.make("value", "attributeValue", "AttributeValueMake", id=attribute, input={"name": "Ai"})
    menu = {"name": "棚", "slug": f"{run}-shelf"}
    things.make("menu", "menu", "MenuMake", input=menu)
    item = {"name": "区の店", "url": "https://example.com/ward", "menu": things.ids["menu"]}
    things.make("item", "menuItem", "MenuItemMake", input=item)
    things.make("zone", "shippingZone", "ZoneMake", input={"name": f"Faroe {run}", "countries": ["FO"]})
    price = {"name": "船便", "shippingZone": things.ids["zone"], "type": "PRICE", "description": block("ゆっくり")}
    things.make("shipping", "shippingMethod", "ShippingMake", input=price)
    voucher = {"name": "割引", "addCodes": [f"{run}-words"], "type": "ENTIRE_ORDER", "discountValueType": "FIXED"}
    things.make("voucher", "voucher", "VoucherIssue", input=voucher)
    about = json.loads(block("夏の間"))
    promotion = {"name": "夏", "type": "CATALOGUE", "description": about, "startDate": "2999-01-01T00:00:00Z"}
    things.make("promotion", "promotion", "PromotionMake", promotion=promotion)
    rule = {"promotion": things.ids["promotion"], "name": "一割", "description": about}
    rule |= {"rewardValueType": "PERCENTAGE", "rewardValue": 10, "channels": [world.channel("jp")]}
    rule |= {"cataloguePredicate": {"productPredicate": {"ids": [world.goods["nori"].product_id]}}}
    things.make("rule", "promotionRule", "PromotionRuleMake", rule=rule)
    group = {"name": f"Readers {run}", "addPermissions": ["MANAGE_TRANSLATIONS"]}
    things.make("group", "group", "GroupMake", input=group)
    goods = make_goods(world, "words", "c", "standard", {"jp": Money(Decimal(900), "JPY")}, 1)
    home = Address(country="JP", postal_code="130-0011", country_area="東京都", city="墨田区", street1="石原1-1-1")
    owner = site.ensure_merchant(code=f"{run}-words", name="言葉の店", english_name="Shop of words", address=home)
    things.ids |= {"page": owner.page_id, "goods": goods.product_id, "variant": goods.variant_id}


def _say(things: Things) -> None:
    run, ids = things.world.run, things.ids
    text = {"name": "Tools", "slug": f"{run}-words-en", "description": block("To use")}
    text |= {"seoTitle": "Heading", "seoDescription": "About it"}
    page = {"title": "Workshop", "slug": f"{run}-en-page", "content": block("Since 1900")}
    page |= {"seoTitle": "Heading", "seoDescription": "About it"}
    goods = {"language": "EN", "text": text} | {
        kind: ids[kind] for kind in ("category", "collection", "goods", "variant")
    }
    pages = {"language": "EN", "pageText": page} | {
        kind: ids[kind] for kind in ("page", "attribute", "value", "shipping")
    }
    pages |= {
        "valueText": {"name": "Indigo", "plainText": "indigo", "richText": block("indigo")},
        "shippingText": {"name": "By ship", "description": block("Slowly")},
    }
    for case, of_goods, of_page, options in (
        ("say", text, page, {}),
        ("say_again", {"name": ""}, {"title": "Shop"}, {}),
        ("say_too_long", {"name": "x" * 300}, {"title": "x" * 300}, {}),
    ):
        things.ask(f"{case}_of_goods", "GoodsSaid", {**goods, "text": of_goods}, **options)
        things.ask(f"{case}_of_pages", "PagesSaid", {**pages, "pageText": of_page}, **options)
    words = {"languageCode": "EN", "input": {"name": "Ward shops"}}
    things.ask("say_item", "MenuItemSay", {"id": ids["item"], **words})
    things.ask("say_voucher", "VoucherTranslated", {"id": ids["voucher"], "input": {"name": "Off"}})
    about = {"name": "Summer", "description": json.loads(block("In summer"))}
    things.ask("say_promotion", "PromotionSay", {"id": ids["promotion"], "language": "EN", "said": about})
    things.ask("say_rule", "PromotionRuleSay", {"id": ids["rule"], "language": "EN", "said": about})


def _read(things: Things) -> None:
    for kind, name in KINDS.items():
        things.ask(f"words_of_{kind}", "WordsSeen", {"id": things.ids[kind], "kind": name})
        things.ask(f"list_of_{kind}", "WordsListed", {"kind": name}, ignore=("hasNextPage", *CURSORS))
    things.ask("words_of_nonsense", "WordsSeen", {"id": "nonsense", "kind": "PRODUCT"})


def _say_many(things: Things) -> None:
    ids = things.ids
    said = {"languageCode": "EN", "translationFields": {"name": "Many"}}
    unknown = {"id": "UHJvZHVjdFZhcmlhbnQ6OTk5OTk5OQ==", **said}
    both = {"id": ids["variant"], "externalReference": "x", **said}
    neither = dict(said)
    one = {"id": ids["variant"], **said}
    for case, rows in {
        "one": [one],
        "unknown": [one, unknown],
        "both_names": [both],
        "no_name": [neither],
        "twice": [one, one],
    }.items():
        things.ask(f"variants_{case}", "VariantsSay", {"translations": rows})
        things.ask(
            f"variants_{case}_rejecting_rows",
            "VariantsSay",
            {"translations": rows, "errorPolicy": "REJECT_FAILED_ROWS"},
        )
    row = {"id": ids["attribute"], **said}
    things.ask("attributes", "AttributesSay", {"translations": [row]})
    things.ask("values", "ValuesSay", {"translations": [{**row, "id": ids["value"]}]})


def _keep(things: Things) -> None:
    kept = {"shown": [{"key": "shown", "value": "1"}], "hidden": [{"key": "hidden", "value": "2"}]}
    for kind in BESIDE:
        things.ask(f"keep_beside_{kind}", "KeptBeside", {"id": things.ids[kind], **kept})
    things.ask(
        "keep_without_key", "KeptBeside", {"id": things.ids["menu"], **kept, "shown": [{"key": "", "value": "x"}]}
    )


def _events(things: Things) -> None:
    for kind, names in EVENTS.items():
        for name in names:
            subject = SUBJECTS.get(kind, kind)
            query = f"subscription {{ event {{ __typename ... on {name} {{ {subject} {{ __typename id }} }} }} }}"
            said = {"objectId": things.ids[kind], "query": query}
            things.ask(f"try_{name}", "WebhookTried", said)
