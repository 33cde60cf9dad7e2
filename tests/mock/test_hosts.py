"""Which hosts the fake answers for, and who of its services answers a request."""

from __future__ import annotations

import pytest

from ccc_contract.http import Headers, Request
from ccc_mock.adapters.tls import SERVICE_NAMES
from ccc_mock.hosts import is_ours, service_of

OURS = [
    "ccc.tencentcloudapi.com",
    "ccc.ap-guangzhou.tencentcloudapi.com",
    "ccc.ap-shanghai-fsi.tencentcloudapi.com",
    "ccc.intl.tencentcloudapi.com",
    "ccc.internal.tencentcloudapi.com",
    "CCC.TencentCloudAPI.com",
    "ccc.tencentcloudapi.com.",
    "ccc.tencentcloudapi.com:443",
    "https://ccc.tencentcloudapi.com",
    "sts.tencentcloudapi.com",
    "sts.ap-guangzhou.tencentcloudapi.com",
    "sts.internal.tencentcloudapi.com",
    "metadata.tencentyun.com",
    "metadata.tencentyun.com:80",
]
OTHERS = [
    "",
    ".",
    "tencentcloudapi.com",
    "cvm.tencentcloudapi.com",
    "accc.tencentcloudapi.com",
    "my.ccc.tencentcloudapi.com",
    "ccc.tencentcloudapi.com.example.com",
    "ccc.example.com",
    "ccc-tencentcloudapi.com",
    "ccc.localhost",
    "sts.localhost",
    "127.0.0.1:8679",
    "[::1]:8679",
    "tencentyun.com",
    "mirrors.tencentyun.com",
    "metadata.google.internal",
    "\udcff",
    "x" * 100_000,
]


@pytest.mark.parametrize("host", OURS)
def test_these_hosts_are_ours(host: str) -> None:
    assert is_ours(host)


@pytest.mark.parametrize("host", OTHERS, ids=lambda host: ascii(host[:40]))
def test_these_are_none_of_ours(host: str) -> None:
    assert not is_ours(host)


def test_the_certificate_holds_names_that_are_ours() -> None:
    assert all(map(is_ours, SERVICE_NAMES))


def request(host: str, path: str = "/", version: str = "2020-02-10") -> Request:
    headers = Headers.of({"host": host, "x-tc-version": version})
    return Request("GET", path.encode(), b"", headers, b"")


ROLE = "/latest/meta-data/cam/security-credentials/"
STS = "2018-08-13"
ANSWERS = {
    ("ccc.tencentcloudapi.com", "/", "2020-02-10"): "ccc",
    ("ccc.tencentcloudapi.com", ROLE, STS): "ccc",
    ("cvm.tencentcloudapi.com", ROLE, STS): "ccc",
    ("sts.tencentcloudapi.com", "/", STS): "sts",
    ("sts.tencentcloudapi.com", ROLE, "2020-02-10"): "sts",
    ("metadata.tencentyun.com", "/", STS): "metadata",
    ("metadata.tencentyun.com", ROLE, ""): "metadata",
    ("127.0.0.1:8679", "/", "2020-02-10"): "ccc",
    ("127.0.0.1:8679", "/", STS): "sts",
    ("127.0.0.1:8679", ROLE, ""): "metadata",
    ("127.0.0.1:8679", "/meta-data/cam/security-credentials/a", ""): "metadata",
    ("127.0.0.1:8679", "/latest", ""): "ccc",
    ("ccc.localhost:8679", "/", STS): "sts",
    ("sts.localhost:8679", "/", ""): "sts",
    ("", "/", "2020-02-10"): "ccc",
}


@pytest.mark.parametrize("asked", ANSWERS, ids=" ".join)
def test_the_host_says_who_answers_and_on_an_address_of_the_fake_the_path_and_the_version(
    asked: tuple[str, str, str],
) -> None:
    assert service_of(request(*asked)) == ANSWERS[asked]


def test_without_a_host_it_is_the_service() -> None:
    assert service_of(Request("POST", b"/", b"", Headers(()), b"")) == "ccc"
