"""Lists of goods: filtered, ordered, searched and paged, as storefronts ask for them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from marketplace.saleor import catalogue
from marketplace.saleor.types import Text
from plugins.api.money import Money
from tests.contract.world import World, make_goods

CURSORS = ("startCursor", "endCursor", "after", "before")


class Rack:
    """Four goods of their own: three priced in yen, one of them sold out and one below another category."""

    def __init__(self, world: World) -> None:
        self.world, self.admin = world, world.admin
        self.ids: dict[str, str] = {}
        self.variants: dict[str, str] = {}
        for name, yen, pieces in (("axe", "5000", 3), ("bow", "700", 0), ("cup", "1200", 8), ("dish", "1200", 2)):
            prices = {"jp": Money(Decimal(yen), "JPY")}
            made = make_goods(world, f"rack-{name}", "b", "standard", prices, pieces)
            self.ids[name], self.variants[name] = made.product_id, made.variant_id
        catalogue.translate(kind="product", object_id=self.ids["axe"], language="en", text=Text(name="Axe of the ward"))

    @property
    def all(self) -> list[str]:
        return list(self.ids.values())

    def seen(self, case: str, *, token: str | None = None, **variables: Any) -> Any:
        """Ask for a list among these goods alone, as a shopper in yen unless told otherwise."""
        variables.setdefault("channel", "jp")
        variables.setdefault("first", None if "last" in variables else 10)
        if variables["first"] is None:
            del variables["first"]
        variables.setdefault("where" if "where" in variables else "filter", {})
        key = "where" if "where" in variables else "filter"
        variables[key] = {"ids": self.all, **variables[key]}
        return self.world.ask(f"listing/{case}", "ListingSeen", variables, token=token, ignore=CURSORS)


def tell(world: World) -> None:
    rack = Rack(world)
    _prices(rack)
    _orders(rack)
    _pages(rack)
    _stock(rack)
    _places(rack)
    _words(rack)
    _variants(rack)
    _refused(rack)


def _prices(rack: Rack) -> None:
    rack.seen("price_at_most", filter={"price": {"lte": 1200}})
    rack.seen("price_between", filter={"price": {"gte": 1000, "lte": 1300}})
    rack.seen("price_where", where={"price": {"range": {"gte": 1201}}})
    rack.seen("price_one_of", where={"price": {"oneOf": [700, 5000]}})
    rack.seen("price_in_dollars", channel="overseas", filter={"price": {"gte": 1}})


def _orders(rack: Rack) -> None:
    for field in ("NAME", "PRICE", "CREATED_AT"):
        for direction in ("ASC", "DESC"):
            case = f"by_{field.lower()}_{direction.lower()}"
            rack.seen(case, sortBy={"field": field, "direction": direction})
    rack.seen("by_published_at", sortBy={"field": "PUBLISHED_AT", "direction": "ASC"})
    rack.seen("by_rank_without_words", sortBy={"field": "RANK", "direction": "DESC"})


def _pages(rack: Rack) -> None:
    order = {"field": "PRICE", "direction": "ASC"}
    first = rack.seen("page_one", sortBy=order, first=2)["data"]["products"]
    after = first["pageInfo"]["endCursor"]
    second = rack.seen("page_two", sortBy=order, first=2, after=after)
    before = second["data"]["products"]["pageInfo"]["startCursor"]
    rack.seen("page_back", sortBy=order, last=2, before=before)
    rack.seen("last_three", sortBy=order, last=3)
    rack.seen("page_of_none", sortBy=order, first=0)
    rack.seen("no_size", sortBy=order, last=None)
    rack.seen("no_size_of_first", sortBy=order, first=None)
    rack.seen("both_sizes", sortBy=order, first=2, last=2)
    rack.seen("size_below_none", sortBy=order, first=-1)
    rack.seen("last_below_none", sortBy=order, last=-1)
    rack.seen("too_many_last", sortBy=order, last=101)
    rack.seen("as_many_as_may_be", sortBy=order, first=100)
    rack.seen("first_with_before", sortBy=order, first=2, before=before)
    rack.seen("last_with_after", sortBy=order, last=2, after=after)
    rack.seen("between", sortBy=order, first=2, after=first["pageInfo"]["startCursor"], before=before)
    rack.seen("cursor_of_other_order", sortBy={**order, "field": "NAME"}, first=2, after=after)
    rack.seen("cursor_of_no_base64", sortBy=order, first=2, after="nonsense!")
    rack.seen("cursor_empty", sortBy=order, first=2, after="")
    rack.seen("before_of_nonsense", sortBy=order, last=2, before="bm9uc2Vuc2U=")
    rack.seen("too_many", sortBy=order, first=101)
    rack.seen("bad_cursor", sortBy=order, first=2, after="bm9uc2Vuc2U=")


def _stock(rack: Rack) -> None:
    rack.seen("in_stock", filter={"stockAvailability": "IN_STOCK"})
    rack.seen("out_of_stock", where={"stockAvailability": "OUT_OF_STOCK"})
    rack.seen("for_sale", filter={"isAvailable": True})
    warehouse = rack.world.merchants["b"].warehouse_id
    rack.seen("many_pieces", filter={"stocks": {"quantity": {"gte": 3}, "warehouseIds": [warehouse]}})
    other = rack.world.merchants["c"].warehouse_id
    rack.seen("pieces_elsewhere", where={"stocks": {"warehouseIds": [other]}})


def _places(rack: Rack) -> None:
    world = rack.world
    made = world.ask(
        "listing/category_below",
        "CategoryMake",
        {"input": {"name": "Cups", "slug": f"{world.run}-cups"}, "parent": world.category_id},
        token=rack.admin,
    )
    below = made["data"]["categoryCreate"]["category"]["id"]
    change = {"id": rack.ids["cup"], "input": {"category": below}}
    world.ask("listing/move_to_category", "DescribedGoodsChange", change, token=rack.admin, ignore=("slug",))
    rack.seen("in_category_and_below", filter={"categories": [world.category_id]})
    rack.seen("in_category_below", where={"category": {"eq": below}})
    rack.seen("in_either", where={"OR": [{"category": {"eq": below}}, {"price": {"range": {"gte": 5000}}}]})
    slugs = [f"{world.run}-category", f"{world.run}-cups"]
    order = {"field": "PRODUCT_COUNT", "direction": "ASC"}
    shelves = {"filter": {"slugs": slugs}, "sortBy": {**order, "field": "NAME"}}
    world.ask("listing/categories", "CategoryTreeSeen", shelves, token=rack.admin, ignore=("totalCount",))
    world.ask("listing/category_of_no_parent", "CategoryMake", {"input": {"name": "X"}, "parent": below[:-4] + "OTk="})
    back = {"id": rack.ids["cup"], "input": {"category": world.category_id}}
    world.ask("listing/move_back", "DescribedGoodsChange", back, token=rack.admin, ignore=("slug",))
    world.ask("listing/category_drop", "CategoryDrop", {"id": below}, token=rack.admin)


def _words(rack: Rack) -> None:
    run = rack.world.run
    rack.seen("by_slug", filter={"slugs": [f"{run}-rack-axe", f"{run}-rack-bow", "nobody"]})
    rack.seen("by_name", where={"name": {"eq": f"試験のrack-cup {run}"}})
    rack.seen("by_metadata", where={"metadata": [{"key": "mall.merchant", "value": f"{run}-b"}]})
    rack.seen("by_metadata_key", where={"metadata": [{"key": "mall.nothing"}]})
    rack.seen("by_merchant", where={"attributes": [_merchant(f"{run}-b")]})
    rack.seen("by_other_merchant", where={"attributes": [_merchant(f"{run}-a")]})
    rack.seen("by_attribute_unknown", filter={"attributes": [{"slug": "nobody", "values": ["x"]}]})
    rack.seen("by_type_of_none", where={"productType": {"oneOf": []}})


def _merchant(slug: str) -> dict[str, Any]:
    return {"slug": "merchant", "value": {"reference": {"pageSlugs": {"containsAny": [slug]}}}}


def _variants(rack: Rack) -> None:
    world, ids = rack.world, [rack.variants["axe"], rack.variants["bow"]]
    run = world.run
    found = {"channel": "jp", "ids": ids}
    world.ask("listing/variants_by_id", "VariantsSeen", found, token=None)
    world.ask("listing/variants_by_sku", "VariantsSeen", {"channel": "jp", "filter": {"sku": [f"{run}-rack-cup"]}})
    either = {"sku": {"oneOf": [f"{run}-rack-cup", f"{run}-rack-dish"]}}
    world.ask("listing/variants_where", "VariantsSeen", {"channel": "jp", "where": either}, token=None)
    sold_out = {**found, "where": {"stockAvailability": "OUT_OF_STOCK"}}
    world.ask("listing/variants_sold_out", "VariantsSeen", sold_out, token=None)
    order = {"field": "LAST_MODIFIED_AT", "direction": "ASC"}
    world.ask("listing/variants_elsewhere", "VariantsSeen", {**found, "channel": "overseas", "sortBy": order})


def _refused(rack: Rack) -> None:
    rack.seen("no_channel", channel=None)
    rack.seen("unknown_channel", channel="mars")
    mixed = [{"slug": "origin", "values": ["x"]}, _merchant(f"{rack.world.run}-b")]
    rack.seen("attributes_mixed", where={"attributes": mixed})
    rack.seen("unpublished", filter={"isPublished": False}, token=rack.admin)
