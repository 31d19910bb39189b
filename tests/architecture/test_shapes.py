"""What import-linter cannot see: relations by name, signals, sizes, names of files."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("marketplace", "plugins", "crossborder", "analytics", "storefront", "infra")
MAX_LINES = 400
MAX_FUNCTION_LINES = 40
FORBIDDEN_NAMES = {"utils.py", "helpers.py", "common.py", "misc.py"}
RELATIONS = {"ForeignKey", "OneToOneField", "ManyToManyField", "ParentalKey", "ParentalManyToManyField"}
SIGNALS = {"pre_save", "post_save", "pre_delete", "post_delete", "m2m_changed", "pre_init", "post_init"}


def sources(*, migrations: bool = False) -> list[Path]:
    return [
        path
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if "node_modules" not in path.parts and "_generated" not in path.parts
        if migrations or "migrations" not in path.parts
    ]


def own_tests() -> list[Path]:
    return sorted((ROOT / "tests").rglob("*.py"))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def app_of(path: Path) -> str:
    """Return the folder that is the Django app of a file: the nearest one with an apps.py."""
    return next((str(folder.relative_to(ROOT)) for folder in path.parents if (folder / "apps.py").exists()), "")


def label_of(path: Path) -> str:
    """Return the label of the Django app that a file belongs to, as its apps.py states it."""
    folder = next(folder for folder in path.parents if (folder / "apps.py").exists())
    stated = re.search(r"^\s+label = \"(\w+)\"", (folder / "apps.py").read_text(), re.MULTILINE)
    return stated[1] if stated else folder.name


def foreign_labels(path: Path, tree: ast.Module) -> Iterator[str]:
    """Yield the labels that relations and get_model calls of one file name in strings, but for the file's own."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        texts = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        texts += [
            each.value.value
            for each in node.keywords
            if each.arg == "to" and isinstance(each.value, ast.Constant) and isinstance(each.value.value, str)
        ]
        if called(node) in RELATIONS and texts and "." in texts[0] or called(node) == "get_model" and texts:
            label = texts[0].partition(".")[0]
        else:
            continue
        inside_engine = label.startswith("engine_") and label_of(path).startswith("engine_")  # one product
        if label != label_of(path) and not inside_engine:
            yield f"{name(path)}:{node.lineno} {texts[0]}"


def test_no_relation_and_no_get_model_reaches_into_another_app() -> None:
    found = [
        each
        for path in sources()
        if app_of(path)
        for each in foreign_labels(path, parse(path))
        if not re.search(r" (auth|contenttypes|sites|wagtail\w*)\b", each)
    ]

    assert found == []


def test_a_relation_by_name_into_another_app_would_be_seen(tmp_path: Path) -> None:
    path = ROOT / "marketplace" / "orders" / "models.py"
    tree = ast.parse(
        'a = ForeignKey("merchants.Merchant")\nb = ForeignKey(to="catalog.Listing")\n'
        'c = apps.get_model("accounts", "User")\nd = ForeignKey("orders.Parcel")\ne = ForeignKey("self")'
    )

    assert [each.rpartition(" ")[2] for each in foreign_labels(path, tree)] == [
        "merchants.Merchant",
        "catalog.Listing",
        "accounts",
    ]


def test_nothing_runs_on_django_signals() -> None:
    found = [
        f"{name(path)}: {each.name}"
        for path in sources()
        for node in ast.walk(parse(path))
        if isinstance(node, ast.ImportFrom) and node.module == "django.db.models.signals"
        for each in node.names
        if each.name in SIGNALS
    ]

    assert found == []


@pytest.mark.parametrize("path", sources() + own_tests(), ids=name)
def test_a_file_stays_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES
    assert path.name not in FORBIDDEN_NAMES


def test_a_function_stays_short() -> None:
    found = [
        f"{name(path)}:{node.lineno} {node.name} has {length(node)} lines"
        for path in sources()
        for node in ast.walk(parse(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and length(node) > MAX_FUNCTION_LINES
    ]

    assert found == []


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of a function without its decorators and its docstring."""
    documentation = ast.get_docstring(node, clean=False)
    whole = (node.end_lineno or node.lineno) - node.lineno + 1
    return whole - (len(documentation.splitlines()) if documentation else 0)


def test_actions_and_queries_take_keywords_and_state_what_they_return() -> None:
    found = []
    for path in sources():
        if path.name not in ("actions.py", "queries.py") or path.is_relative_to(ROOT / "infra"):
            continue
        for node in parse(path).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            if node.returns is None:
                found.append(f"{name(path)}:{node.lineno} {node.name} states no return type")
            if node.args.args:
                found.append(f"{name(path)}:{node.lineno} {node.name} takes positional arguments")

    assert found == []


def test_code_names_no_absolute_path() -> None:
    found = []
    for path in sources() + own_tests():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if re.search(r"[\"'](/work|/home|/root|/Users|/tmp)(/|[\"'])", line):  # noqa: S108
                found.append(f"{name(path)}:{number}")

    assert [each for each in found if not each.startswith("tests/architecture/test_shapes.py")] == []
