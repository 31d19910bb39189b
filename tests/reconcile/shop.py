"""A small ward at the engine at hand, what it looks like from outside, and a day of work done at Saleor itself."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from PIL import Image

from marketplace.catalog import actions as catalog
from marketplace.catalog.models import CardRow
from marketplace.catalog.types import PictureDraft, VariantDraft
from marketplace.kernel import clock
from marketplace.kernel.jobs import worker
from marketplace.kernel.jobs.queries import count_pending, parked
from marketplace.kernel.scope import all_merchants
from marketplace.merchants import actions as merchants
from marketplace.merchants import models as merchant_models
from marketplace.messages.queries import list_mail
from marketplace.orders import actions as orders
from marketplace.orders.models import MerchantOrder, OrderRecord, Refund
from marketplace.saleor import catalogue, checkouts, customers, payments, site
from marketplace.saleor import orders as saleor_orders
from marketplace.saleor.events import answering
from marketplace.saleor.provisioning import provision
from marketplace.saleor.types import Address, Text
from marketplace.settlement import queries as ledger
from plugins.api.money import Money
from plugins.runtime import hooks
from tests.catalog.factories import ACTOR, make_draft, make_merchant

HOME = Address(
    country="JP", postal_code="130-0001", country_area="東京都", city="墨田区", street1="吾妻橋1-1", last_name="見本",
    first_name="花",
)  # fmt: skip
GOODS = 4
"""Listings of each of the two merchants; the last two of each are never ordered, so that they may be deleted."""


@dataclass
class Shop:
    """The ward of one run: `run` is part of every name, since a real Saleor keeps what earlier runs left."""

    run: str
    rng: random.Random
    products: dict[str, str] = field(default_factory=dict)
    variants: dict[str, str] = field(default_factory=dict)
    warehouses: dict[str, str] = field(default_factory=dict)
    late: list[Any] = field(default_factory=list)
    count: int = 0

    def open(self) -> None:
        """Two merchants with four listings each, all on sale at home and abroad, and everything told."""
        provision()
        catalog.ensure_categories()
        for number in (1, 2):
            code = f"{self.run}-m{number}"
            merchant = make_merchant(code=code, postal_code="130-0000")
            merchant_models.Merchant.objects.filter(pk=int(merchant.id)).update(page_id="", warehouse_id="")
            merchant = merchants.open_at_saleor(merchant_id=merchant.id)
            for place in range(GOODS):
                self._list(merchant, f"{self.run}-g{number}{place}")
        drain()

    def _list(self, merchant: Any, slug: str) -> None:
        prices = {"jp": Money(Decimal(1500), "JPY"), "overseas": Money(Decimal(15), "USD")}
        draft = make_draft(
            merchant, slug=slug, prices=prices,
            variants=[VariantDraft(slug, {"ja": "瑠璃", "en": "Lapis"}, prices, 50)],
            pictures=[PictureDraft(f"{slug}.png", picture(), {"ja": "青い四角"})],
        )  # fmt: skip
        live = catalog.publish_listing(listing_id=draft.id, actor=ACTOR)
        product = catalogue.get_product(product_id=live.product_id)
        assert product is not None
        self.products[slug], self.variants[slug] = product.id, product.variants[0].id
        self.warehouses[slug] = merchant.warehouse_id

    @property
    def ordered(self) -> list[str]:
        """The goods that are bought: each merchant's first two."""
        return [slug for slug in sorted(self.products) if int(slug[-1]) < GOODS - 2]

    @property
    def others(self) -> list[str]:
        return [slug for slug in sorted(self.products) if slug not in self.ordered]

    def buy(self, *, outcome: str = "succeed") -> str:
        """Buy two things of two merchants as a guest; return the order's id."""
        self.count += 1
        lines = [
            checkouts.NewLine(variant_id=self.variants[slug], quantity=self.rng.randint(1, 2))
            for slug in (self.ordered[self.rng.randrange(2)], self.ordered[2 + self.rng.randrange(2)])
        ]
        checkout = checkouts.create_checkout(
            channel="jp", lines=lines, email=f"{self.run}-{self.count}@example.com", shipping_address=HOME,
            billing_address=HOME,
        )  # fmt: skip
        offered = next(each for each in checkouts.list_deliveries(checkout_id=checkout.id) if each.is_active)
        checkouts.choose_delivery(checkout_id=checkout.id, delivery_id=offered.id)
        paid = payments.start_payment(
            source_id=checkout.id,
            data={"method": "test", "outcome": outcome},
            idempotency_key=f"{checkout.id}{outcome}",
        )
        assert paid.event_type in ("CHARGE_SUCCESS", "CHARGE_REQUEST"), paid
        order_id = checkouts.complete_checkout(checkout_id=checkout.id).order_id
        if outcome == "late":
            self.late.append(paid.transaction)
        return order_id

    def ask_refund(self, order_id: str) -> None:
        """The merchant pays one piece back; the provider says that it will answer later."""
        with all_merchants("a test chooses a part"):
            part = MerchantOrder.objects.filter(order__order_id=order_id).order_by("position")[0]
            line = part.lines.order_by("position")[0]
        later = {"pspReference": f"refund-{self.run}", "actions": []}
        with answering("TRANSACTION_REFUND_REQUESTED", lambda payload: later):
            orders.refund_lines(
                order_id=order_id, merchant_id=str(part.merchant_id), quantities={line.line_id: 1}, reason="戻り",
                key=order_id, actor=ACTOR,
            )  # fmt: skip
            drain()
            drain()

    # what happens on a day, without the mall: by Saleor's staff, by buyers, by the provider

    def reprice(self) -> None:
        price = Money(Decimal(self.rng.randrange(900, 3000)), "JPY")
        jp = site.get_site().channels["jp"].id
        catalogue.set_prices(variant_id=self.variants[self._any()], prices={jp: price})

    def restock(self) -> None:
        slug = self._any()
        quantity = self.rng.choice([20, 40, 80]) if slug in self.ordered else self.rng.choice([0, 1, 5])
        catalogue.set_stock(variant_id=self.variants[slug], warehouse_id=self.warehouses[slug], quantity=quantity)

    def withdraw(self) -> None:
        channel = site.get_site().channels["overseas"].id
        catalogue.list_in_channel(
            product_id=self.products[self._any()], channel_id=channel, is_published=self.rng.random() < 0.5
        )

    def rename(self) -> None:
        catalogue.update_variant(variant_id=self.variants[self._any()], name=f"藍 {self.rng.randrange(100)}")

    def translate(self) -> None:
        words = Text(name=f"Indigo {self.rng.randrange(100)}")
        catalogue.translate(kind="variant", object_id=self.variants[self._any()], language="en", text=words)

    def delete(self) -> None:
        slug = self.rng.choice(self.others)
        if slug in self.products and len(self.others) > 2:
            catalogue.delete_product(product_id=self.products.pop(slug))

    def cancel(self) -> None:
        """Saleor's staff cancels an order whose money never came."""
        saleor_orders.cancel_order(order_id=self.buy(outcome="late"))
        self.late.pop()

    def report(self) -> None:
        """The provider says that money asked for earlier has come."""
        if self.late:
            paid = self.late.pop(0)
            amount = paid.charge_pending
            payments.report_event(
                transaction_id=paid.id, type="CHARGE_SUCCESS", amount=amount, psp_reference=paid.psp_reference
            )

    def register(self) -> None:
        self.count += 1
        customers.register(
            email=f"{self.run}-{self.count}@example.com", password="a long password 1", language="ja", channel="jp",
            redirect_url="http://127.0.0.1:8910/jp/ja/account/confirm/",
        )  # fmt: skip

    def _any(self) -> str:
        return self.rng.choice(sorted(self.products))


KINDS = (
    "reprice",
    "restock",
    "withdraw",
    "rename",
    "translate",
    "delete",
    "cancel",
    "report",
    "register",
    "buy",
    "wait",
)


def work_a_day(shop: Shop, *, steps: int, after_each: Any) -> None:
    """Do every kind of work once and then at random, the same for the same seed; `after_each` step the mall may act."""
    kinds = [*KINDS, *(shop.rng.choice(KINDS) for _ in range(steps))]
    for kind in kinds:
        if kind == "wait":
            shop.buy(outcome="late")
        else:
            getattr(shop, kind)()
        after_each()
    while shop.late:
        shop.report()
        after_each()


def picture() -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (64, 64), "#234").save(held, "PNG")
    return held.getvalue()


def drain(rounds: int = 4) -> None:
    """Do all work that is due; some of it asks for more."""
    for _ in range(rounds):
        worker.work_once(now=clock.now())


def state(run: str) -> dict[str, Any]:
    """Everything the mall holds that Saleor had a part in, by names instead of ids, `run` left out."""
    codes = {row.pk: row.code for row in merchant_models.Merchant.objects.all()}

    def plain(text: str) -> str:
        return text.replace(run, "run")

    with all_merchants("a test looks at everything"):
        held = {
            "cards": sorted(_card(row, plain) for row in CardRow.objects.filter(slug__startswith=run)),
            "orders": sorted(_order(row, codes, plain) for row in OrderRecord.objects.filter(email__startswith=run)),
        }
    ours = {str(key) for key, code in codes.items() if code.startswith(run)}
    return held | {
        "ledger": sorted(
            (each.account, plain(codes.get(int(each.merchant_id or 0), "")), str(each.amount))
            for each in ledger.trial_balance()
            if not each.merchant_id or str(each.merchant_id) in ours
        ),
        "facts": {key: str(money) for key, money in (hooks.first("pool_sums", market="jp") or {}).items()},
        "mails": sorted((plain(each.to), each.template) for each in list_mail(limit=10_000) if run in each.to),
        "waiting": (count_pending(), parked()),
    }


def _card(row: CardRow, plain: Any) -> tuple[Any, ...]:
    variants = [(plain(each["sku"]), each["name"], each["price"], each["stock"]) for each in row.detail["variants"]]
    return (plain(row.slug), row.market, row.language, row.name, str(row.price_amount), row.availability, variants)


def _order(row: OrderRecord, codes: dict[int, str], plain: Any) -> tuple[Any, ...]:
    parts = [
        (plain(codes[part.merchant_id]), part.state, part.goods, part.shipping,
         [(plain(line.sku), line.quantity, line.total, line.yen, line.is_refused) for line in _lines(part)])
        for part in MerchantOrder.objects.filter(order=row).order_by("position")
    ]  # fmt: skip
    refunds = [
        (each.state, each.amount, each.shipping) for each in Refund.objects.filter(part__order=row).order_by("pk")
    ]
    return (plain(row.email), row.state, row.total, row.yen_total, parts, refunds)


def _lines(part: MerchantOrder) -> Any:
    return part.lines.order_by("pk")
