"""What the wheel and the source distribution hold: `python check_wheel.py WHEEL SDIST`."""

from __future__ import annotations

import email
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]

LIGHT = {"click", "starlette", "uvicorn"}


def check_wheel(path: Path) -> None:
    with zipfile.ZipFile(path) as wheel:
        names = {name for name in wheel.namelist() if not name.endswith("/")}
        info = next(name.partition("/")[0] for name in names if name.endswith("METADATA"))
        metadata = email.message_from_bytes(wheel.read(f"{info}/METADATA"))
        scripts = wheel.read(f"{info}/entry_points.txt").decode()
        licenses = {name.rpartition("/")[2] for name in names if "/licenses/" in name}
    expected = {
        str(file.relative_to(ROOT))
        for package in ("ccc_contract", "ccc_mock")
        for file in (ROOT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    packaged = {name for name in names if not name.startswith(info)}
    assert packaged == expected, f"differs: {sorted(packaged ^ expected)}"
    assert {"ccc_contract/py.typed", "ccc_mock/py.typed", "ccc_contract/data/sources.json"} <= packaged
    assert licenses == {"LICENSE", "NOTICE"}, licenses
    plain = {
        need.split(";")[0].split(">")[0] for need in metadata.get_all("Requires-Dist", []) if "extra ==" not in need
    }
    assert plain == LIGHT, plain
    assert {"client", "fast", "pytest", "tls"} <= set(metadata.get_all("Provides-Extra", []))
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"] == "Apache-2.0"
    for line in ("ccc-mock = ccc_mock.cli:main", "ccc-contract = ccc_contract.cli:main", "[pytest11]"):
        assert line in scripts, f"{line} is not among the entry points"
    assert path.stat().st_size < 1_000_000, f"{path.stat().st_size} bytes"


def check_sdist(path: Path) -> None:
    """It holds what is needed to build and to test."""
    with tarfile.open(path) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    needed = {"pyproject.toml", "LICENSE", "NOTICE", "README.md", "README.zh-CN.md", "tests/test_layers.py", ".ci/run"}
    needed |= {"fixtures/tc3/documented.json", "fixtures/sdk/INDEX.json", "docs/control.md"}
    assert needed <= names, f"lacks {sorted(needed - names)}"
    tracked = subprocess.run(["git", "-C", ROOT, "ls-files"], capture_output=True, text=True).stdout.split()
    assert not tracked or set(tracked) - {".gitignore"} <= names, f"lacks {sorted(set(tracked) - names)}"


if __name__ == "__main__":
    wheel, sdist = map(Path, sys.argv[1:])
    check_wheel(wheel)
    check_sdist(sdist)
    print(f"{wheel.name} and {sdist.name} hold what they must")
