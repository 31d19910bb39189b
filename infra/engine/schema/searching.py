"""How much may be searched for at once: each word is a condition of its own, looked for row by row."""

from __future__ import annotations

from typing import Any

from infra.engine.schema.errors import EngineError

MAX_WORDS = 30
MAX_CHARACTERS = 1000
#: inputs of lists whose text is looked for anywhere in a column
SEARCHES = ("search", "customer")


def words_of(text: str | None) -> list[str]:
    """Return the words to look for, the first MAX_WORDS of them."""
    return (text or "")[: MAX_CHARACTERS + 1].split()[:MAX_WORDS]


def check_search(args: dict[str, Any]) -> None:
    """Check what a list's arguments, or their `filter`, search for. Raises EngineError for a text that is too long."""
    wanted = args.get("filter")
    for said in (args, wanted) if wanted else (args,):
        for name in SEARCHES:
            text = said.get(name)
            if text and len(text) > MAX_CHARACTERS:
                raise EngineError(f"A search may have at most {MAX_CHARACTERS} characters.", "GraphQLError")
