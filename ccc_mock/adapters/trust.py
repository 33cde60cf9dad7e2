"""Files by which programs trust the fake beside whoever they trusted before, in one folder and nowhere else.

A variable that names a bundle replaces the roots of its reader, so ours holds them, too, and those of the bundles that
were named before.
"""

from __future__ import annotations

import contextlib
import importlib.util
import re
import shutil
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from ..surroundings import BUNDLES, EXTRA, Trust
from .java_store import CannotMake, StoreInTheMaking

Say = Callable[[str], None]

# Where systems keep their roots in one file: Debian, Fedora, openSUSE, RHEL, Alpine and macOS, as Go's library has it.
ROOTS = (
    "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/cert.pem",
)  # fmt: skip

_CERTIFICATE = re.compile(rb"-----BEGIN ((?:TRUSTED |X509 )?CERTIFICATE)-----\s[A-Za-z0-9+/=\s]+-----END \1-----")


def trust_in(folder: Path, ca_file: Path, before: Mapping[str, str], say: Say) -> Trust:
    """Write the files into `folder`; `say` is told in one sentence what cannot be had."""
    with contextlib.ExitStack() as stack:
        java: StoreInTheMaking | None = None
        with _told_of_java(say):
            java = stack.enter_context(StoreInTheMaking(folder / "java.truststore", ca_file, before))
        trust = _trust_without_java(folder, ca_file, before, say)
        with _told_of_java(say):
            return replace(trust, java=java.finished() if java is not None else None)
    return trust


def _trust_without_java(folder: Path, ca_file: Path, before: Mapping[str, str], say: Say) -> Trust:
    own = _certificates(ca_file.read_bytes())
    given = {name: _given(name, before[name], say) for name in (*BUNDLES, EXTRA) if before.get(name)}
    bundle, extra, python = folder / "bundle.pem", folder / "extra.pem", folder / "python"
    _write(bundle, [*_roots(), *(each for found in given.values() for each in found), *own])
    _write(extra, [*given.get(EXTRA, ()), *own])
    python.mkdir()
    shutil.copyfile(Path(__file__).with_name("sitecustomize.py"), python / "sitecustomize.py")
    return Trust(bundle, extra, python)


@contextlib.contextmanager
def _told_of_java(say: Say) -> Iterator[None]:
    try:
        yield
    except CannotMake as reason:
        say(f"Java will not trust the fake: {reason}")


def _roots() -> Iterable[bytes]:
    """The certificates of the system; those of certifi, if it is here, where the system has none."""
    paths = ssl.get_default_verify_paths()
    for path in filter(None, (paths.openssl_cafile, *ROOTS, paths.openssl_capath, _certifi())):
        found = list(_in(Path(path)))
        if found:
            return found
    return ()


def _certifi() -> str | None:
    spec = importlib.util.find_spec("certifi")
    return str(Path(spec.origin).with_name("cacert.pem")) if spec and spec.origin else None


def _given(name: str, path: str, say: Say) -> list[bytes]:
    """The certificates of a bundle that somebody set before."""
    found = list(_in(Path(path)))
    if not found:
        say(f"{name} names {path}, in which there is no certificate that can be read; it is left out")
    return found


def _in(path: Path) -> Iterator[bytes]:
    """The certificates of a file, or of the files of a folder."""
    with contextlib.suppress(OSError):
        for file in sorted(path.iterdir()) if path.is_dir() else [path]:
            with contextlib.suppress(OSError):
                yield from _certificates(file.read_bytes())


def _certificates(data: bytes) -> list[bytes]:
    return [match[0] for match in _CERTIFICATE.finditer(data)]


def _write(path: Path, certificates: Iterable[bytes]) -> None:
    path.write_bytes(b"".join(each + b"\n" for each in dict.fromkeys(certificates)))
