"""Through which regions the service is entered."""

from __future__ import annotations

# doc-request-structure names the first seven for this product; assumed: the others, which are the vendor's common
# regions.
REGIONS = (
    "ap-guangzhou", "ap-shanghai", "ap-beijing", "ap-singapore", "na-siliconvalley", "eu-frankfurt", "ap-shanghai-fsi",
    "ap-shenzhen-fsi", "ap-beijing-fsi", "ap-nanjing", "ap-chengdu", "ap-chongqing", "ap-hongkong", "ap-bangkok",
    "ap-jakarta", "ap-seoul", "ap-tokyo", "ap-mumbai", "na-ashburn", "sa-saopaulo",
)  # fmt: skip

NEAREST = "nearest"
"""The entry region where a host name says none: the service takes the nearest, and for us it is one."""

_OF_HOST = {f"ccc.{region}.tencentcloudapi.com": region for region in REGIONS}


def entry_region(host: str) -> str:
    """The gateway's region, which is the host name's: X-TC-Region does not count (doc-rate-limit).

    A name that is none of the service's, or of a region that nobody knows, enters through the nearest: names are
    anybody's to make up, and each would have a count of its own.
    """
    return _OF_HOST.get(host, NEAREST)
