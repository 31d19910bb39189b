"""Requests that the engine makes at addresses others named: webhooks, manifests, tokens of apps, pictures.

Whoever may name an address must not reach with it what only this machine and its net reach. The address of a host is
looked up once, where the connection is made, and that very address is checked and connected to: a name that means
something else a moment later gains nothing. Redirects are not followed, and proxies of the environment not used, as
neither would be checked. ENGINE_PRIVATE_TARGETS names nets that may be reached all the same, ENGINE_APP_TARGETS those
where apps are: who installs an app is trusted with more than who names a picture.
"""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import socket
import threading
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.connection import create_connection

logger = logging.getLogger(__name__)
MAX_BYTES = 20 * 1024 * 1024
#: of one name, tried one after the other
MAX_ADDRESSES = 4
#: nets that lead elsewhere than their numbers say or into a provider's own net, whatever Python's tables call them:
#: shared space (RFC 6598), IPv4 inside IPv6 (RFC 6052, 8215, 3056), protocol assignments and documentation
NEVER_PUBLIC = tuple(
    ipaddress.ip_network(text)
    for text in (
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/23",
        "2002::/16",
        "3fff::/20",
        "5f00::/16",
        "fec0::/10",
    )
)
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; header names as they were sent, looked up in any case."""

    status: int
    headers: Any
    content: bytes


class TooLarge(requests.RequestException):
    """The answer is longer than allowed."""


def request(
    method: str,
    url: str,
    *,
    timeout_s: tuple[float, float],
    headers: dict[str, str] | None = None,
    body: bytes = b"",
    most_bytes: int = MAX_BYTES,
    is_app: bool = False,
) -> Answer:
    """Make one request. `timeout_s`: seconds to connect, and between bytes; both together for all of it, from the
    connection to the answer's last byte. `is_app`: at an address an app is known by.

    Raises requests.RequestException: no answer, one that is too large or too late, no address of the web, or a host
    that is not public.
    """
    with _until(sum(timeout_s)) as end, requests.Session() as session:
        session.trust_env = False
        adapter = _AppAdapter if is_app else _Adapter
        session.mount("http://", adapter())
        session.mount("https://", adapter())
        try:
            with session.request(
                method, url, headers=headers, data=body or None, timeout=timeout_s, allow_redirects=False, stream=True
            ) as answer:
                content = bytearray()
                for part in answer.iter_content(64 * 1024):
                    content += part
                    if len(content) > most_bytes:
                        raise TooLarge(f"{url} answers more than {most_bytes} bytes")
        except requests.RequestException as error:
            if end.is_past:
                raise requests.ReadTimeout(f"{url} did not answer in time") from error
            raise
        if end.is_past:  # what came until then looks like all of an answer that does not say how long it is
            raise requests.ReadTimeout(f"{url} did not answer in time")
        return Answer(answer.status_code, answer.headers, bytes(content))


class _End:
    """When a request ends whatever comes: its connections are then shut, for each byte may come just in time."""

    def __init__(self) -> None:
        self.is_past = False
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()

    def watch(self, connection: socket.socket) -> None:
        """Shut this connection, too. Raises TimeoutError when it is too late for any."""
        with self._lock:
            if self.is_past:
                raise TimeoutError("too late")
            self._sockets.append(connection.dup())  # TLS takes the first one's number away

    def come(self) -> None:
        with self._lock:
            self.is_past = True
            for each in self._sockets:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with self._lock:
            for each in self._sockets:
                each.close()
            self._sockets.clear()


_END: ContextVar[_End | None] = ContextVar("outgoing_end", default=None)


@contextlib.contextmanager
def _until(seconds: float) -> Iterator[_End]:
    end = _End()
    timer = threading.Timer(seconds, end.come)
    timer.daemon = True
    timer.start()
    token = _END.set(end)
    try:
        yield end
    finally:
        timer.cancel()
        _END.reset(token)
        end.close()


def is_allowed(text: str, *, is_app: bool = False) -> bool:
    """Return whether the engine may connect to an address of the net (an IPv6 one may carry a zone)."""
    private = settings.ENGINE_APP_TARGETS if is_app else settings.ENGINE_PRIVATE_TARGETS
    address: Address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if any(address in net for net in private):
        return True
    if any(address in net for net in NEVER_PUBLIC):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


class _Checked(HTTPConnection):
    """A connection that looks its host up itself, and connects only where it may."""

    is_app = False

    def _new_conn(self) -> socket.socket:
        host = self.host.strip("[]")
        try:
            found = socket.getaddrinfo(host, self.port, type=socket.SOCK_STREAM)
            addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
        except (socket.gaierror, UnicodeError) as error:
            raise NameResolutionError(host, self, socket.gaierror(str(error))) from error
        refused = [address for address in addresses if not is_allowed(address, is_app=self.is_app)]
        if refused or not addresses:
            logger.warning("not connected to %s: %s is not public", host, ", ".join(refused) or "nothing")
            raise NewConnectionError(self, f"{host} is not public")
        return self._connect(addresses)

    def _connect(self, addresses: list[str]) -> socket.socket:
        problem: Exception | None = None
        end = _END.get()
        for address in addresses[:MAX_ADDRESSES]:
            try:
                made = create_connection((address, self.port), self.timeout, socket_options=self.socket_options)
                if end is not None:
                    end.watch(made)
                return made
            except TimeoutError as error:
                problem = ConnectTimeoutError(self, f"Connection to {self.host} timed out.")
                problem.__cause__ = error
            except OSError as error:
                problem = NewConnectionError(self, f"Failed to establish a new connection: {error}")
                problem.__cause__ = error
        assert problem is not None
        raise problem


class _CheckedTLS(_Checked, HTTPSConnection):
    """The same under TLS: the certificate must be the host's, not the address's."""


class _OfApp(_Checked):
    is_app = True


class _OfAppTLS(_CheckedTLS):
    is_app = True


def _pools(plain: type[HTTPConnection], tls: type[HTTPSConnection]) -> dict[str, type[HTTPConnectionPool]]:
    return {
        "http": type("Pool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
        "https": type("PoolTLS", (HTTPSConnectionPool,), {"ConnectionCls": tls}),
    }


class _Adapter(HTTPAdapter):
    pools = _pools(_Checked, _CheckedTLS)

    def init_poolmanager(self, *args: Any, **named: Any) -> None:
        super().init_poolmanager(*args, **named)
        self.poolmanager.pool_classes_by_scheme = self.pools


class _AppAdapter(_Adapter):
    pools = _pools(_OfApp, _OfAppTLS)
