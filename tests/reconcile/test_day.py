"""A day of which no event arrives: reconciled, the mall holds what its twin holds that got them all.

On the embedded engine in the suite; on a real Saleor with `--engine live` and SALEOR_API_URL, which must reach
MALL_PUBLIC_URL.
"""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace
from unittest import mock
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.management import call_command
from pytest_django.live_server_helper import LiveServer

from infra.cli import reconcile as command
from marketplace.accounts import actions as accounts
from marketplace.kernel import clock
from marketplace.kernel.jobs.models import InboxEvent
from marketplace.messages.queries import list_mail
from marketplace.saleor import catalogue, customers, views
from marketplace.saleor.provisioning import provision
from tests.reconcile.shop import Shop, drain, state, work_a_day

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "engine"])
STEPS = 5
QUIET_S, LONGEST_S = 6.0, 120.0
"""A real Saleor that sends nothing for so long has nothing more to say; it is waited for no longer than that."""
COMPARED = ("cards", "orders", "ledger", "facts", "mails", "waiting")


@pytest.fixture
def door() -> Iterator[None]:
    """A real Saleor knocks over HTTP."""
    server = LiveServer(urlsplit(settings.MALL_PUBLIC_URL).netloc) if settings.SALEOR_API_URL else None
    yield
    if server is not None:
        server.stop()


def always() -> bool:
    return True


@pytest.fixture(autouse=True)
def _the_test_method_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test way to pay is for demo data alone, and so is this ward."""
    monkeypatch.setattr(settings, "MALL_DEMO_CHECK", f"{__name__}.always")


def settle() -> None:
    """Let what is due be done, the embedded engine's work with it; a real Saleor's workers take their time."""
    wait_for_saleor(InboxEvent.objects.count)
    drain(2)


def wait_for_saleor(came: Callable[[], int]) -> None:
    """Wait until no more of a real Saleor's events come. The embedded engine's are sent by whoever works."""
    until, seen = time.monotonic() + LONGEST_S, -1
    while settings.SALEOR_API_URL and (now := came()) != seen and time.monotonic() < until:
        seen = now
        time.sleep(QUIET_S)


@contextmanager
def nothing_arrives(*, is_kept: bool = True) -> Iterator[list[str]]:
    """Every event is answered 200 and forgotten. With `is_kept`, news that no object tells again are refused, as when
    the mall is down: Saleor keeps those it could not hand over. What Saleor waits for is answered as ever."""
    lost: list[str] = []

    def drop(*, event: str, body: bytes, headers: object) -> None:
        lost.append(event)
        if is_kept and event.startswith("ACCOUNT_"):
            raise ConnectionError("the mall is down")

    with mock.patch.object(views, "receive", drop):
        yield lost


def reconcile(*, since=None, is_dry_run=False):
    options = SimpleNamespace(since=since and since.isoformat(), dry_run=is_dry_run)
    return list(command.run(options))


def a_day(seed: int, *, is_deaf: bool):
    """Return what the mall holds in the evening, and what reconciling said."""
    shop = Shop(run=f"r{secrets.token_hex(3)}", rng=random.Random(seed))
    shop.open()
    yesterday = shop.buy()
    settle()
    shop.ask_refund(yesterday)
    began = clock.real_now()
    if not is_deaf:
        work_a_day(shop, steps=STEPS, after_each=settle)
        answer_refund(shop, yesterday)
        settle()
        for _ in range(3):
            settle()
        return state(shop.run), reconcile(since=began)
    with nothing_arrives(is_kept=not settings.SALEOR_API_URL) as lost:
        work_a_day(shop, steps=STEPS, after_each=lambda: (wait_for_saleor(lambda: len(lost)), drain(2)))
        answer_refund(shop, yesterday)
        wait_for_saleor(lambda: len(lost))
        give_up()
    assert {"PRODUCT_VARIANT_UPDATED", "ORDER_CREATED", "ACCOUNT_CONFIRMATION_REQUESTED"} <= set(lost)
    before = state(shop.run)
    told = reconcile(since=began, is_dry_run=True)
    assert state(shop.run) == before
    said = reconcile(since=began)
    assert [each["name"] for each in told] == [each["name"] for each in said]
    for _ in range(3):
        settle()
    return state(shop.run), said


def answer_refund(shop: Shop, order_id: str) -> None:
    from marketplace.saleor import orders, payments

    order = orders.get_order(order_id=order_id)
    asked = next(each for each in order.transactions[0].events if each.type == "REFUND_REQUEST")
    payments.report_event(
        transaction_id=order.transactions[0].id, type="REFUND_SUCCESS", amount=asked.amount,
        psp_reference=f"refund-{shop.run}",
    )  # fmt: skip


def give_up() -> None:
    """Let the engine try as often as it does."""
    if settings.SALEOR_API_URL:
        return
    from infra.engine.deliveries.worker import run_due

    for minutes in range(0, 60, 5):
        run_due(clock.real_now() + timedelta(minutes=minutes))


@pytest.mark.skipif(bool(settings.SALEOR_API_URL), reason="SALEOR_API_URL names a Saleor instead")
def test_after_a_day_without_events_reconciling_gives_what_events_give():
    seed = 1
    heard, nothing = a_day(seed, is_deaf=False)
    call_command("flush", verbosity=0, interactive=False, database="default")
    call_command("flush", verbosity=0, interactive=False, database="engine")
    deaf, said = a_day(seed, is_deaf=True)

    assert [each["detail"] for each in nothing if not each["detail"].endswith("equal")] == []
    for name in COMPARED:
        assert deaf[name] == heard[name], name
    assert {each["name"] for each in said if each["name"].endswith("difference")} == {
        "listings: difference", "orders: difference", "letters: difference",
    }  # fmt: skip
    assert all(each["passed"] for each in said)
    assert all(each["detail"].endswith("equal") for each in reconcile())


@pytest.mark.skipif(not settings.SALEOR_API_URL, reason="only with a real Saleor: SALEOR_API_URL")
def test_the_same_at_a_real_saleor(door, monkeypatch):
    """Each day has names of its own there. A letter whose event Saleor holds no more is another one: see below."""
    heard, nothing = a_day(1, is_deaf=False)
    call_command("flush", verbosity=0, interactive=False, database="default")
    monkeypatch.setattr(accounts, "ON_ITS_WAY", timedelta(0))
    deaf, said = a_day(1, is_deaf=True)

    assert [each["detail"] for each in nothing if not each["detail"].endswith("equal")] == []
    for name in ("cards", "orders", "ledger", "waiting"):
        assert deaf[name] == heard[name], name
    assert [to for to, _ in deaf["mails"]] == [to for to, _ in heard["mails"]]
    assert all(each["passed"] for each in said)
    assert all(each["detail"].endswith("equal") for each in reconcile(since=clock.real_now()))


@pytest.mark.skipif(bool(settings.SALEOR_API_URL), reason="SALEOR_API_URL names a Saleor instead")
def test_a_shopper_whose_event_is_gone_for_good_gets_a_link_to_a_password_once(monkeypatch):
    provision()
    with nothing_arrives(is_kept=False):
        customers.register(
            email="gone@example.com", password="a long password 1", language="en", channel="jp",
            redirect_url="http://localhost:8000/jp/en/account/confirm/",
        )  # fmt: skip
        drain()
    on_its_way = reconcile()
    monkeypatch.setattr(accounts, "ON_ITS_WAY", timedelta(0))
    told = reconcile(is_dry_run=True)
    drain()
    assert list_mail(to="gone@example.com") == []

    said = reconcile()
    drain()
    again = reconcile()

    (letter,) = list_mail(to="gone@example.com")
    assert (letter.template, letter.language) == ("shopper_password", "en")
    assert "/jp/en/account/password/?" in letter.text
    lines = [[each["passed"] for each in found if each["name"].startswith("letters")] for found in (told, said)]
    assert lines == [[False, True], [True, True]]
    assert [each["detail"] for each in (on_its_way[-1], again[-1])] == ["to shoppers with a new account: equal"] * 2


@pytest.mark.skipif(bool(settings.SALEOR_API_URL), reason="SALEOR_API_URL names a Saleor instead")
def test_a_merchants_page_deleted_at_saleor_is_made_anew_and_its_goods_refer_to_it():
    shop = Shop(run="pages", rng=random.Random(1))
    shop.open()
    page = catalogue.get_page(slug="pages-m1")
    catalogue.delete_page(page_id=page.id)

    said = reconcile()

    made = catalogue.get_page(slug="pages-m1")
    found = [each["detail"] for each in said if each["name"].endswith("difference")]
    assert made.id != page.id
    assert found[0] == "pages-m1 no page"
    assert found[1:] == [f"{shop.products[f'pages-g1{number}']} merchant none" for number in range(4)]
    goods = {slug: catalogue.get_product(product_id=key).merchant for slug, key in shop.products.items()}
    assert goods == {slug: f"pages-m{slug[-2]}" for slug in shop.products}
    assert all(each["detail"].endswith("equal") for each in reconcile())
