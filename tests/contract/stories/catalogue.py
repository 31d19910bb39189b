"""Writing goods and reading them back."""

from __future__ import annotations

from tests.contract.world import World


def tell(world: World) -> None:
    ask = world.ask
    tea = world.goods["tea"]
    fields = {
        "input": {
            "name": f"新しい品 {world.run}",
            "slug": f"{world.run}-new",
            "productType": world.site.product_type,
            "category": world.category_id,
            "taxClass": world.site.tax_classes["reduced"],
            "attributes": [
                {"id": world.site.attributes["merchant"], "reference": world.merchants["a"].page_id},
                {"id": world.site.attributes["origin"], "plainText": "東京都墨田区"},
            ],
            "weight": {"unit": "G", "value": 250},
            "metadata": [{"key": "mall.merchant", "value": f"{world.run}-a"}],
        }
    }
    product = ask("catalogue/product_create", "ProductCreate", fields)["data"]["productCreate"]["product"]["id"]
    ask("catalogue/product_bare", "ProductById", {"id": product})
    variants = [
        {
            "sku": f"{world.run}-new-{size}",
            "name": size,
            "attributes": [],
            "stocks": [{"warehouse": world.merchants["a"].warehouse_id, "quantity": 3}],
        }
        for size in ("小", "大")
    ]
    made = ask("catalogue/variants_bulk_create", "ProductVariantBulkCreate", {"product": product, "variants": variants})
    first = made["data"]["productVariantBulkCreate"]["results"][0]["productVariant"]["id"]
    again = {"product": product, "variants": variants[:1]}
    ask("catalogue/variants_bulk_create_sku_taken", "ProductVariantBulkCreate", again)
    listing = {
        "channelId": world.channel("jp"),
        "isPublished": True,
        "visibleInListings": True,
        "isAvailableForPurchase": True,
    }
    ask(
        "catalogue/list_in_channel",
        "ProductChannelListingUpdate",
        {"id": product, "input": {"updateChannels": [listing]}},
    )
    price = [{"channelId": world.channel("jp"), "price": 1200, "priorPrice": 1500}]
    ask("catalogue/set_price", "ProductVariantChannelListingUpdate", {"id": first, "input": price})
    stock = {"variantId": first, "stocks": [{"warehouse": world.merchants["a"].warehouse_id, "quantity": 7}]}
    ask("catalogue/set_stock", "ProductVariantStocksUpdate", stock)
    text = {"id": product, "languageCode": "EN", "input": {"name": f"New {world.run}", "slug": f"{world.run}-new-en"}}
    ask("catalogue/product_translate", "ProductTranslate", text)
    ask(
        "catalogue/variant_translate",
        "ProductVariantTranslate",
        {"id": first, "languageCode": "EN", "input": {"name": "Small"}},
    )
    metadata = {"id": product, "input": [{"key": "mall.x", "value": "1"}]}
    ask("catalogue/metadata", "UpdateMetadata", metadata)
    ask("catalogue/private_metadata", "UpdatePrivateMetadata", metadata)
    ask("catalogue/product_full", "ProductById", {"id": product})
    ask("catalogue/product_in_channel", "ProductInChannel", {"id": product, "channel": "jp"}, token=None)
    ask("catalogue/product_in_other_channel", "ProductInChannel", {"id": product, "channel": "overseas"}, token=None)
    ask("catalogue/by_reference", "ProductByExternalReference", {"externalReference": f"{world.run}-tea"})
    ask("catalogue/product_anonymous", "ProductById", {"id": tea.product_id}, token=None)
    update = {"id": product, "input": {"name": f"改めた品 {world.run}"}}
    ask("catalogue/product_update", "ProductUpdate", update)
    ask("catalogue/category", "CategoryById", {"id": world.category_id})
    ask(
        "catalogue/category_translate",
        "CategoryTranslate",
        {"id": world.category_id, "languageCode": "EN", "input": {"name": "Test"}},
    )
    ask("catalogue/page", "PageBySlug", {"slug": f"{world.run}-a"})
    ask("catalogue/page_update", "PageUpdate", {"id": world.merchants["a"].page_id, "input": {"title": "改名"}})
    ask(
        "catalogue/unlist",
        "ProductChannelListingUpdate",
        {"id": product, "input": {"removeChannels": [world.channel("jp")]}},
    )
    ask("catalogue/product_unlisted", "ProductById", {"id": product})
    nameless = {"product": product, "sku": f"{world.run}-new-nameless", "name": "", "attributes": []}
    made = ask("catalogue/variant_create_nameless", "ProductVariantCreate", {"input": nameless})
    third = made["data"]["productVariantCreate"]["productVariant"]["id"]
    ask("catalogue/variant_nameless", "ProductVariantById", {"id": third})  # is called by its SKU
    ask("catalogue/delete", "ProductDelete", {"id": product})
    ask("catalogue/delete_twice", "ProductDelete", {"id": product})
