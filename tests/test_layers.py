"""Who may import whom, read off the code's own import statements."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# From the bottom up: a module may import from its own layer those to its left, and everything below.
LAYERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("values", ("ccc_contract.model", "ccc_contract.http", "ccc_contract.errors")),
    (
        "description",
        ("ccc_contract.spelling", "ccc_contract.records", "ccc_contract.reading", "ccc_contract.strict",
         "ccc_contract.envelope", "ccc_contract.conform", "ccc_contract.pairs", "ccc_contract.signing",
         "ccc_contract.signing_v1", "ccc_contract.openapi", "ccc_contract",
         "ccc_contract.vectors.case", "ccc_contract.vectors.requests", "ccc_contract.vectors.positive",
         "ccc_contract.vectors.negative", "ccc_contract.vectors.suite", "ccc_contract.vectors.comparing",
         "ccc_contract.vectors"),
    ),
    (
        "the client",
        ("ccc_contract.client.credentials", "ccc_contract.client.retries", "ccc_contract.client.pacing",
         "ccc_contract.client.outgoing", "ccc_contract.client.answers", "ccc_contract.client.flow",
         "ccc_contract.client.transports", "ccc_contract.client.caller", "ccc_contract.client.client",
         "ccc_contract.client.async_client", "ccc_contract.client",
         "ccc_contract.proof", "ccc_contract.preview"),
    ),
    (
        "the contract suite",
        ("ccc_contract.suite", "ccc_contract.suite.writing", "ccc_contract.suite.harmless", "ccc_contract.suite.draft",
         "ccc_contract.suite.reply",
         "ccc_contract.suite.wire", "ccc_contract.suite.control", "ccc_contract.suite.target",
         "ccc_contract.suite.service", "ccc_contract.suite.property", "ccc_contract.suite.drawing",
         "ccc_contract.suite.spoiling", "ccc_contract.suite.mistakes",
         "ccc_contract.suite.places", "ccc_contract.suite.misfits", "ccc_contract.suite.worlds",
         "ccc_contract.suite.of_envelope", "ccc_contract.suite.of_signature", "ccc_contract.suite.of_identity",
         "ccc_contract.suite.of_common", "ccc_contract.suite.of_languages", "ccc_contract.suite.of_sizes",
         "ccc_contract.suite.of_hostile",
         "ccc_contract.suite.of_parameters", "ccc_contract.suite.of_codes", "ccc_contract.suite.of_limit",
         "ccc_contract.suite.of_rules", "ccc_contract.suite.of_sessions", "ccc_contract.suite.of_reads",
         "ccc_contract.suite.of_calls", "ccc_contract.suite.properties", "ccc_contract.suite.judging",
         "ccc_contract.suite.calls", "ccc_contract.suite.live", "ccc_contract.suite.connecting",
         "ccc_contract.suite.showing", "ccc_contract.suite.report", "ccc_contract.suite.ledger",
         "ccc_contract.suite.answers", "ccc_contract.suite.prepared", "ccc_contract.suite.passage",
         "ccc_contract.suite.grading",
         "ccc_contract.suite.starting", "ccc_contract.suite.transcript", "ccc_contract.suite.questions",
         "ccc_contract.suite.differences"),
    ),
    (
        "core of the fake",
        ("ccc_mock.clock", "ccc_mock.redaction", "ccc_mock.languages", "ccc_mock.messages", "ccc_mock.settings",
         "ccc_mock.auth",
         "ccc_mock.journal",
         "ccc_mock.hosts", "ccc_mock.allowed_hosts", "ccc_mock.numbers",
         "ccc_mock.reply", "ccc_mock.script", "ccc_mock.plans",
         "ccc_mock.plans.words",
         "ccc_mock.plans.faults", "ccc_mock.plans.plan", "ccc_mock.plans.grammar", "ccc_mock.plans.every",
         "ccc_mock.magic",
         "ccc_mock.ledger", "ccc_mock.limits", "ccc_mock.regions", "ccc_mock.observing",
         "ccc_mock.forensics.diagnosis", "ccc_mock.forensics.writing", "ccc_mock.forensics.recipe",
         "ccc_mock.forensics.words",
         "ccc_mock.forensics.mistake", "ccc_mock.forensics.of_keys", "ccc_mock.forensics.of_older",
         "ccc_mock.forensics.of_the_body", "ccc_mock.forensics.of_the_request", "ccc_mock.forensics.of_the_string",
         "ccc_mock.forensics.mistakes", "ccc_mock.forensics.observations", "ccc_mock.forensics.cases",
         "ccc_mock.forensics.search", "ccc_mock.forensics", "ccc_mock.forensics.budget", "ccc_mock.forensics.shown",
         "ccc_mock.world", "ccc_mock.world.endings", "ccc_mock.world.keys", "ccc_mock.world.description",
         "ccc_mock.world.counts", "ccc_mock.world.sessions", "ccc_mock.world.rules", "ccc_mock.world.world",
         "ccc_mock.world.texts",
         "ccc_mock.audit.finding", "ccc_mock.audit.attempts", "ccc_mock.audit.chains", "ccc_mock.audit.repeats",
         "ccc_mock.audit.spacing", "ccc_mock.audit.storms", "ccc_mock.audit.rules", "ccc_mock.audit.judging",
         "ccc_mock.audit",
         "ccc_mock.accounts", "ccc_mock.surroundings", "ccc_mock.parameters", "ccc_mock.exchange", "ccc_mock.tally",
         "ccc_mock.domain.handlers",
         "ccc_mock.domain.calls", "ccc_mock.domain.reads", "ccc_mock.domain",
         "ccc_mock.mismatch",
         "ccc_mock.checks", "ccc_mock.checks.check", "ccc_mock.checks.frame",
         "ccc_mock.checks.identify", "ccc_mock.checks.route", "ccc_mock.checks.authenticate",
         "ccc_mock.checks.inject", "ccc_mock.checks.admit", "ccc_mock.checks.validate", "ccc_mock.checks.execute",
         "ccc_mock.stages", "ccc_mock.pipeline", "ccc_mock.fidelity",
         "ccc_mock.sts", "ccc_mock.metadata", "ccc_mock.endpoint",
         "ccc_mock.mutants.mutant", "ccc_mock.mutants.replies", "ccc_mock.mutants.of_envelopes",
         "ccc_mock.mutants.of_signatures", "ccc_mock.mutants.of_common", "ccc_mock.mutants.of_parameters",
         "ccc_mock.mutants.of_codes", "ccc_mock.mutants.of_limits", "ccc_mock.mutants.of_rules",
         "ccc_mock.mutants.of_sessions", "ccc_mock.mutants.of_reads", "ccc_mock.mutants.of_languages",
         "ccc_mock.mutants.of_sizes", "ccc_mock.mutants.of_hostile", "ccc_mock.mutants.table", "ccc_mock.mutants",
         "ccc_mock.mutants.replay",
         "ccc_mock.live", "ccc_mock.catalogue",
         "ccc_mock.route", "ccc_mock.commands", "ccc_mock.openapi", "ccc_mock.control", "ccc_mock.answering",
         "ccc_mock.coverage", "ccc_mock.coverage.cells", "ccc_mock.coverage.sightings", "ccc_mock.coverage.record",
         "ccc_mock.coverage.exclusions", "ccc_mock.coverage.report", "ccc_mock.coverage.as_text",
         "ccc_mock.coverage.as_json", "ccc_mock.coverage.as_html",
         "ccc_mock",
         "ccc_mock.assumptions", "ccc_mock.assumptions.case", "ccc_mock.assumptions.places",
         "ccc_mock.assumptions.turned", "ccc_mock.assumptions.readings", "ccc_mock.assumptions.floor"),
    ),
    (
        "adapters",
        ("ccc_mock.adapters", "ccc_mock.adapters.files", "ccc_mock.adapters.coverage_files",
         "ccc_mock.adapters.virtual_time", "ccc_mock.surface",
         "ccc_mock.adapters.asgi", "ccc_mock.adapters.connection", "ccc_mock.adapters.plain",
         "ccc_mock.adapters.direct",
         "ccc_mock.adapters.server", "ccc_mock.adapters.serving", "ccc_mock.adapters.turns",
         "ccc_mock.adapters.terminal",
         "ccc_mock.adapters.tls",
         "ccc_mock.adapters.outer", "ccc_mock.adapters.tunnel", "ccc_mock.adapters.refusal",
         "ccc_mock.adapters.forwarding", "ccc_mock.adapters.proxy",
         "ccc_mock.adapters.java_store", "ccc_mock.adapters.sitecustomize", "ccc_mock.adapters.trust",
         "ccc_mock.adapters.child",
         "ccc_mock.adapters.line", "ccc_mock.adapters.patches", "ccc_mock.adapters.intercept",
         "ccc_mock.adapters.sockets",
         "ccc_mock.adapters.for_requests", "ccc_mock.adapters.for_requests_mock",
         "ccc_mock.adapters.claims", "ccc_mock.adapters.for_httpx", "ccc_mock.adapters.for_respx",
         "ccc_mock.adapters.guard", "ccc_mock.adapters.for_http_client", "ccc_mock.faking", "ccc_mock.strategies"),
    ),
    (
        "what the plugin does",
        ("ccc_mock.testing", "ccc_mock.testing.allowed", "ccc_mock.testing.accepting", "ccc_mock.testing.options",
         "ccc_mock.testing.every_plan", "ccc_mock.testing.progress", "ccc_mock.testing.marker",
         "ccc_mock.testing.in_use", "ccc_mock.testing.rate", "ccc_mock.testing.flooring", "ccc_mock.testing.strictness",
         "ccc_mock.testing.mismatch", "ccc_mock.testing.explaining", "ccc_mock.testing.summary",
         "ccc_mock.testing.reporting", "ccc_mock.testing.guarding",
         "ccc_mock.testing.beforehand", "ccc_mock.testing.fixtures", "ccc_mock.testing.sockets",
         "ccc_mock.testing.mutant_runs", "ccc_mock.testing.mutating",
         "ccc_mock.testing.collecting", "ccc_mock.testing.covering_options", "ccc_mock.testing.covering"),
    ),
    (
        "what `ccc-mock explain` does",
        ("ccc_mock.explaining", "ccc_mock.explaining.reading", "ccc_mock.explaining.texts", "ccc_mock.explaining.urls",
         "ccc_mock.explaining.escapes", "ccc_mock.explaining.shell", "ccc_mock.explaining.raw",
         "ccc_mock.explaining.curl_options", "ccc_mock.explaining.curl", "ccc_mock.explaining.har",
         "ccc_mock.explaining.go", "ccc_mock.explaining.forms", "ccc_mock.explaining.keys",
         "ccc_mock.explaining.comparing", "ccc_mock.explaining.intermediates", "ccc_mock.explaining.explanation"),
    ),
    (
        "edge",
        ("ccc_contract.console", "ccc_contract.suite.command", "ccc_contract.suite.grade_command",
         "ccc_contract.suite.test_contract", "ccc_contract.suite.diff_command", "ccc_contract.call",
         "ccc_contract.foreign_signer", "ccc_contract.vector_commands",
         "ccc_contract.openapi_command", "ccc_contract.schemathesis_hooks",
         "ccc_contract.cli", "ccc_contract.refresh", "ccc_mock.mutant_commands", "ccc_mock.options",
         "ccc_mock.explain", "ccc_mock.coverage_commands", "ccc_mock.serve",
         "ccc_mock.exec", "ccc_mock.cli", "ccc_mock.pytest_plugin"),
    ),
)  # fmt: skip

WITH_PYTEST = (
    "options", "marker", "in_use", "flooring", "every_plan", "progress", "reporting", "strictness", "explaining",
    "summary", "guarding", "beforehand", "fixtures", "sockets", "mutating",
    "collecting", "covering_options", "covering",
)  # fmt: skip

WITH_HYPOTHESIS = (
    "service", "property", "drawing", "mistakes", "judging", "of_calls", "of_common", "of_envelope", "of_hostile",
    "of_identity", "of_languages", "of_signature", "of_sizes", "questions",
    "misfits", "of_parameters", "of_codes", "of_limit", "of_rules", "of_sessions", "of_reads",
)  # fmt: skip

LIBRARIES: dict[str, set[str]] = {
    "ccc_contract.console": {"click"},
    "ccc_contract.call": {"click"},
    "ccc_contract.cli": {"click"},
    "ccc_contract.suite.command": {"click"},
    "ccc_contract.suite.diff_command": {"click"},
    "ccc_contract.suite.test_contract": {"pytest"},
    "ccc_contract.suite.grade_command": {"click"},
    "ccc_contract.client.async_client": {"anyio"},
    "ccc_contract.vector_commands": {"click"},
    "ccc_contract.openapi_command": {"click"},
    "ccc_contract.schemathesis_hooks": {"click", "requests", "schemathesis"},
    "ccc_contract.suite.passage": {"requests"},
    "ccc_contract.suite.prepared": {"requests", "urllib3"},
    "ccc_contract.refresh": {"click"},
    "ccc_mock.adapters.asgi": {"anyio", "starlette"},
    "ccc_mock.adapters.connection": {"anyio", "uvicorn"},
    "ccc_mock.adapters.plain": {"h11", "uvicorn"},
    "ccc_mock.adapters.direct": {"httptools", "starlette", "uvicorn"},
    "ccc_mock.adapters.server": {"anyio", "uvicorn"},
    "ccc_mock.adapters.for_httpx": {"anyio"},
    "ccc_mock.adapters.for_requests_mock": {"requests", "requests_mock"},
    "ccc_mock.adapters.for_requests": {"requests", "responses", "urllib3"},
    "ccc_mock.adapters.tls": {"cryptography", "trustme"},
    "ccc_mock.adapters.tunnel": {"h11"},
    "ccc_mock.adapters.forwarding": {"h11"},
    "ccc_mock.adapters.proxy": {"h11"},
    "ccc_mock.cli": {"click"},
    "ccc_mock.coverage_commands": {"click"},
    "ccc_mock.explain": {"click"},
    "ccc_mock.mutant_commands": {"click"},
    "ccc_mock.options": {"click"},
    "ccc_mock.serve": {"click"},
    "ccc_mock.strategies": {"hypothesis"},
    "ccc_mock.exec": {"click"},
    "ccc_mock.pytest_plugin": {"pytest"},
    **{f"ccc_contract.suite.{module}": {"hypothesis"} for module in WITH_HYPOTHESIS},
    **{f"ccc_mock.testing.{module}": {"pytest"} for module in WITH_PYTEST},
}
"""Everything else imports the standard library only."""

OWN = ("ccc_contract", "ccc_mock")
RANK = {module: (layer, place) for layer, (_, modules) in enumerate(LAYERS) for place, module in enumerate(modules)}

_INSIDE = ("ccc_mock.checks", "ccc_mock.stages", "ccc_mock.messages", "ccc_mock.domain.")
NEVER_FROM_THE_EDGE = {module for module in RANK if module.startswith(_INSIDE)}
"""The edge speaks to the endpoint and to control, not to what they are made of."""


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for package in OWN for path in sorted((ROOT / package).rglob("*.py"))}


def imported(module: str) -> Iterator[str]:
    """The modules that a module's import statements name, wherever in it they stand."""
    path = MODULES[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1]) if node.level else ""
            source = ".".join(filter(None, (base, node.module)))
            names = [f"{source}.{alias.name}" for alias in node.names]
            yield from (name if name in MODULES else source for name in names)


def test_every_module_has_a_place() -> None:
    assert sorted(MODULES) == sorted(RANK)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_what_lies_below_it(module: str) -> None:
    for name in imported(module):
        if name in RANK:
            assert RANK[name] < RANK[module] or is_for_types_only(module, name), f"{module} imports {name}"


def is_for_types_only(module: str, name: str) -> bool:
    """Does the import stand under `if TYPE_CHECKING`?"""
    for node in ast.parse(MODULES[module].read_text("utf-8")).body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            return name.rpartition(".")[2] in ast.unparse(node)
    return False


@pytest.mark.parametrize("module", MODULES)
def test_a_module_uses_only_the_libraries_it_is_given(module: str) -> None:
    used = {name.partition(".")[0] for name in imported(module)} - set(OWN) - set(sys.stdlib_module_names)
    assert used <= LIBRARIES.get(module, set())


def test_the_contract_never_imports_the_fake() -> None:
    assert [module for module in MODULES if module.startswith("ccc_contract") and "ccc_mock" in
            {name.partition(".")[0] for name in imported(module)}] == []  # fmt: skip


@pytest.mark.parametrize("module", LAYERS[-1][1])
def test_the_edge_does_not_reach_inside(module: str) -> None:
    assert not set(imported(module)) & NEVER_FROM_THE_EDGE


@pytest.mark.parametrize(
    ("statement", "forbidden"),
    [
        ("import ccc_contract", {"click", "starlette", "uvicorn", "anyio", "ccc_mock"}),
        ("import ccc_mock; ccc_mock.Endpoint()", {"click", "starlette", "uvicorn", "anyio", "asyncio", "socket"}),
        (
            "import ccc_mock\nwith ccc_mock.fake(): pass",
            {"requests", "urllib3", "httpx", "httpx2", "respx", "responses", "starlette", "uvicorn", "pytest"},
        ),
        ("import ccc_mock.pytest_plugin", {"ccc_mock.endpoint", "ccc_contract", "starlette", "uvicorn", "asyncio"}),
        ("import ccc_mock.testing.fixtures", {"starlette", "uvicorn", "anyio", "requests", "httpx", "httpx2"}),
        (
            "import ccc_mock.cli, ccc_contract.cli",
            {
                "starlette",
                "uvicorn",
                "hypothesis",
                "schemathesis",
                "respx",
                "httpx",
                "httpx2",
                "ccc_contract.client",
                "ccc_contract.proof",
            },
        ),
        (
            "import ccc_mock.adapters.serving",
            {"hypothesis", "schemathesis", "respx", "requests", "httpx", "pytest", "tccli", "tencentcloud"},
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_import_brings_no_more_than_it_needs(statement: str, forbidden: set[str]) -> None:
    code = f"{statement}; import sys; print(*sys.modules, sep='\\n')"
    loaded = set(subprocess.check_output([sys.executable, "-c", code], text=True).split())
    assert not loaded & forbidden
