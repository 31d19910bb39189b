"""Settings of a channel out of what clients say: checked, and as they are kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from infra.engine.schema.errors import refuse

Data = dict[str, Any]
#: days an expired order may be kept at most
MOST_DAYS = 120
#: minutes a paid checkout waits until it becomes an order by itself, unless said otherwise
DEFAULT_DELAY = 30
#: how long ago a checkout may have been changed last, to become an order by itself
OLDEST_CHECKOUT = timedelta(days=30)
ORDER_FLAGS = (
    "automaticallyConfirmAllNewOrders",
    "automaticallyFulfillNonShippableGiftCard",
    "allowUnpaidOrders",
    "includeDraftOrderInVoucherUsage",
    "markAsPaidStrategy",
    "useLegacyLineDiscountPropagation",
)


def order_settings(kept: Data, said: Data) -> Data:
    """Return the order settings `kept` with those of an OrderSettingsInput. Raises UserErrors."""
    changed = {name: said[name] for name in ORDER_FLAGS if said.get(name) is not None}
    if "expireOrdersAfter" in said:
        changed["expireOrdersAfter"] = int(said["expireOrdersAfter"] or 0) or None
    if "deleteExpiredOrdersAfter" in said:
        days = int(said["deleteExpiredOrdersAfter"] or 0)
        if not 1 <= days <= MOST_DAYS:
            text = f"Delete time for expired orders needs to be in range from 1 to {MOST_DAYS}."
            raise refuse("deleteExpiredOrdersAfter", text, "INVALID")
        changed["deleteExpiredOrdersAfter"] = days
    if "draftOrderLinePriceFreezePeriod" in said:
        changed["draftOrderLinePriceFreezePeriod"] = said["draftOrderLinePriceFreezePeriod"]
    return {**kept, **changed}


def checkout_settings(kept: Data, said: Data, now: datetime) -> Data:
    """Return the checkout settings `kept` with those of a CheckoutSettingsInput. Raises UserErrors."""
    old_name = "automaticallyCompleteFullyPaidCheckouts"
    changed: Data = {name: said[name] for name in ("useLegacyErrorFlow", "allowLegacyGiftCardUse") if name in said}
    if old_name in said and "automaticCompletion" in said:
        raise refuse(old_name, f"Cannot provide both '{old_name}' and 'automaticCompletion'.", "INVALID")
    if said.get("automaticCompletion"):
        changed |= _automatic_completion(said["automaticCompletion"], now)
    elif old_name in said:
        is_on = bool(said[old_name])
        changed[old_name] = is_on
        changed["automaticCompletionDelay"] = DEFAULT_DELAY if is_on else None
        changed["automaticCompletionCutOffDate"] = now.isoformat() if is_on else None
    return {**kept, **changed}


def _automatic_completion(said: Data, now: datetime) -> Data:
    is_on, delay, cut_off = said["enabled"], said.get("delay"), said.get("cutOffDate")
    if not is_on and delay is not None:
        raise refuse("delay", "The delay cannot be set when automatic completion is disabled.", "INVALID")
    if not is_on and cut_off is not None:
        raise refuse("cutOffDate", "The cut-off date cannot be set when automatic completion is disabled.", "INVALID")
    if delay is not None and int(delay) >= OLDEST_CHECKOUT.total_seconds() // 60:
        raise refuse("delay", "The automatic completion delay is longer than a checkout is looked at.", "INVALID")
    if cut_off is not None and cut_off < now - OLDEST_CHECKOUT:
        raise refuse("cutOffDate", "The cut-off date is before the oldest checkout looked at.", "INVALID")
    return {
        "automaticallyCompleteFullyPaidCheckouts": is_on,
        "automaticCompletionDelay": (DEFAULT_DELAY if delay is None else int(delay)) if is_on else None,
        "automaticCompletionCutOffDate": (cut_off or now).isoformat() if is_on else None,
    }


def payment_settings(kept: Data, said: Data) -> Data:
    """Return the payment settings `kept` with those of a PaymentSettingsInput. Raises UserErrors."""
    names = ("defaultTransactionFlowStrategy", "releaseFundsForExpiredCheckouts")
    changed = {name: said[name] for name in names if said.get(name) is not None}
    hours = said.get("checkoutTtlBeforeReleasingFunds")
    if hours is not None:
        if int(hours) <= 0:
            text = "The time in hours after which funds are released must be greater than 0."
            raise refuse("checkoutTtlBeforeReleasingFunds", text, "INVALID")
        changed["checkoutTtlBeforeReleasingFunds"] = int(hours)
    if "checkoutReleaseFundsCutOffDate" in said:
        moment = said["checkoutReleaseFundsCutOffDate"]
        changed["checkoutReleaseFundsCutOffDate"] = moment.isoformat() if moment else None
    return {**kept, **changed}
