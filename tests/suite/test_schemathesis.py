"""Schemathesis itself, as its command and in pytest, with the hooks: what reaches a target, and what ends a run."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis

from ccc_contract import load_api
from ccc_contract.openapi import document
from process import serve
from strangers import SESSION, Stranger, accept, answer, health, stranger

HOOKS = "ccc_contract.schemathesis_hooks"
CASE = "x-schemathesis-testcaseid"


def described(folder: Path, url: str, *actions: str) -> Path:
    """A document of some of the actions, which is read sooner than all of it."""
    whole = document(load_api(), url)
    paths = {path: methods for path, methods in whole["paths"].items() if path[1:] in actions}
    file = folder / "openapi.json"
    file.write_text(json.dumps({**whole, "paths": paths}), "utf-8")
    return file


def run(folder: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("CCC_", "TENCENTCLOUD_"))}
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env={**clean, "NO_COLOR": "1", "COLUMNS": "200", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def schemathesis_run(folder: Path, file: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    given = ("schemathesis.cli", "run", str(file), "--seed", "1", "--phases", "fuzzing", "--max-examples", "5")
    return run(folder, *given, *options, SCHEMATHESIS_HOOKS=HOOKS, **environment)


def after_the_account(target: Stranger, posted: Callable[[], bytes]) -> Callable[[], bytes]:
    """It makes an account when it is asked to, as a fake does; and answers anything else with `posted`."""
    made = {"account": "1", "secret_id": "AKID-made", "secret_key": "key-made", "token": None}
    return lambda: answer(json.dumps(made).encode()) if target.targets[-1] == "POST /_ccc/accounts" else posted()


# --- the fake ------------------------------------------------------------------------------------------------------


WHOLE = bool(os.environ.get("CI"))
"""All 84 actions take as long as all other tests here."""


def test_what_is_drawn_is_signed_and_looked_at(tmp_path: Path) -> None:
    actions = [*load_api().actions] if WHOLE else ["CreateAIAgentCall", "DescribeNumbers"]
    with serve("--no-rate-limit") as fake:
        file = described(tmp_path, fake.hello["url"], *actions)
        done = schemathesis_run(tmp_path, file, "--max-examples", "3" if WHOLE else "20")
        heard = [line for line in fake.stop() if line.get("action")]
    assert done.returncode == 0, done.stdout
    assert f"Tested: {len(actions)}" in done.stdout
    assert {line["action"] for line in heard} == set(actions)
    verdicts = Counter(line["verdict"] for line in heard)
    assert verdicts["ok"] >= 3
    assert sum(verdicts[code] for code in ("InvalidParameter", "MissingParameter", "UnknownParameter")) >= 3
    assert verdicts["AuthFailure.SignatureFailure"] == 0


IN_PYTEST = """
import schemathesis
from ccc_contract import schemathesis_hooks
from hypothesis import Phase, settings

pytest_plugins = [schemathesis_hooks.__name__]
schema = schemathesis.openapi.from_path("openapi.json")

@schema.parametrize()
@settings(max_examples=5, phases=[Phase.generate])
def test_it(case):
    case.call_and_validate()
"""


def pytest_run(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_it.py").write_text(IN_PYTEST, "utf-8")
    given = ("pytest", "-q", "--assert=plain", "-p", "schemathesis.pytest.plugin", "-c", os.devnull, "test_it.py")
    return run(folder, *given, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1", **environment)


def test_a_wrong_fake_fails_in_pytest_and_is_told_by_the_check(tmp_path: Path) -> None:
    with stranger(health) as target:
        body = b'{"Response": {"RequestId": "r"}}'
        target.posted = after_the_account(target, lambda: answer(body, "Content-Type: text/html"))
        described(tmp_path, target.url, "CreateAIAgentCall")
        done = pytest_run(tmp_path)
    assert done.returncode == 1, done.stdout
    assert "expected one content-type, exactly application/json, got [b'text/html']" in done.stdout


# --- nothing twice -------------------------------------------------------------------------------------------------


def drop_every_second(target: Stranger) -> None:
    """It makes accounts; of calls every second ends its connection, which was good for the one before."""
    kept = itertools.cycle([True, False])

    def posted() -> bytes:
        target.keeps_connections = next(kept)
        return accept() if target.keeps_connections else b""

    target.keeps_connections, target.posted = True, after_the_account(target, posted)


def cases(target: Stranger) -> list[str]:
    return [headers[CASE] for headers in target.headers if CASE in headers]


def test_without_the_hooks_a_dropped_connection_is_a_second_request() -> None:
    """So that the next test is about something."""
    with stranger(health) as target, requests.Session() as session:
        drop_every_second(target)
        schema = schemathesis.openapi.from_dict(
            {
                "openapi": "3.1.0",
                "info": {"title": "plain", "version": "1"},
                "paths": {"/plain": {"post": {"responses": {"200": {"description": "whatever"}}}}},
            }
        )
        operation: Any = schema["/plain"]["POST"]
        for _ in range(2):
            operation.Case().call(base_url=target.url, session=session)
        assert len(cases(target)) == 3
        assert len(set(cases(target))) == 2


def test_what_was_dropped_is_not_sent_again(tmp_path: Path) -> None:
    with stranger(health) as target:
        drop_every_second(target)
        file = described(tmp_path, target.url, "CreateAIAgentCall")
        done = schemathesis_run(tmp_path, file, "--request-retries", "1", "--continue-on-failure", "--no-shrink")
        sent = cases(target)
    assert len(sent) >= 2, done.stdout
    assert len(set(sent)) == len(sent)
    assert done.returncode == 1


# --- who is not proven, and who is live ----------------------------------------------------------------------------


def real(nonce: str) -> bytes:
    return answer(b"not found", status="404 Not Found")


def test_a_target_without_proof_gets_nothing(tmp_path: Path) -> None:
    with stranger(real) as target:
        done = schemathesis_run(tmp_path, described(tmp_path, target.url, "CreateAIAgentCall"))
        assert target.targets == ["GET /_ccc/health"]
    assert done.returncode == 2
    assert "did not prove to be the fake, so nothing else was sent: its /_ccc/health answered HTTP 404" in done.stdout


@pytest.mark.parametrize("driver", ["command", "pytest"])
def test_the_first_session_of_a_live_target_ends_the_run(driver: str, tmp_path: Path) -> None:
    with stranger(real) as target:
        file = described(tmp_path, target.url, "CreateAIAgentCall", "DescribeNumbers")
        live = {"CCC_CONTRACT_LIVE": "1"}
        done = pytest_run(tmp_path, **live) if driver == "pytest" else schemathesis_run(tmp_path, file, **live)
        assert [each for each in target.targets if each.startswith("POST")] == ["POST /"]
    assert done.returncode == 6, done.stdout
    assert "STOPPED. a call may have been placed" in done.stdout
    assert SESSION in done.stdout
