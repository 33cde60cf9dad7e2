"""A certificate for the fake, from a private CA that is made for it and lives as long as it.

No private key is ever in a file that somebody could use: the CA's stays in memory, the certificate's reaches OpenSSL
through a pipe, or, where pipes have no path, encrypted under a password that nobody keeps.
"""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import os
import re
import secrets
import ssl
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme
from cryptography.hazmat.primitives import serialization

from ..regions import REGIONS

LOCAL_NAMES = ("127.0.0.1", "::1", "localhost", "ccc.localhost")

# Each region's is listed because a wildcard stands for the leftmost label only.
SERVICE_NAMES = tuple(
    f"{service}.{place}tencentcloudapi.com"
    for service in ("ccc", "sts")
    for place in ("", "intl.", "internal.", *(f"{region}." for region in REGIONS))
)

VALID = timedelta(days=730)
"""Apple's clients refuse a certificate that is valid for more than 825 days."""

CLOCK_SKEW = timedelta(days=1)
"""How far a client's clock, in a container or on another machine, may be behind."""

PIPES = Path("/dev/fd")
"""Where an open pipe has a path, on Linux and macOS."""

_LOG = logging.getLogger("uvicorn.error")  # the logger of the server that this is a part of

_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_HOST_NAME = re.compile(rf"(?:\*\.)?{_LABEL}(?:\.{_LABEL})*")


@dataclass(frozen=True, slots=True)
class Certified:
    """`context` to serve with, for `names`, and `ca_file`, the certificate that a client has to trust."""

    context: ssl.SSLContext
    ca_file: Path
    names: frozenset[str]
    authority: trustme.CA = field(repr=False)

    def context_for(self, name: str) -> ssl.SSLContext:
        """By the same CA, for a name that is not in the certificate of `context`.  Raises ValueError for none."""
        return _context(_issue(self.authority, (identity(name),)))


@contextlib.contextmanager
def certified(*names: str, ca_file: Path | None = None) -> Iterator[Certified]:
    """A certificate for `names`, the names of this machine and those of the service.

    The CA's certificate is written to `ca_file`, and stays, or to a temporary folder, which is gone after the block.

    Raises ValueError, in one sentence: a name that is none, a file that cannot be written.
    """
    identities = dict.fromkeys(map(identity, (*names, *LOCAL_NAMES, *SERVICE_NAMES)))
    authority = trustme.CA(organization_name="ccc-mock", path_length=0)
    context = _context(_issue(authority, tuple(identities)))
    with contextlib.ExitStack() as stack:
        if ca_file is None:
            folder = tempfile.TemporaryDirectory(prefix="ccc-mock-", ignore_cleanup_errors=True)
            ca_file = Path(stack.enter_context(folder), "ca.pem")
        ca_file = Path(os.path.realpath(ca_file))
        _write(ca_file, authority.cert_pem.bytes())
        yield Certified(context, ca_file, frozenset(identities), authority)


def identity(name: str) -> str:
    """A host name or an IP address as a certificate holds it.  Raises ValueError."""
    with contextlib.suppress(ValueError):
        return str(ipaddress.ip_address(name))
    with contextlib.suppress(UnicodeError):  # an empty label, or one of more than 63 bytes
        ascii_name = name.encode("idna").decode().lower()
        if _HOST_NAME.fullmatch(ascii_name):
            return ascii_name
    raise ValueError(f"a certificate names hosts and IP addresses, without scheme, port and path; got {name!r}")


def _issue(authority: trustme.CA, identities: Sequence[str]) -> trustme.LeafCert:
    since = datetime.now(UTC) - CLOCK_SKEW
    try:
        return authority.issue_cert(
            *identities, organization_name="ccc-mock", not_before=since, not_after=since + VALID
        )
    except UnicodeError as reason:  # IDNA 2008 has rules of its own, such as for hyphens
        raise ValueError(f"a certificate cannot hold one of the names: {reason}") from None


def _context(leaf: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])  # a client that offers h2 as well must not take it for agreed
    context.sslobject_class = _Session
    _load(context, b"".join(pem.bytes() for pem in leaf.cert_chain_pems), leaf.private_key_pem.bytes())
    return context


def _load(context: ssl.SSLContext, chain: bytes, key: bytes) -> None:
    """Give OpenSSL what Python hands to it by path only."""
    with tempfile.TemporaryDirectory(prefix="ccc-mock-") as folder:
        chain_file, key_file = Path(folder, "chain.pem"), Path(folder, "key.pem")
        chain_file.write_bytes(chain)
        with _pipe_with(key) as pipe:
            if pipe.exists():
                context.load_cert_chain(chain_file, pipe)
                return
        password = secrets.token_urlsafe(32)
        key_file.write_bytes(_encrypted(key, password))
        context.load_cert_chain(chain_file, key_file, password)


@contextlib.contextmanager
def _pipe_with(data: bytes) -> Iterator[Path]:
    """The path of a pipe that holds `data`, which must be short: a pipe takes 512 bytes on any system (POSIX)."""
    reader, writer = os.pipe()
    try:
        with open(writer, "wb") as stream:
            stream.write(data)
        yield PIPES / str(reader)
    finally:
        os.close(reader)


def _encrypted(key: bytes, password: str) -> bytes:
    return serialization.load_pem_private_key(key, None).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(password.encode()),
    )


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all: who reads while it is replaced gets the file before or the file after."""
    try:
        if path.exists() and not path.is_file():  # os.replace would take the place of a pipe or a device
            raise ValueError(f"cannot write {path}: it is there, and is no file")
        descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with open(descriptor, "wb") as stream:
                stream.write(data)
            os.chmod(draft, 0o644)  # a certificate is for everybody; what mkstemp makes is not
            os.replace(draft, path)
        finally:
            Path(draft).unlink(missing_ok=True)
    except OSError as reason:
        raise ValueError(f"cannot write {path}: {reason.strerror or reason}") from None


class _Session(ssl.SSLObject):
    """One connection's TLS, under asyncio and uvloop alike: it says why a handshake failed, where both say nothing."""

    def do_handshake(self) -> None:
        try:
            super().do_handshake()
        except ssl.SSLWantReadError:
            raise
        except ssl.SSLError as error:
            _LOG.warning(_told(error.reason or str(error)))
            raise

    def unwrap(self) -> None:
        """Say that this is the end, and wait for no answer, as plain HTTP does: idle clients give none."""
        with contextlib.suppress(ssl.SSLWantReadError):
            super().unwrap()


def _told(reason: str) -> str:
    if reason == "HTTP_REQUEST":
        return "a client speaks plain HTTP, and this is TLS: set its protocol to https"
    readable = reason.replace("_", " ").lower()
    if any(word in reason for word in ("CERTIFICATE", "UNKNOWN_CA")):
        return (
            f"a client refuses the certificate ({readable}): it must trust the CA's file, and ask for a name that the "
            "certificate holds (`serve --tls-name` adds one)"
        )
    return f"a TLS handshake failed: {readable}"
