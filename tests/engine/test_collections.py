"""Collections and menus: filled, listed, translated, pictured, and what a shopper sees of them."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from PIL import Image

from infra.engine.deliveries.models import EventDelivery
from infra.engine.handler import handle
from infra.engine.menus.models import Menu
from infra.engine.products.models import Category, Collection
from tests.engine.asking import ask, data_of
from tests.engine.shop import Shop
from tests.engine.test_deliveries import make_webhook

pytestmark = pytest.mark.django_db(databases=["engine"])
SEEN = """query($c: String) { collections(first: 5, channel: $c) { totalCount edges { node { id name slug channel
  description seoTitle seoDescription backgroundImage(size: 64) { url alt } metadata { key value }
  translation(languageCode: EN) { id name slug description seoTitle seoDescription language { code language }
    translatableContent { id collectionId name slug description seoTitle seoDescription
      translation(languageCode: EN) { name } } }
  products(first: 5) { totalCount edges { cursor node { id channel collections { id } } } } } } } }"""


@pytest.fixture
def shop():
    return Shop()


def make_collection(shop, *products, **said):
    given = {"name": "Gifts", "products": list(products), "metadata": [{"key": "a", "value": "1"}], **said}
    text = {"blocks": [{"type": "paragraph", "data": {"text": "gifts"}}]}
    given |= {"description": json.dumps(text), "seo": {"title": "Gifts", "description": "What to bring"}}
    return shop.make("collectionCreate(input: $i) { collection { id }", "CollectionCreateInput", given)["collection"][
        "id"
    ]


def list_it(shop, collection, **listing):
    text = """mutation($id: ID!, $i: CollectionChannelListingUpdateInput!) {
      collectionChannelListingUpdate(id: $id, input: $i) { errors { field code channels }
        collection { channelListings { id isPublished publishedAt publicationDate channel { slug } } } } }"""
    given = {"addChannels": [{"channelId": shop.channel, "isPublished": True, **listing}]}
    return data_of(text, {"id": collection, "i": given}, token=shop.token)["collectionChannelListingUpdate"]


def send_file(shop, query, variables, *, place="variables.file", name="bowl.png", kind="image/png"):
    out = BytesIO()
    Image.new("RGB", (300, 200), "navy").save(out, "PNG")
    operations = json.dumps({"query": query, "variables": variables}).encode()
    parts = [
        b'--b\r\nContent-Disposition: form-data; name="operations"\r\n\r\n' + operations,
        b'--b\r\nContent-Disposition: form-data; name="map"\r\n\r\n{"0": ["' + place.encode() + b'"]}',
        f'--b\r\nContent-Disposition: form-data; name="0"; filename="{name}"\r\nContent-Type: {kind}\r\n\r\n'.encode()
        + out.getvalue(),
        b"--b--\r\n",
    ]
    headers = {"Content-Type": "multipart/form-data; boundary=b", "Authorization": f"Bearer {shop.token}"}
    _, _, answer = handle("POST", "/graphql/", headers, b"\r\n".join(parts))
    return json.loads(answer)["data"]


def test_shopper_sees_a_collection_once_it_is_published_in_the_channel(shop):
    product, hidden = shop.product(), shop.product(2, publish=False)
    collection = make_collection(shop, product, hidden)
    text = """mutation($id: ID!) { collectionTranslate(id: $id, languageCode: EN,
      input: {name: "Presents", slug: "presents", seoTitle: "P", seoDescription: "D", description: "{}"}) {
        collection { id } errors { code } } }"""
    data_of(text, {"id": collection}, token=shop.token)

    assert data_of(SEEN, {"c": "jp"})["collections"]["totalCount"] == 0
    listed = list_it(shop, collection)["collection"]["channelListings"]
    seen = data_of(SEEN, {"c": "jp"})["collections"]["edges"][0]["node"]

    assert [(row["isPublished"], row["channel"]["slug"]) for row in listed] == [(True, "jp")]
    assert (seen["channel"], seen["translation"]["name"]) == ("jp", "Presents")
    assert seen["translation"]["translatableContent"]["translation"] == {"name": "Presents"}
    assert [edge["node"]["id"] for edge in seen["products"]["edges"]] == [product]
    assert seen["products"]["edges"][0]["node"]["collections"] == [{"id": collection}]
    found = data_of('{ collection(slug: "presents", slugLanguageCode: EN, channel: "jp") { id } }')
    assert found["collection"] == {"id": collection}


def test_a_page_of_collections_costs_what_one_costs(shop):
    for number in (1, 2, 3):
        list_it(shop, make_collection(shop, slug=f"c-{number}"))
    text = """query($n: Int) { collections(first: $n, channel: "jp") { edges { node
      { name translation(languageCode: EN) { name } } } } }"""

    def statements(number):
        with CaptureQueriesContext(connections["engine"]) as asked:
            assert len(data_of(text, {"n": number})["collections"]["edges"]) == number
        return len(asked)

    statements(1)
    assert statements(1) == statements(3)


def test_products_come_and_go_and_keep_their_places(shop):
    products = [shop.product(number) for number in (1, 2, 3)]
    collection = make_collection(shop, products[0])
    text = """mutation($id: ID!, $p: [ID!]!, $m: [MoveProductInput!]!, $gone: [ID!]!) {
      collectionAddProducts(collectionId: $id, products: $p) { collection { products(first: 5) {
        totalCount } } errors { code } }
      collectionReorderProducts(collectionId: $id, moves: $m) { errors { code }
        collection { products(first: 5, sortBy: {field: COLLECTION, direction: ASC}) { edges { node { id } } } } }
      collectionRemoveProducts(collectionId: $id, products: $gone) { collection { products(first:
        5) { totalCount } } errors { code } } }"""
    moves = [{"productId": products[2], "sortOrder": -2}]

    seen = data_of(text, {"id": collection, "p": products[1:], "m": moves, "gone": products[:1]}, token=shop.token)

    assert seen["collectionAddProducts"]["collection"]["products"]["totalCount"] == 3
    edges = seen["collectionReorderProducts"]["collection"]["products"]["edges"]
    assert [edge["node"]["id"] for edge in edges] == [products[2], products[0], products[1]]
    assert seen["collectionRemoveProducts"]["collection"]["products"]["totalCount"] == 2


def test_events_tell_of_a_collection(shop, app_double):
    queries = """subscription { event { ... on CollectionCreated { collection { id name } }
      ... on CollectionUpdated { collection { name } } ... on CollectionDeleted { collection { name } }
      ... on CollectionMetadataUpdated { collection { name } } } }"""
    make_webhook("COLLECTION_CREATED", "COLLECTION_UPDATED", "COLLECTION_DELETED", query=queries)
    collection = make_collection(shop)
    text = """mutation($id: ID!) { collectionUpdate(id: $id, input: {name: "New"}) { collection {
      name } errors { code } }
      collectionDelete(id: $id) { collection { id name } errors { code } } }"""

    seen = data_of(text, {"id": collection}, token=shop.token)

    told = [
        (row.event_type, json.loads(row.payload)["collection"]["name"]) for row in EventDelivery.objects.order_by("pk")
    ]
    assert told == [("COLLECTION_CREATED", "Gifts"), ("COLLECTION_UPDATED", "New"), ("COLLECTION_DELETED", "New")]
    assert seen["collectionDelete"]["collection"]["name"] == "New"
    assert Collection.objects.count() == 0


def test_background_images_of_collections_and_categories(shop):
    text = """mutation($f: Upload) { collectionCreate(input: {name: "Bath", backgroundImage: $f,
      backgroundImageAlt: "a bowl"}) {
      collection { id backgroundImage { url alt } } errors { field code } } }"""
    made = send_file(shop, text, {"f": None}, place="variables.f")["collectionCreate"]["collection"]
    change = """mutation($id: ID!, $f: Upload) { categoryUpdate(id: $id, input: {backgroundImage: $f}) {
      category { backgroundImage(size: 64) { url alt } } errors { field code } } }"""
    seen = send_file(shop, change, {"id": shop.category, "f": None}, place="variables.f")["categoryUpdate"]

    assert made["backgroundImage"]["alt"] == "a bowl"
    assert "/media/collections/" in made["backgroundImage"]["url"]
    assert "/thumbnail/" in seen["category"]["backgroundImage"]["url"]
    wrong = send_file(
        shop, change, {"id": shop.category, "f": None}, place="variables.f", name="x.txt", kind="text/plain"
    )
    assert wrong["categoryUpdate"]["errors"] == [{"field": "backgroundImage", "code": "INVALID"}]


def test_a_collection_cannot_be_made_by_a_stranger_or_twice(shop):
    text = "mutation($i: CollectionCreateInput!) { collectionCreate(input: $i) { errors { field code } } }"
    given = {"i": {"name": "Gifts", "slug": "gifts"}}

    stranger = ask(text, given)
    data_of(text, given, token=shop.token)
    again = ask(text, given, token=shop.token)["data"]["collectionCreate"]

    assert stranger["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"
    assert again["errors"] == [{"field": "slug", "code": "UNIQUE"}]
    assert Collection.objects.count() == 1


MENU = """query { menu(slug: "shelves", channel: "jp") { id name metadata { key } items { id name level url
  menu { slug } translation(languageCode: EN) { id name language { code }
    translatableContent { id menuItemId name translation(languageCode: EN) { name } } }
  category { id } collection { id } page { id } parent { id }
  children { id level parent { id } collection { id } } } } }"""


def test_every_shop_has_its_first_menus():
    assert sorted(Menu.objects.values_list("slug", flat=True)) == ["footer", "navbar"]


def test_a_menu_shows_shoppers_only_what_they_may_see(shop):
    gift = make_collection(shop)
    make = (
        "mutation($i: MenuCreateInput!) { menuCreate(input: $i) { menu { id items { url } } errors { field code } } }"
    )
    given = {
        "name": "Shelves",
        "items": [{"name": "Ward", "url": "https://example.com"}, {"name": "P", "page": shop.page}],
    }
    menu = data_of(make, {"i": given}, token=shop.token)["menuCreate"]["menu"]["id"]
    item = """mutation($i: MenuItemCreateInput!) { menuItemCreate(input: $i) { menuItem
      { id level } errors { field code } } }"""
    goods = {"i": {"name": "Goods", "menu": menu, "category": shop.category}}
    head = data_of(item, goods, token=shop.token)["menuItemCreate"]["menuItem"]["id"]
    below = {"i": {"name": "Gifts", "menu": menu, "parent": head, "collection": gift}}
    child = data_of(item, below, token=shop.token)["menuItemCreate"]["menuItem"]
    say = """mutation($id: ID!) { menuItemTranslate(id: $id, languageCode: EN, input:
      {name: "All"}) { menuItem { id } errors { code } } }"""
    data_of(say, {"id": head}, token=shop.token)

    before = data_of(MENU)["menu"]["items"]
    list_it(shop, gift)
    after = data_of(MENU)["menu"]["items"]

    assert child["level"] == 1
    assert [row["name"] for row in before] == ["Ward", "P", "Goods"]
    assert (before[1]["page"], before[2]["category"]) == ({"id": shop.page}, {"id": shop.category})
    assert before[2]["translation"]["translatableContent"]["translation"] == {"name": "All"}
    assert before[2]["children"][0]["collection"] is None
    assert after[2]["children"][0]["collection"] == {"id": gift}


def test_a_menu_is_changed_moved_and_deleted(shop):
    text = """mutation($i: MenuCreateInput!) { menuCreate(input: $i) { menu { id items { id } } errors { code } } }"""
    given = {"name": "Shelves", "items": [{"name": name, "url": "https://example.com"} for name in "ab"]}
    made = data_of(text, {"i": given}, token=shop.token)["menuCreate"]["menu"]
    first, second = [row["id"] for row in made["items"]]
    change = """mutation($m: ID!, $a: ID!, $b: ID!) {
      menuItemMove(menu: $m, moves: [{itemId: $b, parentId: $a}]) { menu { items { id children { id
        } } } errors { code } }
      menuItemUpdate(id: $a, input: {name: "A"}) { menuItem { name url } errors { code } }
      menuUpdate(id: $m, input: {name: "Racks", slug: "racks"}) { menu { name slug } errors { code } } }"""
    drop = """mutation($m: ID!, $a: ID!, $b: ID!) {
      menuItemDelete(id: $b) { menuItem { id } errors { code } }
      menuItemBulkDelete(ids: [$a]) { count errors { code } }
      menuDelete(id: $m) { menu { id } errors { code } } }"""
    named = {"m": made["id"], "a": first, "b": second}
    seen = data_of(change, named, token=shop.token) | data_of(drop, named, token=shop.token)

    assert seen["menuItemMove"]["menu"]["items"] == [{"id": first, "children": [{"id": second}]}]
    assert seen["menuItemUpdate"]["menuItem"] == {"name": "A", "url": None}
    assert seen["menuUpdate"]["menu"] == {"name": "Racks", "slug": "racks"}
    assert seen["menuItemBulkDelete"]["count"] == 1
    listed = data_of(
        "{ menus(first: 5, sortBy: {field: ITEMS_COUNT, direction: DESC}) { totalCount edges { node { slug } } } }"
    )
    assert listed["menus"]["totalCount"] == 2
    gone = data_of(
        "mutation($ids: [ID!]!) { menuBulkDelete(ids: $ids) { count errors { code } } }", {"ids": []}, token=shop.token
    )
    assert gone["menuBulkDelete"]["count"] == 0


def test_ancestors_stand_from_the_top_down_and_orders_count_goods(shop):
    make = """mutation($i: CategoryInput!, $p: ID) { categoryCreate(input: $i, parent: $p)
      { category { id } errors { code } } }"""
    cup = data_of(make, {"i": {"name": "Cups"}, "p": shop.category}, token=shop.token)["categoryCreate"]["category"][
        "id"
    ]
    tea = data_of(make, {"i": {"name": "Teacups"}, "p": cup}, token=shop.token)["categoryCreate"]["category"]["id"]
    shop.product()
    text = """query($id: ID!) { category(id: $id) { ancestors(first: 5) { totalCount edges { node { id } } } }
      categories(first: 5, sortBy: {field: PRODUCT_COUNT, direction: DESC}) { edges { node { id } } } }"""

    seen = data_of(text, {"id": tea})

    assert [edge["node"]["id"] for edge in seen["category"]["ancestors"]["edges"]] == [shop.category, cup]
    assert seen["categories"]["edges"][0]["node"]["id"] == shop.category
    gone = data_of(
        "mutation($ids: [ID!]!) { categoryBulkDelete(ids: $ids) { count errors { code } } }",
        {"ids": [tea]},
        token=shop.token,
    )
    assert gone["categoryBulkDelete"]["count"] == 1
    assert Category.objects.count() == 2
