"""What a command is told through its environment."""

from __future__ import annotations

import re
import urllib.request
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from requests.utils import should_bypass_proxies

from ccc_mock import DEFAULT_CREDENTIAL, Credential
from ccc_mock.hosts import is_intercepted
from ccc_mock.surroundings import JavaStore, Trust, covers, java_options, no_proxy, surroundings

TRUST = Trust(Path("/t/bundle.pem"), Path("/t/extra.pem"), Path("/t/python"))


def made(before: dict[str, str], credential: Credential = DEFAULT_CREDENTIAL) -> dict[str, str]:
    return surroundings(before, proxy=("127.0.0.1", 8080), url="http://127.0.0.1:1", credential=credential, trust=TRUST)


@pytest.mark.parametrize(
    "entry",
    [
        "*", ".", "ccc.tencentcloudapi.com", "CCC.TencentCloudAPI.com", ".tencentcloudapi.com", "tencentcloudapi.com",
        "*.tencentcloudapi.com", "ccc.tencentcloudapi.com:443", "ccc.*", "com", ".com.", "cloudapi.com",
        "ap-guangzhou.tencentcloudapi.com", "ccc.xx-foo.tencentcloudapi.com",
        "ccc.intl.ap-singapore.tencentcloudapi.com", "ccc.ap-singapore.internal.tencentcloudapi.com",
        "sts.xx-foo.tencentcloudapi.com:443", ".xx-foo.tencentcloudapi.com", "xx-foo.yy.tencentcloudapi.com",
        "foo.tencentcloudapi.com.", "cvm.tencentcloudapi.com", "*-foo.tencentcloudapi.com", "ccc.xx*",
        "*.foo.*", "https://*.tencentcloudapi.com", "https://me@*.tencentcloudapi.com:443/x", "https://",
        "all://*", ":443", "*:*", "..", "x-ccc.foo.tencentcloudapi.com", "x-ccc.tencentcloudapi.com.cn",
        "*tencentyun.com",
    ],
)  # fmt: skip
def test_an_entry_that_some_client_would_take_for_our_hosts_is_dropped(entry: str) -> None:
    assert covers(entry)
    assert no_proxy({"NO_PROXY": f"a.test,{entry}"}) == "a.test,localhost,127.0.0.1,::1"


@pytest.mark.parametrize(
    "entry",
    ["a.test", ".internal", "10.0.0.0/8", "192.0.2.7", "::1", "[fe80::1]:80", "[::1]", "com.test",
     "a.b.c.tencentcloudapi.com", "cvm.*", "10.*", "*.internal", "https://a.test:443", "https://a.test/",
     "*.cdn.tencentyun.com", "tencentcloudapi.com.cn", "cdn.tencentyun.com", "localhost"],
)  # fmt: skip
def test_any_other_entry_is_kept(entry: str) -> None:
    assert entry in no_proxy({"no_proxy": entry}).split(",")


NAMES = st.builds(
    "{}{}.tencentcloudapi.com".format,
    st.sampled_from(["ccc", "sts"]),
    st.lists(st.from_regex(r"[a-z0-9-]{1,63}", fullmatch=True), max_size=2).map(
        lambda labels: "".join(f".{label}" for label in labels)
    ),
) | st.just("metadata.tencentyun.com")


def under_java(entries: str, host: str) -> bool:
    """As java.net has it: a star at the beginning, at the end, or both."""

    def matches(each: str) -> bool:
        tail, head = each.startswith("*"), each.endswith("*")
        text = each[tail : len(each) - head if len(each) > 1 else None]
        return (text in host if head else host.endswith(text)) if tail else (
            host.startswith(text) if head else host == text
        )  # fmt: skip

    return any(matches(each.lower()) for each in entries.split("|"))


def under_node(entries: str, host: str) -> bool:
    """As proxy-from-env has it."""
    names = [re.sub(r":443$", "", each.lower()) for each in entries.split(",")]
    return "*" in names or any(
        host.endswith(each.removeprefix("*")) if each.startswith((".", "*")) else host == each for each in names
    )


def under_go(entries: str, host: str) -> bool:
    """As golang.org/x/net/http/httpproxy has it."""
    names = [re.sub(r":443$", "", each.lower()).removeprefix("*") for each in entries.split(",")]
    return "" in names or any(host == each or host.endswith("." + each.removeprefix(".")) for each in names)


CLIENTS = {
    "requests": lambda entries, host: should_bypass_proxies(f"https://{host}:443/", entries),
    "urllib": lambda entries, host: urllib.request.proxy_bypass_environment(host, {"no": entries}),
    "the Python SDK": lambda entries, host: host in entries,
    "Java": under_java,
    "Node.js": under_node,
    "Go": under_go,
    "a pattern": lambda entries, host: any(fnmatchcase(host, each.lower()) for each in entries.split(",")),
}


@st.composite
def entries_about(draw: st.DrawFn, name: str) -> str:
    """What somebody may write who means this name: cut somewhere, with wildcards, a port, a dot, or in a text."""
    start = draw(st.integers(0, len(name)))
    end = draw(st.just(len(name)) | st.integers(start, len(name)))
    entry = draw(st.sampled_from(["", ".", "*", "*.", "x-"])) + name[start:end]
    if entry and draw(st.booleans()):
        at = draw(st.integers(0, len(entry) - 1))
        entry = entry[:at] + draw(st.sampled_from("*?")) + entry[at + 1 :]
    entry += draw(st.sampled_from(["", ".", "*", ".*", ":443", ".cn"]))
    return entry.upper() if draw(st.booleans()) else entry


@pytest.mark.parametrize("client", list(CLIENTS))
@given(data=st.data())
def test_no_entry_that_is_kept_leads_a_client_past_the_fake(client: str, data: st.DataObject) -> None:
    name = data.draw(NAMES)
    assert is_intercepted(name)
    entry = data.draw(entries_about(name))
    if client == "Java":
        option = java_options(f"-Dhttp.nonProxyHosts=a.test|{entry}", ("127.0.0.1", 8080), None).split()[-1]
        kept = option.removeprefix("-Dhttp.nonProxyHosts=")
    else:
        kept = no_proxy({"NO_PROXY": f"a.test,{entry}"})
    assert not CLIENTS[client](kept, name), (entry, kept)


def test_both_spellings_of_no_proxy_are_kept_and_this_machine_is_added_once() -> None:
    before = {"NO_PROXY": "a.test, b.test", "no_proxy": "b.test localhost,,c.test"}
    assert no_proxy(before) == "a.test,b.test,localhost,c.test,127.0.0.1,::1"


def test_each_spelling_of_the_proxy_variables_is_set_over_what_was_there() -> None:
    got = made({"https_proxy": "http://corporate.test:3128", "HTTP_PROXY": "socks5://x"})
    names = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    assert {got[name] for name in names} == {"http://127.0.0.1:8080"}


def test_a_credential_replaces_the_whole_of_another() -> None:
    before = {"TENCENTCLOUD_SECRET_ID": "real", "TENCENTCLOUD_TOKEN": "real", "TENCENTCLOUD_REGION": "ap-shanghai"}
    got = made(before)
    assert got["TENCENTCLOUD_SECRET_ID"] == DEFAULT_CREDENTIAL.secret_id
    assert "TENCENTCLOUD_TOKEN" not in got
    assert got["TENCENTCLOUD_REGION"] == "ap-shanghai"
    assert made(before, Credential("AKID-x", "key", "token"))["TENCENTCLOUD_TOKEN"] == "token"


def test_java_options_stand_behind_what_there_was() -> None:
    store = JavaStore(Path("/t/a b/store"), "pass'word")
    got = java_options("-Xmx1g -Dhttps.proxyHost=old", ("127.0.0.1", 8080), store)
    assert got.startswith("-Xmx1g -Dhttps.proxyHost=old -Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=8080 ")
    assert '"-Djavax.net.ssl.trustStore=/t/a b/store"' in got
    assert '"-Djavax.net.ssl.trustStorePassword=pass\'word"' in got
    assert "trustStoreType" not in got


def test_javas_own_exceptions_are_kept_except_for_our_hosts() -> None:
    given = '"-Dhttp.nonProxyHosts=*.internal|*.tencentcloudapi.com|ccc.xx-foo.tencentcloudapi.com|sts.xx*|localhost"'
    got = java_options(given, ("127.0.0.1", 8080), None)
    assert got.split()[-1] == "-Dhttp.nonProxyHosts=*.internal|localhost|127.*|[::1]"
    assert "nonProxyHosts" not in java_options("", ("127.0.0.1", 8080), None)


def test_an_unfinished_quote_in_java_options_is_passed_on() -> None:
    assert java_options("'-Da=b c", ("127.0.0.1", 8080), None).startswith("'-Da=b c -Dhttp.proxyHost=")


def test_what_there_was_is_not_changed() -> None:
    before = {"NO_PROXY": "x"}
    made(before)
    assert before == {"NO_PROXY": "x"}
