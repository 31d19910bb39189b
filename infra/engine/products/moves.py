"""Rows moved among their like, by steps."""

from __future__ import annotations

from typing import Any


def move_rows(rows: list[Any], moves: dict[int, int]) -> None:
    """Move rows (in their present order) by steps: pk to how many places onward, backward if negative.

    Moves are made one after the other; a move beyond an end stops there. Writes `sort_order` of all whose place is new.
    """
    for pk, steps in moves.items():
        place = next(index for index, row in enumerate(rows) if row.pk == pk)
        row = rows.pop(place)
        rows.insert(max(0, min(len(rows), place + steps)), row)
    for index, row in enumerate(rows):
        if row.sort_order != index:
            row.sort_order = index
            row.save(update_fields=["sort_order"])
