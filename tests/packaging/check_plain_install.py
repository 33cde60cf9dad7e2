"""A plain install serves, is light, and says in one sentence what is missing: run with its own interpreter.

Uses the standard library and the installed package only.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import sysconfig
import time
import urllib.request
from pathlib import Path

BIN = Path(sysconfig.get_path("scripts"))


def check_lightness() -> None:
    for heavy in ("hypothesis", "schemathesis", "respx", "requests", "pytest", "tccli", "httpx", "uvloop", "trustme"):
        assert importlib.util.find_spec(heavy) is None, f"a plain install brings {heavy}"


def check_serving() -> None:
    from ccc_contract import Request, sign

    with subprocess.Popen(
        [BIN / "ccc-mock", "serve", "--port", "0", "--json", "--quiet"], stdout=subprocess.PIPE, text=True
    ) as fake:
        assert fake.stdout is not None
        hello = json.loads(fake.stdout.readline())
        host = hello["url"].removeprefix("http://")
        request = Request.post(
            host,
            {"content-type": "application/json", "x-tc-action": "CreateAIAgentCall", "x-tc-version": "2020-02-10"},
            '{"SdkAppId": 1400000000, "AIAgentId": 15, "Callee": "008612300000000"}',
        )
        request = sign(request, hello["secret_id"], hello["secret_key"], timestamp=int(time.time()))
        headers = {name.decode(): value.decode() for name, value in request.headers.lines}
        with urllib.request.urlopen(urllib.request.Request(hello["url"], request.body, headers)) as answer:
            assert "SessionId" in json.load(answer)["Response"]
        fake.terminate()
        assert fake.wait(5) == 0


def check_what_is_missing() -> None:
    refresh = subprocess.run([sys.executable, "-m", "ccc_contract.refresh"], capture_output=True, text=True)
    assert refresh.returncode == 2, refresh
    assert "pip install tccli" in refresh.stderr, refresh.stderr
    assert len(refresh.stderr.splitlines()) == 1, refresh.stderr
    tls = subprocess.run([BIN / "ccc-mock", "serve", "--port", "0", "--tls"], capture_output=True, text=True)
    assert tls.returncode == 2, tls
    assert "pip install 'ccc-mock[tls]'" in tls.stderr, tls.stderr
    assert len(tls.stderr.splitlines()) == 1, tls.stderr
    executed = subprocess.run([BIN / "ccc-mock", "exec", "true"], capture_output=True, text=True)
    assert executed.returncode == 2, executed
    assert executed.stderr == "ccc-mock: exec needs trustme: pip install 'ccc-mock[tls]'\n", executed.stderr


def check_consoles() -> None:
    for command in (
        ["ccc-mock", "actions"],
        ["ccc-mock", "fidelity"],
        ["ccc-contract", "describe", "CreateAIAgentCall"],
    ):
        run = subprocess.run([BIN / command[0], *command[1:]], capture_output=True)
        assert run.returncode == 0, run.stderr
        assert run.stdout


if __name__ == "__main__":
    check_lightness()
    check_serving()
    check_what_is_missing()
    check_consoles()
    print("a plain install serves, offline and light")
