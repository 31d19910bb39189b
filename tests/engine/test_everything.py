"""Everything that can be listed, asked for with every field: nothing breaks, whatever the reader may not see."""

from __future__ import annotations

import pytest
from graphql import GraphQLNonNull, get_named_type, is_leaf_type

from infra.engine.products.models import Category, Page, Translation
from infra.engine.schema.build import schema
from tests.engine.asking import ask
from tests.engine.everything import select_all
from tests.engine.shop import Shop, upload

pytestmark = pytest.mark.django_db(databases=["engine"])
LISTS = sorted(
    name
    for name, field in schema().query_type.fields.items()
    if not is_leaf_type(get_named_type(field.type))
    and not any(isinstance(argument.type, GraphQLNonNull) for argument in field.args.values())
    and (get_named_type(field.type).name.endswith("Connection") or not field.args)
)


def question(name: str, depth: int) -> str:
    field = schema().query_type.fields[name]
    given = "(first: 5)" if "first" in field.args else ""
    return f"{{ {name}{given} {select_all(get_named_type(field.type), depth)} }}"


@pytest.mark.parametrize("name", LISTS)
def test_every_field_of_a_list_answers_for_staff(name):
    shop = Shop()
    product = shop.product()
    upload(shop.token, product)
    category, page = Category.objects.get(), Page.objects.get()
    for kind, pk in (("Category", category.pk), ("Page", page.pk), ("Product", 1)):
        Translation.objects.create(kind=kind, object_id=pk, language_code="EN", fields={"name": "x", "title": "y"})

    answer = ask(question(name, 2), token=shop.token)

    assert answer.get("errors", []) == []
    assert answer["data"][name] is not None or name == "me"


@pytest.mark.parametrize("name", LISTS)
def test_every_field_of_a_list_breaks_for_nobody(name):
    Shop().product()

    answer = ask(question(name, 1))

    codes = {error["extensions"]["exception"]["code"] for error in answer.get("errors", [])}
    assert codes <= {"PermissionDenied", "GraphQLError"}
    assert "Internal Server Error" not in {error["message"] for error in answer.get("errors", [])}
