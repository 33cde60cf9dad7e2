"""What a command is told through its environment, so that it meets the fake: whom to trust, the proxy, a credential.

Pure: one mapping of variables makes another.  docs/exec.md tells who reads which.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .accounts import Credential
from .hosts import begins_intercepted, ends_intercepted, names_intercepted

LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""What no client is to ask the proxy for: servers that a test starts for itself."""

URL_OF_FAKE = "CCC_MOCK_URL"

BUNDLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Files that stand in place of the system's roots, for whoever reads the variable."""

EXTRA = "NODE_EXTRA_CA_CERTS"
"""A file that stands beside the roots that Node.js has of its own."""

JAVA_OPTIONS = "JAVA_TOOL_OPTIONS"

_PROXIES = ("http_proxy", "https_proxy", "all_proxy")
_NO_PROXY = ("NO_PROXY", "no_proxy")
_CREDENTIALS = ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY", "TENCENTCLOUD_TOKEN")
_NON_PROXY_HOSTS = "-Dhttp.nonProxyHosts="
_AROUND_A_HOST = re.compile(r"^[a-z][a-z0-9+.-]*://|:[\d*]*$")
_ADDRESS = re.compile(r"(?!:\d*$)\[?[0-9a-f:.]*[0-9a-f][0-9a-f:.]*(?:\]|/\d+)?(?::\d+)?")
"""Of the Internet, or a name that is none of ours: they end with other letters."""


@dataclass(frozen=True, slots=True, repr=False)
class JavaStore:
    """A trust store for Java, and what opens it."""

    path: Path
    password: str
    kind: str | None = None
    """Of `javax.net.ssl.trustStoreType`, where somebody had said it."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Files that hold the fake's CA beside whoever was trusted before."""

    bundle: Path
    extra: Path
    python: Path
    """A folder with a `sitecustomize.py`."""
    java: JavaStore | None = None


def surroundings(
    before: Mapping[str, str],
    *,
    proxy: tuple[str, int],
    url: str,
    credential: Credential,
    trust: Trust,
) -> dict[str, str]:
    """The variables for the command: those there were, and what leads it to the proxy.

    `url` is where control is reached.
    """
    host, port = proxy
    past_it = no_proxy(before)
    return {
        **{name: value for name, value in before.items() if name not in _CREDENTIALS},
        **credential.environment(),
        **{each: f"http://{host}:{port}" for name in _PROXIES for each in (name, name.upper())},
        **dict.fromkeys(_NO_PROXY, past_it),
        # Node.js 24 and later reads the variables above for `fetch` and `http` if it is told to.
        "NODE_USE_ENV_PROXY": "1",
        **dict.fromkeys(BUNDLES, str(trust.bundle)),
        EXTRA: str(trust.extra),
        "PYTHONPATH": os.pathsep.join(filter(None, (str(trust.python), before.get("PYTHONPATH")))),
        JAVA_OPTIONS: java_options(before.get(JAVA_OPTIONS, ""), proxy, trust.java),
        URL_OF_FAKE: url,
    }


def no_proxy(before: Mapping[str, str]) -> str:
    """The entries there were in either spelling, without those that would lead past the fake, and this machine's."""
    given = [entry for name in _NO_PROXY for entry in re.split(r"[,\s]+", before.get(name, "")) if entry]
    return ",".join(dict.fromkeys([*(entry for entry in given if not covers(entry)), *LOOPBACK]))


def covers(entry: str) -> bool:
    """Would some client take this entry of NO_PROXY for a host that the fake answers for?

    They differ: a suffix, with or without a dot before it (requests, curl, Go); a pattern (Java, Node.js); a URL
    (httpx); the Python SDK looks whether the host's name is anywhere in the whole text.  Names are not a list, but all
    that `is_intercepted` knows: `cvm.tencentcloudapi.com` stands for `ccc.cvm.tencentcloudapi.com`, too.  An entry too
    many that is dropped is a refusal with a flag that helps; one too few is a real call.
    """
    text = entry.lower()
    if names_intercepted(text):
        return True
    if _ADDRESS.fullmatch(text):
        return False
    pieces = re.split(r"[:/@#|]+", _AROUND_A_HOST.sub("", text))
    return pieces[0] == "" or any(map(_covers, filter(None, pieces)))


def _covers(pattern: str) -> bool:
    """By what stands before the first wildcard, and behind the last one."""
    head, *others = re.split(r"[*?\[\]]+", pattern)
    return ends_intercepted((others or [head])[-1].strip(".")) and (not others or begins_intercepted(head.lstrip(".")))


def java_options(given: str, proxy: tuple[str, int], store: JavaStore | None) -> str:
    """JAVA_TOOL_OPTIONS with ours behind what it held: of two that set the same property the later one counts."""
    host, port = proxy
    own = [f"-D{scheme}.proxy{what}" for scheme in ("http", "https") for what in (f"Host={host}", f"Port={port}")]
    for option in options_in(given):
        if option.startswith(_NON_PROXY_HOSTS):  # without it Java passes by the proxy for this machine only
            kept = [each for each in option.removeprefix(_NON_PROXY_HOSTS).split("|") if not covers(each)]
            own.append(_NON_PROXY_HOSTS + "|".join(dict.fromkeys([*kept, "localhost", "127.*", "[::1]"])))
    if store is not None:
        own += [
            f"-Djavax.net.ssl.trustStore={store.path}",
            f"-Djavax.net.ssl.trustStorePassword={store.password}",
        ]
        own += [f"-Djavax.net.ssl.trustStoreType={store.kind}"] if store.kind else []
    return " ".join(filter(None, (given.strip(), *map(_quoted, own))))


def options_in(given: str) -> list[str]:
    """The options in JAVA_TOOL_OPTIONS, which the JVM parts at blanks outside of quotes."""
    try:
        return shlex.split(given)
    except ValueError:  # a quote without its end, at which the JVM itself will stop
        return given.split()


def _quoted(option: str) -> str:
    """The JVM knows quotes of both kinds, and no escapes."""
    if not re.search(r"[\s'\"]", option):
        return option
    return f"'{option}'" if '"' in option else f'"{option}"'
