"""Whether a delivery comes from Saleor: a detached JWS over the raw body (RFC 7515, RFC 7797 `b64: false`, RS256)."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from marketplace.saleor import transport
from marketplace.saleor.actions import save_jwks
from marketplace.saleor.types import InstalledApp, SaleorUnavailable

JWKS_PATH = "/.well-known/jwks.json"


class UntrustedDelivery(Exception):
    """The delivery is not signed by the Saleor that the mall is installed at."""


class UnknownKey(UntrustedDelivery):
    """The signature names a key that is not among those known."""


def fetch_jwks() -> dict[str, Any]:
    """Return Saleor's public keys, freshly fetched. Raises `SaleorUnavailable`."""
    status, _, body = transport.get(JWKS_PATH)
    if status != 200:
        raise SaleorUnavailable(f"no keys at {JWKS_PATH}: status {status}")
    try:
        jwks = json.loads(body)
    except ValueError as error:
        raise SaleorUnavailable(f"no keys at {JWKS_PATH}") from error
    if not isinstance(jwks, dict) or not isinstance(jwks.get("keys"), list):
        raise SaleorUnavailable(f"no keys at {JWKS_PATH}")
    return jwks


def check_delivery(*, signature: str, body: bytes, app: InstalledApp) -> None:
    """Return when `body` was signed by the Saleor of `app`; the keys are fetched again once for an unknown key.

    Raises `UntrustedDelivery`.
    """
    try:
        verify(signature=signature, body=body, jwks=app.jwks)
    except UnknownKey:
        jwks = fetch_jwks()
        save_jwks(api_url=app.api_url, jwks=jwks)
        verify(signature=signature, body=body, jwks=jwks)


def verify(*, signature: str, body: bytes, jwks: Mapping[str, Any]) -> None:
    """Return when the detached signature fits the raw body and one of the keys; raises `UntrustedDelivery` else."""
    head, _, rest = signature.partition(".")
    payload, _, tail = rest.partition(".")
    if not (head and tail) or payload:
        raise UntrustedDelivery("not a detached signature")
    try:
        header = json.loads(_decode(head))
        signed = _decode(tail)
    except (ValueError, binascii.Error) as error:
        raise UntrustedDelivery("not a detached signature") from error
    if not isinstance(header, dict) or header.get("alg") != "RS256":
        raise UntrustedDelivery("not signed by RS256")
    if header.get("b64") is not False or header.get("crit") != ["b64"]:
        raise UntrustedDelivery("the payload must be signed as it is")
    try:
        _public_key(jwks, header.get("kid")).verify(
            signed, head.encode() + b"." + body, padding.PKCS1v15(), hashes.SHA256()
        )
    except InvalidSignature as error:
        raise UntrustedDelivery("the signature does not fit the body") from error


def _public_key(jwks: Mapping[str, Any], kid: object) -> rsa.RSAPublicKey:
    for key in jwks.get("keys", ()):
        if key.get("kid") == kid and key.get("kty") == "RSA":
            return _made_key(key["e"], key["n"])
    raise UnknownKey(f"unknown key {kid!r}")


@lru_cache(maxsize=8)
def _made_key(exponent: str, modulus: str) -> rsa.RSAPublicKey:
    return rsa.RSAPublicNumbers(e=_integer(exponent), n=_integer(modulus)).public_key()


def _integer(value: str) -> int:
    return int.from_bytes(_decode(value), "big")


def _decode(value: str) -> bytes:
    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
