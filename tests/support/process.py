"""The fake as a process: `ccc-mock serve --json` as another program would start it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from typing import Any

from wire import Answer, as_bytes, exchange, signed

CCC_MOCK = [sys.executable, "-m", "ccc_mock.cli"]


def ccc_mock_without(*modules: str) -> list[str]:
    """The same, where these modules are not installed."""
    hide = f"import sys; sys.modules.update(dict.fromkeys({modules!r}))"
    return [sys.executable, "-c", f"{hide}; from ccc_mock.cli import main; sys.exit(main())"]


PLAIN_CCC_MOCK = ccc_mock_without("uvloop", "httptools")


class Process:
    """A served fake with `--json`; `hello` is its first line."""

    def __init__(self, popen: subprocess.Popen[str]) -> None:
        self.popen = popen
        self.hello: dict[str, Any] = json.loads(popen.stdout.readline())

    @property
    def host(self) -> str:
        return self.hello["url"].partition("://")[2]

    @property
    def trust(self) -> ssl.SSLContext | None:
        """What a client that trusts the fake speaks TLS with; None where it is plain HTTP."""
        ca_file = self.hello["ca_file"]
        return ssl.create_default_context(cafile=ca_file) if ca_file else None

    def call(self, **changes: Any) -> Answer:
        return exchange(self.host, self.request(**changes), tls=self.trust)

    def request(self, **changes: Any) -> bytes:
        return as_bytes(signed(self.host, self.hello["secret_id"], self.hello["secret_key"], **changes))

    def control(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.hello["control_url"] + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=5, context=self.trust) as answer:
            return json.load(answer)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> list[dict[str, Any]]:
        """Send a signal; gives the lines of standard error."""
        self.popen.send_signal(number)
        _, errors = self.popen.communicate(timeout=10)
        return [json.loads(line) for line in errors.splitlines()]


@contextlib.contextmanager
def serve(*arguments: str, program: Sequence[str] = CCC_MOCK, **environment: str) -> Iterator[Process]:
    with subprocess.Popen(
        [*program, "serve", "--port", "0", "--json", *arguments],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as popen:
        try:
            yield Process(popen)
        finally:
            popen.terminate()  # not killed: with --tls it has a folder to remove
            with contextlib.suppress(subprocess.TimeoutExpired):
                popen.wait(5)
            popen.kill()
