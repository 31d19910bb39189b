"""Collections and menus: made, filled, put in order, listed in channels, translated, and seen by shoppers."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from plugins.api.money import Money
from tests.contract.world import World, make_goods


class Shelf:
    """The goods and the caller of this story."""

    def __init__(self, world: World) -> None:
        self.world, self.admin = world, world.admin
        plan = (("lamp", "2200"), ("fan", "900"), ("bell", "1500"))
        self.goods = {
            name: make_goods(world, f"col-{name}", "a", "standard", {"jp": Money(Decimal(yen), "JPY")}, 5).product_id
            for name, yen in plan
        }

    def ask(self, case: str, operation: str, variables: dict[str, Any], **options: Any) -> Any:
        """Ask as the superuser and return the first answer's data."""
        options.setdefault("token", self.admin)
        answer = self.world.ask(f"collections/{case}", operation, variables, **options)
        return next(iter((answer.get("data") or {"": None}).values()))


def tell(world: World) -> None:
    shelf = Shelf(world)
    gift = _make(shelf)
    _fill(shelf, gift)
    _show(shelf, gift)
    _translate(shelf, gift)
    _menus(shelf, gift)
    shelf.ask("drop", "CollectionDrop", {"id": gift})


def _make(shelf: Shelf) -> str:
    run = shelf.world.run
    text = {"time": 1, "blocks": [{"type": "paragraph", "data": {"text": "贈りもの"}}], "version": "2.0"}
    made = shelf.ask(
        "make",
        "CollectionMake",
        {
            "input": {
                "name": "Gifts",
                "slug": f"{run}-gifts",
                "description": json.dumps(text),
                "seo": {"title": "Gifts", "description": "What to bring"},
                "metadata": [{"key": "mall.kind", "value": "gift"}],
                "products": [shelf.goods["bell"]],
            }
        },
        ignore=("description",),
    )
    shelf.ask("make_nameless", "CollectionMake", {"input": {"slug": f"{run}-nameless"}})
    shelf.ask("make_slug_taken", "CollectionMake", {"input": {"name": "Other", "slug": f"{run}-gifts"}})
    gift = str(made["collection"]["id"])
    change = {"id": gift, "input": {"name": "Gifts of the ward"}}
    shelf.ask("change", "CollectionChange", change, ignore=("description",))
    shelf.ask("change_slug_blank", "CollectionChange", {"id": gift, "input": {"slug": ""}})
    return gift


def _fill(shelf: Shelf, gift: str) -> None:
    goods = shelf.goods
    shelf.ask("fill", "CollectionFill", {"id": gift, "products": [goods["lamp"], goods["fan"]]})
    shelf.ask("fill_again", "CollectionFill", {"id": gift, "products": [goods["lamp"]]})
    shelf.ask("fill_unknown_goods", "CollectionFill", {"id": gift, "products": ["UHJvZHVjdDo5OTk5OTk5"]})
    shelf.ask("sort", "CollectionSort", {"id": gift, "moves": [{"productId": goods["bell"], "sortOrder": 2}]})
    move = {"productId": goods["fan"], "sortOrder": -9}
    shelf.ask("sort_beyond_the_start", "CollectionSort", {"id": gift, "moves": [move]})
    stranger = shelf.world.goods["tea"].product_id
    shelf.ask("sort_stranger", "CollectionSort", {"id": gift, "moves": [{"productId": stranger, "sortOrder": 1}]})


def _show(shelf: Shelf, gift: str) -> None:
    world, jp = shelf.world, shelf.world.channel("jp")
    shelf.ask("unlisted_to_shopper", "CollectionSeen", {"id": gift, "channel": "jp"}, token=None)
    hidden = {"addChannels": [{"channelId": jp, "isPublished": False}]}
    shelf.ask("list_hidden", "CollectionList", {"id": gift, "input": hidden})
    shelf.ask("hidden_to_shopper", "CollectionSeen", {"id": gift, "channel": "jp"}, token=None)
    shelf.ask("hidden_to_staff", "CollectionSeen", {"id": gift, "channel": "jp"})
    both = {"addChannels": [{"channelId": jp, "isPublished": True}], "removeChannels": [jp]}
    shelf.ask("list_and_unlist", "CollectionList", {"id": gift, "input": both})
    dated = {"channelId": jp, "publicationDate": "2026-01-01", "publishedAt": "2026-01-01T00:00:00Z"}
    shelf.ask("list_dated_twice", "CollectionList", {"id": gift, "input": {"addChannels": [dated]}})
    shown = {"addChannels": [{"channelId": jp, "isPublished": True}]}
    shelf.ask("list_published", "CollectionList", {"id": gift, "input": shown}, ignore=("publicationDate",))
    seen = {"id": gift, "channel": "jp"}
    shelf.ask("shown_to_shopper", "CollectionSeen", seen, token=None)
    shelf.ask("shown_in_other_channel", "CollectionSeen", {"id": gift, "channel": "overseas"}, token=None)
    shelf.ask("shown_without_channel", "CollectionSeen", {"id": gift}, token=None)
    cheap = {"field": "PRICE", "direction": "DESC"}
    shelf.ask("dearest_first", "CollectionSeen", {**seen, "sortBy": cheap, "first": 2}, token=None)
    placed = {"field": "COLLECTION", "direction": "ASC"}
    shelf.ask("in_its_order", "CollectionSeen", {**seen, "sortBy": placed}, token=None)
    under = {"price": {"range": {"lte": 1600}}}
    shelf.ask("under_a_price", "CollectionSeen", {**seen, "where": under}, token=None)
    late = {"channelId": jp, "isPublished": True, "publishedAt": "2999-01-01T00:00:00Z"}
    shelf.ask("list_for_later", "CollectionList", {"id": gift, "input": {"addChannels": [late]}})
    shelf.ask("not_yet_to_shopper", "CollectionSeen", seen, token=None)
    now = {"channelId": jp, "isPublished": True, "publishedAt": "2026-01-01T00:00:00Z"}
    shelf.ask("list_since_january", "CollectionList", {"id": gift, "input": {"addChannels": [now]}})
    slugs = {"slugs": [f"{world.run}-gifts", f"{world.run}-nobody"]}
    shelf.ask("many_by_slug", "CollectionsSeen", {"channel": "jp", "filter": slugs}, token=None)
    shelf.ask("many_hidden", "CollectionsSeen", {"channel": "jp", "filter": {**slugs, "published": "HIDDEN"}})


def _translate(shelf: Shelf, gift: str) -> None:
    run = shelf.world.run
    said = {"id": gift, "languageCode": "EN", "input": {"name": "Presents", "slug": f"{run}-presents"}}
    shelf.ask("say", "CollectionSay", said)
    shelf.ask("say_more", "CollectionSay", {**said, "input": {"seoTitle": "Presents to bring"}})
    english = {"slug": f"{run}-presents", "slugLanguageCode": "EN", "channel": "jp"}
    shelf.ask("by_translated_slug", "CollectionSeen", english, token=None)
    shelf.ask("by_slug_of_no_language", "CollectionSeen", {**english, "slugLanguageCode": "KO"}, token=None)
    shelf.ask("texts", "TextsSeen", {"id": gift, "kind": "COLLECTION"})
    shelf.ask("texts_of_other_kind", "TextsSeen", {"id": shelf.goods["lamp"], "kind": "COLLECTION"})


def _menus(shelf: Shelf, gift: str) -> None:
    run, category = shelf.world.run, shelf.world.category_id
    menu = shelf.ask("menu_make", "MenuMake", {"input": {"name": "Shelves", "slug": f"{run}-menu"}})["menu"]["id"]
    items = [{"name": "Ward", "url": "https://example.com/ward"}, {"name": "Nothing"}]
    shelf.ask("menu_make_empty_item", "MenuMake", {"input": {"name": "Bad", "slug": f"{run}-bad", "items": items}})
    both = [{"name": "Both", "url": "https://example.com", "category": category}]
    shelf.ask("menu_make_two_targets", "MenuMake", {"input": {"name": "Bad", "slug": f"{run}-bad", "items": both}})
    shelf.ask("menu_make_slug_taken", "MenuMake", {"input": {"name": "Again", "slug": f"{run}-menu"}})
    head = shelf.ask("menu_item_head", "MenuItemMake", {"input": {"name": "All", "menu": menu}})["menuItem"]["id"]
    below = {"name": "Gifts", "menu": menu, "parent": head, "collection": gift}
    child = shelf.ask("menu_item_collection", "MenuItemMake", {"input": below})["menuItem"]["id"]
    goods = {"name": "Goods", "menu": menu, "category": category}
    shelf.ask("menu_item_category", "MenuItemMake", {"input": goods})
    two = {"name": "Two", "menu": menu, "category": category, "collection": gift}
    shelf.ask("menu_item_two_targets", "MenuItemMake", {"input": two})
    words = {"id": child, "languageCode": "EN", "input": {"name": "Presents"}}
    shelf.ask("menu_item_say", "MenuItemSay", words)
    shelf.ask("menu_to_shopper", "MenuSeen", {"slug": f"{run}-menu", "channel": "jp"}, token=None)
    elsewhere = {"slug": f"{run}-menu", "channel": "overseas"}
    shelf.ask("menu_in_other_channel", "MenuSeen", elsewhere, token=None)
    itself = {"menu": menu, "moves": [{"itemId": head, "parentId": child}]}
    shelf.ask("menu_item_under_itself", "MenuItemMove", itself)
    shelf.ask("menu_item_to_the_top", "MenuItemMove", {"menu": menu, "moves": [{"itemId": child, "sortOrder": -5}]})
    shelf.ask("menu_drop", "MenuDrop", {"id": menu})
