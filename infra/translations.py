"""Compiles the translations with Babel, so that no gettext tools need be installed where the mall runs."""

from __future__ import annotations

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("storefront", "marketplace", "plugins", "crossborder", "analytics")


def find_catalogues() -> list[Path]:
    """Return every `locale/<language>/LC_MESSAGES/*.po` of the project."""
    return sorted(path for folder in FOLDERS for path in (ROOT / folder).glob("**/locale/*/LC_MESSAGES/*.po"))


def compile_all() -> list[Path]:
    """Write the `.mo` beside every `.po` that is newer than it; return what was written."""
    written = []
    for source in find_catalogues():
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parent.parent.name, abort_invalid=True)
        unfinished = target.with_suffix(".mo.part")
        with unfinished.open("wb") as file:
            write_mo(file, catalogue)
        unfinished.replace(target)
        written.append(target)
    return written
