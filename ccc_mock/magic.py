"""Numbers that provoke something, for those who can change nothing but the number that is called.

The range is that of the documentation's own example, `008612300000000`, which is a plain success; its last four digits
say what happens.  Nothing here is ever given to another number: tests of other people rest on it.
"""

from __future__ import annotations

from collections.abc import Mapping

DEFAULT_PREFIX = "00861230000"
"""Seven digits behind 0086; four more make a number."""

NUMBERS: Mapping[str, str] = {
    "0000": "ok",
    # What CreateAIAgentCall declares, as its page lists it (seed-page-2025), then the two that came later.
    "0001": "FailedOperation.CallOutFailed",
    "0002": "FailedOperation.CalleeIsBlackUser",
    "0003": "FailedOperation.CallerOverFrequency",
    "0004": "FailedOperation.CalloutRuleBlindArea",
    "0005": "FailedOperation.CalloutRuleMaxCallCountCalleeIntervalTime",
    "0006": "FailedOperation.CalloutRuleMaxCallCountCalleePerDayAppID",
    "0007": "FailedOperation.CalloutRuleNotWorkTime",
    "0008": "FailedOperation.NoCallOutNumber",
    "0009": "FailedOperation.PermissionDenied",
    "0010": "InternalError",
    "0011": "InvalidParameterValue",
    "0012": "InvalidParameterValue.InstanceNotExist",
    "0013": "LimitExceeded.BasePackageExpired",
    "0014": "FailedOperation.AILicenseHasExpired",
    "0015": "FailedOperation.AcquireQuota",
    # The common codes (doc-common-errors).
    "0101": "ActionOffline",
    "0102": "AuthFailure.InvalidAuthorization",
    "0103": "AuthFailure.InvalidSecretId",
    "0104": "AuthFailure.MFAFailure",
    "0105": "AuthFailure.SecretIdNotFound",
    "0106": "AuthFailure.SignatureExpire",
    "0107": "AuthFailure.SignatureFailure",
    "0108": "AuthFailure.TokenFailure",
    "0109": "AuthFailure.UnauthorizedOperation",
    "0110": "DryRunOperation",
    "0111": "FailedOperation",
    "0112": "InvalidAction",
    "0113": "InvalidParameter",
    "0114": "InvalidRequest",
    "0115": "IpInBlacklist",
    "0116": "IpNotInWhitelist",
    "0117": "LimitExceeded",
    "0118": "MissingParameter",
    "0119": "NoSuchProduct",
    "0120": "NoSuchVersion",
    "0121": "RequestLimitExceeded",
    "0122": "RequestLimitExceeded.GlobalRegionUinLimitExceeded",
    "0123": "RequestLimitExceeded.IPLimitExceeded",
    "0124": "RequestLimitExceeded.UinLimitExceeded",
    "0125": "RequestSizeLimitExceeded",
    "0126": "ResourceInUse",
    "0127": "ResourceInsufficient",
    "0128": "ResourceNotFound",
    "0129": "ResourceUnavailable",
    "0130": "ResponseSizeLimitExceeded",
    "0131": "ServiceUnavailable",
    "0132": "UnauthorizedOperation",
    "0133": "UnknownParameter",
    "0134": "UnsupportedOperation",
    "0135": "UnsupportedProtocol",
    "0136": "UnsupportedRegion",
    # What happens to answers.
    "0201": "ok+delay(5s)",
    "0202": "ok+reset",
    "0203": "ok+reset@after",
    "0204": "ok+close",
    "0205": "ok+close@after",
    "0206": "ok+page(403)",
    "0207": "ok+page(413)",
    "0208": "ok+page(429)",
    "0209": "ok+page(500)",
    "0210": "ok+page(502)",
    "0211": "ok+page(503)",
    "0212": "ok+page(504)",
    "0213": "ok+page(503 retry-after=1)",
    "0214": "ok+page(502)@after",
    "0215": "ok+truncate(20)",
    "0216": "ok+close(20)@after",
    "0217": "ok+empty",
    "0218": "ok+braces",
    "0219": "ok+garbage",
    "0220": "ok+null(SessionId)",
    "0221": "ok+missing(SessionId)",
    "0222": "ok+missing(RequestId)",
    "0223": "FailedOperation.CallOutFailed+content-type(application/json; charset=utf-8)",
    "0224": "ok+stall(20 5s)",
    "0225": "InternalError@after",
}
"""The last four digits → the step.  Numbers join; none ever changes its meaning."""


def step_of(number: str, prefix: str) -> str | None:
    """The step of a normalised number that begins with the normalised `prefix`; None for every other."""
    text = NUMBERS.get(number.removeprefix(prefix)) if prefix and number.startswith(prefix) else None
    return None if text == "ok" else text
