"""What few clients ask and every one may: settings of a market, a promotion's past, a webhook's, oneself."""

from __future__ import annotations

import time
from typing import Any

from tests.contract.documents import send
from tests.contract.exchange import work
from tests.contract.stories.shipping import staff
from tests.contract.world import World


class Corner:
    """Who asks in this story."""

    def __init__(self, world: World) -> None:
        self.world = world

    def ask(self, case: str, operation: str, variables: dict[str, Any] | None = None, **options: Any) -> Any:
        """Ask as the superuser and return the first answer's data."""
        options.setdefault("token", staff(self.world))
        answer = self.world.ask(f"corners/{case}", operation, variables or {}, **options)
        return next(iter((answer.get("data") or {"": None}).values()))


def tell(world: World) -> None:
    corner = Corner(world)
    _market(corner)
    _promotion(corner)
    _webhook(corner)
    _person(corner)
    corner.ask("shop", "ShopCornersSeen")
    corner.ask("tax_of_country", "TaxOfCountrySeen", {"country": "JP"}, ignore=("taxClassCountryRates",))
    goods = {"id": world.goods["nori"].product_id, "page": world.merchants["c"].page_id}
    corner.ask("goods", "GoodsCornersSeen", {**goods, "attribute": "merchant"})
    corner.ask("goods_of_no_attribute", "GoodsCornersSeen", {**goods, "attribute": "nobody"})


def _market(corner: Corner) -> None:
    run = corner.world.run
    said = {"name": "Fair", "slug": f"{run}-fair", "currencyCode": "JPY", "defaultCountry": "JP"}
    made = corner.ask("market", "MarketMake", {"input": said})["channel"]["id"]
    corner.ask("market_slug_taken", "MarketMake", {"input": said})
    changes: dict[str, Any] = {
        "orders": {
            "orderSettings": {"expireOrdersAfter": 120, "deleteExpiredOrdersAfter": 3, "allowUnpaidOrders": True}
        },
        "orders_never": {"orderSettings": {"expireOrdersAfter": 0}},
        "orders_null": {"orderSettings": {"expireOrdersAfter": None}},
        "orders_deleted_at_once": {"orderSettings": {"deleteExpiredOrdersAfter": 0}},
        "orders_deleted_late": {"orderSettings": {"deleteExpiredOrdersAfter": 121}},
        "drafts": {"orderSettings": {"draftOrderLinePriceFreezePeriod": 5, "includeDraftOrderInVoucherUsage": True}},
        "completion": {"checkoutSettings": {"automaticCompletion": {"enabled": True, "delay": 7}}},
        "completion_cut": {
            "checkoutSettings": {
                "automaticCompletion": {"enabled": True, "delay": 7, "cutOffDate": "2026-01-01T00:00:00Z"}
            }
        },
        "completion_both": {
            "checkoutSettings": {
                "automaticCompletion": {"enabled": True},
                "automaticallyCompleteFullyPaidCheckouts": False,
            }
        },
        "completion_off_with_delay": {"checkoutSettings": {"automaticCompletion": {"enabled": False, "delay": 7}}},
        "completion_off": {"checkoutSettings": {"automaticCompletion": {"enabled": False}}},
        "funds": {
            "paymentSettings": {
                "releaseFundsForExpiredCheckouts": True,
                "checkoutTtlBeforeReleasingFunds": 9,
                "checkoutReleaseFundsCutOffDate": "2026-01-01T00:00:00Z",
            }
        },
        "funds_at_once": {"paymentSettings": {"checkoutTtlBeforeReleasingFunds": 0}},
        "slug_blank": {"slug": ""},
        "metadata": {"metadata": [{"key": "a", "value": "b"}]},
    }
    for name, change in changes.items():
        corner.ask(f"market_{name}", "MarketChange", {"id": made, "input": change})
    corner.ask("market_closed", "MarketChange", {"id": made, "input": {"isActive": False}})


def _promotion(corner: Corner) -> None:
    said = {"name": "Past", "type": "CATALOGUE", "startDate": "2998-01-01T00:00:00Z"}
    made = corner.ask("promotion", "PromotionMake", {"promotion": said})["promotion"]["id"]
    product = corner.world.goods["nori"].product_id
    rule = {"promotion": made, "name": "r", "channels": [corner.world.channel("jp")], "rewardValue": 5}
    rule |= {"rewardValueType": "PERCENTAGE", "cataloguePredicate": {"productPredicate": {"ids": [product]}}}
    kept = corner.ask("rule", "PromotionRuleMake", {"rule": rule})["promotionRule"]["id"]
    corner.ask("rule_change", "PromotionRuleChange", {"id": kept, "rule": {"rewardValue": 6}})
    corner.ask("rule_drop", "PromotionRuleDrop", {"id": kept})
    corner.ask("promotion_change", "PromotionChange", {"id": made, "promotion": {"name": "Present"}})
    begun = {"startDate": "2020-01-01T00:00:00Z"}
    corner.ask("promotion_begin", "PromotionChange", {"id": made, "promotion": begun})
    corner.ask("promotion_end", "PromotionChange", {"id": made, "promotion": {"endDate": "2020-02-01T00:00:00Z"}})
    corner.ask("promotion_past", "PromotionPast", {"id": made}, ignore=("email",))
    corner.ask("promotion_drop", "PromotionDrop", {"id": made})


def _webhook(corner: Corner) -> None:
    said = {"name": "Hooked", "permissions": ["MANAGE_PRODUCTS"]}
    made = corner.ask("app", "AppMake", {"input": said})
    token = made["authToken"]
    corner.world.ask.staff.discard(token)
    query = "subscription { event { ... on CategoryUpdated { category { name } } } }"
    hook = {"name": "Hook", "identifier": "hook", "targetUrl": "http://127.0.0.1:9098/hook", "query": query}
    given = corner.ask("webhook", "WebhookMake", {"input": hook}, token=token)["webhook"]["id"]
    fired = {"webhookId": given, "objectId": corner.world.category_id}
    corner.ask("webhook_fired", "WebhookFired", fired, ignore=("status",))
    deadline = time.monotonic() + 30
    while "duration" not in str(send("WebhookPast", {"id": given}, token=token)):
        work()
        assert time.monotonic() < deadline, "nothing was sent"
        time.sleep(0.3)
    changing = ("cursor", "status", "duration", "response", "totalCount", "hasNextPage")
    corner.ask("webhook_past", "WebhookPast", {"id": given}, token=token, ignore=changing)
    corner.ask("webhook_past_to_staff", "WebhookPast", {"id": given}, ignore=changing)
    named = {**hook, "identifier": "s", "syncEvents": ["SHIPPING_LIST_METHODS_FOR_CHECKOUT"]}
    sync = corner.ask("webhook_of_sync", "WebhookMake", {"input": named}, token=token)["webhook"]
    corner.ask("webhook_of_sync_past", "WebhookPast", {"id": sync["id"]}, token=token)
    corner.ask("app_drop", "AppDrop", {"id": made["app"]["id"]})


def _person(corner: Corner) -> None:
    token = staff(corner.world)
    corner.ask("token", "TokenChecked", {"token": token}, token=None, ignore=("payload", "email"))
    corner.ask("token_nonsense", "TokenChecked", {"token": "nonsense"}, token=None)
    corner.ask("myself", "MyselfSeen", ignore=("defaultBillingAddress", "defaultShippingAddress", "email"))
    group = {"name": f"Corner {corner.world.run}", "addPermissions": ["MANAGE_ORDERS"]}
    made = corner.ask("group", "GroupMake", {"input": group}, ignore=("accessibleChannels",))["group"]["id"]
    corner.ask("group_seen", "GroupSeen", {"id": made})
    corner.ask("group_drop", "GroupDrop", {"id": made})
