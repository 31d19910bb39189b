"""What makes an engine ready for the mall, each thing done and refused: settings, channels, taxes, types, apps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

from marketplace.kernel import clock
from marketplace.saleor import provisioning_data as plan
from marketplace.saleor.client import execute
from tests.contract.world import World

NO_DOMAIN_ERROR = {
    "AppDelete": "the app can only be unknown: NOT_FOUND",
    "WebhookDelete": "the webhook can only be unknown: NOT_FOUND",
}
"""Mutations whose only errors are those of something that is not there."""
TARGET = "http://127.0.0.1:9099/hook"
QUERY = "subscription { event { ... on CategoryUpdated { category { name } } } }"
MANIFEST = json.dumps(
    {
        "id": "example.shelf",
        "name": "Shelf",
        "version": "1.2.0",
        "permissions": ["MANAGE_PRODUCTS"],
        "tokenTargetUrl": "http://127.0.0.1:9099/register",
        "webhooks": [{"name": "Categories", "targetUrl": TARGET, "query": QUERY, "asyncEvents": ["CATEGORY_UPDATED"]}],
    }
).encode()
"""Of an app that is nowhere installed."""


class Bench:
    """Who asks in this story."""

    def __init__(self, world: World) -> None:
        self.world, self.run, self.admin = world, world.run, world.admin

    def ask(self, case: str, operation: str, variables: dict[str, Any], **options: Any) -> Any:
        """Ask as the mall unless `token` says otherwise; return the answer's first field."""
        answer = self.world.ask(f"provisioning/{case}", operation, variables, **options)
        return next(iter((answer.get("data") or {"": None}).values()))


def tell(world: World) -> None:
    bench = Bench(world)
    _settings(bench)
    _channels(bench)
    _taxes(bench)
    _types(bench)
    _warehouses(bench)
    _apps(bench)
    _webhooks(bench)


def _settings(bench: Bench) -> None:
    kept = {"input": {"fulfillmentAutoApprove": plan.SHOP["fulfillmentAutoApprove"]}}
    bench.ask("settings", "ShopSettingsUpdate", kept, ignore=("name",))
    bench.ask("settings_no_piece_at_all", "ShopSettingsUpdate", {"input": {"limitQuantityPerCheckout": 0}})


def _channels(bench: Bench) -> None:
    said = {
        "name": "試験",
        "slug": f"{bench.run}-channel",
        "currencyCode": "JPY",
        "defaultCountry": "JP",
        "isActive": False,
    }
    pk = bench.ask("channel", "ChannelCreate", {"input": said})["channel"]["id"]
    bench.ask("channel_slug_taken", "ChannelCreate", {"input": said})
    bench.ask("channel_of_no_currency", "ChannelCreate", {"input": {**said, "slug": "x", "currencyCode": "YEN!"}})
    order = {"orderSettings": {**plan.ORDER_SETTINGS, "allowUnpaidOrders": False}}
    bench.ask("channel_update", "ChannelUpdate", {"id": pk, "input": {"name": "改", **order}})
    bench.ask("channel_update_slug_taken", "ChannelUpdate", {"id": pk, "input": {"slug": "jp"}})


def _taxes(bench: Bench) -> None:
    rates = {"createCountryRates": [{"countryCode": "SG", "rate": 9}]}
    pk = bench.ask("tax_class", "TaxClassCreate", {"input": {"name": f"{bench.run} class", **rates}})["taxClass"]["id"]
    bench.ask("tax_class_too_long", "TaxClassCreate", {"input": {"name": "長" * 300, **rates}})
    changed = {"updateCountryRates": [{"countryCode": "SG", "rate": 10}]}
    bench.ask("tax_class_update", "TaxClassUpdate", {"id": pk, "input": changed})
    both = {**changed, "removeCountryRates": ["SG"]}
    bench.ask("tax_class_update_what_goes", "TaxClassUpdate", {"id": pk, "input": both})
    rate = plan.tax_rates(clock.today())["JP", ""]
    default: dict[str, Any] = {"countryCode": "JP", "rates": [{"rate": rate}]}
    bench.ask("tax_default", "TaxCountryConfigurationUpdate", default)
    bench.ask("tax_default_twice", "TaxCountryConfigurationUpdate", {**default, "rates": [{"rate": rate}] * 2})
    bench.ask("tax_default_below_zero", "TaxCountryConfigurationUpdate", {**default, "rates": [{"rate": -1}]})
    nodes = [edge["node"] for edge in execute("TaxConfigurations", {"first": 100})["taxConfigurations"]["edges"]]
    japan = next(node["id"] for node in nodes if node["channel"]["slug"] == "jp")
    bench.ask("tax_configuration", "TaxConfigurationUpdate", {"id": japan, "input": plan.TAX_CONFIGURATION})
    exception = {"countryCode": "SG", "chargeTaxes": True, "displayGrossPrices": True}
    both = {"updateCountriesConfiguration": [exception], "removeCountriesConfiguration": ["SG"]}
    bench.ask("tax_configuration_of_what_goes", "TaxConfigurationUpdate", {"id": japan, "input": both})


def _types(bench: Bench) -> None:
    run = bench.run
    said: dict[str, Any] = {"type": "PRODUCT_TYPE", "name": "色", "slug": f"{run}-colour", "inputType": "PLAIN_TEXT"}
    attribute = bench.ask("attribute", "AttributeCreate", {"input": said})["attribute"]["id"]
    bench.ask("attribute_slug_taken", "AttributeCreate", {"input": said})
    files = {**said, "slug": f"{run}-colours", "values": [{"name": "x"}]}
    bench.ask("attribute_text_with_values", "AttributeCreate", {"input": files})
    goods = {"name": "試験の品", "slug": f"{run}-goods", "hasVariants": False, "isShippingRequired": True}
    made = bench.ask("product_type", "ProductTypeCreate", {"input": goods})["productType"]["id"]
    bench.ask("product_type_slug_taken", "ProductTypeCreate", {"input": goods})
    bench.ask("product_type_too_light", "ProductTypeCreate", {"input": {**goods, "slug": "x", "weight": -1}})
    assigned = {"productTypeId": made, "operations": [{"id": attribute, "type": "PRODUCT"}]}
    bench.ask("attribute_assign", "ProductAttributeAssign", assigned)
    bench.ask("attribute_assign_twice", "ProductAttributeAssign", assigned)
    bench.ask("product_type_drop", "TypeOfGoodsDrop", {"id": made})
    bench.ask("attribute_drop", "AttributeDrop", {"id": attribute})
    pages = {"name": "試験の案内", "slug": f"{run}-pages"}
    bench.ask("page_type", "PageTypeCreate", {"input": pages})
    bench.ask("page_type_slug_taken", "PageTypeCreate", {"input": pages})


def _warehouses(bench: Bench) -> None:
    address = {
        "country": "JP",
        "postalCode": "130-0011",
        "countryArea": "東京都",
        "city": "墨田区",
        "streetAddress1": "石原1-1-1",
    }
    said = {"name": f"{bench.run} 倉庫", "slug": f"{bench.run}-store", "address": address}
    pk = bench.ask("warehouse", "WarehouseCreate", {"input": said})["warehouse"]["id"]
    bench.ask("warehouse_slug_taken", "WarehouseCreate", {"input": {**said, "name": "other"}})
    wrong = {**said, "slug": f"{bench.run}-nowhere", "address": {**address, "postalCode": "1"}}
    bench.ask("warehouse_of_wrong_code", "WarehouseCreate", {"input": wrong})
    bench.ask("warehouse_drop", "WarehouseDrop", {"id": pk})


def _apps(bench: Bench) -> None:
    admin = {"token": bench.admin}
    said = {"name": f"{bench.run} app", "permissions": ["MANAGE_PRODUCTS"]}
    pk = bench.ask("app", "AppCreate", {"input": said}, **admin)["app"]["id"]
    bench.ask("app_name_too_long", "AppCreate", {"input": {**said, "name": "n" * 61}}, **admin)
    bench.ask("app_nameless", "AppCreate", {"input": {**said, "name": ""}}, **admin)
    bench.ask("app_update", "AppUpdate", {"id": pk, "input": {"permissions": ["MANAGE_ORDERS"]}}, **admin)
    bench.ask("app_update_too_long", "AppUpdate", {"id": pk, "input": {"name": "n" * 61}}, **admin)
    bench.ask("app_token", "AppTokenCreate", {"input": {"app": pk, "name": "second"}}, **admin)
    bench.ask("app_token_too_long", "AppTokenCreate", {"input": {"app": pk, "name": "n" * 129}}, **admin)
    bench.ask("app_delete", "AppDelete", {"id": pk}, **admin)
    bench.ask("app_delete_twice", "AppDelete", {"id": pk}, **admin)
    with _served(MANIFEST) as address:
        bench.ask("manifest", "AppFetchManifest", {"manifestUrl": address}, **admin)
    with _served(b"no manifest") as address:
        bench.ask("manifest_of_no_manifest", "AppFetchManifest", {"manifestUrl": address}, **admin)
    bench.ask("manifest_of_no_address", "AppFetchManifest", {"manifestUrl": "nowhere"}, **admin)
    nobody = {"appName": f"{bench.run} nobody", "manifestUrl": "http://127.0.0.1:9099/manifest", "permissions": []}
    bench.ask("install", "AppInstall", {"input": nobody}, **admin)
    bench.ask("install_from_no_address", "AppInstall", {"input": {**nobody, "manifestUrl": "nowhere"}}, **admin)


@contextmanager
def _served(content: bytes) -> Iterator[str]:
    """Serve `content` as JSON on a port of this machine; give its address."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_args: Any) -> None:
            """Say nothing in the tests' output."""

    with HTTPServer(("127.0.0.1", 0), Page) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/manifest"
        finally:
            server.shutdown()


def _webhooks(bench: Bench) -> None:
    said = {"name": f"{bench.run} hook", "targetUrl": TARGET, "isActive": False, "query": QUERY}
    pk = bench.ask("webhook", "WebhookCreate", {"input": said})["webhook"]["id"]
    bench.ask("webhook_of_no_subscription", "WebhookCreate", {"input": {**said, "query": "query { shop { name } }"}})
    bench.ask("webhook_to_nowhere", "WebhookCreate", {"input": {**said, "targetUrl": "nowhere"}})
    bench.ask("webhook_update", "WebhookUpdate", {"id": pk, "input": {"name": f"{bench.run} other"}})
    bench.ask("webhook_update_to_nowhere", "WebhookUpdate", {"id": pk, "input": {"targetUrl": "nowhere"}})
    bench.ask("webhook_delete", "WebhookDelete", {"id": pk})
    bench.ask("webhook_delete_twice", "WebhookDelete", {"id": pk})
