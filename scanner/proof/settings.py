"""With which uv, which indexes and which limits proofs are made; all that a proof depends on besides the patch."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from scanner.proof.uv import Uv

DEFAULT = "default"
"""What ``--index`` takes for uv's own default index."""

_INDEXES = ("UV_INDEX", "UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS")
_OTHERS = (
    "UV_CACHE_DIR UV_CONCURRENT_DOWNLOADS UV_CONFIG_FILE UV_CREDENTIALS_DIR UV_EXCLUDE_NEWER UV_HTTP_PROXY "
    "UV_HTTP_RETRIES UV_HTTP_TIMEOUT UV_HTTPS_PROXY UV_INDEX_STRATEGY UV_INSECURE_HOST UV_KEYRING_PROVIDER "
    "UV_NATIVE_TLS UV_NO_PROXY UV_NO_INDEX UV_REQUEST_TIMEOUT UV_SYSTEM_CERTS NETRC SSL_CLIENT_CERT"
).split()
_IMMATERIAL = (
    "UV_CACHE_DIR",
    "UV_CONCURRENT_DOWNLOADS",
    "UV_HTTP_RETRIES",
    "UV_HTTP_TIMEOUT",
    "UV_REQUEST_TIMEOUT",
    "NETRC",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a proof depends on. ``env`` are the user's own ``UV_*``; ``timeout`` is for each call of uv, in seconds.

    The first of ``indexes`` takes the place of uv's default; ``find_links`` are wheelhouses.
    """

    uv: Uv
    cache: str
    indexes: tuple[str, ...] = ()
    find_links: tuple[str, ...] = ()
    offline: bool = False
    allow_build: bool = False
    env: tuple[tuple[str, str], ...] = ()
    timeout: float = 300.0

    @property
    def names_an_index(self) -> bool:
        """Whether there is anything to lock from."""
        return bool(self.indexes or self.find_links) or any(name in _INDEXES for name, _ in self.env)

    @property
    def network(self) -> bool:
        """Whether uv may use the network: only an index, an address or the user's ``UV_*`` asks for it."""
        remote = any("://" in place and not place.startswith("file:") for place in (*self.indexes, *self.find_links))
        return not self.offline and (remote or DEFAULT in self.indexes or any(n in _INDEXES for n, _ in self.env))

    def options(self, *, own_default: bool) -> list[str]:
        """uv's options for the indexes; ``own_default``: the project names a default index, which stays."""
        first, *others = self.indexes or (DEFAULT,)
        made = [] if first == DEFAULT or own_default else ["--default-index", first]
        for url in others:
            made += ["--index", url]
        for place in self.find_links:
            made += ["--find-links", place]
        alone = self.find_links and not self.indexes and not any(n in _INDEXES[:4] for n, _ in self.env)
        return [*made, *(["--no-index"] if alone else []), *(["--offline"] if not self.network else [])]

    def key(self) -> str:
        """A digest of all that can change a proof; no secret can be read from it."""
        told = (self.uv.version, self.indexes, self.find_links, self.offline, self.allow_build)
        env = [pair for pair in self.env if pair[0] not in _IMMATERIAL]
        return hashlib.sha256(msgspec.json.encode((told, env))).hexdigest()


def users_settings(environment: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The user's settings for uv that a proof honours: indexes, credentials, certificates, limits."""
    return tuple(
        (name, value)
        for name, value in sorted(environment.items())
        if name in _INDEXES or name in _OTHERS or (name.startswith("UV_INDEX_") and name.endswith(_CREDENTIALS))
    )


_CREDENTIALS = ("_USERNAME", "_PASSWORD")


def absolute(places: Sequence[str]) -> tuple[str, ...]:
    """Wheelhouses as absolute paths; addresses as they are."""
    return tuple(place if "://" in place else os.path.abspath(Path(place).expanduser()) for place in places)
