"""Makes `.venv` from the locks when it must, then hands over to `python -m infra` inside it.

Runs before anything is installed: standard library only, Python 3.11 to 3.14. A stamp per lock tells what is installed
already, so that a second start costs one comparison and a changed lock installs again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = ROOT / "infra" / "requirements"
GROUPS_OF_TESTS = ("web", "analytics", "dev")
GROUPS = dict.fromkeys(("check", "test", "accept", "bench"), GROUPS_OF_TESTS)


def groups_for(arguments: list[str]) -> tuple[str, ...]:
    """Return the locks that the named command needs; every command that runs the mall needs `web` alone."""
    command = next((argument for argument in arguments if not argument.startswith("-")), "")
    return GROUPS.get(command, ("web",))


def say(text: str) -> None:
    print(f"mall: {text}", file=sys.stderr, flush=True)


def digest(path: Path) -> str:
    """Return the stamp of one lock or of pyproject.toml: what is in it, for which Python, at which place on disk."""
    version = "{}.{}".format(*sys.version_info[:2])
    return hashlib.sha256(path.read_bytes() + f"\n{version}\n{ROOT}".encode()).hexdigest()


def stamp_of(name: str) -> Path:
    return VENV / f"mall-{name}.stamp"


def is_current(name: str, source: Path) -> bool:
    stamp = stamp_of(name)
    return stamp.exists() and stamp.read_text() == digest(source)


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    """Hold the environment's lock: a second `./mall` started meanwhile waits for the first to finish installing."""
    import fcntl

    VENV.mkdir(exist_ok=True)
    with open(VENV / "mall.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another ./mall is installing; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def inside_environment() -> bool:
    """Tell whether this very process runs on `.venv`: the script prefers it as long as it starts."""
    return Path(sys.prefix).resolve() == VENV.resolve()


def is_usable() -> bool:
    """Tell whether `.venv` holds a Python that starts; one made meanwhile by another ./mall does, a broken one not."""
    if not PYTHON.exists():
        return False
    return subprocess.run([PYTHON, "-c", "import encodings"], capture_output=True, check=False).returncode == 0


def make_environment() -> None:
    say(f"making .venv with Python {sys.version.split()[0]}")
    for leftover in VENV.iterdir():
        if leftover.is_dir() and not leftover.is_symlink():
            shutil.rmtree(leftover)
        elif leftover.name != "mall.lock":
            leftover.unlink()
    uv = shutil.which("uv")
    if uv:
        command = [uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(VENV)]
    else:
        command = [sys.executable, "-m", "venv", str(VENV)]
    subprocess.run(command, check=True)


def install_locks(names: list[str]) -> None:
    """Install the named locks with uv when it is found, else (or when uv fails) with pip."""
    files = [part for name in names for part in ("-r", str(LOCKS / f"{name}.txt"))]
    options = ["--require-hashes", "--only-binary", ":all:", *files]
    uv = shutil.which("uv")
    if uv:
        command = [uv, "pip", "install", "--compile-bytecode", "--python", str(PYTHON), *options]
        done = subprocess.run(command, check=False, stdout=sys.stderr)
        if done.returncode == 0:
            return
        say("uv could not install them; trying pip")
    ensure_pip()
    count = len({line.split()[0] for name in names for line in (LOCKS / f"{name}.txt").open() if line[0].isalnum()})
    run_pip(["install", "--progress-bar", "off", *options], count)


def ensure_pip() -> None:
    found = subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True, check=False)
    if found.returncode:
        subprocess.run([PYTHON, "-m", "ensurepip", "--default-pip"], check=True, stdout=sys.stderr)


def run_pip(arguments: list[str], count: int) -> None:
    """Run pip and show how far it is, on one line of the terminal or a line every tenth of the way."""
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    kept: list[str] = []
    seen = 0
    for line in process.stdout:
        kept = [*kept[-40:], line]
        if line.startswith("Collecting "):
            seen += 1
            show_progress(seen, count, line.split()[1].split("==")[0])
        elif line.startswith("Installing collected"):
            show_progress(count, count, "unpacking")
    if process.wait():
        sys.stderr.write("\n" + "".join(kept))
        raise SystemExit("mall: the requirements could not be installed (see above)")
    sys.stderr.write("\n" if sys.stderr.isatty() else "")


def show_progress(done: int, total: int, what: str) -> None:
    if sys.stderr.isatty():
        bar = "#" * (done * 30 // max(total, 1))
        sys.stderr.write(f"\rmall: [{bar:<30}] {done}/{total} {what[:30]:<30}")
        sys.stderr.flush()
    elif done % max(total // 10, 1) == 0 or done == total:
        say(f"{done}/{total} packages ({what})")


def install_project() -> None:
    """Install the project itself, so that its entry points (the plugins) are found."""
    uv = shutil.which("uv")
    tool = [uv, "pip", "install", "--quiet", "--python", str(PYTHON)] if uv else None
    if tool is None:
        ensure_pip()
        tool = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    subprocess.run([*tool, "--no-deps", "--no-build-isolation", "-e", str(ROOT)], check=True, stdout=sys.stderr)


def prepare_environment(groups: tuple[str, ...]) -> None:
    """Bring `.venv` to what the locks say. Nothing is done, and nothing is locked, when the stamps agree."""
    sources = {name: LOCKS / f"{name}.txt" for name in groups} | {"project": ROOT / "pyproject.toml"}
    if PYTHON.exists() and all(is_current(name, source) for name, source in sources.items()):
        return
    with only_one():
        if not inside_environment() and not is_usable():
            make_environment()
        stale = [name for name in groups if not is_current(name, sources[name])]
        if stale:
            begun = time.monotonic()
            say(f"installing {', '.join(stale)} from the locks (the first time takes a few minutes)")
            install_locks(stale)
            say(f"installed in {time.monotonic() - begun:.0f} s")
        if stale or not is_current("project", sources["project"]):
            install_project()
        for name in [*stale, "project"]:
            stamp_of(name).write_text(digest(sources[name]))


def main() -> None:
    arguments = sys.argv[1:]
    wants_help = not arguments or any(argument in ("-h", "--help") for argument in arguments)
    if not wants_help:
        prepare_environment(groups_for(arguments))
    python = sys.executable if wants_help else str(PYTHON)  # the help needs nothing installed
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # or each of our processes compiles everything anew: seconds each
    environment["PATH"] = os.pathsep.join([str(VENV / "bin"), os.environ.get("PATH", os.defpath)])
    os.execve(python, [python, "-m", "infra", *arguments], environment)  # noqa: S606


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as problem:
        raise SystemExit(f"mall: {problem}") from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
