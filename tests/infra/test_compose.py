"""The stack of infra/deploy: true to the Compose Specification, complete, with health checks and without a secret."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest
import yaml

from infra.cli import main
from infra.deploy import make_secrets
from infra.settings import BASE_DIR

FOLDER = BASE_DIR / "infra" / "deploy"
FILE = FOLDER / "compose.yaml"
ONCE = {"saleor-prepare", "files-prepare"}
OFFICIAL = {
    "database": "docker.io/library/postgres",
    "cache": "docker.io/valkey/valkey",
    "search": "docker.elastic.co/elasticsearch/elasticsearch",
    "saleor": "ghcr.io/saleor/saleor",
    "saleor-worker": "ghcr.io/saleor/saleor",
    "dashboard": "ghcr.io/saleor/saleor-dashboard",
    "files": "docker.io/chrislusf/seaweedfs",
    "mail": "docker.io/axllent/mailpit",
}


@pytest.fixture(scope="module")
def stack():
    return yaml.safe_load(FILE.read_text())


def check(path):
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(path)]
    return subprocess.run(command, capture_output=True, text=True)


def test_the_file_is_what_the_compose_specification_allows(tmp_path, stack):
    spoilt = tmp_path / "compose.yaml"
    spoilt.write_text(yaml.safe_dump(stack | {"services": {**stack["services"], "cache": {"helthcheck": {}}}}))

    assert check(FILE).returncode == 0, check(FILE).stdout
    assert "helthcheck" in check(spoilt).stdout


def test_every_part_is_there_from_its_maker_and_tells_whether_it_is_well(stack):
    services = stack["services"]

    assert set(services) == {*OFFICIAL, *ONCE, "mall"}
    for name, image in OFFICIAL.items():
        assert image in services[name]["image"], name
    assert {name for name, each in services.items() if "healthcheck" not in each} == ONCE
    for name, each in services.items():
        for other, wish in each.get("depends_on", {}).items():
            is_once = other in ONCE
            assert other in services, name
            assert (wish["condition"] == "service_completed_successfully") == is_once, (name, other)


def test_secrets_come_from_files_that_are_made_once(tmp_path, stack):
    made = make_secrets.write(tmp_path / "secrets")
    held = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    again = make_secrets.write(tmp_path / "secrets")

    named = {each["file"].removeprefix("./secrets/") for each in stack["secrets"].values()}
    assert named <= held.keys()
    assert set(made) >= {"saleor.env", "mall.env", "files.json", "saleor_rsa.pem"}
    assert again == []
    assert {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()} == held
    assert (tmp_path / "secrets").stat().st_mode & 0o077 == 0
    assert json.loads(held["files.json"])["identities"][0]["credentials"][0]["secretKey"] == held["files_key"]
    assert held["database_password"] in held["saleor.env"] and held["database_password"] in held["mall.env"]
    used = {name for each in stack["services"].values() for name in each.get("secrets", [])}
    assert used == set(stack["secrets"])
    assert not re.search(r"(?i)(password|secret_?key|token): *[\"']?[A-Za-z0-9]{8,}", FILE.read_text())


def test_the_mall_is_started_by_a_command_that_exists(stack):
    command = stack["services"]["mall"]["command"][-1].split("python -m infra ")[1].split()

    assert main.make_parser().parse_args(command).port == 8000
