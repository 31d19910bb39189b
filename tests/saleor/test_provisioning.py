from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.conf import settings
from django.test import override_settings

from marketplace.saleor import installing, provisioning_data, site
from marketplace.saleor.client import execute
from marketplace.saleor.installing import UnableToInstall
from marketplace.saleor.manifest import WEBHOOKS
from marketplace.saleor.models import Installation
from marketplace.saleor.provisioning import provision
from marketplace.saleor.types import Address, Change

embedded = pytest.mark.skipif(bool(settings.SALEOR_API_URL), reason="SALEOR_API_URL names a Saleor instead")
both_databases = pytest.mark.django_db(transaction=True, databases=["default", "engine"])


@embedded
@both_databases
def test_a_shop_is_provisioned_once_and_says_what_it_would_change() -> None:
    assert provision(dry_run=True) == [Change("app", "machiichi.mall")]
    assert not Installation.objects.exists()

    made = {(change.kind, change.name) for change in provision()}

    assert {("app", "machiichi.mall"), ("channel", "jp"), ("tax class", "reduced"), ("product type", "goods")} <= made
    assert provision() == []
    execute("ShopSettingsUpdate", {"input": {"fulfillmentAutoApprove": True}})
    difference = [Change("shop", "settings", "fulfillmentAutoApprove", True, False)]
    assert provision(dry_run=True) == difference
    assert str(difference[0]) == "shop settings.fulfillmentAutoApprove: True → False"
    assert provision() == difference
    assert provision(dry_run=True) == []
    _lose_the_token()
    _move_the_mall()
    _welcome_a_merchant_twice()


def _move_the_mall() -> None:
    """At another address every webhook is sent there, and nothing else changes."""
    with override_settings(MALL_PUBLIC_URL="http://127.0.0.1:9999"):
        changes = provision()
        assert provision() == []
        found = {webhook["targetUrl"] for webhook in execute("CurrentApp")["app"]["webhooks"]}

    assert {(change.kind, change.field) for change in changes} == {("webhook", "targetUrl")}
    assert len(changes) == len(WEBHOOKS)
    assert found == {"http://127.0.0.1:9999/saleor/webhooks"}
    provision()


@embedded
@both_databases
def test_a_token_of_the_app_is_enough_where_it_is_installed() -> None:
    provision()
    token = Installation.objects.get().token
    Installation.objects.all().delete()

    with override_settings(SALEOR_APP_TOKEN=token):
        assert provision() == [Change("app", "machiichi.mall")]

    assert Installation.objects.get().token == token
    Installation.objects.all().delete()
    with override_settings(SALEOR_APP_TOKEN="none.of.ours"), pytest.raises(UnableToInstall):
        provision()
    assert not Installation.objects.exists()


def _lose_the_token() -> None:
    """A mall with a new data folder takes a new token of the app that Saleor knows already."""
    former = Installation.objects.get()
    Installation.objects.all().delete()

    assert provision() == [Change("app", "machiichi.mall")]

    assert Installation.objects.get().app_id == former.app_id
    assert Installation.objects.get().token != former.token


def _welcome_a_merchant_twice() -> None:
    merchant = {
        "code": "kiriko",
        "name": "切子工房",
        "english_name": "Kiriko workshop",
        "address": Address(country="JP", postal_code="130-0011", country_area="東京都", city="墨田区", street1="石原1"),
    }

    first = site.ensure_merchant(**merchant)

    assert site.ensure_merchant(**merchant) == first
    assert site.list_warehouses() == {"wh-kiriko": first.warehouse_id}
    linked = {slug: channel["warehouses"] for slug, channel in site.list_channels().items()}
    assert linked == dict.fromkeys(("jp", "overseas", "uk"), [{"id": first.warehouse_id, "slug": "wh-kiriko"}])


@pytest.mark.django_db
def test_a_saleor_without_staff_credentials_is_not_guessed_at(settings: object) -> None:
    settings.SALEOR_API_URL = "http://127.0.0.1:1/graphql/"  # type: ignore[attr-defined]
    settings.SALEOR_EMAIL = ""  # type: ignore[attr-defined]

    with pytest.raises(UnableToInstall, match="SALEOR_EMAIL"):
        installing.staff_token()


@pytest.mark.parametrize("on", [date(2026, 11, 22), date(2027, 4, 1)])
def test_only_rates_in_force_are_written(on: date) -> None:
    assert provisioning_data.tax_rates(on) == {
        ("JP", "standard"): Decimal(10),
        ("JP", "reduced"): Decimal(8),
        ("JP", ""): Decimal(10),
    }


def test_no_rate_is_in_force_before_its_day() -> None:
    assert provisioning_data.tax_rates(date(2019, 9, 30)) == {}


@embedded
@both_databases
def test_a_dry_run_tells_every_difference_with_before_and_after_and_makes_none() -> None:
    provision()
    warehouse_settings = {"stockSettings": {"allocationStrategy": "PRIORITIZE_HIGH_STOCK"}}
    execute("ChannelUpdate", {"id": site.list_channels()["uk"]["id"], "input": warehouse_settings})
    execute("ShopSettingsUpdate", {"input": {"limitQuantityPerCheckout": 7}})
    execute("WebhookDelete", {"id": execute("CurrentApp")["app"]["webhooks"][0]["id"]})

    told = provision(dry_run=True)

    assert told == provision(dry_run=True)
    assert [str(change) for change in told] == [
        "webhook catalogue: create",
        "shop settings.limitQuantityPerCheckout: 7 → None",
        "channel uk.allocationStrategy: 'PRIORITIZE_HIGH_STOCK' → 'PRIORITIZE_SORTING_ORDER'",
    ]
    assert [change.needs_restart for change in told] == [False, True, False]
    assert provision() == told
    assert provision() == []


@embedded
@both_databases
def test_a_shop_can_be_looked_at_with_another_token_before_there_is_an_app() -> None:
    provision()
    token = Installation.objects.get().token
    execute("ShopSettingsUpdate", {"input": {"limitQuantityPerCheckout": 7}})
    Installation.objects.all().delete()

    with override_settings(SALEOR_APP_TOKEN=token):
        told = provision(dry_run=True)

    assert [str(change) for change in told] == [
        "app machiichi.mall: create",
        "shop settings.limitQuantityPerCheckout: 7 → None",
    ]
    assert not Installation.objects.exists()


@embedded
@both_databases
def test_a_channel_that_is_to_be_made_says_how() -> None:
    provision()
    missing = provisioning_data.ChannelPlan("tw", "台湾", "TWD", "TW")
    with override_settings():
        channels = provisioning_data.CHANNELS
        provisioning_data.CHANNELS = (*channels, missing)
        try:
            told = provision(dry_run=True)
        finally:
            provisioning_data.CHANNELS = channels

    assert [(each.kind, each.name, each.before) for each in told] == [("channel", "tw", None)]
    assert "'currencyCode': 'TWD'" in str(told[0])
    assert "tw" not in site.list_channels()
