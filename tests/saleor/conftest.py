"""A Saleor of one key: what it signs, the mall trusts."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from marketplace.saleor import transport
from marketplace.saleor.actions import save_installation

APP_ID = "QXBwOjE="


def encode(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


@dataclass(frozen=True)
class Signer:
    """One RSA key with its id."""

    key: rsa.RSAPrivateKey
    kid: str

    @classmethod
    def make(cls, kid: str) -> Signer:
        return cls(rsa.generate_private_key(public_exponent=65537, key_size=2048), kid)

    def jwks(self) -> dict[str, object]:
        numbers = self.key.public_key().public_numbers()
        n = encode(numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big"))
        return {"keys": [{"kty": "RSA", "kid": self.kid, "n": n, "e": encode(numbers.e.to_bytes(3, "big"))}]}

    def sign(self, body: bytes, *, payload: bytes | None = None, **header: object) -> str:
        """Return a detached signature as Saleor makes it; `payload` and `header` make it a wrong one."""
        fields = {"alg": "RS256", "b64": False, "crit": ["b64"], "kid": self.kid, "typ": "JWT"} | header
        head = encode(json.dumps(fields).encode())
        signed = head.encode() + b"." + (body if payload is None else payload)
        return f"{head}..{encode(self.key.sign(signed, padding.PKCS1v15(), hashes.SHA256()))}"


@pytest.fixture(scope="session")
def signer() -> Signer:
    return Signer.make("first")


@pytest.fixture
def installed(db: None, signer: Signer) -> Signer:
    """The mall is installed at a Saleor that signs with `signer`."""
    save_installation(api_url=transport.api_url(), app_id=APP_ID, token="app-token", jwks=dict(signer.jwks()))
    return signer
