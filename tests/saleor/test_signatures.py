from __future__ import annotations

import json

import pytest

from marketplace.saleor import signatures, transport
from marketplace.saleor.queries import installation
from marketplace.saleor.signatures import UntrustedDelivery, check_delivery, verify
from marketplace.saleor.types import SaleorUnavailable
from tests.saleor.conftest import Signer, encode

BODY = '{"name": "江戸切子"}'.encode()


def test_a_signature_over_the_raw_body_is_trusted(signer: Signer) -> None:
    verify(signature=signer.sign(BODY), body=BODY, jwks=signer.jwks())


def test_a_changed_body_is_refused(signer: Signer) -> None:
    with pytest.raises(UntrustedDelivery, match="does not fit"):
        verify(signature=signer.sign(BODY), body=BODY + b" ", jwks=signer.jwks())


def test_an_encoded_body_is_refused(signer: Signer) -> None:
    signature = signer.sign(BODY, payload=encode(BODY).encode())

    with pytest.raises(UntrustedDelivery, match="does not fit"):
        verify(signature=signature, body=BODY, jwks=signer.jwks())


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ({"alg": "none"}, "RS256"),
        ({"alg": "HS256"}, "RS256"),
        ({"b64": True}, "as it is"),
        ({"crit": []}, "as it is"),
        ({"kid": "another"}, "unknown key"),
    ],
)
def test_another_header_is_refused(signer: Signer, header: dict[str, object], reason: str) -> None:
    with pytest.raises(UntrustedDelivery, match=reason):
        verify(signature=signer.sign(BODY, **header), body=BODY, jwks=signer.jwks())


@pytest.mark.parametrize("signature", ["", "abc", "a.b.c", "a..", "..b", "é..é", "bm90anNvbg..YQ"])
def test_what_is_no_detached_signature_is_refused(signer: Signer, signature: str) -> None:
    with pytest.raises(UntrustedDelivery):
        verify(signature=signature, body=BODY, jwks=signer.jwks())


def test_another_key_of_the_same_name_is_refused(signer: Signer) -> None:
    stranger = Signer.make(signer.kid)

    with pytest.raises(UntrustedDelivery, match="does not fit"):
        verify(signature=stranger.sign(BODY), body=BODY, jwks=signer.jwks())


def test_a_new_key_is_fetched_once_and_kept(installed: Signer, monkeypatch: pytest.MonkeyPatch) -> None:
    renewed = Signer.make("second")
    fetched = []

    def get(path: str) -> transport.Response:
        fetched.append(path)
        return 200, {}, json.dumps(renewed.jwks()).encode()

    monkeypatch.setattr(signatures.transport, "get", get)
    app = installation(api_url=transport.api_url())
    assert app is not None

    check_delivery(signature=renewed.sign(BODY), body=BODY, app=app)

    kept = installation(api_url=transport.api_url())
    assert kept is not None
    assert kept.jwks == renewed.jwks()
    assert fetched == ["/.well-known/jwks.json"]
    check_delivery(signature=renewed.sign(BODY), body=BODY, app=kept)
    assert len(fetched) == 1


def test_keys_that_cannot_be_fetched_are_no_verdict(installed: Signer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signatures.transport, "get", lambda path: (502, {}, b"bad gateway"))
    app = installation(api_url=transport.api_url())
    assert app is not None

    with pytest.raises(SaleorUnavailable):
        check_delivery(signature=Signer.make("third").sign(BODY), body=BODY, app=app)
    assert installation(api_url=transport.api_url()) == app
