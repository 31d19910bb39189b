"""Reading the invoices: which rows are sales, which are cancellations, which are refused and why."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

DEFAULT = Path(__file__).parent / "data" / "uci_first_300_invoices.csv.gz"
COLUMNS = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
PENCE = Decimal("0.01")


class UnreadableFile(ValueError):
    """The file is not what the replay reads; the message says which columns are missing."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of an invoice as it stands. `line` counts from 2, as a spreadsheet shows it. Price in pounds."""

    line: int
    invoice: str
    code: str
    description: str
    quantity: int
    day: date
    price: Decimal
    customer: str

    @property
    def amount(self) -> Decimal:
        return self.price * abs(self.quantity)


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that is no sale and no cancellation, and why."""

    line: int
    invoice: str
    reason: str


@dataclass(frozen=True, slots=True)
class Invoice:
    """The rows of one invoice that could be read. `is_cancellation`: its number begins with C."""

    number: str
    rows: tuple[Row, ...]
    refused: tuple[Refused, ...]
    read: int

    @property
    def is_cancellation(self) -> bool:
        return self.number.startswith("C")


def read_invoices(file: Path | None, *, start: int = 0, count: int | None = None) -> Iterator[Invoice]:
    """Return invoices in the file's order, skipping `start`, at most `count`.

    Rows of one invoice stand together in the file, as they do in the original. Reads CSV, plain or gzipped, in UTF-8.
    Raises `UnreadableFile` for a file without the eight columns.
    """
    for number, (name, rows) in enumerate(_grouped(file or DEFAULT)):
        if number < start:
            continue
        if count is not None and number >= start + count:
            return
        yield _invoice(name, rows)


def _grouped(file: Path) -> Iterator[tuple[str, list[tuple[int, dict[str, str]]]]]:
    opener = gzip.open if file.suffix == ".gz" else open
    with opener(file, "rt", encoding="utf-8-sig", newline="") as text:
        reader = csv.DictReader(text)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise UnreadableFile(f"{file.name}: columns missing: {', '.join(missing)}")
        current = ""
        rows: list[tuple[int, dict[str, str]]] = []
        for line, row in enumerate(reader, 2):
            if row["InvoiceNo"] != current and rows:
                yield current, rows
                rows = []
            current = row["InvoiceNo"]
            rows.append((line, row))
        if rows:
            yield current, rows


def _invoice(number: str, raw: list[tuple[int, dict[str, str]]]) -> Invoice:
    rows: list[Row] = []
    refused: list[Refused] = []
    for line, fields in raw:
        found = _row(line, fields)
        (rows if isinstance(found, Row) else refused).append(found)  # type: ignore[arg-type]
    return Invoice(number=number, rows=tuple(rows), refused=tuple(refused), read=len(raw))


def _row(line: int, fields: dict[str, str]) -> Row | Refused:
    number = fields["InvoiceNo"]
    try:
        quantity = int(fields["Quantity"])
        price = Decimal(fields["UnitPrice"])
        day = date.fromisoformat(fields["InvoiceDate"][:10])
    except (ValueError, InvalidOperation):
        return Refused(line, number, "quantity, price or day cannot be read")
    if not fields["StockCode"].strip():
        return Refused(line, number, "no stock code")
    if price <= 0:
        return Refused(line, number, "price is not above zero")
    if price != price.quantize(PENCE):
        return Refused(line, number, "price is not in whole pence")
    if number.startswith("C") != (quantity < 0) or quantity == 0:
        return Refused(line, number, "quantity does not fit the kind of invoice")
    customer = fields["CustomerID"].strip()
    return Row(line, number, fields["StockCode"].strip(), fields["Description"], quantity, day, price, customer)
