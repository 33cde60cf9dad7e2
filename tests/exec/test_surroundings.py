"""What a command is told through its environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from ccc_mock import DEFAULT_CREDENTIAL, Credential
from ccc_mock.surroundings import JavaStore, Trust, covers, java_options, no_proxy, surroundings

OURS = ("ccc.tencentcloudapi.com", "ccc.ap-guangzhou.tencentcloudapi.com", "metadata.tencentyun.com")
TRUST = Trust(Path("/t/bundle.pem"), Path("/t/extra.pem"), Path("/t/python"))


def made(before: dict[str, str], credential: Credential = DEFAULT_CREDENTIAL) -> dict[str, str]:
    return surroundings(
        before, proxy=("127.0.0.1", 8080), url="http://127.0.0.1:1", credential=credential, trust=TRUST, ours=OURS
    )


@pytest.mark.parametrize(
    "entry",
    [
        "*", ".", "ccc.tencentcloudapi.com", "CCC.TencentCloudAPI.com", ".tencentcloudapi.com", "tencentcloudapi.com",
        "*.tencentcloudapi.com", "ccc.tencentcloudapi.com:443", "ccc.*", "com", ".com.", "cloudapi.com",
        "ap-guangzhou.tencentcloudapi.com", "x-ccc.tencentcloudapi.com.cn", "*tencentyun.com",
    ],
)  # fmt: skip
def test_an_entry_that_some_client_would_take_for_our_hosts_is_dropped(entry: str) -> None:
    assert covers(entry, OURS)
    assert no_proxy({"NO_PROXY": f"a.test,{entry}"}, OURS) == "a.test,localhost,127.0.0.1,::1"


@pytest.mark.parametrize(
    "entry",
    ["a.test", ".internal", "10.0.0.0/8", "192.0.2.7", "::1", "[fe80::1]:80", "cvm.tencentcloudapi.com", "com.test",
     "cdn.tencentyun.com", "localhost"],
)  # fmt: skip
def test_any_other_entry_is_kept(entry: str) -> None:
    assert entry in no_proxy({"no_proxy": entry}, OURS).split(",")


def test_both_spellings_of_no_proxy_are_kept_and_this_machine_is_added_once() -> None:
    before = {"NO_PROXY": "a.test, b.test", "no_proxy": "b.test localhost,,c.test"}
    assert no_proxy(before, OURS) == "a.test,b.test,localhost,c.test,127.0.0.1,::1"


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
    got = java_options("-Xmx1g -Dhttps.proxyHost=old", ("127.0.0.1", 8080), store, OURS)
    assert got.startswith("-Xmx1g -Dhttps.proxyHost=old -Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=8080 ")
    assert '"-Djavax.net.ssl.trustStore=/t/a b/store"' in got
    assert '"-Djavax.net.ssl.trustStorePassword=pass\'word"' in got
    assert "trustStoreType" not in got


def test_javas_own_exceptions_are_kept_except_for_our_hosts() -> None:
    given = '"-Dhttp.nonProxyHosts=*.internal|*.tencentcloudapi.com|localhost"'
    got = java_options(given, ("127.0.0.1", 8080), None, OURS)
    assert got.split()[-1] == "-Dhttp.nonProxyHosts=*.internal|localhost|127.*|[::1]"
    assert "nonProxyHosts" not in java_options("", ("127.0.0.1", 8080), None, OURS)


def test_an_unfinished_quote_in_java_options_is_passed_on() -> None:
    assert java_options("'-Da=b c", ("127.0.0.1", 8080), None, OURS).startswith("'-Da=b c -Dhttp.proxyHost=")


def test_what_there_was_is_not_changed() -> None:
    before = {"NO_PROXY": "x"}
    made(before)
    assert before == {"NO_PROXY": "x"}
