"""Who may ask what of the commerce contract: every root field of the engine, tried as everybody who has no staff token.

Merchants and ward people have none and are nobody to the engine, as to Saleor (`try_signs` proves it for every role); a
shopper has a customer's. What is for staff answers an id that exists exactly as one that does not, and changes nothing;
so does what is for a customer with the ids of another's addresses.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
from collections.abc import Callable, Container, Iterator
from typing import Any

from tests.accept import documents, shopping
from tests.accept.isolation import MERCHANTS, World, sights
from tests.accept.runner import Check
from tests.accept.visitor import Visitor


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What everybody may read: the shop and its goods. Nothing in it is an order's, a person's or a merchant's own.
PUBLIC = _names(
    """
    shop categories category product products productType productTypes productVariant productVariants page pages
    pageType pageTypes channel attributes attribute collection collections menu menus addressValidationRules
    """
)
# One's own: the answer is about whoever asks, never about an id.
SELF = _names(
    """
    me tokenCreate tokenRefresh tokenVerify requestPasswordReset confirmAccount setPassword passwordChange
    accountAddressCreate accountAddressUpdate accountAddressDelete accountSetDefaultAddress accountRegister
    accountUpdate externalAuthenticationUrl externalObtainAccessTokens externalRefresh externalLogout
    externalVerify accountRequestDeletion accountDelete
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
    deleteMetadata updatePrivateMetadata deletePrivateMetadata checkoutAddPromoCode checkoutCreateFromOrder
    checkoutRemovePromoCode
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
    translations translation stock stocks shippingZone shippingZones draftOrders giftCard giftCards
    giftCardCurrencies giftCardTags voucher vouchers promotion promotions permissionGroup eventDeliveryRetry
    webhookDryRun webhookTrigger deleteWarehouse assignWarehouseShippingZone unassignWarehouseShippingZone
    taxExemptionManage stockBulkUpdate shippingMethodChannelListingUpdate shippingPriceCreate
    shippingPriceDelete shippingPriceUpdate shippingPriceTranslate shippingPriceExcludeProducts
    shippingPriceRemoveProductFromExclude shippingZoneCreate shippingZoneDelete shippingZoneUpdate
    productAttributeAssignmentUpdate productAttributeUnassign categoryBulkDelete collectionAddProducts
    collectionCreate collectionDelete collectionReorderProducts collectionBulkDelete collectionRemoveProducts
    collectionUpdate collectionTranslate collectionChannelListingUpdate productBulkCreate productBulkDelete
    productBulkTranslate productVariantReorder productMediaBulkDelete productMediaReorder productTypeDelete
    productReorderAttributeValues productVariantBulkUpdate productVariantBulkDelete productVariantSetDefault
    productVariantBulkTranslate variantMediaAssign variantMediaUnassign draftOrderComplete draftOrderCreate
    draftOrderDelete draftOrderBulkDelete draftOrderUpdate orderFulfillmentReturnProducts orderGrantRefundUpdate
    orderLinesCreate orderLineDelete orderLineUpdate orderDiscountAdd orderDiscountUpdate orderDiscountDelete
    orderLineDiscountUpdate orderLineDiscountRemove orderNoteUpdate orderMarkAsPaid orderUpdate
    orderUpdateShipping menuCreate menuDelete menuBulkDelete menuUpdate menuItemCreate menuItemDelete
    menuItemBulkDelete menuItemUpdate menuItemTranslate menuItemMove giftCardActivate giftCardCreate
    giftCardDelete giftCardDeactivate giftCardUpdate giftCardAddNote giftCardBulkCreate promotionCreate
    promotionUpdate promotionDelete promotionRuleCreate promotionRuleUpdate promotionRuleDelete
    promotionTranslate promotionRuleTranslate voucherCreate voucherDelete voucherBulkDelete voucherUpdate
    voucherCataloguesAdd voucherCataloguesRemove voucherTranslate voucherChannelListingUpdate
    voucherCodeBulkDelete fileUpload orderCreateFromCheckout channelActivate channelDeactivate
    channelReorderWarehouses attributeDelete attributeBulkTranslate
    attributeValueDelete attributeValueUpdate attributeValueBulkTranslate appProblemCreate appProblemDismiss
    customerUpdate customerDelete staffUpdate staffDelete permissionGroupUpdate permissionGroupDelete
    orderBulkCreate
    """
)
# Refused row by row, as Saleor does. Attributes are public: that one exists is no secret.
ROWS = _names("attributeBulkCreate attributeBulkUpdate")
Asker = tuple[str, Visitor, str]
Sent = tuple[str, dict[str, Any]]
Written = Callable[[documents.Ids], Sent]
REFUSED = ("PermissionDenied",)
STREET = "他人の番地1-2-3"
# Of one's own, what answers with something though nothing of another's: to anybody, or to whoever it is about.
ANYBODY = _names("requestPasswordReset accountRegister tokenVerify accountUpdate")
# What would change or end the role itself is asked so that it is refused: wrong passwords, no new address.
_WRONG = {"password": "not the password", "email": "soramame-glass@example.com", "token": "not.a.token"}
KNOWN: dict[str, dict[str, Any]] = {
    "tokenCreate": {**_WRONG, "email": "shopper@example.com"},
    "tokenRefresh": {"refreshToken": "not.a.token"},
    "tokenVerify": _WRONG,
    "setPassword": {**_WRONG, "email": "shopper@example.com"},
    "confirmAccount": {**_WRONG, "email": "shopper@example.com"},
    "passwordChange": {"oldPassword": "not the password", "newPassword": "a password of another"},
    "requestPasswordReset": {"email": "shopper@example.com", "redirectUrl": "https://evil.example/", "channel": "jp"},
    "accountRegister": {
        "input": {
            "email": "shopper@example.com",
            "password": "a long password 1",
            "channel": "jp",
            "redirectUrl": "https://evil.example/",
        }
    },
    "accountAddressCreate": {"input": {"country": "JP"}},
    "accountUpdate": {"input": {}},
    "accountRequestDeletion": {"redirectUrl": "https://evil.example/", "channel": "jp"},
    "accountDelete": _WRONG,
}
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
    ("address", "Address"),
    ("collection", "Collection"),
    ("menuItem", "MenuItem"),
    ("menu", "Menu"),
    ("giftCard", "GiftCard"),
    ("promotionRule", "PromotionRule"),
    ("promotion", "Promotion"),
    ("voucher", "Voucher"),
    ("shippingZone", "ShippingZone"),
    ("shippingPrice", "ShippingMethod"),
    ("orderLine", "OrderLine"),
)


def try_signs(world: World, check: Check) -> None:
    """Whoever works in the mall holds nothing that the engine knows: what signs a role in, sent as a cookie or as a
    bearer's token, is answered as a stranger is; nor is a shopper's token of Saleor anybody at the mall's own API."""
    question = (
        "query($id: ID!) { me { id email } order(id: $id) { number } orders(first: 1) { edges { node { id } } } }"
    )
    variables = {"id": world.hidden[0]}
    stranger = world.stack.visitor("ja")
    nobody = stranger.graphql(question, variables)
    check("engine: a stranger is nobody and lists no orders", "PermissionDenied" in str(nobody), nobody)
    for role, visitor in world.people.items():
        check.equal(f"engine: {role} by cookies is a stranger", visitor.graphql(question, variables), nobody)
        signs = [value for name, value in visitor.client.cookies.items() if name in ("sessionid", "csrftoken")]
        found = [stranger.graphql(question, variables, token=sign).get("data") for sign in signs]
        check(f"engine: what signs {role} in is no token", all(not (each or {}).get("orders") for each in found), found)
    stranger.get("/accounts/login/")
    headers = {"X-CSRFToken": stranger.client.cookies["csrftoken"], "Referer": stranger.base + "/"}
    headers["Authorization"] = f"Bearer {[token for _, _, token in askers(world) if token][0]}"
    answer = stranger.client.post("/api/graphql/", json={"query": "{ viewer { email } }"}, headers=headers)
    check.equal("api: a shopper's token of Saleor is nobody", answer.json(), {"data": {"viewer": None}})


def try_fields(world: World, check: Check) -> None:
    """Try every root field of the engine; one without an expectation fails."""
    anybody = world.people["anonymous"]
    schema = documents.read_schema(lambda query, variables: anybody.graphql(query, variables))
    assert schema.query_type is not None and schema.mutation_type is not None
    before = sights(world)
    roles, address = list(askers(world)), anothers_address(world)
    for kind, fields in (("query", schema.query_type.fields), ("mutation", schema.mutation_type.fields)):
        for name in fields:

            def written(ids: documents.Ids, kind: str = kind, name: str = name) -> Sent:
                return documents.document(schema, kind, name, ids, KNOWN.get(name, {}), depth=3)[:2]

            found = list(wrong(world, name, written, roles, address))
            check(f"engine {kind} {name}", not found, found[:3])
    check("the engine's refused writes changed nothing", sights(world) == before)


def askers(world: World) -> Iterator[Asker]:
    """Yield role, visitor and token: each role asks with its cookies, the shopper with its customer's token too."""
    for role, visitor in world.people.items():
        if role in ("anonymous", "shopper", *MERCHANTS[:2]):
            yield role, visitor, ""
    mutation = 'mutation { tokenCreate(email: "shopper@example.com", password: "machiichi-demo") { token } }'
    token = world.people["anonymous"].graphql(mutation)["data"]["tokenCreate"]["token"]
    yield "customer", world.people["anonymous"], str(token)


def anothers_address(world: World) -> str:
    """Return the id of the address of a customer who is none of the roles, registered by the shop's own pages."""
    email, password = f"neighbour-{secrets.token_hex(4)}@example.com", "a long password 1"
    visitor = world.stack.visitor("ja")
    form = "form[action$='account/register/']"
    visitor.submit(visitor.get("/jp/ja/account/"), form, **{"new-email": email, "new-password": password})
    told = shopping.until(lambda: shopping.mails_to(visitor, email), bool)
    visitor.client.get(told[0].links("/account/confirm/")[0])
    sign_in = "mutation($e: String!, $p: String!) { tokenCreate(email: $e, password: $p) { token } }"
    token = visitor.graphql(sign_in, {"e": email, "p": password})["data"]["tokenCreate"]["token"]
    mutation = """mutation($street: String!) { accountAddressCreate(input: {country: JP, postalCode: "131-0045",
      countryArea: "東京都", city: "墨田区", streetAddress1: $street, firstName: "花子", lastName: "見本"
    }) { address { id } errors { field code } } }"""
    found = visitor.graphql(mutation, {"street": STREET}, token=str(token))
    return str(found["data"]["accountAddressCreate"]["address"]["id"])


def wrong(
    world: World, name: str, written: Written, roles: list[Asker], address: str, *, also: Container[str] = ()
) -> Iterator[str]:
    """Yield what is wrong with the answers to one root field, asked by `written` with real ids and with made-up ones.

    `written` aliases the root field "answer". `address`: the id of another's address. `also`: fields of one's own that
    may refuse what exists in other words than what does not.
    """
    if sum(name in group for group in (PUBLIC, SELF, HOLDER, STAFF, ROWS)) != 1:
        yield "no expectation, or more than one"
        return
    for role, visitor, token in roles:
        sent = [written(ids) for ids in (_real(world, address), _made_up)]
        answers = [visitor.graphql(query, variables, token=token) for query, variables in sent]
        variables, has_ids = sent[1][1], sent[0] != sent[1]
        real, nothing = (_plain(each) for each in answers)
        text = json.dumps(answers[0], ensure_ascii=False)
        if STREET in text:
            yield f"{role} shows another's address: {text[:200]}"
        if name not in HOLDER:
            yield from (f"{role} shows {each}" for each in world.secrets if each in text and each not in str(variables))
        if name in STAFF:
            if real != nothing:
                yield f"{role}: {real[:150]}, for nothing {nothing[:150]}"
            if not any(code in text for code in REFUSED) and _answer(answers[0]) is not None:
                yield f"{role} was not refused: {text[:200]}"
        elif name in ROWS:
            rows = (_answer(answers[0]) or {}).get("results") or []
            yield from (f"{role} changed {row}" for row in rows if row["attribute"] or not row["errors"])
        elif name == "me":
            if not token and _answer(answers[0]) is not None:
                yield f"{role} is somebody: {text[:150]}"
        elif name in SELF:
            if has_ids and real != nothing and name not in (*ANYBODY, *also):
                yield f"{role}: {real[:150]}, for nothing {nothing[:150]}"
            if _object(_answer(answers[0])) and name not in ANYBODY:
                yield f"{role} got something of another's: {text[:200]}"
        elif "Private" in name and not any(code in text for code in REFUSED):
            yield f"{role} was not refused: {text[:200]}"
        elif name in HOLDER and _object(_answer(answers[1])):
            yield f"{role} got something for an id that is none: {nothing[:200]}"


def _answer(found: dict[str, Any]) -> Any:
    return (found.get("data") or {}).get("answer")


def _object(answer: Any) -> Any:
    """Return what a payload holds besides errors, or the thing itself."""
    if isinstance(answer, dict) and "errors" in answer:
        kept = {key: value for key, value in answer.items() if key not in ("errors", "__typename")}
        kept = {key: value for key, value in kept.items() if value and value != "{}"}
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


def _real(world: World, address: str) -> Callable[[str, str], str]:
    """Return ids of things that exist: the shared order, another's address, and the first of everything else."""

    def ids(root: str, argument: str) -> str:
        kind = _kind(root, argument)
        return {"Order": world.hidden[0], "Address": address}.get(kind) or _gid(kind, "1")

    return ids


def _made_up(root: str, argument: str) -> str:
    kind = _kind(root, argument)
    return _gid(kind, "00000000-0000-4000-8000-000000000000" if kind in ("Order", "Checkout") else "99999999")


def _gid(kind: str, key: str) -> str:
    return base64.b64encode(f"{kind}:{key}".encode()).decode()
