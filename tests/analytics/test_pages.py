from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.test import Client

from analytics.models import PublishedCell
from marketplace.accounts.actions import create_user, grant_role
from tests.accept import oracle
from tests.analytics.factories import make_market

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def published(publish):
    publish(make_market(seed=3, weeks=5), now=datetime(2026, 9, 27, 19, 30, tzinfo=UTC))


def make_reader(role: str | None) -> Client:
    person = create_user(email=f"{role}@example.test", name="読み手", password="not-a-secret-1", actor="test")
    if role:
        grant_role(user_id=person.id, role=role, actor="test")
    client = Client()
    from marketplace.accounts.models import User

    client.force_login(User.objects.get(pk=person.id))
    return client


PAGES = ("/pool/", "/pool/cells.csv", "/pool/rules/")


@pytest.mark.parametrize(("role", "code"), [("marketer", 200), ("ward_desk", 200), (None, 403)])
def test_each_page_for_each_role(published, role, code):
    client = make_reader(role)

    assert [client.get(url).status_code for url in PAGES] == [code] * 3


def test_strangers_are_sent_to_sign_in_and_nobody_posts(db):
    client = Client()

    assert [client.get(url).status_code for url in PAGES] == [302] * 3
    assert make_reader("marketer").post("/pool/").status_code == 405


def test_a_table_shows_every_published_value_and_a_reason_for_every_hidden_one(published):
    client = make_reader("marketer")

    page = client.get("/pool/", {"rows": "category", "columns": "area", "time": "2026-W36"}).content.decode()

    cells = PublishedCell.objects.filter(measure="sales", time="2026-W36")
    body = page[page.index("<tbody>") : page.index("</tbody>")]
    shown = re.findall(r'class="value">\D*([\d,]+)', body)
    assert sorted(int(text.replace(",", "")) for text in shown) == sorted(c.value for c in cells if c.value is not None)
    assert body.count('class="veiled"') == sum(cell.value is None for cell in cells) > 0
    assert body.count("事業者が5者未満") == sum(cell.reason == "few_owners" for cell in cells)
    assert body.count("<a ") == sum(bool(cell.parent_time) for cell in cells)


@pytest.mark.parametrize("question", [{}, {"grain": "period"}, {"measure": "refunds"}, {"rows": "area"}])
def test_pages_speak_japanese_and_english(published, question):
    client = make_reader("marketer")

    japanese = client.get("/pool/", question).content.decode()
    english = client.get("/pool/", {**question, "lang": "en"}).content.decode()

    assert "販売データプールに聞く" in japanese
    assert "Ask the sales pool" in english
    assert not re.search(r"[ぁ-んァ-ン]", english[english.index("<main") : english.index("</main>")])


@pytest.mark.parametrize(
    "question",
    [{"measure": "profit"}, {"rows": "area", "columns": "area"}, {"columns": "area", "category": "<script>"}],
)
def test_a_question_outside_the_set_is_refused_and_told(published, question):
    answer = make_reader("marketer").get("/pool/", question)

    assert answer.status_code == 400
    assert "この問いはデータプールでは答えられません" in answer.content.decode()
    assert "<script>" not in answer.content.decode()


def test_the_file_holds_every_cell_as_published_and_the_oracle_reads_it(published):
    client = make_reader("marketer")

    answer = client.get("/pool/cells.csv", {"measure": "sales", "grain": "week"})

    text = answer.content.decode()
    figures = oracle.read_csv(text)
    kept = PublishedCell.objects.filter(measure="sales", grain="week")
    assert {(*f.address, f.value, f.reason) for f in figures} == {
        (c.time, c.category, c.area, c.value, c.reason) for c in kept
    }
    assert len(list(csv.reader(io.StringIO(text)))) == kept.count() + 1
    assert client.get("/pool/cells.csv", {"measure": "sales", "grain": "day"}).status_code == 404


def test_before_anything_is_published_the_file_has_its_heading_only(db):
    answer = make_reader("marketer").get("/pool/cells.csv")

    assert answer.status_code == 200
    assert len(list(csv.reader(io.StringIO(answer.content.decode())))) == 1


def test_a_page_costs_the_same_statements_whatever_it_shows(published, django_assert_max_num_queries):
    client = make_reader("marketer")
    client.get("/pool/")

    with django_assert_max_num_queries(12):
        client.get("/pool/")
    with django_assert_max_num_queries(12):
        client.get("/pool/", {"rows": "category", "columns": "area"})


def test_every_text_of_the_pages_has_its_japanese():
    catalogue = read_po((ROOT / "storefront/pool/locale/ja/LC_MESSAGES/django.po").open("rb"), locale="ja")
    known = {message.id if isinstance(message.id, str) else message.id[0] for message in catalogue if message.string}
    wanted = set()
    for path in (ROOT / "storefront/templates/pool").glob("*.html"):
        wanted |= set(re.findall(r'{% translate "([^"]+)" %}', path.read_text()))
    for path in (ROOT / "storefront/pool").glob("*.py"):
        wanted |= set(re.findall(r'\b(?:_|gettext_lazy|ngettext)\("([^"]+)"', path.read_text()))

    assert wanted - known == set()
