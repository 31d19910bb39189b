"""The script finds a Python, or says what to install; the environment is made once and again when a lock changes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infra import bootstrap

ROOT = Path(__file__).resolve().parent.parent.parent
TOO_OLD = "exit 1"
WITHOUT_VENV = f'case "$2" in *ensurepip*) exit 1;; esac; exec {sys.executable} "$@"'
GOOD = f'exec {sys.executable} "$@"'


def run_mall(tmp_path: Path, *arguments: str, **programs: str) -> subprocess.CompletedProcess[str]:
    """Run a copy of the script with nothing on PATH but a shell's basics and the given programs."""
    path = tmp_path / "bin"
    path.mkdir()
    for name in ("sh", "dirname", "cat"):
        (path / name).symlink_to(shutil.which(name) or f"/bin/{name}")
    for name, script in programs.items():
        (path / name).write_text(f"#!/bin/sh\n{script}\n")
        (path / name).chmod(0o755)
    project = tmp_path / "project"
    shutil.copytree(ROOT / "infra" / "cli", project / "infra" / "cli")
    for name in ("mall", "pyproject.toml", "infra/__init__.py", "infra/__main__.py", "infra/bootstrap.py"):
        shutil.copy(ROOT / name, project / name)
    for name in ("lifeline.py", "postgres.py"):
        shutil.copy(ROOT / "infra" / name, project / "infra" / name)
    return subprocess.run(
        [project / "mall", *arguments],
        env={"PATH": str(path), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )


def test_without_any_python_it_says_what_to_install(tmp_path: Path) -> None:
    done = run_mall(tmp_path, "up")

    assert done.returncode == 1
    assert "no Python from 3.11 to 3.14 was found" in done.stderr
    assert "apt install python3 python3-venv" in done.stderr


def test_a_python_that_is_too_old_or_does_not_start_is_none(tmp_path: Path) -> None:
    done = run_mall(tmp_path, "up", python3=TOO_OLD)

    assert done.returncode == 1
    assert "no Python from 3.11 to 3.14 was found" in done.stderr


def test_without_venv_it_names_the_package(tmp_path: Path) -> None:
    done = run_mall(tmp_path, "up", python3=WITHOUT_VENV)

    version = "{}.{}".format(*sys.version_info[:2])
    assert done.returncode == 1
    assert f"apt install python{version}-venv" in done.stderr


@pytest.mark.parametrize("program", ["python3", "python3.12"])
def test_the_help_needs_nothing_installed(tmp_path: Path, program: str) -> None:
    done = run_mall(tmp_path, "--help", **{program: GOOD})

    assert done.returncode == 0, done.stderr
    assert "prepare everything and serve the mall" in done.stdout
    assert not (tmp_path / "project" / ".venv").exists()


def test_commands_that_run_the_mall_need_the_web_lock_alone() -> None:
    assert bootstrap.groups_for(["up", "--port", "8001"]) == ("web",)
    assert bootstrap.groups_for(["work", "--once"]) == ("web",)
    assert bootstrap.groups_for(["test", "--json"]) == ("web", "analytics", "dev")


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Point bootstrap at a scratch folder with three locks, and record what it would install."""
    done: list[str] = []
    locks = tmp_path / "locks"
    locks.mkdir()
    for name in ("web", "analytics", "dev"):
        (locks / f"{name}.txt").write_text(f"{name}==1\n")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(bootstrap, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(bootstrap, "LOCKS", locks)

    def make() -> None:
        done.append("environment")
        (tmp_path / ".venv" / "bin").mkdir(parents=True, exist_ok=True)
        (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)

    monkeypatch.setattr(bootstrap, "make_environment", make)
    monkeypatch.setattr(bootstrap, "install_locks", lambda names: done.extend(names))
    monkeypatch.setattr(bootstrap, "install_project", lambda: done.append("project"))
    return done


def test_a_second_start_installs_nothing(environment: list[str]) -> None:
    bootstrap.prepare_environment(("web",))
    assert environment == ["environment", "web", "project"]

    bootstrap.prepare_environment(("web",))

    assert environment == ["environment", "web", "project"]


def test_a_changed_lock_and_a_further_group_are_installed(environment: list[str]) -> None:
    bootstrap.prepare_environment(("web",))
    environment.clear()
    (bootstrap.LOCKS / "web.txt").write_text("web==2\n")

    bootstrap.prepare_environment(("web", "dev"))

    assert environment == ["web", "dev", "project"]


def test_a_changed_project_is_installed_again_alone(environment: list[str]) -> None:
    bootstrap.prepare_environment(("web",))
    environment.clear()
    (bootstrap.ROOT / "pyproject.toml").write_text('[project]\nname = "other"\n')

    bootstrap.prepare_environment(("web",))

    assert environment == ["project"]


def test_an_installation_that_failed_is_tried_again(environment: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(names: list[str]) -> None:
        raise SystemExit("no network")

    with monkeypatch.context() as broken:
        broken.setattr(bootstrap, "install_locks", fail)
        with pytest.raises(SystemExit):
            bootstrap.prepare_environment(("web",))
    environment.clear()

    bootstrap.prepare_environment(("web",))

    assert environment == ["web", "project"]


def test_an_interpreter_that_is_gone_is_made_again(environment: list[str]) -> None:
    bootstrap.prepare_environment(("web",))
    environment.clear()
    bootstrap.PYTHON.unlink()

    bootstrap.prepare_environment(("web",))

    assert environment[0] == "environment"
    assert os.access(bootstrap.PYTHON, os.X_OK)
