"""The mall's real start with a stranger's plugin, found by its entry point: kept out when it breaks the contract."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLUGIN = """
from plugins.api import API_VERSION, PluginMeta, hookimpl
meta = PluginMeta(id="stranger", name={{"ja": "よそ者"}}, version="1", api={api})

@hookimpl
def {hook}({argument}):
    return None
"""


def start(folder: Path, *, hook="order_paid", argument="event", api="API_VERSION") -> subprocess.CompletedProcess[str]:
    """Install a plugin beside the mall's own and start Django in a process of its own."""
    package = folder / "stranger"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "plugin.py").write_text(PLUGIN.format(hook=hook, argument=argument, api=api), encoding="utf-8")
    info = folder / "stranger-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[mall.plugins]\nstranger = stranger.plugin\n")
    code = "import django; django.setup(); from plugins.runtime.loading import get_plugins; print(*get_plugins().metas)"
    environment = {
        **os.environ,
        "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}",
        "DJANGO_SETTINGS_MODULE": "infra.settings",
    }
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_strangers_plugin_starts_beside_the_malls_own(tmp_path):
    ended = start(tmp_path)

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.split() == ["analytics", "crossborder", "payments", "quality", "story", "stranger"]


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"hook": "order_payed"}, "order_payed"),
        ({"argument": "evnt"}, "evnt"),
        ({"api": "API_VERSION + 1"}, "this mall speaks"),
    ],
)
def test_one_that_breaks_the_contract_stops_the_start(tmp_path, broken, said):
    ended = start(tmp_path, **broken)

    assert ended.returncode != 0
    assert "UnableToLoad" in ended.stderr and said in ended.stderr
