"""`pytest --pyargs ccc_contract.suite`, as anybody would run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from ccc_contract.http import Request, Response
from ccc_mock import Endpoint
from ccc_mock.answering import answering
from suite_targets import masked, on_a_socket

ONE = "every_answer_has_a_request_id"


def pytest_run(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "ccc_mock.pytest_plugin", "--pyargs"]
    return subprocess.run(
        [*words, "ccc_contract.suite", "-k", ONE, *arguments],
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},  # a dozen plugins take seconds to import
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_without_a_url_it_is_our_own_fake_that_is_tested(tmp_path: Path) -> None:
    done = pytest_run(tmp_path, "--ccc-examples", "5")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


def test_what_differs_fails_with_what_was_expected_and_a_test_to_paste(tmp_path: Path) -> None:
    answer = answering(Endpoint())

    def without_request_ids(request: Request) -> Response:
        response = answer(request)
        if request.path != b"/" or response.status != 200:
            return response
        fields = json.loads(response.body)["Response"]
        fields.pop("RequestId")
        return Response(200, response.headers, json.dumps({"Response": fields}).encode())

    with on_a_socket(without_request_ids) as url:
        done = pytest_run(tmp_path, "--ccc-endpoint", url)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "expected  a RequestId that is a UUID" in done.stdout
    assert f"{ONE}.check(service" in done.stdout


def test_a_live_target_is_asked_nothing_and_ends_the_run(tmp_path: Path) -> None:
    asked: list[Request] = []

    def noted(request: Request) -> Response:
        asked.append(request)
        return Response(500, (), b"")

    with on_a_socket(masked(noted)) as url:
        done = pytest_run(tmp_path, "--ccc-endpoint", url)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "did not prove to be a fake" in done.stdout + done.stderr
    assert asked == []
