"""Promotions and rules: what is accepted, what is refused, what is told of them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from infra.engine.deliveries.models import EventDelivery
from infra.engine.discounts import rules
from infra.engine.discounts.models import Promotion, PromotionRule
from tests.engine.asking import ask, data_of
from tests.engine.promotions import CREATE, now, promote, refused, selects, settle
from tests.engine.shop import Shop

pytestmark = pytest.mark.django_db(databases=["default", "engine"])
RULE_CREATE = """mutation($i: PromotionRuleCreateInput!) { promotionRuleCreate(input: $i) {
  errors { field code rulesLimit rulesLimitExceedBy giftsLimit giftsLimitExceedBy }
  promotionRule { id name description rewardValue rewardValueType rewardType predicateType cataloguePredicate
    orderPredicate giftIds giftsLimit channels { slug } promotion { id } } } }"""
RULE_UPDATE = """mutation($id: ID!, $i: PromotionRuleUpdateInput!) { promotionRuleUpdate(id: $id, input: $i) {
  errors { field code channels giftsLimit giftsLimitExceedBy }
  promotionRule { rewardValue rewardValueType channels { slug } giftIds } } }"""
WHOLE = """query($id: ID!) { promotion(id: $id) { id name type description startDate endDate createdAt updatedAt
  metadata { key value } privateMetadata { key value }
  events { __typename ... on PromotionEventInterface { id date type createdBy { ... on App { name } } }
    ... on PromotionRuleEventInterface { ruleId } }
  rules { id name predicateType cataloguePredicate channels { slug } } } }"""


@pytest.fixture
def shop() -> Shop:
    return Shop()


def of_order(shop, **more):
    """Return the input of a rule for carts of 5,000 yen and more."""
    rule = {
        "orderPredicate": {"discountedObjectPredicate": {"baseSubtotalPrice": {"range": {"gte": 5000}}}},
        "channels": [shop.channel],
        "rewardType": "SUBTOTAL_DISCOUNT",
        "rewardValueType": "FIXED",
        "rewardValue": 500,
    }
    return {**rule, **more}


def dollars(shop):
    return shop.make(
        "channelCreate(input: $i) { channel { id }",
        "ChannelCreateInput",
        {"name": "us", "slug": "us", "currencyCode": "USD", "defaultCountry": "US", "isActive": True},
    )["channel"]["id"]


def variant_of(shop, product):
    text = "query($id: ID!) { product(id: $id) { variants { id } } }"
    return data_of(text, {"id": product}, token=shop.token)["product"]["variants"][0]["id"]


def test_a_promotion_is_kept_as_it_was_said(shop):
    product, start = shop.product(), now() - timedelta(days=1)
    made = promote(
        shop,
        selects(shop, product, name="一割引"),
        startDate=start.isoformat(),
        description={"blocks": [{"type": "paragraph"}]},
    )

    shown = data_of(WHOLE, {"id": made["id"]}, token=shop.token)["promotion"]

    assert shown["name"] == "秋の市" and shown["type"] == "CATALOGUE"
    assert shown["description"] == {"blocks": [{"type": "paragraph"}]}
    assert (shown["startDate"], shown["endDate"]) == (start.isoformat(), None)
    assert shown["rules"] == [
        {
            "id": made["rules"][0]["id"],
            "name": "一割引",
            "predicateType": "CATALOGUE",
            "cataloguePredicate": {"productPredicate": {"ids": [product]}},
            "channels": [{"slug": "jp"}],
        }
    ]
    assert [(each["__typename"], each["type"]) for each in shown["events"]] == [
        ("PromotionCreatedEvent", "PROMOTION_CREATED"),
        ("PromotionRuleCreatedEvent", "RULE_CREATED"),
        ("PromotionStartedEvent", "PROMOTION_STARTED"),
    ]
    assert shown["events"][1]["ruleId"] == made["rules"][0]["id"]
    assert shown["events"][0]["createdBy"] == {"name": "tests"}


def test_what_a_catalogue_rule_may_not_say(shop):
    product = shop.product()
    ask_for = lambda **more: refused(shop, selects(shop, product, **more))  # noqa: E731

    assert ask_for(rewardValue=101) == [("rewardValue", "INVALID", 0)]
    assert ask_for(rewardValueType="FIXED", channels=[]) == [("channels", "MISSING_CHANNELS", 0)]
    assert ask_for(rewardValueType="FIXED", rewardValue=1.5) == [("rewardValue", "INVALID_PRECISION", 0)]
    assert ask_for(rewardValue=None) == [("rewardValue", "REQUIRED", 0)]
    assert ask_for(cataloguePredicate=None) == [("cataloguePredicate", "REQUIRED", 0)]
    assert ask_for(rewardType="SUBTOTAL_DISCOUNT") == [("rewardType", "INVALID", 0)]
    both = [shop.channel, dollars(shop)]
    assert ask_for(rewardValueType="FIXED", channels=both) == [
        ("rewardValueType", "MULTIPLE_CURRENCIES_NOT_ALLOWED", 0)
    ]
    mixed = {"OR": [{"productPredicate": {"ids": [product]}}], "productPredicate": {"ids": [product]}}
    assert ask_for(cataloguePredicate=mixed) == [("cataloguePredicate", "INVALID", 0)]
    assert ask_for(orderPredicate=of_order(shop)["orderPredicate"]) == [("orderPredicate", "INVALID", 0)]
    assert ask_for(channels=["Q2hhbm5lbDo5OTk5"]) == [("channels", "GRAPHQL_ERROR", 0)]
    assert not Promotion.objects.exists()


def test_what_an_order_rule_may_not_say(shop, monkeypatch):
    product = shop.product()
    variant = variant_of(shop, product)
    ask_for = lambda **more: refused(shop, of_order(shop, **more), kind="ORDER")  # noqa: E731
    gift = {"rewardType": "GIFT", "rewardValue": None, "rewardValueType": None}

    assert ask_for(rewardType=None) == [("rewardType", "REQUIRED", 0)]
    assert ask_for(orderPredicate=None) == [("orderPredicate", "REQUIRED", 0)]
    assert ask_for(channels=[shop.channel, dollars(shop)])[0] == ("channels", "MULTIPLE_CURRENCIES_NOT_ALLOWED", 0)
    assert ask_for(**gift) == [("gifts", "REQUIRED", 0)]
    assert ask_for(**gift, gifts=[product]) == [("gifts", "INVALID_GIFT_TYPE", 0)]
    assert ask_for(rewardType="GIFT", rewardValueType=None, gifts=[variant]) == [("rewardValue", "INVALID", 0)]
    monkeypatch.setattr(rules, "GIFTS_LIMIT", 0)
    payload = ask(CREATE, {"i": _named(of_order(shop, **gift, gifts=[variant]))}, token=shop.token)
    assert payload["data"]["promotionCreate"]["errors"][0] == {
        "field": "gifts",
        "code": "GIFTS_NUMBER_LIMIT",
        "index": 0,
        "rulesLimit": None,
        "rulesLimitExceedBy": None,
        "giftsLimit": 0,
        "giftsLimitExceedBy": 1,
    }
    assert not PromotionRule.objects.exists()


def _named(rule, kind="ORDER"):
    return {"name": "おまけ", "type": kind, "rules": [rule]}


def test_the_number_of_order_rules_is_limited(shop, monkeypatch):
    promotion = promote(shop, of_order(shop), kind="ORDER")
    for module in (rules, __import__("infra.engine.discounts.resolvers.promotion_mutations", fromlist=["_"])):
        monkeypatch.setattr(module, "ORDER_RULES_LIMIT", 1)

    made = ask(CREATE, {"i": _named(of_order(shop))}, token=shop.token)["data"]["promotionCreate"]["errors"]
    added = ask(RULE_CREATE, {"i": {**of_order(shop), "promotion": promotion["id"]}}, token=shop.token)

    expected = {"code": "RULES_NUMBER_LIMIT", "rulesLimit": 1, "rulesLimitExceedBy": 1}
    assert expected.items() <= made[0].items() and made[0]["field"] == "rules"
    error = added["data"]["promotionRuleCreate"]["errors"][0]
    assert expected.items() <= error.items() and error["field"] == "orderPredicate"


def test_dates_and_names_are_checked(shop):
    assert refused(shop, name=" ") == [("name", "REQUIRED", None)]
    dates = {"startDate": "2026-01-02T00:00:00+00:00", "endDate": "2026-01-01T00:00:00+00:00"}
    assert refused(shop, **dates) == [("endDate", "INVALID", None)]


def test_rules_are_added_changed_and_removed(shop):
    product, variant = shop.product(), None
    variant = variant_of(shop, product)
    promotion = promote(shop, kind="ORDER")["id"]
    gift = of_order(shop, rewardType="GIFT", rewardValue=None, rewardValueType=None, gifts=[variant], name="おまけ")
    made = data_of(
        RULE_CREATE, {"i": {**gift, "description": {"blocks": []}, "promotion": promotion}}, token=shop.token
    )
    rule = made["promotionRuleCreate"]["promotionRule"]
    assert (rule["giftIds"], rule["giftsLimit"], rule["rewardType"]) == ([variant], 1, "GIFT")
    assert rule["orderPredicate"] == {"discountedObjectPredicate": {"baseSubtotalPrice": {"range": {"gte": "5000"}}}}
    assert (rule["predicateType"], rule["cataloguePredicate"], rule["description"]) == ("ORDER", {}, {"blocks": []})

    change = lambda **said: ask(RULE_UPDATE, {"id": rule["id"], "i": said}, token=shop.token)["data"][  # noqa: E731
        "promotionRuleUpdate"
    ]
    assert change(removeGifts=[variant])["errors"][0]["code"] == "REQUIRED"
    twice = change(addChannels=[shop.channel], removeChannels=[shop.channel])["errors"]
    assert [(each["field"], each["code"], each["channels"]) for each in twice] == [
        ("addChannels", "DUPLICATED_INPUT_ITEM", [shop.channel]),
        ("removeChannels", "DUPLICATED_INPUT_ITEM", [shop.channel]),
    ]
    plain = change(rewardType="SUBTOTAL_DISCOUNT", rewardValueType="PERCENTAGE", rewardValue=15, removeGifts=[variant])
    assert plain["promotionRule"] == {
        "rewardValue": 15.0,
        "rewardValueType": "PERCENTAGE",
        "channels": [{"slug": "jp"}],
        "giftIds": [],
    }
    delete = "mutation($id: ID!) { promotionRuleDelete(id: $id) { promotionRule { id } errors { field code } } }"
    assert data_of(delete, {"id": rule["id"]}, token=shop.token)["promotionRuleDelete"]["promotionRule"] == {
        "id": rule["id"]
    }
    again = ask(delete, {"id": rule["id"]}, token=shop.token)["data"]["promotionRuleDelete"]
    assert again["errors"] == [{"field": "id", "code": "NOT_FOUND"}]


def test_changed_dates_are_told_at_once(shop):
    product = shop.product()
    made = promote(shop, selects(shop, product))
    update = """mutation($id: ID!, $i: PromotionUpdateInput!) { promotionUpdate(id: $id, input: $i) {
      errors { field code } promotion { name endDate events { __typename } } } }"""

    past = {"startDate": "2026-01-01T00:00:00+00:00", "endDate": "2026-02-01T00:00:00+00:00", "name": "春の市"}
    changed = data_of(update, {"id": made["id"], "i": past}, token=shop.token)["promotionUpdate"]["promotion"]
    early = ask(update, {"id": made["id"], "i": {"endDate": "2020-01-01T00:00:00+00:00"}}, token=shop.token)

    assert changed["name"] == "春の市"
    assert [each["__typename"] for each in changed["events"]][-2:] == ["PromotionUpdatedEvent", "PromotionEndedEvent"]
    assert early["data"]["promotionUpdate"]["errors"] == [{"field": "endDate", "code": "INVALID"}]


def test_promotions_are_found_and_ordered(shop):
    for number, kind in ((1, "CATALOGUE"), (2, "ORDER"), (3, "CATALOGUE")):
        start = f"2026-01-0{number}T00:00:00+00:00"
        promote(shop, kind=kind, name=f"市 {number}", startDate=start, endDate=f"2026-02-0{number}T00:00:00+00:00")
    first = Promotion.objects.get(name="市 1")
    Promotion.objects.filter(pk=first.pk).update(metadata={"season": "autumn"})
    text = """query($w: PromotionWhereInput, $s: PromotionSortingInput) { promotions(where: $w, sortBy: $s, first: 9) {
      totalCount edges { cursor node { name } } pageInfo { hasNextPage } } }"""

    def names(where=None, field="NAME", direction="ASC"):
        variables = {"w": where, "s": {"field": field, "direction": direction}}
        found = data_of(text, variables, token=shop.token)["promotions"]
        return [edge["node"]["name"][-1] for edge in found["edges"]]

    assert names() == ["1", "2", "3"]
    assert names(field="START_DATE", direction="DESC") == ["3", "2", "1"]
    assert names(field="CREATED_AT", direction="DESC") == ["3", "2", "1"]
    assert names({"type": {"eq": "ORDER"}}) == ["2"]
    assert names({"name": {"oneOf": ["市 1", "市 3"]}}) == ["1", "3"]
    assert names({"startDate": {"range": {"gte": "2026-01-02T00:00:00+00:00"}}}) == ["2", "3"]
    assert names({"endDate": {"range": {"lte": "2026-02-01T00:00:00+00:00"}}}) == ["1"]
    assert names({"metadata": [{"key": "season", "value": "autumn"}]}) == ["1"]
    assert names({"isOldSale": True}) == []
    assert names({"isOldSale": False}, field="END_DATE") == ["1", "2", "3"]
    assert names({"OR": [{"name": {"eq": "市 1"}}, {"AND": [{"type": {"eq": "ORDER"}}]}]}) == ["1", "2"]


def test_promotions_are_translated(shop):
    product = shop.product()
    made = promote(shop, selects(shop, product, name="一割引"))
    for kind, gid, name in (
        ("promotion", made["id"], "Autumn market"),
        ("promotionRule", made["rules"][0]["id"], "A tenth off"),
    ):
        type_name = f"{kind[0].upper()}{kind[1:]}TranslationInput"
        answer = data_of(
            f"""mutation($id: ID!, $i: {type_name}!) {{
              {kind}Translate(id: $id, languageCode: EN, input: $i) {{ errors {{ field code }} {kind} {{
                translation(languageCode: EN) {{ id name description language {{ code language }}
                  translatableContent {{ id {kind}Id name description
                    translation(languageCode: EN) {{ name }} }} }} }} }} }}""",
            {"id": gid, "i": {"name": name, "description": {"blocks": []}}},
            token=shop.token,
        )
        shown = answer[f"{kind}Translate"][kind]["translation"]
        assert (shown["name"], shown["description"], shown["language"]["code"]) == (name, '{"blocks": []}', "EN")
        assert shown["translatableContent"][f"{kind}Id"] == gid
        assert shown["translatableContent"]["translation"] == {"name": name}


def test_events_of_a_promotions_life(shop):
    subscription = """subscription { event { ... on PromotionCreated { promotion { id name } }
      ... on PromotionStarted { promotion { id } } ... on PromotionUpdated { promotion { name } }
      ... on PromotionDeleted { promotion { id } } ... on PromotionRuleCreated { promotionRule { id } }
      ... on PromotionRuleUpdated { promotionRule { id } } ... on PromotionRuleDeleted { promotionRule { id } }
      ... on PromotionEnded { promotion { id } } } }"""
    app = ask("{ app { id } }", token=shop.token)["data"]["app"]["id"]
    names = ("CREATED", "UPDATED", "DELETED", "STARTED", "ENDED", "RULE_CREATED", "RULE_UPDATED", "RULE_DELETED")
    data_of(
        """mutation($i: WebhookCreateInput!) { webhookCreate(input: $i) { errors { code message } } }""",
        {
            "i": {
                "app": app,
                "name": "promotions",
                "targetUrl": "http://app.test/hook",
                "isActive": True,
                "asyncEvents": [f"PROMOTION_{name}" for name in names],
                "query": subscription,
            }
        },
        token=shop.token,
    )
    product, end = shop.product(), now() + timedelta(hours=1)

    made = promote(shop, selects(shop, product), endDate=end.isoformat())
    rule = {**selects(shop, product), "promotion": made["id"]}
    added = data_of(RULE_CREATE, {"i": rule}, token=shop.token)["promotionRuleCreate"]["promotionRule"]["id"]
    data_of(RULE_UPDATE, {"id": added, "i": {"rewardValue": 20}}, token=shop.token)
    settle(end + timedelta(minutes=1))
    settle(end + timedelta(minutes=2))

    told = [(row.event_type, json.loads(row.payload)) for row in EventDelivery.objects.order_by("pk")]
    assert told == [
        ("PROMOTION_CREATED", {"promotion": {"id": made["id"], "name": "秋の市"}}),
        ("PROMOTION_STARTED", {"promotion": {"id": made["id"]}}),
        ("PROMOTION_RULE_CREATED", {"promotionRule": {"id": added}}),
        ("PROMOTION_RULE_UPDATED", {"promotionRule": {"id": added}}),
        ("PROMOTION_ENDED", {"promotion": {"id": made["id"]}}),
    ]


def test_only_who_manages_discounts_makes_promotions(shop):
    answer = ask(CREATE, {"i": {"name": "市", "type": "ORDER"}})
    assert answer["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"
    assert ask(WHOLE, {"id": "UHJvbW90aW9uOjE="})["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"
    assert not Promotion.objects.exists()
