"""What the door gives to the rest of the mall: Saleor's objects as frozen dataclasses, money exact, ids global.

Ids are Saleor's opaque global ids. Moments are aware. `metadata` is public and, on checkouts and their lines, written
by anybody; `private_metadata` is the app's alone. Texts are in the source language, Japanese; `english` where given.
"""

from __future__ import annotations

from marketplace.saleor.types.base import Address, TaxedMoney
from marketplace.saleor.types.catalogue import (
    ChannelListing,
    SaleorCategory,
    SaleorMedia,
    SaleorPage,
    SaleorProduct,
    SaleorVariant,
    Stock,
    Text,
)
from marketplace.saleor.types.customers import SaleorCustomer, SaleorTokens, SaleorUser
from marketplace.saleor.types.door import (
    Event,
    InstalledApp,
    NotInstalled,
    SaleorProblem,
    SaleorRefused,
    SaleorUnavailable,
    Undelivered,
)
from marketplace.saleor.types.sales import (
    CompletedCheckout,
    SaleorCheckout,
    SaleorCheckoutLine,
    SaleorDelivery,
    SaleorFulfillment,
    SaleorGrantedRefund,
    SaleorIssue,
    SaleorOrder,
    SaleorOrderLine,
    SaleorOrderSummary,
    SaleorPayment,
    SaleorTransaction,
    SaleorTransactionEvent,
)
from marketplace.saleor.types.site import Change, MarketChannel, MerchantSite, SiteIds

__all__ = [
    "Change",
    "MarketChannel",
    "MerchantSite",
    "SiteIds",
    "Address",
    "ChannelListing",
    "CompletedCheckout",
    "Event",
    "InstalledApp",
    "NotInstalled",
    "SaleorCategory",
    "SaleorCheckout",
    "SaleorCheckoutLine",
    "SaleorCustomer",
    "SaleorDelivery",
    "SaleorFulfillment",
    "SaleorGrantedRefund",
    "SaleorIssue",
    "SaleorMedia",
    "SaleorOrder",
    "SaleorOrderLine",
    "SaleorOrderSummary",
    "SaleorPage",
    "SaleorPayment",
    "SaleorProblem",
    "SaleorProduct",
    "SaleorRefused",
    "SaleorTokens",
    "SaleorTransaction",
    "SaleorTransactionEvent",
    "SaleorUnavailable",
    "SaleorUser",
    "SaleorVariant",
    "Stock",
    "TaxedMoney",
    "Text",
    "Undelivered",
]
