"""What is declared and no test of the engine ever saw return a value: a list that only gets shorter."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from infra.engine.schema.build import schema
from tests.engine import seen

HERE = Path(__file__).parent
LEFT = HERE / "unseen.txt"


def left() -> set[str]:
    return set(LEFT.read_text(encoding="utf-8").split())


def test_what_is_left_is_still_declared():
    gone = [name for name in left() if name.partition(".")[2] not in schema().get_type(name.partition(".")[0]).fields]

    assert gone == []


def test_nothing_else_is_declared_and_never_seen(request):
    """Runs after every other test of the engine (see conftest); a new field needs a test that sees it give a value."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        pytest.skip("every process saw a part only: pytest tests/engine asks it")
    modules = {item.path.stem for item in request.session.items if item.path.parent == HERE}
    missing = {path.stem for path in HERE.glob("test_*.py")} - modules
    if missing:
        pytest.skip(f"only part of the engine's tests run: without {', '.join(sorted(missing))}")

    assert sorted(set(seen.unseen()) - left()) == []
