"""Many at once for the last piece, the last use, the last yen: on both databases, whoever comes first has it alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.engine.arena import Arena, on_server, on_sqlite
from tests.engine.rival_deaths import POINTS

PLACES = [pytest.param(on_sqlite, id="sqlite"), pytest.param(on_server, id="postgres", marks=pytest.mark.postgres)]


@pytest.fixture(scope="module", params=PLACES)
def arena(
    django_db_setup: None, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Arena]:
    with request.param(tmp_path_factory.mktemp("arena")) as environment:
        made = Arena(environment)
        yield made
        made.end()


def orders_of(found: Counter[str]) -> list[int]:
    """Take the orders out of the outcomes; return how many were given each."""
    made = [name for name in found if name.startswith("order ")]
    return [found.pop(name) for name in made]


def completing(carts: list[str]) -> list[tuple[str, dict[str, Any]]]:
    return [("complete", {"cart": cart}) for cart in carts]


@pytest.mark.parametrize(("buyers", "pieces"), [(50, 10), (50, 1)])
def test_fifty_buyers_of_few_pieces(arena: Arena, buyers: int, pieces: int) -> None:
    where = arena.do("shop", pieces=pieces)
    carts = arena.do("carts", where=where, count=buyers)

    found = arena.race(*completing(carts), threads=4 if arena.is_sqlite else 25)

    assert orders_of(found) == [1] * pieces
    assert found == {"INSUFFICIENT_STOCK": buyers - pieces}
    stock = {"promised": pieces, "kept": 0, "stock": [pieces, pieces]}
    assert arena.do("seen", where=where) == {"orders": {"UNCONFIRMED": pieces}, "carts": buyers - pieces, **stock}


def test_the_same_cart_many_times_is_one_order(arena: Arena) -> None:
    where = arena.do("shop", pieces=9)
    carts = arena.do("carts", where=where, count=2)

    found = arena.race(*completing(carts * 8))

    assert orders_of(found) == [8, 8] and not found
    assert arena.do("seen", where=where)["stock"] == [9, 2]


@pytest.mark.parametrize(
    ("columns", "kept"),
    [
        ({"usage_limit": 1}, {"used": 1, "active": True, "customers": []}),
        ({"usage_limit": 3}, {"used": 3, "active": True, "customers": []}),
        ({"single_use": True}, {"used": 0, "active": False, "customers": []}),
        ({"apply_once_per_customer": True}, {"used": 0, "active": True, "customers": ["hanako@example.com"]}),
    ],
    ids=["last use", "three uses", "single use", "once per customer"],
)
def test_the_last_use_of_a_code(arena: Arena, columns: dict[str, Any], kept: dict[str, Any]) -> None:
    where, code = arena.do("shop", pieces=9), f"LAST-{'-'.join(columns)}-{columns.get('usage_limit')}"
    carts = arena.do("carts", where=where, count=8, email="hanako@example.com")
    arena.do("voucher", where=where, code=code, carts=carts, **columns)
    wins = columns.get("usage_limit", 1)

    found = arena.race(*completing(carts))

    assert orders_of(found) == [1] * wins
    assert found == {"VOUCHER_NOT_APPLICABLE": 8 - wins}
    assert arena.do("seen_voucher", code=code) == {**kept, "orders": wins}
    assert arena.do("seen", where=where)["stock"] == [9, wins]


def test_a_code_is_not_spent_by_who_does_not_get_the_goods(arena: Arena) -> None:
    where = arena.do("shop", pieces=2)
    carts = arena.do("carts", where=where, count=8)
    arena.do("voucher", where=where, code="SIX-USES", carts=carts, usage_limit=6)

    found = arena.race(*completing(carts))

    assert orders_of(found) == [1, 1] and found == {"INSUFFICIENT_STOCK": 6}
    assert arena.do("seen_voucher", code="SIX-USES")["used"] == 2


def test_a_card_as_a_code_on_many_carts_is_spent_once(arena: Arena) -> None:
    where = arena.do("shop", pieces=9)
    carts = arena.do("carts", where=where, count=8, paid=False)
    arena.do("card", code="CODE-CARD-01", balance=1500, carts=carts)

    found = arena.race(*completing(carts))

    assert orders_of(found) == [1], found
    assert found == {"CHECKOUT_NOT_FULLY_PAID": 7}
    assert arena.do("seen_card", code="CODE-CARD-01") == {
        "balance": 400,
        "uses": 1,
        "as code": 1,
        "charged": 0,
        "authorized": 0,
    }


@pytest.mark.parametrize("confirms", [True, False], ids=["charged at once", "charged later"])
def test_a_card_through_the_gateway_on_many_carts_is_charged_once(arena: Arena, confirms: bool) -> None:
    """An order that waits to be confirmed only holds an authorization: the card's money is for who is first charged."""
    where = arena.do("shop", pieces=9, automaticallyConfirmAllNewOrders=confirms)
    *carts, last = arena.do("carts", where=where, count=9, paid=False)
    code = f"GATE-CARD-{confirms:d}"
    arena.do("card", code=code, balance=1500)
    asked = [("authorize", {"cart": cart, "code": code}) for cart in carts]

    arena.race(*[job for pair in zip(asked, completing(carts), strict=True) for job in pair])
    arena.do("authorize", cart=last, code=code)
    arena.race(*completing([*carts, last]))
    orders = arena.do("orders", where=where)
    found = arena.race(*[("confirm", {"order": order}) for order in orders * 2])

    card = arena.do("seen_card", code=code)
    assert (card["balance"], card["uses"], card["charged"]) == (400, 1, 1100)
    assert found == ({"INVALID": 2 * len(orders)} if confirms else {"confirmed": len(orders), "INVALID": len(orders)})
    charged = [arena.do("seen_order", order=order)["charged"] for order in orders]
    assert sorted(charged) == [0] * (len(orders) - 1) + [1100]


def test_a_card_as_a_code_and_through_the_gateway_is_spent_once(arena: Arena) -> None:
    where = arena.do("shop", pieces=9, automaticallyConfirmAllNewOrders=True)
    for turn in range(4):
        one, two = arena.do("carts", where=where, count=2, paid=False)
        code = f"BOTH-CARD-{turn}"
        arena.do("card", code=code, balance=1500, carts=[one])
        assert arena.do("authorize", cart=two, code=code) == "AUTHORIZATION_SUCCESS"

        found = arena.race(*completing([one, two]))

        card = arena.do("seen_card", code=code)
        assert card["balance"] == 400 and card["uses"] == 1, (found, card)
        assert card["as code"] + (card["charged"] == 1100) == 1


def test_a_card_as_a_code_and_through_the_gateway_on_one_cart_is_spent_once(arena: Arena) -> None:
    where = arena.do("shop", pieces=9, automaticallyConfirmAllNewOrders=True)
    (cart,) = arena.do("carts", where=where, count=1, paid=False)
    arena.do("card", code="SELF-CARD-01", balance=1500)
    jobs = [("authorize", {"cart": cart, "code": "SELF-CARD-01"}), ("put_on", {"cart": cart, "code": "SELF-CARD-01"})]

    arena.race(*jobs, *completing([cart]), *completing([cart]))
    arena.race(*completing([cart]))

    card = arena.do("seen_card", code="SELF-CARD-01")
    assert card["balance"] >= 400 and card["uses"] <= 1
    assert card["as code"] * 1100 + card["charged"] == 1500 - card["balance"]


def test_a_reserved_piece_is_not_sold_to_another(arena: Arena) -> None:
    where = arena.do("shop", pieces=3)
    carts = arena.do("carts", where=where, count=4)
    arena.do("reserve_from_now", where=where)

    found = arena.race(*completing(carts), *[("fill", {"where": where})] * 4)

    bought = orders_of(found)
    kept = [found.pop(name) for name in list(found) if name.startswith("cart ")]
    seen = arena.do("seen", where=where)
    assert (seen["promised"], seen["kept"]) == (len(bought), len(kept))
    assert len(bought) + len(kept) == 3 and found == {"INSUFFICIENT_STOCK": 5}


def test_a_draft_and_a_cart_for_the_last_piece(arena: Arena) -> None:
    where = arena.do("shop", pieces=1, shipped=False)
    carts = arena.do("carts", where=where, count=2)
    drafts = [arena.do("draft", where=where) for _ in range(2)]

    found = arena.race(*completing(carts), *[("complete_draft", {"order": order}) for order in drafts * 2])

    assert sum(orders_of(found)) == 1
    seen = arena.do("seen", where=where)
    assert (seen["promised"], seen["stock"]) == (1, [1, 1])


def test_the_same_line_is_fulfilled_once(arena: Arena) -> None:
    where = arena.do("shop", pieces=9)
    order = arena.do("order", where=where, pieces=2)
    part = {"order": order["order"], "line": order["line"], "warehouse": where["warehouse"], "pieces": 2}

    found = arena.race(*[("fulfill", part)] * 4, *[("fulfill", part | {"approve": False})] * 4)

    assert found.pop("FULFILL_ORDER_LINE") == 7 and list(found.values()) == [1], found
    seen = arena.do("seen_order", order=order["order"])
    assert (seen["fulfilled"], seen["sent"]) == (2, 2)
    stock = arena.do("seen", where=where)["stock"]
    assert stock == ([7, 0] if seen["status"] == "FULFILLED" else [9, 2])


def test_a_fulfillment_is_approved_or_canceled_once(arena: Arena) -> None:
    where = arena.do("shop", pieces=9)
    order = arena.do("order", where=where, pieces=2)
    part = {"order": order["order"], "line": order["line"], "warehouse": where["warehouse"], "pieces": 2}
    pk = int(arena.do("fulfill", **part, approve=False).split()[1])

    found = arena.race(*[("approve", {"pk": pk})] * 3, *[("cancel_fulfillment", {"pk": pk})] * 3)

    assert found["approved"] + found["canceled"] == 1
    stock = arena.do("seen", where=where)["stock"]
    assert stock == ([7, 0] if found["approved"] else [9, 2])


def test_refunds_together_are_never_more_than_the_charge(arena: Arena) -> None:
    where = arena.do("shop", pieces=9)
    order = arena.do("order", where=where, paid=1100)
    payment, grants = order["payment"], []
    for amount in (1100, 700):
        granted = arena.do("grant", order=order["order"], amount=amount, payment=payment)
        grants.append(int(granted.split()[1]))
    jobs: list[Any] = [("refund_granted", {"payment": payment, "grant": pk}) for pk in grants * 2]

    arena.race(*jobs, *[("refund", {"payment": payment, "amount": 900})] * 2)

    assert sum(arena.do("seen_payment", payment=payment)["asked"]) == 1100


def test_a_report_that_comes_many_times_is_one_event(arena: Arena) -> None:
    where = arena.do("shop", pieces=9)
    order = arena.do("order", where=where, paid=1100)
    said = {"payment": order["payment"], "type_": "REFUND_SUCCESS", "reference": "psp-1", "amount": 300}

    found = arena.race(*[("report", said)] * 8)

    assert found == {"new": 1, "known": 7}
    seen = arena.do("seen_payment", payment=order["payment"])
    assert (seen["refunded"], seen["events"]["REFUND_SUCCESS"]) == (300, 1)
    assert arena.do("seen_order", order=order["order"])["charged"] == 800


def test_an_order_expires_or_is_paid(arena: Arena) -> None:
    for _ in range(3):
        where = arena.do("shop", pieces=2, expireOrdersAfter=10)
        order = arena.do("unpaid", where=where)

        arena.race(("pay_order", {"order": order}), ("expire", {}), ("expire", {}))
        arena.do("expire")

        seen = arena.do("seen_order", order=order)
        assert (seen["charged"], seen["charge"]) == (1100, "FULL")
        assert seen["promised"] == (0 if seen["status"] == "EXPIRED" else 1)
        assert arena.do("seen", where=where)["stock"] == [2, seen["promised"]]


def test_an_expired_order_that_is_paid_is_not_deleted(arena: Arena) -> None:
    for _ in range(3):
        where = arena.do("shop", pieces=2, expireOrdersAfter=10, deleteExpiredOrdersAfter=1)
        order = arena.do("unpaid", where=where)
        arena.do("expire")

        found = arena.race(("pay_order", {"order": order}), ("delete_expired", {}), ("delete_expired", {}))

        seen = arena.do("seen_order", order=order)
        assert (seen["status"] is None) == any(name == "gone" for name in found), found
        if seen["status"] is not None:
            assert seen["charged"] == 1100


@pytest.mark.parametrize("point", POINTS)
def test_killed_while_an_order_is_made_it_is_made_once(arena: Arena, point: str) -> None:
    where, name = arena.do("shop", pieces=5, automaticallyConfirmAllNewOrders=True), point.replace(" ", "-")
    (cart,) = arena.do("carts", where=where, count=1, paid=False)
    arena.do("voucher", where=where, code=f"KILL-{name}", carts=[cart], usage_limit=4)
    arena.do("card", code=f"KILL-A-{name}"[:16], balance=500, carts=[cart])
    arena.do("card", code=f"KILL-B-{name}"[:16], balance=2000)
    assert arena.do("authorize", cart=cart, code=f"KILL-B-{name}"[:16], amount=599) == "AUTHORIZATION_SUCCESS"

    died = arena.die(point, "complete", cart=cart)
    before = arena.do("seen", where=where)["orders"]
    found = arena.race(*completing([cart] * 4))

    assert died == -9, found
    assert before == ({"UNFULFILLED": 1} if point == "answered" else {})
    assert orders_of(found) == [4], found
    assert arena.do("seen", where=where) == {
        "orders": {"UNFULFILLED": 1},
        "carts": 0,
        "promised": 1,
        "kept": 0,
        "stock": [5, 1],
    }
    assert arena.do("seen_voucher", code=f"KILL-{name}")["used"] == 1
    assert arena.do("seen_card", code=f"KILL-A-{name}"[:16])["balance"] == 0
    assert arena.do("seen_card", code=f"KILL-B-{name}"[:16]) == {
        "balance": 1401,
        "uses": 1,
        "as code": 0,
        "charged": 599,
        "authorized": 0,
    }
