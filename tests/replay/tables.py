"""Small files of invoices."""

from __future__ import annotations

import csv
from pathlib import Path

from infra.replay.rows import COLUMNS

SALE = ("536365", "85123A", "WHITE HANGING HEART", "6", "2010-12-01 08:26:00", "2.55", "17850", "United Kingdom")


def row(invoice: str = "536365", code: str = "85123A", quantity: str = "6", price: str = "2.55", **others: str):
    """Return one row as the file has it; `day` and `customer` may be named."""
    day, customer = others.get("day", "2010-12-01 08:26:00"), others.get("customer", "17850")
    return (invoice, code, "SOMETHING", quantity, day, price, customer, "United Kingdom")


def write(path: Path, rows, *, columns=COLUMNS, encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as out:
        writer = csv.writer(out)
        writer.writerow(columns)
        writer.writerows(rows)
    return path
