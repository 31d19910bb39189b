"""What lies where: top level, licence, READMEs, locks, migrations, translations, built style sheets."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.core.management import call_command
from packaging.requirements import Requirement

from infra import testing, translations
from infra.cli.main import COMMANDS, module_of

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDERS = {"marketplace", "plugins", "storefront", "crossborder", "analytics", "infra", "tests"}
FILES = {"pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", "mall"}
LOCKS = sorted((ROOT / "infra" / "requirements").glob("*.txt"))
NPM_LOCKS = [ROOT / folder / "package-lock.json" for folder in ("storefront/assets-src", "tests/e2e/clients")]


def tracked() -> list[str]:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git working tree")
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [each for each in done.stdout.split("\0") if each]


def test_the_top_level_holds_what_it_may() -> None:
    found = {path.partition("/")[0] for path in tracked()}

    assert {each for each in found if not each.startswith(".")} <= FOLDERS | FILES


def test_the_licence_is_whole() -> None:
    text = (ROOT / "LICENSE").read_text()

    assert "Version 2.0, January 2004" in text
    assert "9. Accepting Warranty or Additional Liability" in text


@pytest.mark.parametrize("folder", sorted(FOLDERS))
def test_a_top_level_folder_opens_with_a_short_readme(folder: str) -> None:
    lines = (ROOT / folder / "README.md").read_text(encoding="utf-8").splitlines()

    assert 5 <= len(lines) <= 40


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_has_hashes_and_names_no_registry(lock: Path) -> None:
    text = lock.read_text()
    blocks = re.split(r"\n(?=\w)", text.strip())

    assert re.findall(r"https?:|--(?:extra-)?index-url|--find-links|@ file", text) == []
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("lock", NPM_LOCKS, ids=lambda path: path.parent.name)
def test_a_lock_of_npm_has_hashes_and_names_no_address(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    packages = {name: each for name, each in json.loads(text)["packages"].items() if name}

    assert re.findall(r"https?:|git\+|\"resolved\"", text) == []
    assert packages
    assert [name for name, each in packages.items() if "integrity" not in each] == []


@pytest.mark.parametrize("group", ["web", "analytics", "dev"])
def test_a_lock_holds_what_its_group_asks_for(group: str) -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    locked = dict(
        re.findall(r"^([\w.-]+)(?:\[.*\])?==(\S+)", (LOCKS[0].parent / f"{group}.txt").read_text(), re.MULTILINE)
    )
    wanted = [Requirement(each) for each in groups[group] if isinstance(each, str)]

    stale = [
        str(each)
        for each in wanted
        if each.name.lower() not in locked or not each.specifier.contains(locked[each.name.lower()], prereleases=True)
    ]
    assert stale == [], "run python infra/requirements/compile.py"


@pytest.mark.django_db(databases=["default", "engine"])
def test_migrations_are_complete() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=1)


@pytest.mark.parametrize("path", translations.find_catalogues(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_translation_compiles_and_says_something(path: Path) -> None:
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.parent.parent.name, abort_invalid=True)
    problems = [f"{message.id!r}: {error}" for message in catalogue for error in message.check()]

    write_mo(io.BytesIO(), catalogue)

    assert problems == []
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []


def test_the_built_style_sheet_is_fresh() -> None:
    command = [sys.executable, "storefront/assets-src/build.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr


def test_tests_reach_no_network() -> None:
    import socket
    import urllib.request

    with pytest.raises(testing.NetworkForbidden):
        urllib.request.urlopen("http://example.org/", timeout=1)
    with socket.socket() as one, pytest.raises(testing.NetworkForbidden):
        one.connect(("192.0.2.1", 80))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_explains_itself(command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "infra", command, "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert "--json" in done.stdout
    assert module_of(command).SUMMARY in done.stdout


def test_a_wrong_question_ends_with_2_and_answers_nothing() -> None:
    command = [sys.executable, "-m", "infra", "accept", "--only", "no-such-scenario", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=os.environ | {"SALEOR_API_URL": ""})

    assert (done.returncode, done.stdout) == (2, "")
    assert "no-such-scenario" in done.stderr
