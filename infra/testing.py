"""Loaded by pytest before the settings: a data folder of the run's own, and no network but this machine's.

Kept here and not in tests/conftest.py because pytest-django reads the settings before any conftest is imported.
"""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import tempfile
from pathlib import Path
from typing import Any

LOCAL_NAMES = {"localhost", "127.0.0.1", "::1", "0.0.0.0", "", None}  # noqa: S104 - a name to compare with


class NetworkForbidden(Exception):
    """A test reached out of this machine. Feed it a recorded answer instead."""


def make_data_folder() -> Path:
    """Point MALL_DATA at a folder of this process's own; the first process deletes all of them at its end."""
    root = os.environ.get("MALL_TEST_DATA")
    if root is None:
        root = os.environ["MALL_TEST_DATA"] = tempfile.mkdtemp(prefix="mall-test-")
        atexit.register(shutil.rmtree, root, ignore_errors=True)
    folder = Path(root) / os.environ.get("PYTEST_XDIST_WORKER", "main")
    (folder / "static").mkdir(parents=True, exist_ok=True)
    os.environ["MALL_DATA"] = str(folder)
    return folder


def is_local(address: Any) -> bool:
    """Tell whether a socket address stays on this machine: loopback, or a socket file."""
    if not isinstance(address, tuple):
        return True
    host = address[0]
    return host in LOCAL_NAMES or str(host).startswith("127.")


def forbid_network() -> None:
    """Make every connection and look-up out of this machine raise NetworkForbidden, in this process."""
    connect, connect_ex, look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        refuse_unless_local(address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        refuse_unless_local(address)
        return connect_ex(self, address)

    def guarded_look_up(host: Any, *rest: Any, **named: Any) -> Any:
        refuse_unless_local((host.decode() if isinstance(host, bytes) else host,))
        return look_up(host, *rest, **named)

    socket.socket.connect = guarded_connect  # type: ignore[method-assign, assignment]
    socket.socket.connect_ex = guarded_connect_ex  # type: ignore[method-assign, assignment]
    socket.getaddrinfo = guarded_look_up


def refuse_unless_local(address: Any) -> None:
    if not is_local(address):
        raise NetworkForbidden(f"a test tried to reach {address[0]}")


make_data_folder()
forbid_network()
