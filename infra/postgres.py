"""A PostgreSQL of our own for tests: found, started in a scratch folder on a free port, ended with us."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PORTS = range(15000, 30000)
PLACES = ("/usr/lib/postgresql/*/bin/initdb", "/opt/homebrew/opt/postgresql*/bin/initdb", "/usr/pgsql-*/bin/initdb")


def find_tools() -> Path | None:
    """Return the folder that holds initdb and pg_ctl (the newest found), or None when PostgreSQL is not installed."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    found = sorted(path for place in PLACES for path in Path("/").glob(place.lstrip("/")))
    return found[-1].parent if found else None


def free_port() -> int:
    """Return a port that nobody listens on, outside the range from which systems take ports for outgoing connections.

    A port of that range may be taken by somebody's connection just when a server is to start on it, again.
    """
    for port in random.SystemRandom().sample(PORTS, 200):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no port is free")


@contextmanager
def server() -> Iterator[str]:
    """Yield the URL of a fresh server without databases of ours, fast and not durable. Ends it and deletes it after.

    Raises FileNotFoundError when PostgreSQL is not installed, CalledProcessError when it does not start.
    """
    tools = find_tools()
    if tools is None:
        raise FileNotFoundError("initdb")
    folder = Path(tempfile.mkdtemp(prefix="mall-pg-"))
    prefix: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(folder, "postgres")
        prefix = ["runuser", "-u", "postgres", "--"]
    port = free_port()
    data = folder / "d"
    control = [*prefix, str(tools / "pg_ctl"), "-D", str(data)]
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c synchronous_commit=off"
    options += " -c full_page_writes=off -c max_connections=200"
    try:
        initdb = [str(tools / "initdb"), "-D", str(data), "-A", "trust", "-U", "postgres", "-E", "UTF8"]
        _run([*prefix, *initdb, "--locale=C.UTF-8", "--no-sync"], folder)
        _run([*control, "-w", "-l", str(folder / "log"), "-o", options, "start"], folder)
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], cwd=folder, check=False, stdout=subprocess.DEVNULL)
    finally:
        time.sleep(0.1)
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
