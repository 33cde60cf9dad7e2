"""A newcomer's own script signs with openssl and sends with curl; what bash shows of it is explained."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from process import CCC_MOCK
from recorder import recording

SCRIPT = Path(__file__).parent / "sign.sh"
KEY = {"TENCENTCLOUD_SECRET_ID": "AKID-of-a-newcomer", "TENCENTCLOUD_SECRET_KEY": "key-of-a-newcomer"}

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("bash", "curl", "openssl"))), reason="there is no bash, curl or openssl here"
)

# What the script is told to do wrong → what is found, and in which of its own texts.
MISTAKES: dict[str, tuple[int, list[str], list[str]]] = {
    "nothing": (0, [], []),
    "wrong-key": (1, [], []),
    "echo": (1, ["body-line-end"], ["canonical_request"]),
    "local-day": (1, ["local-date"], ["string_to_sign"]),
    "charset": (1, ["content-type-charset"], ["canonical_request"]),
    "no-type": (1, ["content-type-changed"], ["canonical_request"]),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_what_the_script_does_wrong_is_found_in_what_bash_shows_and_in_what_curl_sent(
    mistake: str, tmp_path: Path
) -> None:
    code, found, differs = MISTAKES[mistake]
    with recording() as recorder:
        shown = subprocess.run(
            ["bash", "-x", str(SCRIPT)],
            cwd=tmp_path, capture_output=True, timeout=60, check=True,
            env={**os.environ, "HOST": recorder.host, "MISTAKE": mistake},
        ).stderr  # fmt: skip
        (sent,) = recorder.sent
    (line,) = [line for line in shown.splitlines() if line.startswith(b"+ curl ")]
    (tmp_path / "line.txt").write_bytes(line)
    (tmp_path / "sent.http").write_bytes(sent)
    for file in ("line.txt", "sent.http"):
        got = explained(tmp_path, file, code)
        assert [each["name"] for each in got["found"]] == found
        assert [each["of"] for each in got["compared"] if not each["same"]] == differs
        (string,) = [each for each in got["compared"] if each["of"] == "string_to_sign"]
        assert [each["name"] for each in string["notes"]] == [
            "string-not-signed" if mistake == "wrong-key" else "string-signed"
        ]


def explained(folder: Path, file: str, code: int) -> dict[str, Any]:
    done = subprocess.run(
        [*CCC_MOCK, "explain", "--json", "--canonical", "canonical.txt", "--string-to-sign", "string.txt", file],
        cwd=folder, capture_output=True, env={**os.environ, **KEY}, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (code, b"")
    explanation: dict[str, Any] = json.loads(done.stdout)
    return explanation
