"""Reading the invoices: which rows are sales, which are cancellations, which are refused and why."""

from __future__ import annotations

import csv
import gzip
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

DEFAULT = Path(__file__).parent / "data" / "uci_first_300_invoices.csv.gz"
COLUMNS = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
PENCE = Decimal("0.01")
MOST_PIECES, MOST_POUNDS = 999_999, Decimal(999_999)
"""Of one line, and for one piece. The original's largest are 80,995 and 38,970."""
UNREADABLE = "quantity, price or day cannot be read"
DAY_FORMATS = ("%m/%d/%Y %H:%M", "%m/%d/%Y")
"""As the original's CSV edition writes days; ISO 8601 is read first."""


class UnreadableFile(ValueError):
    """The file is not what the replay reads; the message says in one line what is wrong with it."""


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
    """Return invoices in the order of their first rows, skipping `start`, at most `count`.

    Reads CSV in UTF-8, plain or gzipped, and the first sheet of an XLSX workbook. The rows of an invoice need not stand
    together: in the original one invoice is interrupted by another.
    Raises `UnreadableFile` for a file that is none of these, or without the eight columns.
    """
    path = file or DEFAULT
    numbers: dict[str, int] = {}
    chosen: dict[str, list[tuple[int, dict[str, str]]]] = {}
    with _told_plainly(path):
        for line, fields in _table(path):
            number = fields["InvoiceNo"]
            place = numbers.setdefault(number, len(numbers))
            if place >= start and (count is None or place < start + count):
                chosen.setdefault(number, []).append((line, fields))
    return iter([_invoice(number, rows) for number, rows in chosen.items()])


def check_readable(file: Path | None) -> None:
    """Read the whole file once and keep nothing, so that a wrong one is refused before anything is prepared.

    Raises `UnreadableFile`.
    """
    for _ in read_invoices(file, count=0):
        raise AssertionError


@contextmanager
def _told_plainly(path: Path) -> Iterator[None]:
    """Turn what the readers of file formats raise into one sentence."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            f"{path.name}: not text in UTF-8 (byte {error.object[error.start]:#04x}): save it as CSV UTF-8, or as XLSX"
        ) from error
    except (gzip.BadGzipFile, EOFError, zipfile.BadZipFile, KeyError) as error:
        raise UnreadableFile(f"{path.name}: damaged, or not of the kind its name says ({error})") from error
    except csv.Error as error:
        raise UnreadableFile(f"{path.name}: not a table of comma-separated values ({error})") from error


def _table(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    rows = _sheet(path) if path.suffix.lower() == ".xlsx" else _text(path)
    header = [name.strip() for name in next(rows, [])]
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise UnreadableFile(
            f"{path.name}: columns missing: {', '.join(missing)} (found: {', '.join(header) or 'none'})"
        )
    places = [header.index(name) for name in COLUMNS]
    for line, row in enumerate(rows, 2):
        cells = [row[place].strip() if place < len(row) else "" for place in places]
        if any(cells):
            yield line, dict(zip(COLUMNS, cells, strict=True))


def _text(path: Path) -> Iterator[Sequence[str]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8-sig", newline="") as text:
        yield from csv.reader(text)


def _sheet(path: Path) -> Iterator[Sequence[str]]:
    from openpyxl import load_workbook

    with path.open("rb") as file:
        for row in load_workbook(file, read_only=True, data_only=True).worksheets[0].iter_rows(values_only=True):
            yield [_cell(value) for value in row]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, datetime) else str(value)


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
        day = _day(fields["InvoiceDate"])
        reason = _why_not(fields, quantity, price)
    except (ValueError, InvalidOperation):
        return Refused(line, number, UNREADABLE)
    if reason:
        return Refused(line, number, reason)
    return Row(line, number, fields["StockCode"], fields["Description"], quantity, day, price, fields["CustomerID"])


def _why_not(fields: dict[str, str], quantity: int, price: Decimal) -> str:
    """Return why a row whose figures can be read is neither a sale nor a cancellation, or ""."""
    if not fields["InvoiceNo"]:
        return "no invoice number"
    if not fields["StockCode"]:
        return "no stock code"
    if not price.is_finite():
        return UNREADABLE
    if price <= 0:
        return "price is not above zero"
    if price > MOST_POUNDS or abs(quantity) > MOST_PIECES:
        return "more than a line may hold"
    if price != price.quantize(PENCE):
        return "price is not in whole pence"
    if fields["InvoiceNo"].startswith("C") != (quantity < 0) or quantity == 0:
        return "quantity does not fit the kind of invoice"
    return ""


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        for form in DAY_FORMATS:
            try:
                return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day on paper has no zone
            except ValueError:
                continue
        raise
