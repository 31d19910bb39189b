"""Staff restricted to channels: what is of another channel is neither listed nor changed, as Saleor 3.24 has it."""

from __future__ import annotations

import pytest

from infra.engine.apps.actions import create_app
from infra.engine.checkout.completion import complete_checkout
from infra.engine.orders import actions, fulfillment
from infra.engine.orders.models import GrantedRefund, Order, OrderEvent, OrderLine
from infra.engine.orders.types import FulfillPart
from infra.engine.payments.models import TransactionItem
from infra.engine.schema.context import ANONYMOUS
from infra.engine.schema.ids import to_global_id
from tests.engine.asking import ask, data_of
from tests.engine.commerce import make_channel, make_checkout, make_variant, make_warehouse
from tests.engine.test_customers import make_customer, sign_in
from tests.engine.test_staff import make_staff

pytestmark = pytest.mark.django_db(databases=["engine"])
PERMISSIONS = ("MANAGE_ORDERS", "HANDLE_PAYMENTS", "MANAGE_USERS")
ERRORS = "{ errors { field code } }"
#: mutations of an order and its parts; names in percent signs are ids of the world
MUTATIONS = {
    "orderNoteAdd": 'orderNoteAdd(order: "%order%", input: {message: "m"})',
    "orderNoteUpdate": 'orderNoteUpdate(note: "%note%", input: {message: "m"})',
    "orderUpdate": 'orderUpdate(id: "%order%", input: {userEmail: "x@example.com"})',
    "orderConfirm": 'orderConfirm(id: "%order%")',
    "orderCancel": 'orderCancel(id: "%order%")',
    "orderMarkAsPaid": 'orderMarkAsPaid(id: "%order%")',
    "orderUpdateShipping": 'orderUpdateShipping(order: "%draft%", input: {})',
    "orderFulfill": 'orderFulfill(order: "%order%", input: {lines: []})',
    "orderFulfillmentApprove": 'orderFulfillmentApprove(id: "%parcel%", notifyCustomer: false)',
    "orderFulfillmentCancel": 'orderFulfillmentCancel(id: "%parcel%")',
    "orderFulfillmentUpdateTracking": 'orderFulfillmentUpdateTracking(id: "%parcel%", input: {trackingNumber: "x"})',
    "orderFulfillmentReturnProducts": 'orderFulfillmentReturnProducts(order: "%order%", input: {})',
    "orderGrantRefundCreate": 'orderGrantRefundCreate(id: "%order%", input: {amount: 1, transactionId: "%payment%"})',
    "orderGrantRefundUpdate": 'orderGrantRefundUpdate(id: "%grant%", input: {reason: "x"})',
    "orderLinesCreate": 'orderLinesCreate(id: "%draft%", input: [{variantId: "%variant%", quantity: 1}])',
    "orderLineUpdate": 'orderLineUpdate(id: "%line%", input: {quantity: 5})',
    "orderLineDelete": 'orderLineDelete(id: "%line%")',
    "orderLineDiscountUpdate": 'orderLineDiscountUpdate(orderLineId: "%line%", input: {value: 1, valueType: FIXED})',
    "orderLineDiscountRemove": 'orderLineDiscountRemove(orderLineId: "%line%")',
    "orderDiscountAdd": 'orderDiscountAdd(orderId: "%draft%", input: {value: 1, valueType: FIXED})',
    "draftOrderCreate": 'draftOrderCreate(input: {channelId: "%channel%"})',
    "draftOrderUpdate": 'draftOrderUpdate(id: "%draft%", input: {customerNote: "x"})',
    "draftOrderComplete": 'draftOrderComplete(id: "%draft%")',
    "draftOrderDelete": 'draftOrderDelete(id: "%draft%")',
    "draftOrderBulkDelete": 'draftOrderBulkDelete(ids: ["%draft%"])',
    "transactionRequestAction": 'transactionRequestAction(id: "%payment%", actionType: REFUND, amount: 1)',
    "transactionRequestRefundForGrantedRefund": (
        'transactionRequestRefundForGrantedRefund(id: "%payment%", grantedRefundId: "%grant%")'
    ),
}


class There:
    """A channel with an order that is sent, paid and to be refunded, and with a draft; `ids` name its parts."""

    def __init__(self, slug, user=None):
        self.channel = make_channel(slug=slug)
        warehouse = make_warehouse(self.channel, slug=f"wh-{slug}")
        variant = make_variant(self.channel, stock={warehouse: 9})
        self.order, draft = (
            complete_checkout(checkout_id=make_checkout(self.channel, {variant: 1}).pk, requestor=ANONYMOUS)
            for _ in range(2)
        )
        Order.objects.filter(pk=draft.pk).update(status="DRAFT")
        Order.objects.filter(channel=self.channel).update(user=user)
        part = FulfillPart(OrderLine.objects.get(order=self.order).pk, warehouse.pk, 1)
        (parcel,) = fulfillment.fulfill_order(
            order_id=self.order.pk, parts=[part], requestor=ANONYMOUS, auto_approve=True, allow_unpaid=True
        )
        _, note = actions.add_note(order_id=self.order.pk, message="kept", requestor=ANONYMOUS)
        payment = TransactionItem.objects.create(order=self.order, currency="JPY", available_actions=["REFUND"])
        grant = GrantedRefund.objects.create(order=self.order, amount_value=1, transaction=payment)
        self.ids = {
            "order": to_global_id("Order", self.order.pk),
            "draft": to_global_id("Order", draft.pk),
            "line": to_global_id("OrderLine", OrderLine.objects.get(order=draft).pk),
            "parcel": to_global_id("Fulfillment", parcel.pk),
            "note": to_global_id("OrderEvent", note.pk),
            "payment": to_global_id("TransactionItem", payment.pk),
            "grant": to_global_id("OrderGrantedRefund", grant.pk),
            "variant": to_global_id("ProductVariant", variant.pk),
            "channel": to_global_id("Channel", self.channel.pk),
        }

    def document(self, text):
        for name, gid in self.ids.items():
            text = text.replace(f"%{name}%", gid)
        return text

    def state(self):
        """Return what a refused mutation must leave as it is."""
        return [
            list(model.objects.filter(**{path: self.channel}).order_by("pk").values_list())
            for model, path in (
                (Order, "channel"),
                (OrderLine, "order__channel"),
                (GrantedRefund, "order__channel"),
                (OrderEvent, "order__channel"),
            )
        ]


@pytest.fixture
def customer():
    return make_customer()


@pytest.fixture
def here(customer):
    return There("jp", customer)


@pytest.fixture
def there(customer):
    return There("us", customer)


@pytest.fixture
def clerk(here):
    return make_staff("clerk@example.com", *PERMISSIONS, restricted_to=[here.channel])[1]


def code(answer):
    return answer["errors"][0]["extensions"]["exception"]["code"] if "errors" in answer else None


@pytest.mark.parametrize("name", MUTATIONS)
def test_nothing_of_another_channel_is_changed(here, there, clerk, name):
    before = there.state()

    answer = ask(f"mutation {{ {there.document(MUTATIONS[name])} {ERRORS} }}", token=clerk)
    near = ask(f"mutation {{ {here.document(MUTATIONS[name])} {ERRORS} }}", token=clerk)

    assert code(answer) == "PermissionDenied"
    assert answer["data"] == {name: None}
    assert there.state() == before
    assert code(near) is None


@pytest.mark.parametrize("name", ["orderNoteAdd", "draftOrderCreate", "draftOrderUpdate"])
def test_staff_of_no_group_work_on_no_channel(there, name):
    user, token = make_staff("boss@example.com", *PERMISSIONS)
    assert code(ask(f"mutation {{ {there.document(MUTATIONS[name])} {ERRORS} }}", token=token)) is None
    user.groups.get().channels.clear()
    user.groups.update(restricted_access_to_channels=True)

    assert code(ask(f"mutation {{ {there.document(MUTATIONS[name])} {ERRORS} }}", token=token)) == "PermissionDenied"


def test_drafts_are_deleted_all_or_none(here, there, clerk):
    text = f'mutation {{ draftOrderBulkDelete(ids: ["{here.ids["draft"]}", "{there.ids["draft"]}"]) {{ count }} }}'

    assert code(ask(text, token=clerk)) == "PermissionDenied"
    assert Order.objects.filter(status="DRAFT").count() == 2


def listed(text, token):
    (page,) = data_of(f"{{ {text} {{ edges {{ node {{ id }} }} }} }}", token=token).values()
    return sorted(edge["node"]["id"] for edge in page["edges"])


def test_lists_hold_what_is_of_ones_channels(here, there, clerk):
    boss = make_staff("boss@example.com", *PERMISSIONS)[1]
    app = create_app(name="an app", permissions=list(PERMISSIONS))[1]
    both = {name: sorted([here.ids[name], there.ids[name]]) for name in ("order", "draft")}

    assert listed("orders(first: 9)", clerk) == [here.ids["order"]]
    assert listed('orders(first: 9, channel: "jp")', clerk) == [here.ids["order"]]
    assert listed(f'orders(first: 9, where: {{ids: ["{there.ids["order"]}"]}})', clerk) == []
    assert listed("draftOrders(first: 9)", clerk) == [here.ids["draft"]]
    for token in (boss, app):
        assert listed("orders(first: 9)", token) == both["order"]
        assert listed("draftOrders(first: 9)", token) == both["draft"]
    assert listed('orders(first: 9, channel: "nowhere")', app) == []


@pytest.mark.parametrize("slug", ["us", "nowhere"])
def test_a_channel_of_others_is_refused_by_name(here, there, clerk, slug):
    assert code(ask(f'{{ orders(first: 9, channel: "{slug}") {{ totalCount }} }}', token=clerk)) == "PermissionDenied"


def test_orders_of_a_customer_are_those_of_ones_channels(here, there, clerk, customer):
    text = "query($id: ID!) { user(id: $id) { orders(first: 9) { edges { node { id } } } } }"

    seen = data_of(text, {"id": to_global_id("User", customer.pk)}, token=clerk)["user"]["orders"]
    own = data_of("{ me { orders(first: 9) { edges { node { id } } } } }", token=sign_in()["token"])["me"]["orders"]

    assert sorted(edge["node"]["id"] for edge in seen["edges"]) == sorted([here.ids["order"], here.ids["draft"]])
    assert sorted(edge["node"]["id"] for edge in own["edges"]) == sorted([here.ids["order"], there.ids["order"]])


def test_whoever_holds_the_id_of_an_order_reads_it(there, clerk):
    assert data_of("query($id: ID!) { order(id: $id) { id } }", {"id": there.ids["order"]}, token=clerk)["order"]
