"""Orders brought along from elsewhere, many at once: what they cost, what they take from the stock, what is refused."""

from __future__ import annotations

from base64 import b64decode, b64encode
from decimal import Decimal
from typing import Any

from plugins.api.money import Money
from tests.contract.world import SHOPPER, TOKYO, World, make_goods

LONG_AGO, LATER = "2025-04-05T06:07:08+00:00", "2099-01-01T00:00:00+00:00"


def tell(world: World) -> None:
    admin = world.admin
    story = Imports(world, admin)
    story.whole()
    story.policies()
    story.stock()
    story.lines()
    story.people()
    story.deliveries()
    story.fulfillments()
    story.belongings()
    story.ask("zone_closed", "DeliveryZoneClosed", {"id": story.zone})


def price(gross: Any, net: Any) -> dict[str, Any]:
    return {"gross": gross, "net": net}


class Imports:
    """The story's own shorthand: orders of one good of its own for Tokyo, with what each case changes."""

    def __init__(self, world: World, admin: str) -> None:
        self.world, self.admin = world, admin
        self.warehouse = world.merchants["b"].warehouse_id
        made = make_goods(world, "caddy", "b", "reduced", {"jp": Money(Decimal(1080), "JPY")}, 20)
        self.variant = made.variant_id
        given = {"name": f"{world.run} imports", "countries": ["JP"], "addChannels": [world.channel("jp")]}
        opened = self.ask("zone_opened", "DeliveryZoneOpened", {"input": given})
        self.zone = opened["shippingZoneCreate"]["shippingZone"]["id"]
        post = {"name": "郵便", "shippingZone": self.zone, "type": "PRICE"}
        method = self.ask("price_set", "DeliveryPriceSet", {"input": post})["shippingPriceCreate"]["shippingMethod"]
        listing = {"addChannels": [{"channelId": world.channel("jp"), "price": "605"}]}
        self.ask("price_listed", "DeliveryPriceListed", {"id": method["id"], "input": listing})
        self.typed_method = method["id"]
        # only the type's older name is taken
        self.method = b64encode(b64decode(method["id"]).replace(b"MethodType", b"Method")).decode()

    def ask(self, case: str, operation: str, variables: dict[str, Any]) -> dict[str, Any]:
        answer = self.world.ask(f"imports/{case}", operation, variables, token=self.admin)
        return answer.get("data") or {}

    def bring(self, case: str, *orders: dict[str, Any], **policies: str) -> Any:
        return self.ask(case, "OrdersImported", {"orders": list(orders), **policies}).get("orderBulkCreate")

    def left(self, case: str) -> None:
        self.ask(f"{case}_left", "GoodsLeft", {"id": self.variant, "channel": "jp"})

    def line(self, quantity: int = 1, **changes: Any) -> dict[str, Any]:
        """A caddy at 1,080 yen with 8 % tax; what is None in `changes` is not said."""
        said = {
            "variantId": self.variant,
            "createdAt": LONG_AGO,
            "isShippingRequired": False,
            "isGiftCard": False,
            "quantity": quantity,
            "totalPrice": price(1080 * quantity, 1000 * quantity),
            "undiscountedTotalPrice": price(1080 * quantity, 1000 * quantity),
            "warehouse": self.warehouse,
            "taxClassId": self.world.site.tax_classes["reduced"],
            **changes,
        }
        return {name: value for name, value in said.items() if value is not None}

    def order(self, *lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
        return {
            "channel": "jp",
            "createdAt": LONG_AGO,
            "status": "UNFULFILLED",
            "user": {"email": SHOPPER},
            "billingAddress": TOKYO,
            "currency": "JPY",
            "languageCode": "JA",
            "lines": list(lines) or [self.line()],
            **changes,
        }

    def sent(self, *lines: dict[str, Any], **delivery: Any) -> dict[str, Any]:
        """Return what makes an order one that is sent by post."""
        tax = self.world.site.tax_classes["standard"]
        said = {"shippingMethodId": self.method, "shippingTaxClassId": tax, **delivery}
        said = {name: value for name, value in said.items() if value is not None}
        lines = lines or (self.line(isShippingRequired=True),)
        return {"shippingAddress": TOKYO, "deliveryMethod": said, "lines": list(lines)}

    def whole(self) -> None:
        pair = [{"key": "a", "value": "b"}]
        reduced = self.line(
            3,
            isShippingRequired=True,
            totalPrice=price(3000, 2778),
            productName="むかしのお茶",
            variantName="缶",
            productSku="OLD-1",
            translatedProductName="Old tea",
            translatedVariantName="Tin",
            unitDiscountType="FIXED",
            unitDiscountValue="74",
            unitDiscountReason="傷あり",
            taxRate="0.08",
            taxClassName="軽減",
            taxClassMetadata=pair,
            taxClassPrivateMetadata=pair,
            metadata=pair,
            privateMetadata=pair,
        )
        sent = {"variantId": reduced["variantId"], "quantity": 2, "warehouse": self.warehouse, "orderLineIndex": 0}
        money = {"amount": "1500", "currency": "JPY"}
        made = self.order(
            **self.sent(
                reduced,
                self.line(1, isShippingRequired=True),
                shippingMethodName="むかしの郵便",
                shippingPrice=price(550, 500),
                shippingTaxClassName="送料",
                shippingTaxClassMetadata=pair,
                shippingTaxClassPrivateMetadata=pair,
            ),
            status="PARTIALLY_FULFILLED",
            externalReference=f"{self.world.run}-old-1",
            customerNote="玄関先へ",
            redirectUrl="http://localhost:8910/orders",
            weight="1.5",
            displayGrossPrices=False,
            metadata=pair,
            privateMetadata=pair,
            notes=[{"message": "電話あり", "date": LONG_AGO}],
            fulfillments=[{"trackingCode": "1234-5678", "lines": [sent]}],
            transactions=[{"name": "代引き", "pspReference": f"{self.world.run}-cod", "amountCharged": money}],
            discounts=[{"valueType": "FIXED", "value": "100", "reason": "常連"}],
            invoices=[{"createdAt": LONG_AGO, "number": "INV-1", "url": "http://example.com/i.pdf", "metadata": pair}],
        )
        self.bring("whole", made)
        self.left("whole")
        self.bring("reference_taken", made | {"transactions": []}, self.order(), errorPolicy="REJECT_FAILED_ROWS")
        self.bring("bare", self.order())
        self.left("bare")
        half = self.line(
            2, totalPrice=price(1080, 1000), unitDiscountType="PERCENTAGE", unitDiscountValue="50", taxRate="0.08"
        )
        self.bring("draft", self.order(half, status="DRAFT"))

    def policies(self) -> None:
        bad = self.order(createdAt=LATER, notes=[{"message": "x" * 256}, {"message": "ok", "date": LATER}])
        worse = self.order(self.line(0))
        self.bring("reject_everything", self.order(), bad)
        self.left("reject_everything")
        self.bring("reject_everything_critical", self.order(), worse)
        self.bring("reject_failed_rows", self.order(), bad, worse, errorPolicy="REJECT_FAILED_ROWS")
        self.bring("ignore_failed", self.order(), bad, worse, errorPolicy="IGNORE_FAILED")
        self.left("ignore_failed")

    def stock(self) -> None:
        much = self.order(self.line(99))
        self.bring("more_than_stock", much, self.order())
        self.bring("more_than_stock_forced", much, stockUpdatePolicy="FORCE")
        self.left("more_than_stock_forced")
        sent = {"variantId": self.line()["variantId"], "quantity": 99, "warehouse": self.warehouse, "orderLineIndex": 0}
        gone = self.order(self.line(99), status="FULFILLED", fulfillments=[{"lines": [sent]}])
        self.bring("sent_without_counting", gone, stockUpdatePolicy="SKIP")
        self.left("sent_without_counting")
        elsewhere = self.order(self.line(warehouse=self.world.merchants["a"].warehouse_id))
        self.bring("no_such_stock", elsewhere)
        self.bring("no_such_stock_forced", elsewhere, stockUpdatePolicy="FORCE")
        self.bring("no_such_stock_uncounted", elsewhere, stockUpdatePolicy="SKIP")
        self.bring("two_for_the_last", self.order(self.line(9)), self.order(self.line(9)), self.order(self.line(9)))

    def lines(self) -> None:
        def refuse(case: str, **changes: Any) -> None:
            self.bring(f"line_{case}", self.order(self.line(**changes)), errorPolicy="IGNORE_FAILED")

        refuse("net_over_gross", totalPrice=price(900, 1000))
        refuse("over_undiscounted", totalPrice=price(2000, 1800))
        refuse("reduced_by_something_else", totalPrice=price(540, 500), unitDiscountType="FIXED", unitDiscountValue=7)
        refuse("later", createdAt=LATER)
        refuse("unknown_goods", variantId="UHJvZHVjdFZhcmlhbnQ6OTk5OTk5OQ==")
        refuse("of_another_kind", variantId=self.warehouse)
        refuse("named_twice", variantExternalReference="x")
        refuse("unnamed", variantId=None)
        refuse("empty_key", metadata=[{"key": " ", "value": "x"}, {"key": "k", "value": "v"}])
        named = self.line(variantId=None, productName="むかしの品")
        self.bring("line_by_name", self.order(named), errorPolicy="IGNORE_FAILED", stockUpdatePolicy="SKIP")
        free = self.line(totalPrice=price(0, 0), undiscountedTotalPrice=price(0, 0), taxRate="0")
        self.bring("line_for_nothing", self.order(free))

    def people(self) -> None:
        def refuse(case: str, **changes: Any) -> None:
            self.bring(case, self.order(**changes), errorPolicy="IGNORE_FAILED")

        refuse("customer_named_twice", user={"email": SHOPPER, "externalReference": "x"})
        refuse("customer_unnamed", user={})
        refuse("unknown_channel", channel="nowhere")
        refuse("other_currency", currency="USD")
        refuse("bad_billing_address", billingAddress={"country": "JP"})
        refuse("bad_shipping_address", shippingAddress={"country": "JP"})
        refuse("bad_redirect", redirectUrl="nonsense")
        refuse("negative_weight", weight="-1")
        refuse("empty_key", metadata=[{"key": "", "value": "x"}], privateMetadata=[{"key": "", "value": "x"}])

    def deliveries(self) -> None:
        shipped = self.line(isShippingRequired=True)

        def refuse(case: str, **changes: Any) -> None:
            self.bring(f"delivery_{case}", self.order(shipped, **changes), errorPolicy="IGNORE_FAILED")

        refuse("missing")
        refuse("net_over_gross", **self.sent(shippingPrice=price(1, 2)) | {"lines": [shipped]})
        refuse("by_type_name", **self.sent(shippingMethodId=self.typed_method) | {"lines": [shipped]})
        self.bring("delivery_as_listed", self.order(**self.sent(shippingTaxRate="0.1")))
        point = {"warehouseId": self.warehouse, "warehouseName": "むかしの店"}
        self.bring("collected", self.order(shipped, deliveryMethod=point))

    def fulfillments(self) -> None:
        def refuse(case: str, **changes: Any) -> None:
            sent = {"variantId": self.line()["variantId"], "quantity": 1, "warehouse": self.warehouse}
            said = {**sent, "orderLineIndex": 0, **changes}
            order = self.order(self.line(), status="FULFILLED", fulfillments=[{"lines": [said]}])
            self.bring(f"sent_{case}", order, errorPolicy="IGNORE_FAILED", stockUpdatePolicy="FORCE")

        refuse("below_the_first", orderLineIndex=-1)
        refuse("after_the_last", orderLineIndex=1)
        refuse("from_elsewhere", warehouse=self.world.merchants["a"].warehouse_id)
        refuse("of_other_goods", variantId=self.world.goods["nori"].variant_id)
        refuse("more_than_ordered", quantity=2)
        refuse("all", quantity=1)
        self.left("sent_all")
        wrong = self.order(status="FULFILLED")
        self.bring("fulfilled_without_parcel", wrong, errorPolicy="IGNORE_FAILED")

    def belongings(self) -> None:
        def bring(case: str, **changes: Any) -> None:
            self.bring(case, self.order(**changes), errorPolicy="IGNORE_FAILED", stockUpdatePolicy="SKIP")

        run = self.world.run
        money = {"amount": "500", "currency": "JPY"}
        bring("paid", transactions=[{"name": "x", "amountCharged": {"amount": "1080", "currency": "JPY"}}])
        bring("paid_in_parts", transactions=[{"amountAuthorized": money}, {"amountCharged": money}])
        bring("paid_in_dollars", transactions=[{"amountCharged": {"amount": "5", "currency": "USD"}}])
        bring("reduced_too_much", discounts=[{"valueType": "FIXED", "value": "99999"}])
        bring("reduced_by_percent", discounts=[{"valueType": "PERCENTAGE", "value": "10", "reason": "開店"}])
        bring("invoice_later", invoices=[{"createdAt": LATER, "number": "1"}])
        bring("invoice_nowhere", invoices=[{"createdAt": LONG_AGO, "url": "nonsense"}])
        bring("unknown_card", giftCards=[f"{run}-none"])
        code = {"name": "old", "addCodes": [f"{run}-old"], "type": "ENTIRE_ORDER", "discountValueType": "FIXED"}
        pk = self.ask("voucher", "VoucherIssue", {"input": code})["voucherCreate"]["voucher"]["id"]
        bring("voucher_kept", voucherCode=f"{run}-old")
        self.ask("voucher_gone", "VoucherRemoved", {"id": pk})
