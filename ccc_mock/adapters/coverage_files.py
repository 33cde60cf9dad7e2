"""The data files of error-path coverage, and the reports: written whole or not at all."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..coverage.record import NoRecord, Record

DATA_FILE = ".ccc_coverage"
MAX_BYTES = 512 * 1024 * 1024


def read_record(path: Path) -> Record:
    """Raises NoRecord, which names the file, for what is none; FileNotFoundError where there is no file."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise NoRecord(f"it has more than {MAX_BYTES} bytes")
        return Record.of_json(json.loads(path.read_bytes()))
    except FileNotFoundError:
        raise
    except OSError as reason:
        raise NoRecord(f"cannot read {path}: {reason.strerror}") from None
    except NoRecord as reason:
        raise NoRecord(f"{path}: {reason}") from None
    except (ValueError, RecursionError):
        raise NoRecord(f"{path}: it is no coverage data of ccc-mock") from None


def write_record(path: Path, record: Record) -> None:
    """Raises OSError."""
    write_whole(path, json.dumps(record.as_json(), sort_keys=True) + "\n")


def write_whole(path: Path, text: str) -> None:
    """Write beside it and move it there, so that nobody ever reads half of it.  Makes its folder.  Raises OSError."""
    if path.exists() and not path.is_file():  # a pipe, say: that is not to be replaced
        _write(path, "w", text)
        return
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{parallel(path).name}{_UNFINISHED}")
    try:
        _write(beside, "x", text)
        os.replace(beside, path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise


_UNFINISHED = ".tmp"


def _write(path: Path, mode: str, text: str) -> None:
    with path.open(mode, encoding="utf-8", newline="\n") as stream:
        stream.write(text)


def parallel(path: Path) -> Path:
    """A name that no other run has: `.ccc_coverage.HOST.PID.RANDOM`."""
    host = "".join(each if each.isalnum() or each in "-_" else "-" for each in socket.gethostname()) or "host"
    return path.with_name(f"{path.name}.{host}.{os.getpid()}.{secrets.token_hex(4)}")


def parallels(path: Path) -> list[Path]:
    """The files beside `path` that parallel runs wrote."""
    beside = path.parent.iterdir() if path.parent.is_dir() else ()
    ours = (each for each in beside if each.name.startswith(f"{path.name}.") and each.suffix != _UNFINISHED)
    return sorted(each for each in ours if each.is_file())


def files_of(given: Iterable[Path], path: Path) -> Iterator[Path]:
    """The data files that are meant: files themselves, and of folders the parallel ones, named after `path`."""
    for each in given:
        yield from parallels(each / path.name) if each.is_dir() else [each]
