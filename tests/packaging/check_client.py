"""The client where httpx2 alone is installed, httpx alone, and neither: `python check_client.py WHEELS`.

WHEELS is a folder with our wheel and what it needs; both HTTP libraries are put beside them, each as new as there is
and as old as works.  Every environment is made of that folder alone; this file runs in it, serves a fake and calls it.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.metadata
import json
import os
import subprocess
import sys
import sysconfig
import tempfile
import urllib.request
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

OLDEST = {"httpx2": "2.0.0", "httpx": "0.26.0"}
"""Found by trying: httpx 0.25 takes no `proxy`, and there was no httpx2 before 2.0."""

ENVIRONMENTS: dict[str, Sequence[str]] = {
    "httpx2": ["httpx2"],
    "httpx2, the oldest": [f"httpx2=={OLDEST['httpx2']}"],
    "httpx": ["httpx"],
    "httpx, the oldest": [f"httpx=={OLDEST['httpx']}"],
    "neither": [],
}
"""What is installed beside ccc-mock."""

# --- outside: makes the environments -------------------------------------------------------------------------------


def check(wheels: Path) -> None:
    collect(wheels)
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, needs) in enumerate(ENVIRONMENTS.items()):
            python = environment(Path(folder) / str(number), wheels, needs)
            library = name.partition(",")[0]
            told = subprocess.run([python, __file__, "--inside", library], cwd=folder, capture_output=True, text=True)
            if told.returncode:
                raise SystemExit(f"the client beside {name} failed:\n{told.stdout}{told.stderr}")
            print(f"{name}: {told.stdout.strip()}")


def collect(wheels: Path) -> None:
    """Both libraries and what they need: the newest as the extra asks for them, and the oldest."""
    (ours,) = wheels.glob("ccc_mock-*.whl")
    oldest = [f"{library}=={version}" for library, version in OLDEST.items()]
    for needs in ([f"{ours}[client]", "httpx"], oldest):
        subprocess.run([sys.executable, "-m", "pip", "wheel", "--quiet", "--wheel-dir", wheels, *needs], check=True)


def environment(folder: Path, wheels: Path, needs: Sequence[str]) -> Path:
    """The Python of a new environment; pip stays outside of it, which saves most of the time."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    install = ["install", "--quiet", "--no-index", "--find-links", wheels, "ccc-mock", *needs]
    subprocess.run([sys.executable, "-m", "pip", "--isolated", "--python", python, *install], check=True)
    return python


# --- inside: what a user does --------------------------------------------------------------------------------------


def inside(library: str) -> None:
    if library == "neither":
        check_what_is_missing()
        print("the client says what to install, and the rest does without")
        return
    other = {"httpx": "httpx2", "httpx2": "httpx"}[library]
    assert importlib.util.find_spec(other) is None, f"{other} is here, too"
    with serving() as hello:
        Caller(hello, "00861380000000").sync()
        asyncio.run(Caller(hello, "00861390000000").tasks())
    assert other not in sys.modules
    print(f"Client and AsyncClient over {library} {importlib.metadata.version(library)}")


@contextlib.contextmanager
def serving() -> Iterator[dict[str, Any]]:
    command = [Path(sysconfig.get_path("scripts")) / "ccc-mock", "serve", "--port", "0", "--json", "--quiet"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as fake:
        assert fake.stdout is not None
        try:
            yield json.loads(fake.stdout.readline())
        finally:
            fake.terminate()


class Caller:
    """Places a call, is refused one, and loses the answer of one."""

    def __init__(self, hello: dict[str, Any], prefix: str) -> None:
        self._hello = hello
        self._callees = [f"{prefix}{number}" for number in range(3)]

    def sync(self) -> None:
        from ccc_contract import CallOutcomeUnknown, Client
        from ccc_contract.errors import CalleeRefused

        with Client(self._credential(), endpoint=self._hello["url"]) as client:
            placed, refused, lost = map(self._arguments, self._callees)
            assert client.create_ai_agent_call(**placed).session_id
            self._plan("FailedOperation.CalleeIsBlackUser, ok+reset@after")
            raises(CalleeRefused, lambda: client.create_ai_agent_call(**refused))
            unknown = raises(CallOutcomeUnknown, lambda: client.create_ai_agent_call(**lost))
        self._check(unknown)

    async def tasks(self) -> None:
        from ccc_contract import AsyncClient, CallOutcomeUnknown
        from ccc_contract.errors import CalleeRefused

        async with AsyncClient(self._credential(), endpoint=self._hello["url"]) as client:
            placed, refused, lost = map(self._arguments, self._callees)
            assert (await client.create_ai_agent_call(**placed)).session_id
            self._plan("FailedOperation.CalleeIsBlackUser, ok+reset@after")
            await araises(CalleeRefused, lambda: client.create_ai_agent_call(**refused))
            unknown = await araises(CallOutcomeUnknown, lambda: client.create_ai_agent_call(**lost))
        self._check(unknown)

    def _credential(self) -> Any:
        from ccc_contract import Credential

        return Credential(self._hello["secret_id"], self._hello["secret_key"])

    def _arguments(self, callee: str) -> dict[str, Any]:
        return {"sdk_app_id": 1400000000, "ai_agent_id": 15, "callee": callee}

    def _plan(self, text: str) -> None:
        self._control("/plans", json.dumps({"plan": text}).encode())

    def _control(self, path: str, body: bytes | None = None) -> Any:
        request = urllib.request.Request(self._hello["control_url"] + path, body)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def _check(self, unknown: Any) -> None:
        """The lost answer was that of a call that was placed, once."""
        assert type(unknown.reason).__name__ == "AnswerLost", unknown
        assert unknown.dials
        rang = [len(self._control(f"/ledger?callee={callee}")["calls"]) for callee in self._callees]
        assert rang == [1, 0, 1], rang


def raises(kind: type[BaseException], call: Callable[[], object]) -> Any:
    try:
        call()
    except kind as error:
        return error
    raise AssertionError(f"expected {kind.__name__}, got an answer")


async def araises(kind: type[BaseException], call: Callable[[], Awaitable[object]]) -> Any:
    try:
        await call()
    except kind as error:
        return error
    raise AssertionError(f"expected {kind.__name__}, got an answer")


def check_what_is_missing() -> None:
    import ccc_contract

    key = ccc_contract.Credential("AKIDx", "y")
    for client, own in ((ccc_contract.Client, Nothing()), (ccc_contract.AsyncClient, AsyncNothing())):
        missing = raises(ImportError, lambda client=client: client(key))
        assert str(missing) == "the client needs httpx2 or httpx: pip install 'ccc-mock[client]', or pass http="
        assert client(key, http=own)  # a client of the caller's own needs neither


class Nothing:
    """Whatever has the form of an HTTP client will do."""

    def build_request(self, *arguments: object, **named: object) -> None: ...

    def send(self, *arguments: object, **named: object) -> None: ...


class AsyncNothing(Nothing):
    """The same for tasks."""

    async def send(self, *arguments: object, **named: object) -> None: ...


if __name__ == "__main__":
    if sys.argv[1] == "--inside":
        inside(sys.argv[2])
    else:
        check(Path(sys.argv[1]))
