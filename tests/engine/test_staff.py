"""Staff, groups and customers: nobody hands on what is not theirs, and accounts end when their owners say so."""

from __future__ import annotations

import pytest

from infra.engine import bootstrap
from infra.engine.checkout.addresses import clean_address
from infra.engine.customers import actions
from infra.engine.customers.models import Group, User
from infra.engine.schema.ids import to_global_id
from tests.engine.asking import ask, data_of, staff_token
from tests.engine.commerce import make_channel

pytestmark = pytest.mark.django_db(databases=["engine"])
PASSWORD = "a-long-enough-word"
GROUP = """mutation($input: PermissionGroupCreateInput!) { permissionGroupCreate(input: $input) {
  group { id name permissions { code } users { email } restrictedAccessToChannels accessibleChannels { slug }
    userCanManage }
  errors { field code permissions users channels } } }"""
GROUP_CHANGE = """mutation($id: ID!, $input: PermissionGroupUpdateInput!) {
  permissionGroupUpdate(id: $id, input: $input) {
  group { permissions { code } users { email } } errors { field code permissions users } } }"""
STAFF = """mutation($input: StaffCreateInput!) { staffCreate(input: $input) {
  user { id email isStaff permissionGroups { name } editableGroups { name } restrictedAccessToChannels
    accessibleChannels { slug } }
  errors { field code groups } } }"""
STAFF_CHANGE = """mutation($id: ID!, $input: StaffUpdateInput!) { staffUpdate(id: $id, input: $input) {
  user { isActive permissionGroups { name } } errors { field code permissions } } }"""


def sign_in(email):
    query = f'mutation {{ tokenCreate(email: "{email}", password: "{PASSWORD}") {{ token errors {{ code }} }} }}'
    return data_of(query)["tokenCreate"]["token"]


def make_staff(email, *permissions, restricted_to=()):
    user = User.objects.create(email=email, is_staff=True, password="!")
    actions.change_password(user, PASSWORD)
    if permissions:
        group = Group.objects.create(
            name=f"of {email}", permissions=sorted(permissions), restricted_access_to_channels=bool(restricted_to)
        )
        group.channels.add(*restricted_to)
        user.groups.add(group)
    return user, sign_in(email)


@pytest.fixture
def boss():
    bootstrap.ensure_superuser("boss@example.com", PASSWORD)
    return sign_in("boss@example.com")


def test_a_group_gives_its_members_what_it_has(boss):
    clerk, token = make_staff("clerk@example.com")
    said = {"name": "desk", "addPermissions": ["MANAGE_STAFF"], "addUsers": [to_global_id("User", clerk.pk)]}

    group = data_of(GROUP, {"input": said}, token=boss)["permissionGroupCreate"]["group"]

    assert group["users"] == [{"email": "clerk@example.com"}]
    assert group["permissions"] == [{"code": "MANAGE_STAFF"}]
    assert group["userCanManage"] is True
    listed = data_of('{ permissionGroups(first: 5, filter: {search: "des"}) { edges { node { name } } } }', token=token)
    assert [edge["node"]["name"] for edge in listed["permissionGroups"]["edges"]] == ["desk"]


def test_nobody_hands_on_a_permission_of_which_they_have_none():
    _, token = make_staff("lead@example.com", "MANAGE_STAFF")

    refused = ask(GROUP, {"input": {"name": "more", "addPermissions": ["MANAGE_ORDERS"]}}, token=token)

    assert refused["data"]["permissionGroupCreate"] == {
        "group": None,
        "errors": [
            {
                "field": "addPermissions",
                "code": "OUT_OF_SCOPE_PERMISSION",
                "permissions": ["MANAGE_ORDERS"],
                "users": None,
                "channels": None,
            }
        ],
    }
    assert not Group.objects.filter(name="more").exists()


def test_nobody_hands_on_a_channel_of_which_they_have_none():
    here, there = make_channel(slug="jp"), make_channel(slug="uk", currency_code="GBP", default_country="GB")
    _, token = make_staff("lead@example.com", "MANAGE_STAFF", restricted_to=[here])
    said = {"name": "far", "restrictedAccessToChannels": True, "addChannels": [to_global_id("Channel", there.pk)]}

    refused = ask(GROUP, {"input": said}, token=token)["data"]["permissionGroupCreate"]["errors"]
    unbound = ask(GROUP, {"input": {"name": "all"}}, token=token)["data"]["permissionGroupCreate"]["errors"]
    near = {**said, "name": "near", "addChannels": [to_global_id("Channel", here.pk)]}
    made = data_of(GROUP, {"input": near}, token=token)["permissionGroupCreate"]["group"]

    assert [(each["field"], each["code"]) for each in refused] == [("addChannels", "OUT_OF_SCOPE_CHANNEL")]
    assert [(each["field"], each["code"]) for each in unbound] == [
        ("restrictedAccessToChannels", "OUT_OF_SCOPE_CHANNEL")
    ]
    assert made["accessibleChannels"] == [{"slug": "jp"}]


def test_customers_and_apps_are_kept_out_of_groups(boss):
    customer = User.objects.create(email="customer@example.com", password="!")
    said = {"name": "desk", "addUsers": [to_global_id("User", customer.pk)]}

    as_app = ask(GROUP, {"input": {"name": "desk"}}, token=staff_token())
    as_boss = ask(GROUP, {"input": said}, token=boss)["data"]["permissionGroupCreate"]

    assert as_app["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"
    assert [each["code"] for each in as_boss["errors"]] == ["ASSIGN_NON_STAFF_MEMBER"]
    assert not Group.objects.exists()


def test_the_last_who_can_hand_on_a_permission_stays():
    lead, token = make_staff("lead@example.com", "MANAGE_STAFF", "MANAGE_ORDERS")
    group = lead.groups.get()
    gid = to_global_id("Group", group.pk)

    taken = ask(GROUP_CHANGE, {"id": gid, "input": {"removePermissions": ["MANAGE_ORDERS"]}}, token=token)
    leave = ask(GROUP_CHANGE, {"id": gid, "input": {"removeUsers": [to_global_id("User", lead.pk)]}}, token=token)
    pause = ask(STAFF_CHANGE, {"id": to_global_id("User", lead.pk), "input": {"isActive": False}}, token=token)

    codes = [
        [each["code"] for each in next(iter(answer["data"].values()))["errors"]] for answer in (taken, leave, pause)
    ]
    assert codes == [
        ["LEFT_NOT_MANAGEABLE_PERMISSION"],
        ["CANNOT_REMOVE_FROM_LAST_GROUP", "LEFT_NOT_MANAGEABLE_PERMISSION"],
        ["DEACTIVATE_OWN_ACCOUNT", "LEFT_NOT_MANAGEABLE_PERMISSION"],
    ]
    group.refresh_from_db()
    assert group.permissions == ["MANAGE_ORDERS", "MANAGE_STAFF"]
    assert list(group.users.values_list("email", flat=True)) == ["lead@example.com"]


def test_a_customer_becomes_staff_and_stays_the_same_person(boss):
    customer = User.objects.create(email="turn@example.com", password="!", first_name="Tora")
    Group.objects.create(name="desk", permissions=["MANAGE_USERS"])

    made = data_of(
        STAFF,
        {"input": {"email": "turn@example.com", "addGroups": [to_global_id("Group", Group.objects.get().pk)]}},
        token=boss,
    )["staffCreate"]["user"]
    again = ask(STAFF, {"input": {"email": "turn@example.com"}}, token=boss)["data"]["staffCreate"]["errors"]

    assert made["id"] == to_global_id("User", customer.pk)
    assert (made["isStaff"], made["permissionGroups"]) == (True, [{"name": "desk"}])
    assert made["editableGroups"] == [{"name": "desk"}]
    assert made["restrictedAccessToChannels"] is False
    assert [(each["field"], each["code"]) for each in again] == [("email", "UNIQUE")]


def test_an_account_ends_by_the_token_its_owner_asked_for():
    user = User.objects.create(email="leaver@example.com", password="!")
    actions.change_password(user, PASSWORD)
    token = sign_in("leaver@example.com")
    end = "mutation($token: String!) { accountDelete(token: $token) { user { email } errors { field code } } }"
    make_channel(slug="jp")

    leave = 'mutation { accountRequestDeletion(redirectUrl: "http://localhost/x") { errors { field code } } }'
    data_of(leave, token=token)
    wrong = ask(end, {"token": "wrong"}, token=token)["data"]["accountDelete"]["errors"]
    user.refresh_from_db()
    ended = data_of(end, {"token": actions.deletion_tokens.make_token(user)}, token=token)["accountDelete"]

    assert wrong == [{"field": "token", "code": "INVALID"}]
    assert ended["user"] == {"email": "leaver@example.com"}
    assert not User.objects.filter(email="leaver@example.com").exists()


def test_an_app_acts_for_a_customer_only_with_the_right_to():
    user = User.objects.create(email="c@example.com", password="!")
    change = """mutation($id: ID!) { accountUpdate(customerId: $id, input: {firstName: "Kei"}) {
      user { firstName } errors { code } } }"""
    gid = to_global_id("User", user.pk)
    bare = bootstrap.create_staff_app("bare", ["MANAGE_USERS"])

    refused = ask(change, {"id": gid}, token=bare)
    done = data_of(change, {"id": gid}, token=staff_token())["accountUpdate"]

    assert refused["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"
    assert done["user"] == {"firstName": "Kei"}


def test_lists_of_customers_are_searched_filtered_and_ordered():
    token = staff_token()
    for name, tier in (("Aki", "gold"), ("Beni", "iron"), ("Chie", "gold")):
        User.objects.create(email=f"{name.lower()}@example.com", password="!", first_name=name, metadata={"tier": tier})
    query = """query($f: CustomerFilterInput, $w: CustomerWhereInput, $s: UserSortingInput) {
      customers(first: 9, filter: $f, where: $w, sortBy: $s) { edges { node { firstName } } } }"""

    def names(**variables):
        edges = data_of(query, variables, token=token)["customers"]["edges"]
        return [edge["node"]["firstName"] for edge in edges]

    assert names(s={"field": "FIRST_NAME", "direction": "DESC"}) == ["Chie", "Beni", "Aki"]
    assert names(f={"search": "beni@"}) == ["Beni"]
    assert names(f={"metadata": [{"key": "tier", "value": "gold"}]}) == ["Aki", "Chie"]
    assert names(f={"numberOfOrders": {"gte": 1}}) == []
    assert names(w={"OR": [{"firstName": {"eq": "Aki"}}, {"email": {"oneOf": ["chie@example.com"]}}]}) == [
        "Aki",
        "Chie",
    ]
    assert names(w={"AND": [{"metadata": {"key": "tier", "value": {"eq": "gold"}}}, {"isActive": True}]}) == [
        "Aki",
        "Chie",
    ]


def test_the_rules_of_an_address_are_those_of_its_country():
    query = """{ addressValidationRules(countryCode: SG) { countryCode countryName addressFormat addressLatinFormat
      allowedFields requiredFields upperFields countryAreaType countryAreaChoices { raw verbose } cityType
      cityChoices { raw verbose } cityAreaType cityAreaChoices { raw verbose } postalCodeType postalCodeMatchers
      postalCodeExamples postalCodePrefix } japan: addressValidationRules(countryCode: JP) {
      countryAreaChoices { raw verbose } requiredFields allowedFields addressFormat addressLatinFormat } }"""

    seen = data_of(query)

    rules = seen["addressValidationRules"]
    assert rules["requiredFields"] == ["postalCode", "streetAddress1"]
    assert rules["allowedFields"] == ["companyName", "name", "postalCode", "streetAddress1", "streetAddress2"]
    assert rules["postalCodeMatchers"] == [r"^\d{6}$"]
    assert {"raw": "東京都", "verbose": "Tokyo"} in seen["japan"]["countryAreaChoices"]
    assert seen["japan"]["requiredFields"] == ["countryArea", "postalCode", "streetAddress1"]
    assert "city" in seen["japan"]["allowedFields"], "Google's data knows none: no storefront would ask for it"
    assert seen["japan"]["addressFormat"] == "〒%Z%n%S%n%C%n%A%n%O%n%N"
    assert seen["japan"]["addressLatinFormat"] == "%N%n%O%n%A, %C, %S%n%Z"


def test_a_japanese_address_keeps_its_city_where_a_country_s_rules_blank_what_they_do_not_know():
    said = {"country": "JP", "countryArea": "東京都", "city": "墨田区", "cityArea": "x", "postalCode": "130-0001"}

    kept = clean_address({**said, "streetAddress1": "1-2-3"}, address_type=None, keep_all_fields=False)

    assert (kept["country_area"], kept["city"], kept["city_area"]) == ("東京都", "墨田区", "")


def test_sign_in_by_other_means_is_nobodys_here():
    seen = data_of(
        """mutation { externalAuthenticationUrl(pluginId: "x", input: "{}") { authenticationData errors { code } }
        externalVerify(pluginId: "x", input: "{}") { isValid verifyData user { id } errors { code } }
        externalLogout(pluginId: "x", input: "{}") { logoutData errors { code } } }"""
    )

    assert seen["externalAuthenticationUrl"]["authenticationData"] == "{}"
    assert seen["externalVerify"]["isValid"] is False
    assert seen["externalLogout"]["logoutData"] == "{}"
