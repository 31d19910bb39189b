"""Apps, their problems and their webhooks: made, changed, tried, refused."""

from __future__ import annotations

import json
from typing import Any

from tests.contract.world import World

CATEGORY = "subscription { event { ... on CategoryUpdated { category { name } } } }"
TWO = """subscription { event { ... on ProductCreated { product { id } } ... on ProductUpdated { product { id } } } }"""
ORDER_OF_A_CHANNEL = 'subscription { orderCreated(channels: ["jp"]) { order { id } } }'
TARGET = "http://127.0.0.1:9099/hook"


class Workshop:
    """Who asks in this story: a superuser, and an app of its own."""

    def __init__(self, world: World) -> None:
        self.world, self.admin, self.app = world, world.admin, ""

    def ask(self, case: str, operation: str, variables: dict[str, Any] | None = None, **options: Any) -> Any:
        """Ask as the superuser unless `token` says otherwise; return the answer's first field."""
        options.setdefault("token", self.admin)
        answer = self.world.ask(f"apps/{case}", operation, variables or {}, **options)
        return next(iter((answer.get("data") or {"": None}).values()))

    def as_app(self, case: str, operation: str, variables: dict[str, Any] | None = None, **options: Any) -> Any:
        return self.ask(case, operation, variables, token=self.app, **options)


def tell(world: World) -> None:
    shop = Workshop(world)
    app = _make(shop)
    _problems(shop, app)
    _webhooks(shop, app)
    _try(shop)
    _manifests(shop)
    shop.ask("pause", "AppPaused", {"id": app})
    shop.ask("drop", "AppDrop", {"id": app})


def _make(shop: Workshop) -> str:
    identifier = f"{shop.world.run}.app"
    said = {"name": "Helper", "identifier": identifier, "permissions": ["MANAGE_PRODUCTS", "MANAGE_ORDERS"]}
    made = shop.ask("make", "AppMake", {"input": said})
    app = made["app"]["id"]
    shop.app = made["authToken"]
    shop.world.ask.staff.discard(shop.app)
    shop.ask("make_for_apps", "AppMake", {"input": {"name": "Boss", "permissions": ["MANAGE_APPS"]}})
    shop.ask("change", "AppChange", {"id": app, "input": {"name": "Hand", "permissions": ["MANAGE_PRODUCTS"]}})
    shop.as_app("myself", "AppMyself")
    return str(app)


def _problems(shop: Workshop, app: str) -> None:
    said = {"key": "stock-sync", "message": "The stock service does not answer", "criticalThreshold": 2}
    shop.as_app("problem", "AppProblemMade", {"input": said})
    shop.as_app("problem_again", "AppProblemMade", {"input": {**said, "message": "Still no answer"}})
    shop.as_app("problem_apart", "AppProblemMade", {"input": {**said, "aggregationPeriod": 0}})
    shop.as_app("problem_short_key", "AppProblemMade", {"input": {"key": "ab", "message": "what"}})
    shop.as_app("problem_short_message", "AppProblemMade", {"input": {"key": "abc", "message": "no"}})
    long = {"key": "long", "message": "x" * 2050}
    shop.as_app("problem_long_message", "AppProblemMade", {"input": long})
    shop.ask("problem_of_nobody", "AppProblemMade", {"input": said})
    shop.ask("problems", "AppProblemsSeen", {"id": app, "limit": 2})
    for name, variables in {
        "settle_nothing": {},
        "settle_both": {"byApp": {"keys": ["long"]}, "byStaffWithIds": {"ids": []}},
        "settle_without_keys": {"byApp": {}},
        "settle": {"byApp": {"keys": ["stock-sync"]}},
        "settle_as_staff": {"byStaffWithKeys": {"app": app, "keys": ["long"]}},
    }.items():
        shop.as_app(name, "AppProblemSettled", {"input": variables})
    shop.ask("settle_by_staff", "AppProblemSettled", {"input": {"byStaffWithKeys": {"app": app, "keys": ["long"]}}})
    shop.ask("settle_for_app", "AppProblemSettled", {"input": {"byApp": {"keys": ["long"]}}})
    shop.ask("problems_settled", "AppProblemsSeen", {"id": app, "limit": 100})


def _webhooks(shop: Workshop, app: str) -> None:
    plain = {"name": "Changes", "targetUrl": TARGET, "query": CATEGORY}
    made = shop.as_app("webhook", "WebhookMake", {"input": {**plain, "identifier": "changes"}})
    shop.as_app("webhook_same_identifier", "WebhookMake", {"input": {**plain, "identifier": "changes"}})
    shop.as_app("webhook_of_two_events", "WebhookMake", {"input": {**plain, "query": TWO}}, ignore=("eventType",))
    shop.as_app("webhook_of_a_channel", "WebhookMake", {"input": {**plain, "query": ORDER_OF_A_CHANNEL}})
    named = {**plain, "asyncEvents": ["CATEGORY_CREATED"], "syncEvents": ["SHIPPING_LIST_METHODS_FOR_CHECKOUT"]}
    shop.as_app("webhook_of_named_events", "WebhookMake", {"input": named})
    headers = {**plain, "customHeaders": '{"X-Own": "yes", "Authorization": "Key 1"}'}
    shop.as_app("webhook_with_headers", "WebhookMake", {"input": headers})
    wrong: dict[str, dict[str, Any]] = {
        "syntax": {"query": "subscription { event {"},
        "unknown_field": {"query": "subscription { event { nothing } }"},
        "a_query": {"query": "query { shop { name } }"},
        "no_event": {"query": "subscription { event { issuedAt } }"},
        "two_roots": {"query": "subscription { event { issuedAt } orderCreated { order { id } } }"},
        "no_address": {"targetUrl": "nowhere"},
        "other_header": {"customHeaders": '{"Cookie": "a"}'},
        "long_header": {"customHeaders": '{"X-Long": "' + "y" * 998 + '"}'},
        "many_headers": {"customHeaders": json.dumps({f"X-{n}": "1" for n in range(6)})},
    }
    for name, change in wrong.items():
        shop.as_app(f"webhook_{name}", "WebhookMake", {"input": {**plain, **change}})
    shop.ask("webhook_of_no_app", "WebhookMake", {"input": plain})
    change = {"isActive": False, "name": "Later", "query": TWO}
    shop.as_app("webhook_change", "WebhookChange", {"identifier": "changes", "input": change}, ignore=("eventType",))
    shop.ask("webhook_change_by_name_as_staff", "WebhookChange", {"identifier": "changes", "input": {"name": "x"}})
    both = {"id": made["webhook"]["id"], "identifier": "changes", "input": {"name": "x"}}
    shop.as_app("webhook_change_by_both", "WebhookChange", both)
    shop.as_app("webhook_change_by_none", "WebhookChange", {"input": {"name": "x"}})
    shop.as_app("webhook_drop", "WebhookDrop", {"identifier": "changes"})
    foreign = shop.ask("webhook_for_app", "WebhookMake", {"input": {**plain, "app": app}})["webhook"]["id"]
    shop.ask("webhook_fired_at_nobody", "WebhookFired", {"webhookId": foreign, "objectId": shop.world.category_id})
    tea = shop.world.goods["tea"].product_id
    shop.ask("webhook_fired_with_another", "WebhookFired", {"webhookId": foreign, "objectId": tea})


def _try(shop: Workshop) -> None:
    category, tea = shop.world.category_id, shop.world.goods["tea"].product_id
    shop.ask("try", "WebhookTried", {"objectId": category, "query": CATEGORY})
    shop.ask("try_another_kind", "WebhookTried", {"objectId": tea, "query": CATEGORY})
    shop.ask("try_syntax", "WebhookTried", {"objectId": tea, "query": "subscription {"})
    shop.ask("try_a_query", "WebhookTried", {"objectId": tea, "query": "query { shop { name } }"})
    shop.ask("try_no_event", "WebhookTried", {"objectId": tea, "query": "subscription { event { issuedAt } }"})
    account = "subscription { event { ... on AccountConfirmed { user { id } } } }"
    shop.ask("try_not_supported", "WebhookTried", {"objectId": tea, "query": account})
    shop.as_app("try_as_app", "WebhookTried", {"objectId": category, "query": CATEGORY})


def _manifests(shop: Workshop) -> None:
    shop.ask("manifest_of_nobody", "AppManifestRead", {"url": "http://127.0.0.1:9099/manifest"})
    shop.ask("manifest_no_address", "AppManifestRead", {"url": "nowhere"})
