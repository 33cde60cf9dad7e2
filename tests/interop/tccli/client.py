"""What tccli makes of each case, a process for each: `python client.py CASES RESULTS`."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any

TCCLI = Path(sys.executable).parent / "tccli"
RAISED = re.compile(r"\[TencentCloudSDKException\] code:(\S*) message:(.*) requestId:(\S*)\s*$", re.DOTALL)
LONGEST_ARGUMENT = 100_000
"""Linux takes none beyond 128 KiB."""

AT_ONCE = 2
HERE = threading.local()


def outcome(case: dict[str, Any]) -> dict[str, Any]:
    """What came of the last of its calls."""
    return [call(case) for _ in range(case["calls"])][-1]


def call(case: dict[str, Any]) -> dict[str, Any]:
    home = home_of_this_thread()
    run = subprocess.run(
        [TCCLI, "ccc", case["action"], *settings(case), *params(case["params"], home)],
        env={
            **os.environ,
            "HOME": str(home),
            "USERPROFILE": str(home),
            "LC_ALL": "C.UTF-8",
            "TENCENTCLOUD_SECRET_ID": case["secret_id"],
            "TENCENTCLOUD_SECRET_KEY": case["secret_key"],
        },
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    if run.returncode == 0:
        answer = json.loads(run.stdout)
        return {"ok": {name: answer.get(name) for name in ("SessionId", "RequestId")}}
    told = RAISED.search(run.stdout + run.stderr)
    if told is None:
        said = (run.stdout + run.stderr).strip()
        return {"raised": {"class": f"exit {run.returncode}", "own": False, "message": said}}
    code, message, request_id = told.groups()
    told_id = None if request_id == "None" else request_id
    return {
        "raised": {
            "class": f"exit {run.returncode}",
            "own": True,
            "code": code,
            "message": message,
            "request_id": told_id,
        }
    }


def home_of_this_thread() -> Path:
    """Where tccli keeps its settings and its log, which take it a while to make."""
    if not hasattr(HERE, "home"):
        HERE.home = tempfile.mkdtemp(dir=Path.cwd())
    return Path(HERE.home)


def settings(case: dict[str, Any]) -> list[str]:
    given = {
        # With https it takes no scheme; with http the scheme is the only way to say so.
        "endpoint": case["endpoint"] if case["scheme"] == "https" else f"http://{case['endpoint']}",
        "language": case["language"],
        "timeout": str(case["timeout"]),
        "token": case["token"],
        "region": case["region"],
        "https-proxy": case["proxy"],
    }
    return [word for name, value in given.items() if value for word in (f"--{name}", value)]


def params(given: dict[str, Any], folder: Path) -> list[str]:
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in given.items()}
    if max(map(len, texts.values()), default=0) < LONGEST_ARGUMENT:
        return [word for name, text in texts.items() for word in (f"--{name}", text)]
    file = folder / "params.json"
    file.write_text(json.dumps(given), "utf-8")
    return ["--cli-input-json", f"file://{file}"]


def main(cases_file: str, results_file: str) -> None:
    cases = json.loads(Path(cases_file).read_text("utf-8"))
    about = [f"tccli {version('tccli')}", f"tencentcloud-sdk-python {version('tencentcloud-sdk-python')}"]
    with ThreadPoolExecutor(AT_ONCE) as pool, open(results_file, "w", encoding="utf-8") as results:
        results.write(json.dumps({"about": [*about, f"Python {platform.python_version()}"]}) + "\n")
        for case, what in zip(cases, pool.map(outcome, cases), strict=True):
            results.write(json.dumps({"case": case["case"], **what}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
