"""Who may ask what of the commerce contract: every root field of the engine, tried as everybody who has no staff token.

Merchants and ward people have none and are nobody to the engine, as to Saleor; a shopper has a customer's. What is for
staff answers an id that exists exactly as one that does not, and changes nothing.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from tests.accept import documents
from tests.accept.isolation import MERCHANTS, World, sights
from tests.accept.runner import Check
from tests.accept.visitor import Visitor


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What everybody may read: the shop and its goods. Nothing in it is an order's, a person's or a merchant's own.
PUBLIC = _names(
    """
    shop categories category product products productType productTypes productVariant productVariants page pages
    pageType pageTypes channel attributes attribute
    """
)
# One's own: the answer is about whoever asks, never about an id.
SELF = _names(
    """
    me tokenCreate tokenRefresh tokenVerify requestPasswordReset confirmAccount setPassword passwordChange
    accountAddressCreate accountAddressUpdate accountAddressDelete accountSetDefaultAddress accountRegister
    accountUpdate
    """
)
# Whoever holds the id holds the thing, as in Saleor: a cart, its payment, an order. The mall shows these ids to the
# shopper alone, and `World.hidden` proves that no page of a merchant holds them.
HOLDER = _names(
    """
    checkout order transactionInitialize transactionProcess paymentGatewayInitialize deliveryOptionsCalculate
    checkoutBillingAddressUpdate checkoutComplete checkoutCreate checkoutCustomerAttach checkoutCustomerDetach
    checkoutCustomerNoteUpdate checkoutEmailUpdate checkoutLinesDelete checkoutLinesAdd checkoutLinesUpdate
    checkoutShippingAddressUpdate checkoutDeliveryMethodUpdate checkoutLanguageCodeUpdate updateMetadata
    deleteMetadata updatePrivateMetadata deletePrivateMetadata
    """
)
# For staff and apps with a permission: refused, whatever the id.
STAFF = _names(
    """
    webhook warehouse warehouses taxConfiguration taxConfigurations taxClass taxClasses taxCountryConfiguration
    taxCountryConfigurations transaction orders checkouts channels appsInstallations apps app customers
    permissionGroups staffUsers user webhookCreate webhookDelete webhookUpdate createWarehouse updateWarehouse
    taxClassCreate taxClassUpdate taxConfigurationUpdate taxCountryConfigurationUpdate shopSettingsUpdate
    productAttributeAssign categoryCreate categoryDelete categoryUpdate categoryTranslate productCreate
    productDelete productUpdate productTranslate productChannelListingUpdate productMediaCreate
    productMediaDelete productMediaUpdate productTypeCreate productTypeUpdate productVariantCreate
    productVariantDelete productVariantBulkCreate productVariantStocksUpdate productVariantUpdate
    productVariantTranslate productVariantChannelListingUpdate transactionCreate transactionUpdate
    transactionRequestAction transactionRequestRefundForGrantedRefund transactionEventReport pageCreate
    pageDelete pageUpdate pageTranslate pageTypeCreate pageTypeUpdate orderCancel orderConfirm orderFulfill
    orderFulfillmentCancel orderFulfillmentApprove orderFulfillmentUpdateTracking orderGrantRefundCreate
    orderNoteAdd channelCreate channelUpdate attributeCreate attributeUpdate attributeTranslate
    attributeValueCreate attributeValueTranslate appCreate appUpdate appDelete appTokenCreate appTokenDelete
    appInstall appFetchManifest appActivate appDeactivate customerCreate staffCreate permissionGroupCreate
    """
)
REFUSED = ("PermissionDenied",)
TYPES = (
    ("variant", "ProductVariant"),
    ("media", "ProductMedia"),
    ("productType", "ProductType"),
    ("attribute", "Attribute"),
    ("product", "Product"),
    ("fulfillment", "Fulfillment"),
    ("category", "Category"),
    ("channel", "Channel"),
    ("pageType", "PageType"),
    ("page", "Page"),
    ("warehouse", "Warehouse"),
    ("taxClass", "TaxClass"),
    ("checkout", "Checkout"),
    ("app", "App"),
    ("user", "User"),
)


def try_fields(world: World, check: Check) -> None:
    """Try every root field of the engine; one without an expectation fails."""
    anybody = world.people["anonymous"]
    schema = documents.read_schema(lambda query, variables: anybody.graphql(query, variables))
    assert schema.query_type is not None and schema.mutation_type is not None
    before = sights(world)
    askers = list(_askers(world))
    for kind, fields in (("query", schema.query_type.fields), ("mutation", schema.mutation_type.fields)):
        for name in fields:
            wrong = list(_wrong(world, schema, kind, name, askers))
            check(f"engine {kind} {name}", not wrong, wrong[:3])
    check("the engine's refused writes changed nothing", sights(world) == before)


def _askers(world: World) -> Iterator[tuple[str, Visitor, str]]:
    """Yield role, visitor and token: each role asks with its cookies, the shopper with its customer's token too."""
    for role, visitor in world.people.items():
        if role in ("anonymous", "shopper", *MERCHANTS[:2]):
            yield role, visitor, ""
    mutation = 'mutation { tokenCreate(email: "shopper@example.com", password: "machiichi-demo") { token } }'
    token = world.people["anonymous"].graphql(mutation)["data"]["tokenCreate"]["token"]
    yield "customer", world.people["anonymous"], str(token)


def _wrong(world: World, schema: Any, kind: str, name: str, askers: list[tuple[str, Visitor, str]]) -> Iterator[str]:
    if sum(name in group for group in (PUBLIC, SELF, HOLDER, STAFF)) != 1:
        yield "no expectation, or more than one"
        return
    if name in SELF and kind == "mutation":
        return  # about whoever asks; the customer's own tests try them
    for role, visitor, token in askers:
        answers = []
        for ids in (_real(world), _made_up):
            query, variables, _asked = documents.document(schema, kind, name, ids, {}, depth=3)
            answers.append(visitor.graphql(query, variables, token=token))
        real, nothing = (_plain(each) for each in answers)
        text = json.dumps(answers[0], ensure_ascii=False)
        if name not in HOLDER:
            yield from (f"{role} shows {each}" for each in world.secrets if each in text and each not in str(variables))
        if name in STAFF:
            if real != nothing:
                yield f"{role}: {real[:150]}, for nothing {nothing[:150]}"
            if not any(code in text for code in REFUSED) and _answer(answers[0]) is not None:
                yield f"{role} was not refused: {text[:200]}"
        elif name == "me" and not token and _answer(answers[0]) is not None:
            yield f"{role} is somebody: {text[:150]}"
        elif "Private" in name and not any(code in text for code in REFUSED):
            yield f"{role} was not refused: {text[:200]}"
        elif name in HOLDER and _object(answers[1]):
            yield f"{role} got something for an id that is none: {nothing[:200]}"


def _answer(found: dict[str, Any]) -> Any:
    return (found.get("data") or {}).get("answer")


def _object(found: dict[str, Any]) -> Any:
    """Return what a payload holds besides errors, or the thing itself."""
    answer = _answer(found)
    if isinstance(answer, dict) and "errors" in answer:
        kept = {key: value for key, value in answer.items() if key not in ("errors", "__typename") and value}
        return {key: value for key, value in kept.items() if not key.lower().endswith("errors")}
    return answer


def _plain(found: dict[str, Any]) -> str:
    """Return an answer without ids, which it may repeat."""
    return re.sub(r"[A-Za-z0-9+/]{8,}={0,2}", "ID", json.dumps(found, ensure_ascii=False, sort_keys=True))


def _kind(root: str, argument: str) -> str:
    for text in (argument, root):
        for part, kind in TYPES:
            if part.lower() in text.lower():
                return kind
    return "Order"


def _real(world: World) -> Callable[[str, str], str]:
    """Return ids of things that exist: the shared order, and the first of everything else."""

    def ids(root: str, argument: str) -> str:
        kind = _kind(root, argument)
        return world.hidden[0] if kind == "Order" else _gid(kind, "1")

    return ids


def _made_up(root: str, argument: str) -> str:
    kind = _kind(root, argument)
    return _gid(kind, "00000000-0000-4000-8000-000000000000" if kind in ("Order", "Checkout") else "99999999")


def _gid(kind: str, key: str) -> str:
    return base64.b64encode(f"{kind}:{key}".encode()).decode()
