"""Goods made, translated and deleted many at once, and what becomes of the others when one is wrong."""

from __future__ import annotations

from typing import Any

from tests.contract.world import World


def tell(world: World) -> None:
    admin, run, jp = world.admin, world.run, world.channel("jp")

    def ask(case: str, operation: str, variables: dict[str, Any]) -> Any:
        answer = world.ask(f"bulk/{case}", operation, variables, token=admin)
        return next(iter((answer.get("data") or {"": None}).values()))

    def goods(name: str, **more: Any) -> dict[str, Any]:
        merchant = {"id": world.site.attributes["merchant"], "reference": world.merchants["a"].page_id}
        return {
            "name": f"{name} {run}",
            "slug": f"{run}-{name}",
            "productType": world.site.product_type,
            "category": world.category_id,
            "attributes": [merchant],
            "externalReference": f"{run}-{name}",
            **more,
        }

    listing = {"channelId": jp, "isPublished": True, "visibleInListings": True}
    priced = {"attributes": [], "sku": f"{run}-bulk-1", "channelListings": [{"channelId": jp, "price": 800}]}
    whole = goods("whole", channelListings=[listing], variants=[priced])
    nameless = {**goods("nameless"), "name": ""}
    taken = goods("taken", slug=f"{run}-tea")
    lost = goods("lost", channelListings=[{**listing, "channelId": "Q2hhbm5lbDo5OTk5OTk5"}])
    unlisted = goods("unlisted", variants=[{**priced, "sku": f"{run}-bulk-2"}])

    ask("all_or_none", "GoodsInBulkMake", {"products": [whole, nameless]})
    ask("slug_taken", "GoodsInBulkMake", {"products": [taken]})
    made = ask("failed_rows", "GoodsInBulkMake", {"products": [whole, taken], "errorPolicy": "REJECT_FAILED_ROWS"})
    ask("failed_rows_of_parts", "GoodsInBulkMake", {"products": [unlisted], "errorPolicy": "REJECT_FAILED_ROWS"})
    ask("lost_channel", "GoodsInBulkMake", {"products": [lost]})
    ask("reference_taken", "GoodsInBulkMake", {"products": [{**whole, "slug": f"{run}-whole-2"}]})
    first = made["results"][0]["product"]["id"]

    english = {"id": first, "languageCode": "EN", "translationFields": {"name": f"Whole {run}"}}
    by_reference = {"externalReference": f"{run}-whole", "languageCode": "KO", "translationFields": {"name": "x"}}
    nobody = {"externalReference": f"{run}-nobody", "languageCode": "EN", "translationFields": {"name": "x"}}
    ask("say", "GoodsInBulkSay", {"translations": [english, by_reference]})
    ask("say_of_nobody", "GoodsInBulkSay", {"translations": [english, nobody]})
    rows = {"translations": [english, nobody], "errorPolicy": "REJECT_FAILED_ROWS"}
    ask("say_failed_rows", "GoodsInBulkSay", rows)
    both = {**english, "externalReference": f"{run}-whole"}
    ask("say_named_twice", "GoodsInBulkSay", {"translations": [both]})

    ask("drop", "GoodsInBulkDrop", {"ids": [first]})
    ask("drop_again", "GoodsInBulkDrop", {"ids": [first]})
    ask("drop_of_other_kind", "GoodsInBulkDrop", {"ids": [world.category_id]})
