"""The engine's RSA key: it signs tokens of users and bodies of webhooks, and its public half is served as a JWKS."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.conf import settings

KEY_BITS = 2048


def key_path() -> Path:
    """Return where the private key is kept."""
    return Path(settings.ENGINE_DATA) / "keys" / "signing.pem"


def private_key() -> rsa.RSAPrivateKey:
    """Return the signing key of this data folder, made on first use (PKCS #8, mode 600)."""
    return _load(str(key_path()))


@cache
def _load(path: str) -> rsa.RSAPrivateKey:
    file = Path(path)
    if not file.exists():
        _make(file)
    key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def _make(file: Path) -> None:
    """Put a new key in place. Of two processes that race, the first one's key stands."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    pem = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    handle, draft = tempfile.mkstemp(dir=file.parent)
    with os.fdopen(handle, "wb") as out:
        out.write(pem)
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        os.unlink(draft)


def b64url(data: bytes) -> str:
    """Return base64url without padding (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_b64url(text: str) -> bytes:
    """Return the bytes of unpadded base64url. Raises ValueError for any other sign, too."""
    padded = text + "=" * (-len(text) % 4)
    return base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True)


def public_jwk() -> dict[str, str]:
    """Return the public key as a JWK with its RFC 7638 thumbprint as kid."""
    return dict(_jwk(str(key_path())))


@cache
def _jwk(path: str) -> dict[str, str]:
    numbers = _load(path).public_key().public_numbers()
    size = (numbers.n.bit_length() + 7) // 8
    core = {"e": b64url(numbers.e.to_bytes(3, "big")), "kty": "RSA", "n": b64url(numbers.n.to_bytes(size, "big"))}
    thumbprint = hashlib.sha256(json.dumps(core, separators=(",", ":"), sort_keys=True).encode()).digest()
    return {**core, "use": "sig", "alg": "RS256", "kid": b64url(thumbprint), "key_ops": ["verify"]}  # type: ignore[dict-item]


def jwks() -> dict[str, Any]:
    """Return the document of /.well-known/jwks.json."""
    return {"keys": [public_jwk()]}


def sign(data: bytes) -> bytes:
    """Return the RS256 signature of `data`."""
    return private_key().sign(data, padding.PKCS1v15(), hashes.SHA256())


def is_signed(data: bytes, signature: bytes) -> bool:
    """Return whether `signature` is ours over `data`."""
    try:
        private_key().public_key().verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def sign_body(body: bytes) -> str:
    """Return the detached JWS of a webhook's raw body (RFC 7797: b64 false, so the body itself is signed)."""
    header = {"alg": "RS256", "b64": False, "crit": ["b64"], "kid": public_jwk()["kid"], "typ": "JWT"}
    head = b64url(json.dumps(header, separators=(",", ":")).encode())
    return f"{head}..{b64url(sign(head.encode() + b'.' + body))}"
