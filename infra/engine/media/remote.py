"""Pictures and videos that stand at an address elsewhere."""

from __future__ import annotations

import ipaddress
import json
import socket
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import requests
from django.conf import settings
from django.utils.module_loading import import_string

#: seconds to connect and to read
TIMEOUT_S = (5, 15)
MAX_BYTES = 20 * 1024 * 1024
#: host of a video: the address that describes it (oEmbed 1.0)
PROVIDERS = {
    "youtube.com": "https://www.youtube.com/oembed?format=json&url={url}",
    "youtu.be": "https://www.youtube.com/oembed?format=json&url={url}",
    "vimeo.com": "https://vimeo.com/api/oembed.json?url={url}",
}


class Unreachable(Exception):  # noqa: N818
    """Nothing can be had from the address: no answer, an error, too much, or a host that is not public."""


@dataclass(frozen=True, slots=True)
class Remote:
    """What an address answered."""

    content_type: str
    content: bytes


def fetch(url: str) -> Remote:
    """Return what `url` answers, redirects not followed. Raises Unreachable."""
    local = _local(url)
    if local is not None:
        status, headers, content = local("GET", url, {}, b"")
        if status != 200:
            raise Unreachable(f"{url} answered {status}")
        return Remote(headers.get("Content-Type", "").partition(";")[0], content)
    _check_public(url)
    try:
        with requests.get(url, timeout=TIMEOUT_S, allow_redirects=False, stream=True) as answer:
            if answer.status_code != 200:
                raise Unreachable(f"{url} answered {answer.status_code}")
            content = answer.raw.read(MAX_BYTES + 1, decode_content=True)
            kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    except requests.RequestException as error:
        raise Unreachable(str(error)) from error
    if len(content) > MAX_BYTES:
        raise Unreachable(f"{url} is too large")
    return Remote(kind, content)


def describe_video(url: str) -> dict[str, Any] | None:
    """Return the oEmbed description of a video, None when nobody known hosts it. Raises Unreachable."""
    host = (urlsplit(url).hostname or "").removeprefix("www.").removeprefix("m.")
    endpoint = PROVIDERS.get(host)
    if endpoint is None:
        return None
    try:
        described = json.loads(fetch(endpoint.format(url=quote(url, safe=""))).content)
    except ValueError as error:
        raise Unreachable(f"{host} described nothing") from error
    return {**described, "url": url} if isinstance(described, dict) else None


def _local(url: str) -> Any:
    parts = urlsplit(url)
    path = getattr(settings, "ENGINE_LOCAL_ORIGINS", {}).get(f"{parts.scheme}://{parts.netloc}")
    return import_string(path) if path else None


def _check_public(url: str) -> None:
    """An address inside our own network is nobody's picture: whoever may write goods must not read it."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Unreachable(f"{url} is no address of the web")
    try:
        found = {info[4][0] for info in socket.getaddrinfo(parts.hostname, parts.port or 443)}
    except (OSError, ValueError) as error:
        raise Unreachable(str(error)) from error
    if not all(ipaddress.ip_address(address).is_global for address in found):
        raise Unreachable(f"{parts.hostname} is not public")
