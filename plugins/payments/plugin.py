"""Ways to pay. This slice has the built-in test method; it moves no real money and says so."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from plugins.api import API_VERSION, PluginMeta, hookimpl
from plugins.api import types as t
from plugins.payments.types import METHOD, PAST, Outcome

meta = PluginMeta(
    id="payments",
    name={"ja": "お支払い方法", "en": "Ways to pay"},
    version="1.0",
    api=API_VERSION,
)

TEST_METHOD = t.PaymentMethod(
    code=METHOD,
    name={"ja": "テスト決済", "en": "Test payment"},
    description={
        "ja": "実際のお金は動きません。起こしたい結果を選んでください。",
        "en": "No real money moves. Choose what should happen.",
    },
    outcomes=(
        (Outcome.SUCCEED.value, {"ja": "支払いが成功する", "en": "The payment succeeds"}),
        (Outcome.FAIL.value, {"ja": "カードが断られる", "en": "The card is declined"}),
        (Outcome.ACTION.value, {"ja": "本人確認を求められる", "en": "The bank asks for confirmation"}),
        (Outcome.LATE.value, {"ja": "結果が後から届く", "en": "The answer arrives later"}),
    ),
    demo_only=True,
)


@hookimpl
def register_payment_methods(market: str) -> Sequence[t.PaymentMethod]:
    return [TEST_METHOD]


@hookimpl
def answer_payment(request: t.PaymentRequest) -> t.PaymentAnswer | None:
    if request.method == PAST and request.action == "refund":
        return _note_past_refund(request)
    if request.method != METHOD:
        return None
    from plugins.payments import actions  # the module is imported before Django's models are ready

    return actions.answer(request=request)


def _note_past_refund(request: t.PaymentRequest) -> t.PaymentAnswer:
    """Answer for a sale that was paid and refunded elsewhere and is only entered here: nothing is left to move."""
    digest = hashlib.sha256(request.idempotency_key.encode()).hexdigest()[:16]
    return t.PaymentAnswer("REFUND_SUCCESS", f"{request.reference}-{digest}", request.amount)
