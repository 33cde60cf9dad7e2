"""Where calls go: by argument, then by the environment, then the service; what cannot be right says so."""

from __future__ import annotations

import pytest

from ccc_contract.client.outgoing import Target


@pytest.mark.parametrize(
    ("endpoint", "url", "host"),
    [
        ("ccc.tencentcloudapi.com", "https://ccc.tencentcloudapi.com/", "ccc.tencentcloudapi.com"),
        ("https://ccc.intl.example/", "https://ccc.intl.example/", "ccc.intl.example"),
        ("http://127.0.0.1:8679", "http://127.0.0.1:8679/", "127.0.0.1:8679"),
        ("127.0.0.1:8679", "https://127.0.0.1:8679/", "127.0.0.1:8679"),
        ("https://host:443", "https://host/", "host"),
        ("http://host:80/", "http://host/", "host"),
        ("http://host:443", "http://host:443/", "host:443"),
        ("http://[::1]:8679", "http://[::1]:8679/", "[::1]:8679"),
    ],
)  # fmt: skip
def test_an_endpoint_is_a_host_or_a_url(endpoint: str, url: str, host: str) -> None:
    target = Target(url=endpoint)
    assert (target.url, target.host) == (url, host)


@pytest.mark.parametrize(
    "endpoint",
    [
        "", "http://", "ftp://host", "http://host/path", "http://host?x=1", "http://host#f", "http://user:pw@host",
        "http://host:port", "http://host:99999", "ho st", "host\r\nX: 1", "http://héte", "//host", "http:///",
    ],
)  # fmt: skip
def test_an_endpoint_that_is_none_says_what_was_expected(endpoint: str) -> None:
    with pytest.raises(ValueError, match=r"endpoint: expected a host name or http\(s\)://host\[:port\], got"):
        Target(url=endpoint)


def test_arguments_stand_before_the_environment_and_that_before_the_service() -> None:
    environ = {
        "TENCENTCLOUD_ENDPOINT": "http://127.0.0.1:1", "TENCENTCLOUD_REGION": "ap-beijing",
        "TENCENTCLOUD_LANGUAGE": "en-US",
    }  # fmt: skip
    asked = Target.of(None, None, None, environ)
    assert (asked.host, asked.region, asked.language) == ("127.0.0.1:1", "ap-beijing", "en-US")
    given = Target.of("http://127.0.0.1:2", "", "zh-CN", environ)
    assert (given.host, given.region, given.language) == ("127.0.0.1:2", "", "zh-CN")
    neither = Target.of(None, None, None, {"TENCENTCLOUD_ENDPOINT": ""})
    assert (neither.url, neither.region, neither.language) == ("https://ccc.tencentcloudapi.com/", "", "")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"region": "ap shanghai"}, "region: expected a name such as ap-shanghai"),
        ({"region": "a\r\nX: 1"}, "region: expected a name"),
        ({"language": "de-DE"}, "language: expected one of zh-CN, en-US, got 'de-DE'"),
    ],
)
def test_what_cannot_be_right_says_so(wrong: dict[str, str], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Target(**wrong)
