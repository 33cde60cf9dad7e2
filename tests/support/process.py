"""The fake as a process: `ccc-mock serve --json` as another program would start it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from typing import Any

from wire import Answer, as_bytes, exchange, signed

CCC_MOCK = [sys.executable, "-m", "ccc_mock.cli"]


class Process:
    """A served fake with `--json`; `hello` is its first line."""

    def __init__(self, popen: subprocess.Popen[str]) -> None:
        self.popen = popen
        self.hello: dict[str, Any] = json.loads(popen.stdout.readline())

    @property
    def host(self) -> str:
        return self.hello["url"].removeprefix("http://")

    def call(self, **changes: Any) -> Answer:
        return exchange(self.host, self.request(**changes))

    def request(self, **changes: Any) -> bytes:
        return as_bytes(signed(self.host, self.hello["secret_id"], self.hello["secret_key"], **changes))

    def control(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.hello["control_url"] + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.load(answer)

    def stop(self) -> list[dict[str, Any]]:
        """SIGTERM; gives the lines of standard error."""
        self.popen.send_signal(signal.SIGTERM)
        _, errors = self.popen.communicate(timeout=10)
        return [json.loads(line) for line in errors.splitlines()]


@contextlib.contextmanager
def serve(*arguments: str, **environment: str) -> Iterator[Process]:
    with subprocess.Popen(
        [*CCC_MOCK, "serve", "--port", "0", "--json", *arguments],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as popen:
        try:
            yield Process(popen)
        finally:
            popen.kill()
