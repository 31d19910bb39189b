"""A mall of its own for the acceptance scenarios: own port, own data folder, own databases, own processes.

Spoken to only by HTTP, by the commands of `./mall`, and by a crash point named in its environment.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import httpx
import psycopg
from psycopg import sql

from infra.postgres import free_port
from tests.accept.visitor import Visitor

ROOT = Path(__file__).resolve().parent.parent.parent
START_TIMEOUT_S = 300
PREPARE_TIMEOUT_S = 1800
LIVE_TIMEOUT_S = 4 * 3600
"""A real Saleor takes seconds for a listing or an order, and more where it shares a machine."""
STAFF = {"SALEOR_EMAIL": "accept-staff@example.com", "SALEOR_PASSWORD": "accept-staff"}
"""Who reads raw orders of the embedded engine, over HTTP, in the scenarios that compare with them."""
LIVE_WARD = {
    "MALL_DEMO_MERCHANTS": "soramame-glass,minato-nori,tsukimi-wagashi,sazanami-some,asatsuyu-cha",
    "MALL_DEMO_WEEKS": "0",
}
"""What is loaded into a real Saleor, where a listing costs seconds: the merchants whom the scenarios meet."""
SOURCES = ("marketplace", "plugins", "crossborder", "analytics", "storefront", "infra")


class Blueprint:
    """Prepared demo data, made once and copied for every stack.

    SQLite: a folder kept in the temporary folder under a fingerprint of the code, so that the next run finds it;
    or the folder MALL_ACCEPT_BLUEPRINT names, for whoever changes code and does not want the data made anew each time.
    PostgreSQL: two template databases on `server`, made once in this run.
    A real Saleor cannot be copied: each stack prepares itself there as it starts, at its own address.
    """

    def __init__(self, *, engine: str, database: str, server: str = "") -> None:
        self.engine = engine
        self.database = database
        self.server = server
        self.copies = 0
        self.folder = (
            Path(tempfile.gettempdir())
            / f"machiichi-accept-{os.getuid()}"
            / f"{database}-{fingerprint()}{os.environ.get('MALL_DEMO_WEEKS', '')}"
        )

    def __enter__(self) -> Self:
        if self.engine == "live":
            return self
        if self.database == "postgres":
            self.folder = self.folder.with_name(f"{self.folder.name}-{os.getpid()}")
            self._create_databases("blueprint")
        elif given := os.environ.get("MALL_ACCEPT_BLUEPRINT"):
            self.folder = Path(given)
            return self
        if not (self.folder / "ready").exists():
            self._prepare()
        return self

    def __exit__(self, *ending: object) -> None:
        if self.database == "postgres" and self.engine != "live":
            shutil.rmtree(self.folder, ignore_errors=True)

    def environment(self, name: str, *, is_whole: bool = False) -> dict[str, str]:
        """Return what the processes of the copy `name` see: nothing of the caller's mall, Saleor only when live.

        `is_whole`: on a real Saleor too, the whole ward and its history.
        """
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("MALL_", "SALEOR_", "ENGINE_"))}
        kept.pop("DATABASE_URL", None)
        if "MALL_DEMO_WEEKS" in os.environ:  # a shorter history, for whoever works on a scenario
            kept["MALL_DEMO_WEEKS"] = os.environ["MALL_DEMO_WEEKS"]
        if self.engine == "embedded":
            kept |= STAFF
        else:
            kept |= {key: value for key, value in os.environ.items() if key.startswith("SALEOR_")}
            kept |= {} if is_whole else LIVE_WARD
        if self.database == "postgres":
            base = self.server.rpartition("/")[0]
            kept |= {"DATABASE_URL": f"{base}/mall_{name}", "ENGINE_DATABASE_URL": f"{base}/engine_{name}"}
        return kept

    def copy_to(self, folder: Path) -> str:
        """Copy the prepared data to `folder` and return the copy's name (part of its databases' names)."""
        self.copies += 1
        name = f"copy{self.copies}"
        if self.engine == "live":
            folder.mkdir(parents=True)
            if self.database == "postgres":
                self._create_databases(name)
            return name
        shutil.copytree(self.folder, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("ready", "*.lock"))
        if self.database == "postgres":
            self._create_databases(name, template="blueprint")
        return name

    def _prepare(self) -> None:
        print(f"   preparing demo data on {self.database} …", file=sys.stderr, flush=True)
        unfinished = self.folder.with_name(f"{self.folder.name}.{os.getpid()}")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        command = [sys.executable, "-m", "infra", "up", "--prepare-only", "--data", str(unfinished)]
        subprocess.run(
            command,
            cwd=ROOT,
            env=self.environment("blueprint"),
            stdout=sys.stderr,
            check=True,
            timeout=PREPARE_TIMEOUT_S,
        )
        (unfinished / "ready").touch()
        with contextlib.suppress(OSError):  # another run was quicker: its folder is as good
            unfinished.rename(self.folder)

    def _create_databases(self, name: str, template: str = "") -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            for part in ("mall", "engine"):
                statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(f"{part}_{name}"))
                if template:
                    statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(f"{part}_{template}"))
                connection.execute(statement)


def fingerprint() -> str:
    """Return a digest of everything that decides what the prepared data looks like."""
    digest = hashlib.sha256()
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix not in (".pyc", ".mo") and "node_modules" not in path.parts:
                digest.update(str(path.relative_to(ROOT)).encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


class Stack:
    """One running mall. Use as a context manager; what it started ends with it, and nothing else."""

    def __init__(self, blueprint: Blueprint, *, is_whole: bool = False) -> None:
        self.blueprint = blueprint
        self.is_whole = is_whole
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.folder = Path(tempfile.mkdtemp(prefix="machiichi-stack-"))
        self.data = self.folder / "data"
        self.begun = datetime.now(UTC)
        self.process: subprocess.Popen[bytes] | None = None
        self._environment: dict[str, str] = {}

    def __enter__(self) -> Self:
        name = self.blueprint.copy_to(self.data)
        self._environment = self.blueprint.environment(name, is_whole=self.is_whole) | {
            "MALL_DATA": str(self.data),
            "MALL_PUBLIC_URL": self.url,
        }
        return self

    def __exit__(self, *ending: object) -> None:
        self.stop()
        if ending[0] is None:
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            print(f"   what the stack left: {self.folder}", file=sys.stderr, flush=True)

    def start(self, *, crash_point: str = "", worker: bool = True) -> None:
        """Start the mall and wait until it serves. `crash_point`: where its first process to come by dies, once.

        Without `worker` it serves pages only, and work is done by `command("work", "--once", "--at", …)` alone.
        """
        environment = self._environment | ({"MALL_CRASH_POINT": crash_point} if crash_point else {})
        command = [sys.executable, "-m", "infra", "up", "--port", str(self.port)]
        command += [] if worker else ["--no-worker"]
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        limit_s = LIVE_TIMEOUT_S if self.blueprint.engine == "live" else START_TIMEOUT_S
        until = time.monotonic() + limit_s
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise RuntimeError(f"the mall did not start:\n{self.log_tail()}")
            if self._serves():
                return
            time.sleep(0.1)
        raise TimeoutError(f"the mall did not serve within {limit_s} s:\n{self.log_tail()}")

    def _serves(self) -> bool:
        """Whether the mall is there. While it prepares itself at a real Saleor the port answers too, with 503."""
        if self.blueprint.engine != "live":
            return self._port_answers()
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"{self.url}/saleor-is-not-asked/", timeout=20, trust_env=False).status_code != 503
        return False

    def ensure_running(self, *, worker: bool = True) -> None:
        """Start the mall unless it runs, as `start` does."""
        if self.process is None or self.process.poll() is not None:
            self.start(worker=worker)

    def stop(self) -> None:
        """Ask the mall to stop, and wait until it has."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Kill the supervisor with SIGKILL; its children must end by themselves, which this waits for."""
        self._end(signal.SIGKILL)
        until = time.monotonic() + 10
        while self._port_answers():
            if time.monotonic() > until:
                raise RuntimeError("a web process outlived its supervisor by 10 s")
            time.sleep(0.05)

    def restart(self, *, crash_point: str = "") -> None:
        self.stop()
        self.start(crash_point=crash_point)

    def _end(self, number: int) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(60)
        self.process = None

    def _port_answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False

    def command(self, *arguments: str, crash_point: str = "", expect: int | None = 0) -> dict[str, Any]:
        """Run `./mall <arguments> --json` on this stack's data; return its object.

        With `expect=None` any exit code will do, and a command that was killed answers {}; else another code raises.
        """
        environment = self._environment | ({"MALL_CRASH_POINT": crash_point} if crash_point else {})
        done = subprocess.run(
            [sys.executable, "-m", "infra", *arguments, "--json"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=LIVE_TIMEOUT_S if self.blueprint.engine == "live" else PREPARE_TIMEOUT_S,
            check=False,
        )
        if expect is not None and done.returncode != expect:
            raise RuntimeError(f"mall {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr[-4000:]}")
        return json.loads(done.stdout) if done.stdout.strip() else {}

    def spawn(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a command on this stack's data and return its process, for whoever wants to kill it."""
        with open(self.folder / "log", "ab") as log:
            command = [sys.executable, "-m", "infra", *arguments]
            return subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=log, stderr=log)

    def visitor(self, language: str = "ja") -> Visitor:
        """Return somebody with an empty cookie jar."""
        is_live = self.blueprint.engine == "live"
        return Visitor(self.url, language, os.environ["SALEOR_API_URL"] if is_live else "/graphql/")

    def log_tail(self, size: int = 4000) -> str:
        path = self.folder / "log"
        return path.read_text(errors="replace")[-size:] if path.exists() else ""

    def another(self, *, is_whole: bool = False) -> Stack:
        """Return a second stack from the same prepared data, to be used as a context manager.

        `is_whole`: with the whole ward and its history on a real Saleor too, where the others load a part.
        """
        return Stack(self.blueprint, is_whole=is_whole)


@contextlib.contextmanager
def running(blueprint: Blueprint) -> Iterator[Stack]:
    """Yield a started stack."""
    with Stack(blueprint) as stack:
        stack.start()
        yield stack
