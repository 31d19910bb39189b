"""Search finds any listing by kanji, kana, romaji and English of its words, without lists of synonyms."""

from __future__ import annotations

import multiprocessing

import pytest

from infra.search.tantivy_backend import TantivyBackend
from marketplace.catalog import actions, analysis, queries, relevance
from marketplace.catalog.protocols import SearchDocument, SearchHits, SearchQuery
from marketplace.catalog.romaji import fold_romaji, to_romaji
from plugins.api.money import Money
from tests.catalog.conftest import saleor  # noqa: F401  the fixture
from tests.catalog.factories import ACTOR, make_live, make_merchant

NAMES = {
    "kiriko": ("江戸切子 魚子文 ロックグラス", "Edo Kiriko Nanako Rocks Glass"),
    "nori": ("東京湾の焼海苔 全形十枚", "Tokyo Bay Toasted Nori"),
    "tenugui": ("注染手ぬぐい 青海波", "Dyed Tenugui Towel, Seigaiha"),
    "yokan": ("小倉羊羹 一棹", "Ogura Yokan"),
    "kokeshi": ("こけし", "Kokeshi Doll"),
    "shochikubai": ("純米酒 松竹梅", "Junmai Sake"),
}


def make_document(key, names, **overrides):
    fields = {"market": "jp", "categories": ("c",), "merchant": "m", "price": 100, "availability": "in_stock"}
    tokens = analysis.analyse(names=names, texts=overrides.pop("texts", ()))
    return SearchDocument(id=key, fields=tokens, published=1, **{**fields, **overrides})


@pytest.fixture(scope="module")
def backend(tmp_path_factory):
    made = TantivyBackend(folder=tmp_path_factory.mktemp("search"), make_hits=SearchHits)
    made.index(make_document(key, names) for key, names in NAMES.items())
    return made


def ask(backend, text, **overrides):
    query = SearchQuery(market="jp", ways=(), **overrides)
    return list(relevance.ask(backend=backend, text=text, query=query).ids)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        *[
            (text, "kiriko")
            for text in ("江戸切子", "切子", "えどきりこ", "キリコ", "edo kiriko", "edokiriko", "kiriko")
        ],
        *[(text, "kiriko") for text in ("ｷﾘｺ", "ロックグラス", "ろっくぐらす", "rocks glasses", "Glass")],
        *[(text, "nori") for text in ("海苔", "のり", "ノリ", "nori", "焼き海苔", "yakinori", "toasted")],
        *[(text, "tenugui") for text in ("手拭い", "てぬぐい", "tenugui", "青海波", "せいがいは", "seigaiha")],
        *[(text, "yokan") for text in ("羊羹", "ようかん", "yokan", "youkan", "yōkan", "YOHKAN")],
        *[(text, "kokeshi") for text in ("コケシ", "kokesi", "kokeshi")],
        *[(text, "shochikubai") for text in ("しょうちくばい", "shochikubai", "syoutikubai", "shōchikubai")],
    ],
)
def test_every_way_to_write_a_word_finds_it_first(backend, text, key):
    assert ask(backend, text)[:1] == [key]


def test_kyoto_is_not_found_in_tokyo(backend):
    assert ask(backend, "京都") == []


def test_marks_and_nothing_are_no_error(backend):
    for text in ('"', 'a"b', "（）", "*", "\\", "AND OR NOT", "word:切子"):
        ask(backend, text)
    assert relevance.query_ways("（）") == ()


def test_a_slip_in_a_long_word_still_finds_it(backend):
    assert ask(backend, "shochikubei") == ["shochikubai"]


def test_markets_do_not_mix(backend):
    query = SearchQuery(market="overseas", ways=())
    assert relevance.ask(backend=backend, text="切子", query=query).ids == ()


def test_a_document_is_replaced_and_deleted(tmp_path):
    backend = TantivyBackend(folder=tmp_path / "index", make_hits=SearchHits)
    backend.index([make_document("1", ["切子"])])
    backend.index([make_document("1", ["羊羹"])])
    reader = TantivyBackend(folder=tmp_path / "index", make_hits=SearchHits)

    assert (ask(reader, "切子"), ask(reader, "羊羹")) == ([], ["1"])
    backend.delete(["1", "unknown"])
    assert (ask(reader, "羊羹"), reader.ids()) == ([], set())


@pytest.mark.parametrize(
    ("kana", "romaji", "folded"),
    [
        ("とうきょう", "toukyou", "tokyo"),
        ("まっちゃ", "matcha", "matcha"),
        ("しんぶん", "shinbun", "shinbun"),
        ("ラーメン", "raamen", "ramen"),
        ("ちゃづけ", "chazuke", "chazuke"),
        ("いっぽん", "ippon", "ippon"),
    ],
)
def test_kana_become_hepburn_and_one_folded_spelling(kana, romaji, folded):
    assert to_romaji(kana) == romaji
    assert fold_romaji(romaji) == folded


@pytest.mark.parametrize("spelling", ["tokyo", "toukyou", "tōkyō", "Tookyoo", "TÔKYÔ"])
def test_every_romanisation_folds_to_one(spelling):
    assert fold_romaji(spelling) == "tokyo"


def test_listings_are_found_with_facets_and_narrowed(saleor):  # noqa: F811
    merchant, other = make_merchant(), make_merchant("hotaru-kiriko", name={"ja": "ほたる切子", "en": "Hotaru Kiriko"})
    make_live(merchant)
    make_live(
        other, slug="hotaru-cup", names={"ja": "切子 ぐい呑み", "en": "Kiriko Cup"}, prices={"jp": Money(2200, "JPY")}
    )
    actions.index_pending()

    found = queries.search(market="jp", language="en", q="キリコ")
    narrowed = queries.search(market="jp", language="en", q="kiriko", facets={"price": ["1000"]})
    facets = {
        facet.code: [(v.value, v.label, v.count, v.is_selected) for v in facet.values] for facet in narrowed.facets
    }

    assert {card.slug for card in found.cards} == {"edo-kiriko-rocks", "hotaru-cup"}
    assert [card.slug for card in narrowed.cards] == ["hotaru-cup"]
    assert facets["price"] == [("1000", "¥1,000 – ¥3,000", 1, True), ("10000", "¥10,000 – ¥30,000", 1, False)]
    assert facets["merchant"] == [("hotaru-kiriko", "Hotaru Kiriko", 1, False)]
    assert queries.search(market="jp", language="en", q="kiriko", facets={"colour": ["red"]}).total == 0
    assert queries.search(market="overseas", language="en", q="kiriko").total == 1


def test_nothing_found_suggests_what_would_be(saleor):  # noqa: F811
    make_live(make_merchant())
    actions.index_pending()

    result = queries.search(market="jp", language="ja", q="さぷらいず")

    assert result.total == 0
    assert queries.search(market="jp", language="ja", q=result.suggestion).total == 1


def test_a_withdrawn_listing_leaves_the_index(saleor):  # noqa: F811
    listing = make_live(make_merchant())
    actions.index_pending()
    actions.withdraw_listing(listing_id=listing.id, reason={"ja": "確認中"}, actor=ACTOR)

    assert queries.search(market="jp", language="ja", q="切子").cards == ()
    actions.index_pending()

    assert queries.search(market="jp", language="ja", q="切子").total == 0


def write_some(folder, key):
    writer = TantivyBackend(folder=folder, make_hits=SearchHits)
    for number in range(10):
        writer.index([make_document(f"{key}{number}", NAMES["nori"])])


def test_two_processes_that_write_at_once_wait_for_each_other(tmp_path):
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=write_some, args=(tmp_path / "index", key)) for key in "ab"]
    for each in writers:
        each.start()
    for each in writers:
        each.join(60)

    assert [each.exitcode for each in writers] == [0, 0]
    reader = TantivyBackend(folder=tmp_path / "index", make_hits=SearchHits)
    assert reader.ids() == {f"{key}{number}" for key in "ab" for number in range(10)}
