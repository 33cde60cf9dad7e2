"""A copy of Java's trust store with the fake's CA in it, made by Java's own keytool.

It takes half a second, so it is begun early and asked for late.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Self

from ..surroundings import JAVA_OPTIONS, JavaStore, options_in

PASSWORD = "changeit"
"""Of the store that every JDK brings."""

KEYTOOL_SECONDS = 60

_STORES = tuple(f"{lib}/security/{name}" for lib in ("lib", "jre/lib") for name in ("jssecacerts", "cacerts"))
_STORE, _PASSWORD, _KIND = (f"-Djavax.net.ssl.trustStore{what}=" for what in ("", "Password", "Type"))


class CannotMake(Exception):
    """The store cannot be made; the message is one sentence."""


class StoreInTheMaking:
    """Begins to make `path`, for as long as the block lasts; where `before` has no Java there is none.

    Raises CannotMake, as `finished` does.
    """

    def __init__(self, path: Path, ca_file: Path, before: Mapping[str, str]) -> None:
        said = dict(_said(before))
        self._environment = {name: value for name, value in before.items() if name != JAVA_OPTIONS}
        self._store = JavaStore(path, said.get(_PASSWORD, PASSWORD), said.get(_KIND))
        self._keytool: subprocess.Popen[str] | None = None
        self._source = Path(said[_STORE]) if said.get(_STORE) else self._in_java(*_STORES)
        keytool = self._in_java("bin/keytool")
        if self._source is not None and keytool is not None:
            self._begin(keytool, ca_file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nobody waits for it any more, unless it has finished."""
        if self._keytool is not None:
            with self._keytool:
                self._keytool.kill()

    def finished(self) -> JavaStore | None:
        """The store, once it is there."""
        if self._keytool is None:
            return None
        with self._keytool:
            try:
                printed, _ = self._keytool.communicate(timeout=KEYTOOL_SECONDS)
            except subprocess.TimeoutExpired:
                self._keytool.kill()
                printed = f"it did not end within {KEYTOOL_SECONDS} seconds"
        if self._keytool.returncode:
            told = " ".join(printed.split())
            raise CannotMake(f"keytool could not add the fake's CA to a copy of {self._source}: {told}")
        return self._store

    def _begin(self, keytool: Path, ca_file: Path) -> None:
        path, kind = self._store.path, self._store.kind
        command: list[str | Path] = [keytool, "-importcert", "-noprompt", "-alias", path.parent.name, "-file", ca_file]
        command += ["-keystore", path, "-storepass:env", "STORE_PASSWORD", "-J-Duser.language=en"]
        try:
            assert self._source is not None
            shutil.copyfile(self._source, path)
            self._keytool = subprocess.Popen(
                command + (["-storetype", kind] if kind else []),
                env={**self._environment, "STORE_PASSWORD": self._store.password},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
            )
        except OSError as reason:
            raise CannotMake(f"{reason.filename} cannot be read or run: {reason.strerror}") from None

    def _in_java(self, *names: str) -> Path | None:
        """The first of these files that a Java here has."""
        files = (home / name for home in self._homes() for name in names)
        return next((file for file in files if file.is_file()), None)

    def _homes(self) -> Iterator[Path]:
        """Where Java may be: what build tools take first, then what the shell would run."""
        if self._environment.get("JAVA_HOME"):
            yield Path(self._environment["JAVA_HOME"])
        java = shutil.which("java", path=self._environment.get("PATH"))
        if java is not None:
            home = Path(os.path.realpath(java)).parent.parent
            yield from (home, home.parent)  # Java 8 has it in jre/bin
            yield from self._home_told_by(java)

    def _home_told_by(self, java: str) -> Iterator[Path]:
        """What the shell runs may be somebody's shim: Java itself tells where it is."""
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            told = subprocess.run(
                [java, "-XshowSettings:properties", "-version"],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
                timeout=KEYTOOL_SECONDS,
                check=False,
            ).stdout
            match = re.search(r"^\s*java\.home = (.+)$", told, re.MULTILINE)
            if match:
                yield Path(match[1].strip())


def _said(before: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What JAVA_TOOL_OPTIONS says of a trust store: the option, and its value."""
    for option in options_in(before.get(JAVA_OPTIONS, "")):
        for name in (_STORE, _PASSWORD, _KIND):
            if option.startswith(name):
                yield name, option.removeprefix(name)
