"""Two at once, one stopped at each of its statements: nobody waits in a ring, and nothing is spent or sold twice.

Each pair is tried in both orders, at every statement that locks or writes. See `rival_duels`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.engine.arena import Arena, Job, on_server

pytestmark = pytest.mark.postgres
#: more statements than anything here has
MOST = 60


@pytest.fixture(scope="module")
def arena(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    with on_server(tmp_path_factory.mktemp("arena")) as environment:
        made = Arena(environment)
        yield made
        made.end()


class Cards:
    """Codes of cards and vouchers that nobody had before."""

    def __init__(self) -> None:
        self.made = 0

    def new(self) -> str:
        self.made += 1
        return f"CARD-{id(self) % 1000:03d}-{self.made:05d}"


codes = Cards()
#: makes a scene; returns the two jobs and what must hold after both, given their outcomes
Scene = Callable[[Arena], tuple[Job, Job, Callable[[str, str], None]]]


def fight(arena: Arena, scene: Scene, *, alike: bool = False) -> None:
    """Try a scene at every stop; in both orders unless both do the same."""
    for turned in (False,) if alike else (False, True):
        for stop in range(MOST):
            first, second, check = scene(arena)
            one, other, stopped = arena.duel(stop, second, first) if turned else arena.duel(stop, first, second)
            shown = f"{'turned, ' if turned else ''}stop {stop}: {one} / {other}"
            for outcome in (one, other):
                assert "Error" not in outcome and "DoesNotExist" not in outcome, shown
            try:
                check(*((other, one) if turned else (one, other)))
            except AssertionError as wrong:
                raise AssertionError(f"{shown}\n{wrong}") from wrong
            if not stopped:
                break
        else:
            pytest.fail(f"more than {MOST} statements")


def complete(cart: str) -> Job:
    return ("complete", {"cart": cart})


def test_one_card_authorized_for_two_carts_while_one_is_completed(arena: Arena) -> None:
    """The second authorization takes the money from the first cart, or comes too late for it: never half of each."""

    def scene(arena: Arena) -> Any:
        where, code = arena.do("shop", pieces=9), codes.new()
        one, two = arena.do("carts", where=where, count=2, paid=False)
        arena.do("card", code=code, balance=1500)
        arena.do("authorize", cart=one, code=code)

        def check(completed: str, authorized: str) -> None:
            assert authorized == "AUTHORIZATION_SUCCESS"
            if completed.startswith("order "):
                order = arena.do("seen_order", order=completed.split()[1])
                assert order["authorized"] == order["authorized by payments"] == 1100, order
            else:
                assert completed == "CHECKOUT_NOT_FULLY_PAID"

        return complete(one), ("authorize", {"cart": two, "code": code}), check

    fight(arena, scene)


def test_one_card_authorized_for_two_carts_at_once(arena: Arena) -> None:
    def scene(arena: Arena) -> Any:
        where, code = arena.do("shop", pieces=9), codes.new()
        one, two, three = arena.do("carts", where=where, count=3, paid=False)
        arena.do("card", code=code, balance=1500)
        arena.do("authorize", cart=three, code=code)

        def check(*outcomes: str) -> None:
            assert set(outcomes) == {"AUTHORIZATION_SUCCESS"}
            assert arena.do("seen_card", code=code)["authorized"] == 1

        return ("authorize", {"cart": one, "code": code}), ("authorize", {"cart": two, "code": code}), check

    fight(arena, scene, alike=True)


def test_one_card_authorized_again_while_its_payment_is_touched(arena: Arena) -> None:
    def scene(arena: Arena) -> Any:
        where, code = arena.do("shop", pieces=9), codes.new()
        one, two = arena.do("carts", where=where, count=2, paid=False)
        arena.do("card", code=code, balance=1500)
        arena.do("authorize", cart=one, code=code)

        def check(touched: str, authorized: str) -> None:
            assert (touched, authorized) == ("touched", "AUTHORIZATION_SUCCESS")
            assert arena.do("seen_card", code=code)["authorized"] == 1

        return ("touch", {"cart": one}), ("authorize", {"cart": two, "code": code}), check

    fight(arena, scene)


def test_one_card_as_a_code_and_through_the_gateway(arena: Arena) -> None:
    """Both carts hold the last pieces of the same goods: card and stock must be taken in one order."""

    def scene(arena: Arena) -> Any:
        where, code = arena.do("shop", pieces=9, automaticallyConfirmAllNewOrders=True), codes.new()
        one, two = arena.do("carts", where=where, count=2, paid=False)
        arena.do("card", code=code, balance=1500, carts=[one])
        arena.do("authorize", cart=two, code=code)

        def check(*outcomes: str) -> None:
            card = arena.do("seen_card", code=code)
            assert (card["balance"], card["uses"]) == (400, 1), card
            assert sum(outcome.startswith("order ") for outcome in outcomes) >= 1

        return complete(one), complete(two), check

    fight(arena, scene)


def test_one_card_on_one_cart_in_both_ways(arena: Arena) -> None:
    def scene(arena: Arena) -> Any:
        where, code = arena.do("shop", pieces=9, automaticallyConfirmAllNewOrders=True), codes.new()
        (cart,) = arena.do("carts", where=where, count=1, paid=False)
        arena.do("card", code=code, balance=1500, carts=[cart])

        def check(completed: str, authorized: str) -> None:
            card = arena.do("seen_card", code=code)
            assert (card["balance"], card["uses"]) == (400, 1), card
            assert completed.startswith("order ")
            assert authorized in ("AUTHORIZATION_SUCCESS", "AUTHORIZATION_FAILURE", "NOT_FOUND", "gone")

        return complete(cart), ("authorize", {"cart": cart, "code": code}), check

    fight(arena, scene)


def test_two_cards_pay_for_two_orders(arena: Arena) -> None:
    """Each order holds an authorization of both cards, the second taken when the first had become an order."""

    def scene(arena: Arena) -> Any:
        where, names = arena.do("shop", pieces=9), [codes.new(), codes.new()]
        orders = []
        for name in names:
            arena.do("card", code=name, balance=1500)
        for turn in (names, names[::-1]):
            (cart,) = arena.do("carts", where=where, count=1, paid=False)
            for name in turn:
                arena.do("authorize", cart=cart, code=name, amount=550)
            orders.append(arena.do("complete", cart=cart).split()[1])

        def check(*outcomes: str) -> None:
            assert set(outcomes) == {"confirmed"}
            assert [arena.do("seen_card", code=name)["balance"] for name in names] == [400, 400]

        one, two = orders
        return ("confirm", {"order": one}), ("confirm", {"order": two}), check

    fight(arena, scene, alike=True)


def test_a_card_is_deleted_while_it_is_authorized(arena: Arena) -> None:
    def scene(arena: Arena) -> Any:
        where, code = arena.do("shop", pieces=9), codes.new()
        one, two = arena.do("carts", where=where, count=2, paid=False)
        arena.do("card", code=code, balance=1500)
        arena.do("authorize", cart=one, code=code)

        def check(deleted: str, authorized: str) -> None:
            assert deleted == "deleted"
            assert authorized in ("AUTHORIZATION_SUCCESS", "AUTHORIZATION_FAILURE")

        return ("delete_card", {"code": code}), ("authorize", {"cart": two, "code": code}), check

    fight(arena, scene)


def test_the_last_use_of_a_voucher_and_the_last_piece(arena: Arena) -> None:
    def scene(arena: Arena) -> Any:
        where, code = arena.do("shop", pieces=1), codes.new()
        carts = arena.do("carts", where=where, count=2, email="hanako@example.com")
        arena.do("voucher", where=where, code=code, carts=carts, usage_limit=1, apply_once_per_customer=True)

        def check(*outcomes: str) -> None:
            assert sorted(name[:5] for name in outcomes) in (["VOUCH", "order"], ["INSUF", "order"])
            assert arena.do("seen_voucher", code=code)["used"] == 1
            assert arena.do("seen", where=where)["stock"] == [1, 1]

        return complete(carts[0]), complete(carts[1]), check

    fight(arena, scene, alike=True)


def test_an_order_expires_while_its_piece_and_voucher_are_wanted(arena: Arena) -> None:
    def scene(arena: Arena) -> Any:
        where, code = arena.do("shop", pieces=1, expireOrdersAfter=10, allowUnpaidOrders=True), codes.new()
        one, two = (arena.do("carts", where=where, count=1, paid=paid)[0] for paid in (False, True))
        arena.do("voucher", where=where, code=code, carts=[one, two], usage_limit=1)
        arena.do("complete", cart=one)

        def check(expired: str, completed: str) -> None:
            won = completed.startswith("order ")
            assert expired.startswith("expired ")
            assert won or completed in ("VOUCHER_NOT_APPLICABLE", "INSUFFICIENT_STOCK")
            assert arena.do("seen_voucher", code=code)["used"] == int(won)
            assert arena.do("seen", where=where)["stock"] == [1, int(won)]

        return ("expire", {}), complete(two), check

    fight(arena, scene)


def test_an_order_expires_while_it_is_paid(arena: Arena) -> None:
    def scene(arena: Arena) -> Any:
        where = arena.do("shop", pieces=2, expireOrdersAfter=10)
        order = arena.do("unpaid", where=where)

        def check(paid: str, expired: str) -> None:
            seen = arena.do("seen_order", order=order)
            assert (seen["charged"], seen["of payments"], seen["charge"]) == (1100, 1100, "FULL"), seen
            assert seen["promised"] == (0 if seen["status"] == "EXPIRED" else 1)

        return ("pay_order", {"order": order}), ("expire", {}), check

    fight(arena, scene)


def test_an_expired_order_is_deleted_while_it_is_paid(arena: Arena) -> None:
    def scene(arena: Arena) -> Any:
        where = arena.do("shop", pieces=2, expireOrdersAfter=10, deleteExpiredOrdersAfter=1)
        order = arena.do("unpaid", where=where)
        arena.do("expire")

        def check(paid: str, deleted: str) -> None:
            seen = arena.do("seen_order", order=order)
            if paid.startswith("paid"):
                assert (seen["status"], seen["charged"]) == ("EXPIRED", 1100)
            else:
                assert paid in ("NOT_FOUND", "gone") and seen["status"] is None

        return ("pay_order", {"order": order}), ("delete_expired", {}), check

    fight(arena, scene)


def test_a_cart_is_completed_while_a_payment_for_it_is_reported(arena: Arena) -> None:
    def scene(arena: Arena) -> Any:
        where = arena.do("shop", pieces=2, allowUnpaidOrders=True)
        (cart,) = arena.do("carts", where=where, count=1, paid=False)

        def check(completed: str, paid: str) -> None:
            seen = arena.do("seen_order", order=completed.split()[1])
            assert seen["charged"] == seen["of payments"] == (1100 if paid.startswith("paid") else 0), seen
            assert paid.startswith("paid") or paid in ("NOT_FOUND", "gone")

        return complete(cart), ("pay_cart", {"cart": cart}), check

    fight(arena, scene)


def test_goods_leave_while_their_order_is_canceled(arena: Arena) -> None:
    """As the contract has it, goods may leave for a canceled order, too; they then leave what is free."""

    def scene(arena: Arena) -> Any:
        where = arena.do("shop", pieces=3)
        order = arena.do("order", where=where, pieces=2)
        part = {"order": order["order"], "line": order["line"], "warehouse": where["warehouse"], "pieces": 2}

        def check(fulfilled: str, canceled: str) -> None:
            stock = arena.do("seen", where=where)["stock"]
            assert stock == [1, 0] and fulfilled.startswith("fulfilled"), stock
            assert canceled in ("canceled", "CANNOT_CANCEL_ORDER")

        return ("fulfill", part), ("cancel", {"order": order["order"]}), check

    fight(arena, scene)


def test_stock_is_counted_while_it_is_sold(arena: Arena) -> None:
    """The cart's two goods lie in stocks that were made in the other order than the goods."""

    def scene(arena: Arena) -> Any:
        where = arena.do("two_goods", pieces=3)

        def check(completed: str, counted: str) -> None:
            assert completed.startswith("order ") and counted == "set 2"
            assert arena.do("seen", where=where)["stock"] == [7, 1]

        return complete(where["cart"]), ("stock_up", {"where": where, "pieces": 7}), check

    fight(arena, scene)


def test_two_refunds_of_one_charge(arena: Arena) -> None:
    def scene(arena: Arena) -> Any:
        where = arena.do("shop", pieces=9)
        order = arena.do("order", where=where, paid=1100)
        payment = order["payment"]
        granted = int(arena.do("grant", order=order["order"], amount=800, payment=payment).split()[1])

        def check(refunded: str, granted: str) -> None:
            asked = sum(arena.do("seen_payment", payment=payment)["asked"])
            assert refunded == "asked" and granted in ("asked", "AMOUNT_GREATER_THAN_AVAILABLE")
            assert asked == (1100 if granted == "asked" else 900)

        two = ("refund_granted", {"payment": payment, "grant": granted})
        return ("refund", {"payment": payment, "amount": 900}), two, check

    fight(arena, scene)


def test_two_drafts_of_one_customer_with_a_voucher_once(arena: Arena) -> None:
    def scene(arena: Arena) -> Any:
        where, code = arena.do("shop", pieces=9, shipped=False), codes.new()
        one, two = (arena.do("draft", where=where) for _ in range(2))
        arena.do("draft_voucher", where=where, code=code, orders=[one, two])

        def check(*outcomes: str) -> None:
            assert sorted(name.split()[0] for name in outcomes) == ["INVALID_VOUCHER", "order"]
            assert arena.do("seen_voucher", code=code)["orders"] == 1

        return ("complete_draft", {"order": one}), ("complete_draft", {"order": two}), check

    fight(arena, scene, alike=True)


def test_the_last_piece_is_kept_for_a_cart_or_sold(arena: Arena) -> None:
    def scene(arena: Arena) -> Any:
        where = arena.do("shop", pieces=1)
        (cart,) = arena.do("carts", where=where, count=1)
        arena.do("reserve_from_now", where=where)

        def check(completed: str, filled: str) -> None:
            won = completed.startswith("order ")
            assert (completed if filled.startswith("cart ") else filled) == "INSUFFICIENT_STOCK"
            seen = arena.do("seen", where=where)
            assert (seen["promised"], seen["kept"]) == (int(won), int(not won)), seen

        return complete(cart), ("fill", {"where": where}), check

    fight(arena, scene)


def test_the_last_piece_is_for_a_draft_or_a_cart(arena: Arena) -> None:
    def scene(arena: Arena) -> Any:
        where = arena.do("shop", pieces=1, shipped=False)
        (cart,) = arena.do("carts", where=where, count=1)
        draft = arena.do("draft", where=where)

        def check(*outcomes: str) -> None:
            assert sorted(name.split()[0] for name in outcomes) == ["INSUFFICIENT_STOCK", "order"]
            assert arena.do("seen", where=where)["stock"] == [1, 1]

        return complete(cart), ("complete_draft", {"order": draft}), check

    fight(arena, scene)


def test_one_cart_is_completed_twice(arena: Arena) -> None:
    def scene(arena: Arena) -> Any:
        where = arena.do("shop", pieces=9)
        (cart,) = arena.do("carts", where=where, count=1)

        def check(one: str, other: str) -> None:
            assert one == other and one.startswith("order ")
            assert arena.do("seen", where=where)["stock"] == [9, 1]

        return complete(cart), complete(cart), check

    fight(arena, scene, alike=True)
