"""The ledger and what merchants read of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from plugins.api.money import Money

PSP_CLEARING = "psp_clearing"
FX_BRIDGE = "fx_bridge"
COMMISSION_REVENUE = "commission_revenue"
COMMISSION_TAX = "commission_tax_payable"
PENDING = "merchant_pending"
PAYABLE = "merchant_payable"


class Unbalanced(Exception):
    """The lines of an entry do not sum to zero in every currency; nothing was posted."""


class RuleMissing(LookupError):
    """No commission rule is in force on that day."""


@dataclass(frozen=True, slots=True)
class Posting:
    """One line of an entry: debit positive, credit negative.

    `what` says why ("sale", "delivery", "commission"…); `merchant_id` for accounts of one merchant; `line_id` for
    amounts of one order line.
    """

    account: str
    amount: Money
    what: str
    merchant_id: str = ""
    line_id: str = ""


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account sums to in one currency, debit positive. `merchant_id` "" for the mall's own accounts."""

    account: str
    merchant_id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class CommissionRule:
    """A share of tax-included goods, and the tax on it, by day of sale."""

    rate: Decimal
    tax_rate: Decimal
    effective_from: date
    effective_to: date | None
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class EarningsRow:
    """One line of one order as its merchant earned it, in whole yen at the rate of the day of sale.

    `delivery`, `commission_tax` and what was given back of them stand on the first row of an order, for they are of the
    whole part. `refund` is what went back to the buyer, `commission` and `commission_tax` what is left of them after
    refunds. `net` = sale + delivery - refund - commission - commission_tax, and rows sum to the ledger's balance.
    """

    order_id: str
    number: str
    day: date
    line_id: str
    product_id: str
    name: str
    quantity: int
    sale: Money
    sale_yen: int
    delivery: int
    refund: int
    commission: int
    commission_tax: int
    net: int
    state: str
    is_simulated: bool


@dataclass(frozen=True, slots=True)
class EarningsTotal:
    """A merchant's sums in yen. `payable`: of parts that were shipped; `pending`: of the rest."""

    merchant_id: str
    sale: int
    delivery: int
    refund: int
    commission: int
    commission_tax: int
    net: int
    payable: int
    pending: int
