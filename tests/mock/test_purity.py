"""The core does no I/O and loads none: checked in a fresh interpreter, and in the source."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import ccc_contract
import ccc_mock

# --- what a plain use of the fake loads ----------------------------------------------------------------------------

FOREIGN = {
    "_socket", "anyio", "asyncio", "click", "h11", "http.client", "http.server", "httptools", "httpx", "hypothesis",
    "logging", "pytest", "requests", "respx", "schemathesis", "select", "selectors", "socket", "ssl", "starlette",
    "subprocess", "tencentcloud", "urllib.request", "uvicorn", "uvloop",
}  # fmt: skip

# Run by itself: a socket that is opened ends it.
PLAIN_USE = """
import json, sys
loaded_before = set(sys.modules)

def audit(event, arguments):
    if event.startswith(("socket.", "subprocess.", "os.system", "os.fork")):
        raise SystemExit(f"the core did {event}")

sys.addaudithook(audit)
import ccc_mock
from ccc_contract import Request, sign

endpoint = ccc_mock.Endpoint()
clock = endpoint.accounts.default.clock
headers = {"content-type": "application/json", "x-tc-action": "CreateAIAgentCall", "x-tc-version": "2020-02-10"}
request = Request.post("127.0.0.1", headers, json.dumps({"SdkAppId": 1, "AIAgentId": 1, "Callee": ""}))
credential = ccc_mock.DEFAULT_CREDENTIAL
signed = sign(request, credential.secret_id, credential.secret_key, timestamp=int(clock.signing()))
reply = endpoint.handle(signed)
refusal = endpoint.handle(request)
entries = endpoint.accounts.default.journal.page().entries
shown = [entry.as_json(endpoint.redaction, "1")["verdict"] for entry in entries]
print(json.dumps({"shown": shown, "loaded": sorted(set(sys.modules) - loaded_before)}))
"""


def run_alone(source: str) -> dict[str, list[str]]:
    """What a program prints as JSON, in an interpreter of its own, with nothing else written."""
    done = subprocess.run([sys.executable, "-W", "error", "-c", source], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    printed: dict[str, list[str]] = json.loads(done.stdout)
    return printed


def test_a_plain_use_loads_no_web_library_and_opens_no_socket() -> None:
    used = run_alone(PLAIN_USE)
    assert used["shown"] == ["ok", "MissingParameter"]
    assert FOREIGN & set(used["loaded"]) == set()


def test_importing_the_plugin_loads_nothing_of_the_core() -> None:
    used = run_alone(
        "import json, sys; import ccc_mock.pytest_plugin; "
        "print(json.dumps({'loaded': [name for name in sys.modules if name.startswith('ccc_')]}))"
    )
    assert set(used["loaded"]) == {"ccc_mock", "ccc_mock.pytest_plugin"}


# --- what the source says ------------------------------------------------------------------------------------------

# Modules that reach out, by their own promise; every other one is core, and so is every new one.
OUTSIDE = {
    ccc_contract: (
        "call", "cli", "console", "foreign_signer", "openapi_command", "proof", "reading", "refresh",
        "schemathesis_hooks", "suite", "vector_commands",
    ),
    ccc_mock: (
        "adapters", "cli", "control", "coverage_commands", "exec", "explain", "faking", "mutant_commands", "options",
        "pytest_plugin", "serve", "surface", "testing",
    ),
}  # fmt: skip


def home(package: ModuleType) -> Path:
    assert package.__file__ is not None
    return Path(package.__file__).parent


CORE = {
    f"{package.__name__}.{'.'.join(file.relative_to(home(package)).with_suffix('').parts)}": file
    for package, outside in OUTSIDE.items()
    for file in sorted(home(package).rglob("*.py"))
    if file.relative_to(home(package)).with_suffix("").parts[0] not in outside
}

# Dotted names as they are written; a name forbids all that begins with it.
FORBIDDEN = (
    "open", "print", "input", "breakpoint", "exec", "eval", "__import__",
    "logging", "socket", "select", "subprocess", "asyncio", "tempfile", "shutil", "pathlib", "signal", "urllib.request",
    "time.time", "time.monotonic", "time.perf_counter", "time.process_time", "time.sleep", "time.localtime",
    "datetime.now", "datetime.utcnow", "datetime.today", "datetime.datetime.now", "date.today", "datetime.date.today",
    "random", "secrets", "uuid", "os", "sys.stdout", "sys.stderr",
)  # fmt: skip

# module → what it alone may name, and why.
EXCEPTIONS = {
    "ccc_mock.clock": {
        "time.time": "the default of Clock's time source, and the only place where time comes in",
        "time.perf_counter": "what bounds a search in real time, handed to whoever bounds one",
    },
    "ccc_mock.accounts": {
        "os.urandom": "seeds that were not given, and the names and keys of made accounts",
        "random.Random": "the generator that an account draws its ids from",
    },
    "ccc_mock.surroundings": {
        "os.pathsep": "stands between the folders in PYTHONPATH",
        "os.pathsep.join": "as os.pathsep",
        "pathlib.Path": "the type of files that it only names",
    },
    "ccc_mock.audit.attempts": {"random.Random": "a step of a plan is played again, whatever it draws"},
    "ccc_mock.redaction": {"os.urandom": "the key of the digests"},
    "ccc_mock.plans.plan": {"random.Random": "the seeded generator of each plan"},
    "ccc_mock.plans.faults": {"random.Random": "the type of the generator that a plan hands in"},
    "ccc_contract.client.caller": {
        "time.time": "the clock that the client's flow is given, and the only place where time comes in",
        "time.monotonic": "as time.time",
    },
    "ccc_contract.client.client": {"time.sleep": "the waits of the flow, performed"},
    "ccc_contract.client.credentials": {"os.environ": "the default of the mapping that the key is read from"},
    "ccc_contract.client.outgoing": {"os.environ": "the default of the mapping that the endpoint is read from"},
    "ccc_contract.client.retries": {"random.uniform": "the default of Retries' draw", "random": "as random.uniform"},
    "ccc_contract.client.flow": dict.fromkeys(
        ("logging", "logging.getLogger", "logging.NullHandler", "logging.DEBUG", "logging.WARNING"),
        "a line for each attempt",
    ),
    "ccc_mock.plans.words": {"random.Random": "the type of the generator that a plan hands in"},
}


def names_used(tree: ast.Module) -> Iterator[str]:
    """Every name that is read, dotted, by the module that it comes from: `from time import time` gives `time.time`."""
    origin = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and not node.level:
            origin.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
        elif isinstance(node, ast.Import):
            origin.update({alias.asname: alias.name for alias in node.names if alias.asname})
    yield from origin.values()
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load)):
            continue
        dotted = ast.unparse(node)
        if re.fullmatch(r"[\w.]+", dotted):
            first, dot, rest = dotted.partition(".")
            yield origin.get(first, first) + dot + rest


def is_forbidden(name: str) -> bool:
    return any(name == each or name.startswith(f"{each}.") for each in FORBIDDEN)


@pytest.mark.parametrize("module", CORE)
def test_the_core_names_no_clock_no_chance_and_no_outside(module: str) -> None:
    used = set(names_used(ast.parse(CORE[module].read_text(encoding="utf-8"))))
    assert {name for name in used if is_forbidden(name)} - {"os"} == set(EXCEPTIONS.get(module, {}))


def test_real_time_comes_in_only_as_the_default_of_a_clock() -> None:
    tree = ast.parse(CORE["ccc_mock.clock"].read_text(encoding="utf-8"))
    (init,) = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "__init__")
    defaults = [ast.unparse(default) for default in init.args.defaults]
    assert defaults == ["time.time"]
    assert ast.unparse(tree).count("time.time") == 1


@pytest.mark.parametrize(
    "line",
    [
        "time.time()",
        "from time import time as now",
        "import random as r\nr.random()",
        "from random import choice",
        "datetime.now()",
        "open('x')",
        "print('x')",
        "import os\nos.environ['A']",
    ],
)
def test_the_check_of_names_finds_what_it_looks_for(line: str) -> None:
    assert any(map(is_forbidden, names_used(ast.parse(line))))


def test_the_core_is_what_the_design_says_it_is() -> None:
    named = {
        "ccc_contract.signing",
        "ccc_contract.conform",
        "ccc_mock.endpoint",
        "ccc_mock.stages",
        "ccc_mock.domain.calls",
    }
    assert named <= CORE.keys()
    assert not any("adapters" in module for module in CORE)
