"""Makes the secrets that compose.yaml reads: `python infra/deploy/make_secrets.py` (standard library and openssl only).

A file that is there already stays as it is, so that running it again changes nothing.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "secrets"
STAFF = "staff@example.com"
BUCKETS_USER = "machiichi"


def write(folder: Path) -> list[str]:
    """Write what is missing in `folder`; return the names of the files made.

    The folder is closed to everybody but its owner; the files in it are not, for in a container they are read by other
    users than the one who made them.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    password = keep(folder / "database_password", secrets.token_hex(24))
    staff = keep(folder / "staff_password", secrets.token_hex(16))
    files = keep(folder / "files_key", secrets.token_hex(24))
    before = {path.name for path in folder.iterdir()}
    database = f"postgres://machiichi:{password}@database:5432"
    keep(
        folder / "saleor.env",
        exports(
            DATABASE_URL=f"{database}/saleor",
            CACHE_URL="redis://cache:6379/0",
            CELERY_BROKER_URL="redis://cache:6379/1",
            SECRET_KEY=secrets.token_hex(32),
            AWS_ACCESS_KEY_ID=BUCKETS_USER,
            AWS_SECRET_ACCESS_KEY=files,
            SALEOR_EMAIL=STAFF,
            SALEOR_PASSWORD=staff,
        ),
    )
    keep(folder / "mall.env", exports(DATABASE_URL=f"{database}/mall", SALEOR_EMAIL=STAFF, SALEOR_PASSWORD=staff))
    keep(folder / "files.json", json.dumps(identities(files), indent=2) + "\n")
    if not (folder / "saleor_rsa.pem").exists():
        made = subprocess.run(["openssl", "genrsa", "2048"], check=True, capture_output=True, text=True)
        keep(folder / "saleor_rsa.pem", made.stdout)
    return sorted({path.name for path in folder.iterdir()} - before)


def keep(path: Path, text: str) -> str:
    """Write `text` unless the file is there; return what it holds."""
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        with os.fdopen(handle, "w") as file:
            file.write(text)
    return path.read_text()


def exports(**values: str) -> str:
    """Return lines that a shell reads. The values are letters, digits and signs that no shell changes."""
    return "".join(f"export {name}='{value}'\n" for name, value in values.items())


def identities(key: str) -> dict[str, object]:
    credentials = [{"accessKey": BUCKETS_USER, "secretKey": key}]
    public = {"name": "anonymous", "actions": ["Read:saleor-media"]}
    return {
        "identities": [
            {
                "name": BUCKETS_USER,
                "credentials": credentials,
                "actions": ["Admin", "Read", "Write", "List", "Tagging"],
            },
            public,
        ]
    }


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    print(f"{target}: made {', '.join(write(target)) or 'nothing, all of it is there'}")
