"""Every rule of .importlinter is broken here on purpose, and must be seen broken."""

from __future__ import annotations

import copy
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from grimp import ImportGraph
from importlinter.application import use_cases
from importlinter.application.app_config import settings
from importlinter.configuration import configure
from importlinter.domain.contract import Contract, InvalidContractOptions

ROOT = Path(__file__).resolve().parent.parent.parent
CASES = [
    ("house", "marketplace.kernel.clock", "storefront.shop"),
    ("house", "plugins.api.meta", "marketplace.kernel.clock"),
    ("house", "storefront.shop", "infra.settings"),
    ("house", "plugins.runtime.hooks", "marketplace.kernel.clock"),
    ("marketplace", "marketplace.kernel.clock", "marketplace.orders"),
    ("marketplace", "marketplace.messages", "marketplace.saleor"),
    ("marketplace", "marketplace.catalog.types", "marketplace.checkout"),
    ("app", "marketplace.orders.queries", "marketplace.orders.actions"),
    ("app", "marketplace.catalog.types", "marketplace.catalog.models"),
    ("app", "infra.engine.orders.models", "infra.engine.orders.actions"),
    ("private", "marketplace.orders.actions", "marketplace.merchants.models"),
    ("private", "storefront.shop", "marketplace.catalog.models"),
    ("private", "plugins.quality.plugin", "marketplace.catalog.tasks"),
    ("frameworks", "plugins.api.money", "django"),
    ("frameworks", "marketplace.catalog.types", "django"),
    ("plugins-apart", "plugins.quality.plugin", "crossborder.plugin"),
    ("nobody-imports-a-plugin", "marketplace.catalog.actions", "plugins.quality.plugin"),
    ("nobody-imports-a-plugin", "infra.settings", "analytics.plugin"),
    ("plugins-below", "plugins.payments.plugin", "storefront.shop"),
    ("plugins-below", "crossborder.plugin", "infra.settings"),
    ("analytics", "analytics.plugin", "marketplace.kernel.clock"),
    ("door", "marketplace.orders.actions", "marketplace.saleor.client"),
    ("wagtail", "marketplace.catalog.queries", "wagtail"),
    ("compute", "analytics.plugin", "duckdb"),
    ("compute", "storefront.pool", "highspy"),
    ("engine", "infra.engine.handler", "marketplace.kernel.clock"),
    ("engine", "infra.engine.handler", "infra.settings"),
]


@pytest.fixture(scope="module")
def contracts() -> dict[str, Contract]:
    configure()
    options = use_cases.read_user_options(str(ROOT / ".importlinter"))
    use_cases._register_contract_types(options)
    found = {}
    for each in options.contracts_options:
        kind = use_cases.registry.get_contract_class(each["type"])
        plain = {key: value for key, value in each.items() if key not in ("name", "id", "type")}
        try:
            found[each["id"]] = kind(name=each["name"], session_options=options.session_options, contract_options=plain)
        except InvalidContractOptions as problem:
            raise AssertionError(f"{each['id']}: {problem}") from problem
    return found


@pytest.fixture(scope="module")
def graph() -> ImportGraph:
    configure()
    packages = ["marketplace", "plugins", "crossborder", "analytics", "storefront", "infra"]
    built = settings.GRAPH_BUILDER.build(
        root_package_names=packages,
        include_external_packages=True,
        exclude_type_checking_imports=False,
        cache_dir=None,
    )
    assert isinstance(built, ImportGraph)
    return built


def test_every_contract_is_broken_by_a_case(contracts: dict[str, Contract]) -> None:
    assert {case[0] for case in CASES} == set(contracts)


@pytest.mark.parametrize(("contract", "importer", "imported"), CASES)
def test_a_broken_rule_is_seen(
    contracts: dict[str, Contract], graph: ImportGraph, contract: str, importer: str, imported: str
) -> None:
    broken = copy.deepcopy(graph)
    for module in (importer, imported):
        if module not in broken.modules:
            broken.add_module(module, is_squashed=module in ("django", "wagtail", "duckdb", "highspy"))
    assert kept(contracts[contract], broken), "broken already, before this case breaks it"

    broken.add_import(importer=importer, imported=imported)

    assert not kept(contracts[contract], broken)


def test_an_app_that_is_not_placed_is_seen(contracts: dict[str, Contract], graph: ImportGraph) -> None:
    more = copy.deepcopy(graph)
    more.add_module("marketplace.vouchers")

    assert not kept(contracts["marketplace"], more)


def kept(contract: Contract, graph: ImportGraph) -> bool:
    return bool(contract.check(graph=copy.deepcopy(graph), verbose=False).kept)


def test_a_line_of_code_that_breaks_a_rule_fails_the_check(tmp_path: Path) -> None:
    for name in ("marketplace", "plugins", "crossborder", "analytics", "storefront", "infra", "tests/architecture"):
        shutil.copytree(
            ROOT / name,
            tmp_path / name,
            ignore=lambda folder, names: (
                [each for each in names if not each.endswith(".py") and not (Path(folder) / each).is_dir()]
                + [each for each in names if each in ("node_modules", "__pycache__", "data")]
            ),
        )
    (tmp_path / "tests" / "__init__.py").touch()
    shutil.copy(ROOT / ".importlinter", tmp_path)
    with open(tmp_path / "marketplace" / "kernel" / "clock.py", "a") as file:
        file.write("\n\ndef broken():\n    from marketplace import orders\n    return orders\n")

    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | {
        "PYTHONPATH": str(tmp_path)
    }
    done = subprocess.run([*command, "--no-cache"], cwd=tmp_path, env=environment, capture_output=True, text=True)

    assert done.returncode == 1
    assert "marketplace.kernel.clock -> marketplace.orders" in " ".join(done.stdout.split())
