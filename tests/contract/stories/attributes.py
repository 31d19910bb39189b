"""Attributes of every kind: made, filled in, refused, translated, and seen by shoppers."""

from __future__ import annotations

from typing import Any

from tests.contract.world import World


class Bench:
    """The attributes of this story by name, and the caller."""

    def __init__(self, world: World) -> None:
        self.world, self.admin = world, world.admin
        self.ids: dict[str, str] = {}

    def ask(self, case: str, operation: str, variables: dict[str, Any], **options: Any) -> Any:
        options.setdefault("token", self.admin)
        answer = self.world.ask(f"attributes/{case}", operation, variables, **options)
        return next(iter((answer.get("data") or {"": None}).values()))

    def make(self, name: str, **said: Any) -> Any:
        """Make an attribute under the case make_<name> and keep its id."""
        said = {"name": name.capitalize(), "slug": f"{self.world.run}-{name}", "type": "PRODUCT_TYPE", **said}
        made = self.ask(f"make_{name}", "AttributeMake", {"input": said})
        if made["attribute"]:
            self.ids[name] = made["attribute"]["id"]
        return made


def tell(world: World) -> None:
    bench = Bench(world)
    _make(bench)
    _make_wrong(bench)
    _choices(bench)
    kind = _type(bench)
    product = _describe(bench, kind)
    _describe_wrong(bench, kind, product)
    _change_values(bench, product)
    _variants(bench, product)
    _bulk(bench)
    _find(bench)
    for name in ("wood", "words"):
        bench.ask(f"drop_{name}", "AttributeDrop", {"id": bench.ids[name]})
    bench.ask("after_drop", "DescribedGoodsSeen", {"id": product})


def _make(bench: Bench) -> None:
    world = bench.world
    bench.make("wood", inputType="DROPDOWN", valueRequired=True, values=[{"name": "Oak"}, {"name": "Cedar"}])
    bench.make("uses", inputType="MULTISELECT", values=[{"name": "Bath"}, {"name": "Table"}, {"name": "Gift"}])
    bench.make("shade", inputType="SWATCH", values=[{"name": "Indigo", "value": "#223a70"}])
    bench.make("length", inputType="NUMERIC", unit="CM", externalReference=f"{world.run}-length")
    bench.make("words", inputType="PLAIN_TEXT")
    bench.make("handmade", inputType="BOOLEAN")
    bench.make("since", inputType="DATE")
    bench.make("fired", inputType="DATE_TIME")
    bench.make("goes_with", inputType="REFERENCE", entityType="PRODUCT")
    bench.make("shelf", inputType="SINGLE_REFERENCE", entityType="CATEGORY")
    bench.make("maker", inputType="SINGLE_REFERENCE", entityType="PRODUCT", referenceTypes=[world.site.product_type])


def _make_wrong(bench: Bench) -> None:
    run = bench.world.run
    bench.make("no_entity", inputType="REFERENCE")
    bench.make("slug_taken", slug=f"{run}-wood")
    bench.make("values_of_text", inputType="PLAIN_TEXT", values=[{"name": "x"}])
    bench.make("values_alike", inputType="DROPDOWN", values=[{"name": "Oak"}, {"name": "oak "}])
    bench.make("color_of_choice", inputType="DROPDOWN", values=[{"name": "Red", "value": "#ff0000"}])
    bench.make("filter_of_text", inputType="PLAIN_TEXT", filterableInDashboard=True)
    bench.make("types_of_choice", inputType="DROPDOWN", referenceTypes=[bench.world.site.product_type])


def _choices(bench: Bench) -> None:
    wood = bench.ids["wood"]
    made = bench.ask("value_make", "AttributeValueMake", {"id": wood, "input": {"name": "Bamboo"}})
    bamboo = made["attributeValue"]["id"]
    bench.ask("value_make_again", "AttributeValueMake", {"id": wood, "input": {"name": "Bamboo"}})
    bench.ask("value_of_swatch_twice", "AttributeValueMake", {"id": wood, "input": {"name": "Elm", "value": "#000"}})
    bench.ask("value_change", "AttributeValueChange", {"id": bamboo, "input": {"name": "Green bamboo"}})
    bench.ask("value_drop", "AttributeValueDrop", {"id": bamboo})
    add = {"addValues": [{"name": "Pine"}], "name": "Kind of wood"}
    bench.ask("change", "AttributeChange", {"id": wood, "input": add})
    bench.ask("change_value_again", "AttributeChange", {"id": wood, "input": {"addValues": [{"name": "pine"}]}})
    bench.ask("change_slug_taken", "AttributeChange", {"id": wood, "input": {"slug": f"{bench.world.run}-uses"}})


#: Saleor gives several attributes assigned at once no certain order, so that it is not known which is numbered first
UNORDERED_MAKE = (
    "data.productTypeCreate.productType.variantAttributes[].id",
    "data.productTypeCreate.productType.assignedVariantAttributes[].attribute",
)
UNORDERED_CHOICE = (
    "data.productAttributeAssignmentUpdate.productType.assignedVariantAttributes[].attribute",
    "data.productAttributeAssignmentUpdate.productType.assignedVariantAttributes{}",
)


def _type(bench: Bench) -> str:
    run, ids = bench.world.run, bench.ids
    goods = ("wood", "uses", "shade", "length", "words", "handmade", "since", "fired", "goes_with", "shelf", "maker")
    said = {
        "name": f"Described {run}",
        "slug": f"{run}-described",
        "hasVariants": True,
        "productAttributes": [ids[name] for name in goods],
        "variantAttributes": [ids["wood"], ids["words"]],
    }
    made = bench.ask("type_make", "TypeOfGoodsMake", {"input": said}, ignore=UNORDERED_MAKE)
    kind = str(made["productType"]["id"])
    operation = {"id": ids["wood"], "variantSelection": True}
    bench.ask("type_choose", "TypeOfGoodsChoose", {"id": kind, "operations": [operation]}, ignore=UNORDERED_CHOICE)
    operation = {"id": ids["words"], "variantSelection": True}
    bench.ask("type_choose_by_text", "TypeOfGoodsChoose", {"id": kind, "operations": [operation]})
    operation = {"id": ids["shade"], "variantSelection": True}
    bench.ask("type_choose_of_goods", "TypeOfGoodsChoose", {"id": kind, "operations": [operation]})
    return kind


def _said(bench: Bench, **more: Any) -> list[dict[str, Any]]:
    ids, goods = bench.ids, bench.world.goods
    said: dict[str, Any] = {
        "wood": {"dropdown": {"value": "Oak"}},
        "uses": {"values": ["Bath", "Gift"]},
        "shade": {"swatch": {"value": "Indigo"}},
        "words": {"plainText": "planed by hand"},
        "handmade": {"boolean": True},
        "since": {"date": "1951-04-01"},
        "fired": {"dateTime": "2026-01-02T03:04:05+00:00"},
        "goes_with": {"references": [goods["tea"].product_id, goods["glass"].product_id]},
        "shelf": {"reference": bench.world.category_id},
        **more,
    }
    return [{"id": ids[name], **value} for name, value in said.items() if value is not None]


def _describe(bench: Bench, kind: str) -> str:
    run = bench.world.run
    fields = {"name": f"Tray {run}", "slug": f"{run}-tray", "productType": kind, "category": bench.world.category_id}
    by_reference = {"externalReference": f"{run}-length", "numeric": "31.5"}
    said = {**fields, "attributes": [*_said(bench), by_reference]}
    made = bench.ask("describe", "DescribedGoodsMake", {"input": said}, ignore=("slug",))
    product = str(made["product"]["id"])
    english = {"id": bench.ids["words"], "languageCode": "EN", "translationFields": {"name": "Words of the maker"}}
    bench.ask("translate", "AttributesSay", {"translations": [english]})
    bench.ask("seen", "DescribedGoodsSeen", {"id": product, "channel": None})
    bench.ask("seen_by_shopper", "DescribedGoodsSeen", {"id": product, "channel": "jp"}, token=None)
    return product


def _describe_wrong(bench: Bench, kind: str, product: str) -> None:
    run, tea = bench.world.run, bench.world.goods["tea"]

    def refuse(case: str, **more: Any) -> None:
        fields = {"name": "Bad", "slug": f"{run}-bad", "productType": kind, "attributes": _said(bench, **more)}
        bench.ask(case, "DescribedGoodsMake", {"input": fields})

    refuse("without_required", wood=None)
    refuse("required_empty", wood={"dropdown": {"value": ""}})
    refuse("choice_blank", wood={"dropdown": {"value": "  "}})
    refuse("two_choices", wood={"values": ["Oak", "Pine"]})
    refuse("choice_twice", uses={"values": ["Bath", "Bath"]})
    refuse("no_number", length={"numeric": "long"})
    refuse("reference_of_other_kind", shelf={"reference": tea.product_id})
    refuse("reference_of_no_kind", goes_with={"references": ["UHJvZHVjdDo5OTk5OTk5"]})
    refuse("reference_of_other_type", maker={"reference": product})
    foreign = {"id": bench.world.site.attributes["origin"], "plainText": "x"}
    change = {"id": product, "input": {"attributes": [foreign]}}
    bench.ask("attribute_of_other_type", "DescribedGoodsChange", change)


def _change_values(bench: Bench, product: str) -> None:
    ids = bench.ids
    new = [{"id": ids["uses"], "values": ["Table", "Picnic"]}, {"id": ids["words"], "plainText": "oiled"}]
    changed = bench.ask(
        "change_values", "DescribedGoodsChange", {"id": product, "input": {"attributes": new}}, ignore=("slug",)
    )
    assert changed["product"]
    bench.ask(
        "take_off",
        "DescribedGoodsChange",
        {"id": product, "input": {"attributes": [{"id": ids["uses"], "values": []}]}},
    )
    bench.ask(
        "take_off_required",
        "DescribedGoodsChange",
        {"id": product, "input": {"attributes": [{"id": ids["wood"], "values": []}]}},
    )


def _variants(bench: Bench, product: str) -> None:
    run, ids, world = bench.world.run, bench.ids, bench.world
    stock = [{"warehouse": world.merchants["a"].warehouse_id, "quantity": 4}]
    oak = [{"id": ids["wood"], "dropdown": {"value": "Oak"}}]
    good = {"sku": f"{run}-tray-s", "name": "S", "attributes": oak, "stocks": stock}
    bare = {"sku": f"{run}-tray-m", "name": "M", "attributes": []}
    priced = {**good, "sku": f"{run}-tray-l", "channelListings": [{"channelId": world.channel("jp"), "price": 1}]}
    everything = {"product": product, "variants": [good, priced]}
    bench.ask("variants_rejected", "DescribedVariantsMake", everything)
    bench.ask("variants_without_required", "DescribedVariantsMake", {"product": product, "variants": [bare]})
    rows = {**everything, "errorPolicy": "REJECT_FAILED_ROWS"}
    made = bench.ask("variants_rows", "DescribedVariantsMake", rows)
    parts = {"product": product, "variants": [priced], "errorPolicy": "IGNORE_FAILED"}
    bench.ask("variants_parts", "DescribedVariantsMake", parts)
    first = made["results"][0]["productVariant"]["id"]
    more = {"id": first, "name": "Small", "stocks": {"create": stock}}
    bench.ask("variants_change_stock_again", "DescribedVariantsChange", {"product": product, "variants": [more]})
    lenient = {"product": product, "variants": [more], "errorPolicy": "IGNORE_FAILED"}
    bench.ask("variants_change_parts", "DescribedVariantsChange", lenient)
    foreign = {"id": world.goods["tea"].variant_id, "name": "x"}
    bench.ask("variants_change_foreign", "DescribedVariantsChange", {"product": product, "variants": [foreign]})


def _bulk(bench: Bench) -> None:
    run = bench.world.run
    good = {"name": f"Bulk one {run}", "type": "PRODUCT_TYPE", "values": [{"name": "A"}, {"name": "B"}]}
    twice = {"name": f"Bulk two {run}", "type": "PRODUCT_TYPE", "values": [{"name": "A"}, {"name": "A"}]}
    bare = {"name": f"Bulk three {run}", "type": "PRODUCT_TYPE", "inputType": "REFERENCE"}
    bench.ask("bulk_all_or_none", "AttributesMake", {"attributes": [good, bare]}, ignore=("slug",))
    rows = {"attributes": [good, twice], "errorPolicy": "REJECT_FAILED_ROWS"}
    made = bench.ask("bulk_rows", "AttributesMake", rows, ignore=("slug",))
    parts = {"attributes": [twice], "errorPolicy": "IGNORE_FAILED"}
    bench.ask("bulk_parts", "AttributesMake", parts, ignore=("slug",))
    first = made["results"][0]["attribute"]["id"]
    fields = {"name": "Bulk changed", "addValues": [{"name": "C"}]}
    bench.ask("bulk_change", "AttributesChange", {"attributes": [{"id": first, "fields": fields}]})
    nameless = {"attributes": [{"fields": fields}]}
    bench.ask("bulk_change_of_nobody", "AttributesChange", nameless)


def _find(bench: Bench) -> None:
    ids = [bench.ids[name] for name in ("wood", "shade", "length", "shelf")]
    order = {"field": "SLUG", "direction": "ASC"}
    bench.ask("find_by_id", "AttributesSeen", {"filter": {"ids": ids}, "sortBy": order})
    bench.ask("find_with_choices", "AttributesSeen", {"where": {"ids": ids, "withChoices": True}, "sortBy": order})
    kinds = {"ids": ids, "inputType": {"oneOf": ["NUMERIC", "SWATCH"]}}
    bench.ask("find_by_kind", "AttributesSeen", {"where": kinds, "sortBy": {**order, "direction": "DESC"}})
    entity = {"ids": ids, "entityType": {"eq": "CATEGORY"}}
    bench.ask("find_by_entity", "AttributesSeen", {"where": entity})
    bench.ask("find_required", "AttributesSeen", {"where": {"ids": ids, "valueRequired": True}})
    category = {"ids": ids, "inCategory": bench.world.category_id}
    bench.ask("find_in_category", "AttributesSeen", {"where": category, "sortBy": order})
