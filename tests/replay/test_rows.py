"""Reading files of invoices: every row is a sale, a cancellation, or refused with its reason."""

from __future__ import annotations

import gzip
from collections import Counter
from datetime import date, datetime
from decimal import Decimal

import pytest
from openpyxl import Workbook

from infra.cli.main import main
from infra.replay.rows import COLUMNS, UNREADABLE, Row, UnreadableFile, check_readable, read_invoices
from infra.replay.run import make_plan
from tests.replay.tables import SALE, row, write


def test_the_file_that_comes_with_the_mall_is_read_whole():
    invoices = list(read_invoices(None))

    assert (len(invoices), sum(each.read for each in invoices)) == (300, 5017)
    assert sum(len(each.rows) + len(each.refused) for each in invoices) == 5017
    assert Counter(r.reason for each in invoices for r in each.refused) == {"price is not above zero": 12}


@pytest.mark.parametrize(
    ("spoilt", "reason"),
    [
        (row(quantity="six"), UNREADABLE),
        (row(quantity="6.5"), UNREADABLE),
        (row(quantity=""), UNREADABLE),
        (row(price="2,55"), UNREADABLE),
        (row(price="NaN"), UNREADABLE),
        (row(price="1e400"), "more than a line may hold"),
        (row(price="Infinity"), UNREADABLE),
        (row(day="yesterday"), UNREADABLE),
        (row(day=""), UNREADABLE),
        (("536365", "85123A"), UNREADABLE),
        (row(code="  "), "no stock code"),
        (row(invoice=""), "no invoice number"),
        (row(price="0"), "price is not above zero"),
        (row(price="-11062.06"), "price is not above zero"),
        (row(price="0.001"), "price is not in whole pence"),
        (row(quantity="0"), "quantity does not fit the kind of invoice"),
        (row(quantity="-6"), "quantity does not fit the kind of invoice"),
        (row(invoice="C536365"), "quantity does not fit the kind of invoice"),
        (row(quantity="1000000"), "more than a line may hold"),
    ],
)
def test_a_dirty_row_is_refused_with_its_reason_and_counted(tmp_path, spoilt, reason):
    file = write(tmp_path / "dirty.csv", [SALE, spoilt])

    refused = [each for invoice in read_invoices(file) for each in invoice.refused]
    plan = make_plan(file, None, 0)

    assert [(each.line, each.reason) for each in refused] == [(3, reason)]
    assert (plan.rows_read, plan.refused, plan.total) == (2, refused, Decimal("15.30"))


def test_rows_are_read_as_they_stand(tmp_path):
    file = write(tmp_path / "two.csv", [SALE, row("C1", "D", "-1", "27.50", day="12/9/2010 9:41", customer=" 14527 ")])

    first, second = read_invoices(file)

    assert first.rows == (
        Row(2, "536365", "85123A", "WHITE HANGING HEART", 6, date(2010, 12, 1), Decimal("2.55"), "17850"),
    )
    assert (first.is_cancellation, second.is_cancellation) == (False, True)
    assert second.rows == (Row(3, "C1", "D", "SOMETHING", -1, date(2010, 12, 9), Decimal("27.50"), "14527"),)
    assert second.rows[0].amount == Decimal("27.50")


def test_an_invoice_interrupted_by_another_is_one_invoice(tmp_path):
    file = write(tmp_path / "mixed.csv", [row("1"), row("2", "71053"), row("1", "84406B")])

    assert [(each.number, [r.code for r in each.rows]) for each in read_invoices(file)] == [
        ("1", ["85123A", "84406B"]),
        ("2", ["71053"]),
    ]
    assert [each.number for each in read_invoices(file, start=1)] == ["2"]
    assert [each.read for each in read_invoices(file, count=1)] == [2]


def test_gzip_and_a_workbook_say_the_same_as_text(tmp_path):
    file = write(tmp_path / "rows.csv", [SALE, row("C2", "D", "-1", "27.50")])
    (tmp_path / "rows.csv.gz").write_bytes(gzip.compress(file.read_bytes()))
    book = Workbook()
    book.active.append(COLUMNS)
    book.active.append([536365, "85123A", "WHITE HANGING HEART", 6, datetime(2010, 12, 1, 8, 26), 2.55, 17850.0, "UK"])
    book.active.append(["C2", "D", "SOMETHING", -1, datetime(2010, 12, 1, 8, 26), 27.5, 17850, "UK"])
    book.save(tmp_path / "rows.xlsx")

    text = list(read_invoices(file))

    assert list(read_invoices(tmp_path / "rows.csv.gz")) == text
    assert list(read_invoices(tmp_path / "rows.xlsx")) == text


def wrong_files(folder):
    columns = [name for name in COLUMNS if name not in ("UnitPrice", "CustomerID")]
    write(folder / "columns.csv", [], columns=columns)
    (folder / "empty.csv").write_bytes(b"")
    write(folder / "latin.csv", [(*SALE[:2], "CAFÉ £5", *SALE[3:])], encoding="cp1252")
    (folder / "text.csv.gz").write_text("InvoiceNo")
    (folder / "cut.csv.gz").write_bytes(gzip.compress(b"InvoiceNo," * 1000)[:30])
    (folder / "text.xlsx").write_text("InvoiceNo")
    (folder / "binary.csv").write_bytes(bytes(range(256)))


WRONG = {
    "columns.csv": "columns missing: UnitPrice, CustomerID (found: InvoiceNo,",
    "empty.csv": "(found: none)",
    "latin.csv": "not text in UTF-8 (byte 0xc9): save it as CSV UTF-8, or as XLSX",
    "text.csv.gz": "damaged, or not of the kind its name says",
    "cut.csv.gz": "damaged, or not of the kind its name says",
    "text.xlsx": "damaged, or not of the kind its name says",
    "binary.csv": "not text in UTF-8",
}


@pytest.mark.parametrize(("name", "message"), WRONG.items())
def test_a_file_of_another_kind_is_refused_in_one_sentence(tmp_path, capsys, name, message):
    wrong_files(tmp_path)

    with pytest.raises(UnreadableFile) as refusal:
        check_readable(tmp_path / name)

    assert str(refusal.value).startswith(f"{name}: ") and message in str(refusal.value)
    assert main(["replay", "uci", str(tmp_path / name), "--json"]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.strip()) == ("", f"mall replay: {refusal.value}")


def test_a_file_that_is_not_there_or_a_wrong_number_is_a_wrong_question(tmp_path, capsys):
    for wrong in (["nowhere.csv"], ["--invoices", "0"], ["--from", "-1"]):
        assert main(["replay", "uci", *wrong]) == 2
    assert capsys.readouterr().err.count("mall replay: ") == 3
