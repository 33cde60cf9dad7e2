"""Official clients, each one program that is run once for many cases (tests/interop), against fakes of its own."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cells
from cases import Case, asked_of
from ccc_mock.redaction import last_four
from process import Process, serve
from relay import Relay, relaying
from toolchains import GO_DOWNLOAD, MAVEN, NPM_INSTALL, Command, fetch, need, succeed
from wire import as_bytes, connect, read_answer, signed

PROGRAMS = Path(__file__).parents[1] / "interop"

Row = dict[str, Any]
"""What the matrix keeps of a client."""


@dataclass(frozen=True)
class Client:
    """How a program is brought, built and run; `{ca}` and `{folder}` stand for the CA's certificate and its folder."""

    folder: str
    run: Command
    """What the files of cases and of results are added to."""

    trust: Mapping[str, str] = field(default_factory=dict)
    """The environment that makes it trust the CA."""

    fetch: Command | None = None
    build: tuple[Command, ...] = ()
    over_tls: bool = False
    """Does it take this way in every case that leaves it the choice?"""

    @property
    def commands(self) -> list[Command]:
        commands = [*([self.fetch] if self.fetch else []), *self.build, self.run]
        return [command for command in commands if not command[0].startswith(".")]


def _python(folder: str, *mode: str, over_tls: bool = False, **trust: str) -> Client:
    return Client(folder, (sys.executable, "client.py", *mode), trust, over_tls=over_tls)


TCCLI_TRUST = {"CA_FILE": "{ca}", "PYTHONPATH": "{folder}"}
JAVA_TRUST = ("-Djavax.net.ssl.trustStore=trust.p12", "-Djavax.net.ssl.trustStorePassword=changeit")

CLIENTS = {
    "python": _python("python", "sync", CA_FILE="{ca}"),
    "python-async": _python("python", "async", SSL_CERT_FILE="{ca}"),
    "tccli": _python("tccli", **TCCLI_TRUST),
    "tccli-tls": _python("tccli", over_tls=True, **TCCLI_TRUST),
    "node": Client("node", ("node", "client.mjs"), {"NODE_EXTRA_CA_CERTS": "{ca}"}, NPM_INSTALL),
    "go": Client(
        "go", ("./client",), {"SSL_CERT_FILE": "{ca}"}, GO_DOWNLOAD, (("go", "build", "-o", "client", "."),)
    ),
    "java": Client(
        "java",
        ("java", *JAVA_TRUST, "-cp", os.pathsep.join(("target/classes", "lib/*")), "Client"),
        fetch=(*MAVEN, "compile", "dependency:copy-dependencies", "-DoutputDirectory=lib"),
        build=(
            ("keytool", "-importcert", "-noprompt", "-file", "{ca}", "-keystore", "trust.p12", "-storetype", "PKCS12",
             "-storepass", "changeit"),
        ),
    ),
}  # fmt: skip

NO_PROXIES = {
    variable: "" for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy") for variable in (name, name.upper())
}
"""So that only what a case wants goes through a proxy."""


@dataclass(frozen=True)
class Servers:
    """A plain fake; one over TLS whose CA clients trust; one whose CA they do not; and what stands between."""

    plain: Process
    tls: Process
    stranger: Process
    relay: Relay
    nobody: str
    """An address at which nothing listens."""

    def way(self, route: str) -> tuple[Process, dict[str, Any]]:
        """The fake that a route leads to, and what the client is told of it."""
        proxy = f"http://{self.relay.host}"
        server, scheme, endpoint, through = {
            "http": (self.plain, "http", self.plain.host, None),
            "tls": (self.tls, "https", self.tls.host, None),
            "untrusted": (self.stranger, "https", self.stranger.host, None),
            "refused": (self.plain, "http", self.nobody, None),
            "counted": (self.plain, "http", self.relay.host, None),
            "proxy": (self.plain, "http", "", proxy),
            "proxy-tls": (self.tls, "https", "", proxy),
            "variables": (self.tls, "https", "", None),
        }[route]
        return server, {"scheme": scheme, "endpoint": endpoint, "proxy": through}

    def variables(self, route: str) -> dict[str, str]:
        """The environment's part of it.  Node.js reads http_proxy, whatever it speaks."""
        proxy = f"http://{self.relay.host}"
        return {"http_proxy": proxy, "https_proxy": proxy} if route == "variables" else {}


@contextmanager
def servers() -> Iterator[Servers]:
    with (
        serve("--quiet") as plain,
        serve("--quiet", "--tls") as tls,
        serve("--quiet", "--tls") as stranger,
        relaying(plain.host, tls.host) as relay,
        socket.socket() as deaf,
    ):
        deaf.bind(("127.0.0.1", 0))  # and does not listen
        yield Servers(plain, tls, stranger, relay, f"127.0.0.1:{deaf.getsockname()[1]}")


class Question:
    """A case that is put to a client: an account of its own, made as the case wants it."""

    def __init__(self, case: Case, client: Client, servers: Servers) -> None:
        self.case = case
        route = "tls" if client.over_tls and case.route == "http" else case.route
        self.server, way = servers.way(route)
        self.variables = servers.variables(route)
        self.made: dict[str, Any] = self.server.control("POST", "/accounts", case.fake.get("account", {}))
        key = {name: self.made[name] for name in ("secret_id", "secret_key", "token")}
        self.told = {"case": case.name, **way, **key, **case.told}
        self._prepare()
        # What nobody knows the owner of stands in the journal of the default account, which all share.
        self.stray = "secret_id" in case.told or case.told["skip_sign"]
        self.before = self.server.control("GET", "/journal?limit=1")["last"] if self.stray else 0

    def control(self, method: str, path: str, body: Any = None) -> Any:
        separator = "&" if "?" in path else "?"
        return self.server.control(method, f"{path}{separator}account={self.made['account']}", body)

    def _prepare(self) -> None:
        fake = self.case.fake
        if "world" in fake:
            self.control("PUT", "/world", fake["world"])
        if "clock" in fake:
            self.control("PUT", "/clock", fake["clock"])
        if "plan" in fake:
            self.control("POST", "/plans", {"plan": fake["plan"]})
        if "already" in fake:
            self._call(fake["already"])

    def _call(self, times: int) -> None:
        request = as_bytes(signed(self.server.host, self.made["secret_id"], self.made["secret_key"]))
        with connect(self.server.host, tls=self.server.trust) as line:
            for _ in range(times):
                line.sendall(request)
                read_answer(line, see_the_end=False)

    def cell(self, line: Mapping[str, Any], followed: int) -> str:
        """What came of it: what the client says, and behind a semicolon what contradicts the journal.

        `followed` is how many redirects the client followed in all.
        """
        entries = self._arrived()
        entry = meant(line, entries)
        said = [cells.of_line(line, entry), *(self._contradictions(line, entry) if entry else ())]
        requests = len(entries) + (followed if self.case.route == "counted" else 0)
        return cells.with_requests("; ".join(said), requests)

    def _arrived(self) -> list[dict[str, Any]]:
        if not self.stray:
            already = self.case.fake.get("already", 0)
            return list(self.control("GET", f"/journal?limit=1000&after={already}")["entries"])
        claimed = None if self.told["skip_sign"] else last_four(self.told["secret_id"])
        others = self.server.control("GET", f"/journal?limit=1000&after={self.before}")["entries"]
        return [entry for entry in others if entry["secret_id"] == claimed]

    def _contradictions(self, line: Mapping[str, Any], entry: Mapping[str, Any]) -> list[str]:
        case, request = self.case, entry["request"]
        found = {
            f"it sent a {request['method']}": request["method"] != self.told["method"],
            "other parameters arrived": "raised" not in line and entry["params"] != self.told["params"],
            f"the stage {entry['stage']} decided": case.stage not in (None, entry["stage"]),
        }
        error = line.get("raised", {})
        if error.get("code") == entry["verdict"]:
            found |= {
                "another RequestId": error.get("request_id") not in (None, "", entry["request_id"]),
                f"another message, {error['message']!r}": error["message"] != entry["why"],
                f"no {case.carries} in the message": case.carries not in error["message"],
            }
        return [what for what, holds in found.items() if holds]


def meant(line: Mapping[str, Any], entries: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The exchange whose RequestId the client gives, else the newest."""
    told = line.get("raised", {}).get("request_id")
    return next((entry for entry in entries if entry["request_id"] == told), entries[-1] if entries else None)


class Program:
    """A client's program, brought and built in a folder of its own, so that nothing is built in the checkout.

    Raises Skipped where that cannot be done here, Failed where it does not build.
    """

    def __init__(self, client: Client, folder: Path, ca_file: str) -> None:
        self.client = client
        self.folder = folder
        self.filled = {"ca": ca_file, "folder": str(folder)}
        need(*client.commands)
        shutil.copytree(PROGRAMS / client.folder, folder)
        if client.fetch is not None:
            fetch(client.fetch, folder)
        for command in client.build:
            succeed(tuple(word.format(**self.filled) for word in command), folder)

    def ask(self, questions: Sequence[Question]) -> tuple[list[str], dict[str, dict[str, Any]]]:
        """Run it once; gives the versions of what it is made of, and by the name of a case what it says."""
        told = [question.told for question in questions]
        cases, results = self.folder / "cases.json", self.folder / "results.jsonl"
        cases.write_text(json.dumps(told), "utf-8")
        trust = {variable: value.format(**self.filled) for variable, value in self.client.trust.items()}
        environment = {**NO_PROXIES, **trust, **questions[0].variables}
        succeed((*self.client.run, str(cases), str(results)), self.folder, environment)
        about, *lines = map(json.loads, results.read_text("utf-8").splitlines())
        return about["about"], {case["case"]: line for case, line in zip(told, lines, strict=True)}


def ask(name: str, servers: Servers, scratch: Path, cases: Sequence[Case] | None = None) -> Row:
    """Put cases to a client, all that it can be asked unless told otherwise; gives its row of the matrix.

    Raises Skipped where it cannot be run here, Failed where its program fails.
    """
    client = CLIENTS[name]
    program = Program(client, scratch / name, servers.tls.hello["ca_file"])
    questions = [Question(case, client, servers) for case in (asked_of(name) if cases is None else cases)]
    runs = [[question for question in questions if not question.case.alone]]
    runs += [[question] for question in questions if question.case.alone]
    before, versions, said = servers.relay.redirected, [], {}
    for run in filter(None, runs):
        versions, lines = program.ask(run)
        said |= lines
    followed = servers.relay.redirected - before
    found = {question.case.name: question.cell(said[question.case.name], followed) for question in questions}
    for question in questions:
        question.control("DELETE", "/accounts")
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "versions": versions,
        "asked": len(questions),
        "as_expected": sum(found[question.case.name] == question.case.expected(name) for question in questions),
        "cells": found,
    }
