"""What each mutant does wrong, shown: a question, and what the true fake and the mutant make of it.

A question is put to a fresh endpoint (mutants_asked.py).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ccc_contract.signing import UNSIGNED_PAYLOAD
from ccc_mock import DEFAULT_CREDENTIAL
from drafts import DEEP, NOW, TEMPORARY, TOKENED, Draft
from mutants_asked import A_CALL, MOST, Asked, Row, action, call, end, numbers, show
from older import OlderDraft, get_draft
from worlds import APP, BROKEN, CALLEE, ONE_APP, SECOND

FAILS, EXPIRED = "AuthFailure.SignatureFailure", "AuthFailure.SignatureExpire"
MALFORMED, NOT_FOUND, TOKEN = (
    "AuthFailure.InvalidAuthorization",
    "AuthFailure.SecretIdNotFound",
    "AuthFailure.TokenFailure",
)
MISSING, UNKNOWN, INVALID, VALUE = "MissingParameter", "UnknownParameter", "InvalidParameter", "InvalidParameterValue"
RATE, NO_APP, SIZE = "RequestLimitExceeded", "InvalidParameterValue.InstanceNotExist", "RequestSizeLimitExceeded"
PROTOCOL, NO_VERSION = "UnsupportedProtocol", "NoSuchVersion"
SOMEBODY, OF_A_DAY = "008613900000001", "FailedOperation.CalloutRuleMaxCallCountCalleePerDayAppID"
TOO_OFTEN = "FailedOperation.CalloutRuleMaxCallCountCalleeIntervalTime"
BLACK, BUSY = "FailedOperation.CalleeIsBlackUser", "FailedOperation.CallerOverFrequency"

GOOD = Draft()
TEXT = get_draft()
OLDER = OlderDraft()
REFUSED = GOOD.without_param("Callee")
IN_CHINESE = REFUSED.with_headers({"x-tc-language": "zh-CN"})
WRONG_KEY = GOOD.but(secret_key="another-key")
NOBODY_S = GOOD.but(secret_id="AKID-nobody", secret_key="x")
MIB = 1024 * 1024
GONE_APP, GONE_AGENT = 1400000404, 999_999_404


def says(*drafts: Any) -> Callable[[Asked], Any]:
    """The one answer, or all of them in order."""
    return lambda fake: fake.says(drafts[0]) if len(drafts) == 1 else fake.all_say(drafts)


def answer(draft: Any, look: Callable[[dict[str, Any]], Any]) -> Callable[[Asked], Any]:
    """Something of what stands in Response."""
    return lambda fake: look(fake.fields(draft))


# --- envelope --------------------------------------------------------------------------------------------------------


def two_ids(fake: Asked) -> bool:
    return fake.fields(GOOD)["RequestId"] == fake.fields(REFUSED)["RequestId"]


ENVELOPE = (
    Row("request-id-lost", answer(GOOD, sorted), ["RequestId", "SessionId"], ["SessionId"]),
    Row("request-id-no-uuid", answer(GOOD, lambda fields: len(fields["RequestId"])), 36, 32),
    Row("request-id-repeats", two_ids, False, True),
    Row("refusal-with-http-400", says(REFUSED), MISSING, "HTTP 400"),
    Row("result-beside-error", answer(REFUSED, sorted), ["Error", "RequestId"], ["Error", "RequestId", "SessionId"]),
    Row("null-error-in-success", answer(GOOD, lambda fields: "Error" in fields), False, True),
    Row("error-in-lower-case", answer(REFUSED, lambda fields: sorted(fields["Error"])), ["Code", "Message"],
        ["code", "message"]),
    Row("response-left-out", lambda fake: list(json.loads(fake.reply(REFUSED).body)), ["Response"],
        ["Error", "RequestId"]),
    Row("charset-added", lambda fake: dict(fake.reply(REFUSED).headers)[b"Content-Type"], b"application/json",
        b"application/json; charset=utf-8"),
    Row("message-empty", lambda fake: fake.message(REFUSED) == "", False, True),
    Row("undeclared-field-in-success", answer(GOOD, lambda fields: fields.get("Code")), None, 0),
)  # fmt: skip


# --- signature -------------------------------------------------------------------------------------------------------


def after(seconds: float, draft: Any = GOOD) -> Callable[[Asked], Any]:
    def act(fake: Asked) -> Any:
        fake.at(seconds)
        return fake.says(draft)

    return act


def signature_of(draft: Draft, change: Callable[[str], str]) -> Draft:
    request = draft.request()
    value = request.headers.text(b"authorization")
    head, _, signature = value.rpartition("=")
    return draft.but(authorization=f"{head}={change(signature)}".encode())


TWO_BLANKS = GOOD.but(authorization=GOOD.request().headers.text(b"authorization").replace(" ", "  ", 1).encode())
UNSIGNED = GOOD.with_headers({"x-tc-content-sha256": UNSIGNED_PAYLOAD.decode()})
WRONG_DIGEST = GOOD.with_headers({"x-tc-content-sha256": "0" * 64})
ANOTHER_BODY = GOOD.request()._replace(body=b'{"SdkAppId":1,"AIAgentId":1,"Callee":"0086"}')

SIGNATURE = (
    Row("stale-timestamp-accepted", after(301), EXPIRED, "ok"),
    Row("future-timestamp-accepted", after(-301), EXPIRED, "ok"),
    Row("signature-not-verified", says(WRONG_KEY), FAILS, "ok"),
    Row("older-signature-not-verified", says(OLDER.but(signature="AAAA")), FAILS, "ok"),
    Row("signature-verified-once", says(GOOD, ANOTHER_BODY), ["ok", FAILS], ["ok", "ok"]),
    Row("used-signature-refused", says(GOOD, GOOD), ["ok", "ok"], ["ok", FAILS]),
    Row("scope-date-not-checked", says(GOOD.but(date="2026-11-23")), FAILS, "ok"),
    Row("scope-service-not-checked", says(GOOD.but(service="cvm")), MALFORMED, "ok"),
    Row("scope-end-not-checked", says(GOOD.but(terminator="aws4_request")), MALFORMED, FAILS),
    Row("malformed-told-as-signature", says(GOOD.but(authorization=b"Bearer x")), MALFORMED, FAILS),
    Row("authorization-before-action", says(GOOD.but(authorization=b"Bearer x").without_header("x-tc-action")), MISSING,
        MALFORMED),
    Row("two-signed-headers-only", says(GOOD.but(signed=("content-type", "host", "x-tc-action"))), "ok", MALFORMED),
    Row("unsigned-header-refused", says(GOOD.with_headers({"x-trace": "1"})), "ok", MALFORMED),
    Row("first-signed-header-only", says(GOOD.but(signed=("content-type",))), MALFORMED, "ok"),
    Row("capital-digits-accepted", says(signature_of(GOOD, str.upper)), FAILS, "ok"),
    Row("signature-compared-in-part", says(signature_of(GOOD, lambda digits: digits[:16] + "0" * 48)), FAILS, "ok"),
    Row("digest-not-checked", says(WRONG_DIGEST), VALUE, "ok"),
    Row("unsigned-payload-refused", says(UNSIGNED), "ok", FAILS),
    Row("hmac-sha256-unknown", says(OLDER.but(signature_method="HmacSHA256")), "ok", FAILS),
    Row("two-blanks-refused", says(TWO_BLANKS), "ok", MALFORMED),
    Row("unknown-secret-id-told-as-signature", says(NOBODY_S), NOT_FOUND, FAILS),
    Row("signature-before-timestamp", after(301, WRONG_KEY), EXPIRED, FAILS),
    Row("token-not-checked", says(TOKENED), TOKEN, "ok"),
    Row("token-behind-parameters", says(REFUSED.by(TEMPORARY)), TOKEN, MISSING),
)  # fmt: skip


# --- common ----------------------------------------------------------------------------------------------------------

COMMON = (
    Row("action-in-any-case", says(GOOD.with_headers({"x-tc-action": A_CALL.lower()})), "InvalidAction", "ok"),
    Row("version-ignored", says(GOOD.with_headers({"x-tc-version": "2017-03-12"})), NO_VERSION, "ok"),
    Row("version-implied", says(GOOD.without_header("x-tc-version")), MISSING, "ok"),
    Row("action-in-the-query", says(GOOD.without_header("x-tc-action").but(query=b"Action=CreateAIAgentCall")),
        MISSING, "ok"),
    Row("missing-common-told-as-invalid", says(GOOD.without_header("x-tc-action")), MISSING, INVALID),
    Row("unknown-action-told-as-version", says(GOOD.with_headers({"x-tc-action": "Dial"})), "InvalidAction",
        NO_VERSION),
    Row("region-required", says(GOOD), "ok", MISSING),
    Row("unknown-region-refused", says(GOOD.with_headers({"x-tc-region": "ap-nowhere"})), "ok", "UnsupportedRegion"),
    Row("unknown-language-refused", says(GOOD.with_headers({"x-tc-language": "de-DE"})), "ok", VALUE),
    Row("client-must-be-an-sdk", says(GOOD.with_headers({"x-tc-requestclient": "curl"})), "ok", "InvalidRequest"),
    Row("large-nonce-refused", says(OLDER.with_common(Nonce="1234567890")), "ok", INVALID),
    Row("content-type-ignored", says(GOOD.with_headers({"content-type": "text/plain"})), PROTOCOL, "ok"),
    Row("charset-of-a-request-refused", says(GOOD.with_headers({"content-type": "application/json; charset=utf-8"})),
        "ok", PROTOCOL),
    Row("get-refused", says(TEXT), "ok", PROTOCOL),
    Row("method-told-as-request", says(GOOD.but(method="PUT")), PROTOCOL, "InvalidRequest"),
    Row("every-product-served", says(GOOD.but(host="cvm.tencentcloudapi.com")), "NoSuchProduct", "ok"),
)  # fmt: skip


# --- parameters ------------------------------------------------------------------------------------------------------


def with_params(**params: Any) -> Callable[[Asked], Any]:
    return says(GOOD.with_params(params))


METRICS = {"x-tc-action": "DescribeCallInMetrics"}  # it takes booleans, and has no behaviour
CAPITAL_TRUTH = get_draft({"SdkAppId": APP, "EnabledNumber": "True"}).with_headers(METRICS)
A_GAP = TEXT.but(query=TEXT.query.replace(b"Callers.1=", b"Callers.2="))
WRONG_INSIDE = GOOD.with_params({"Variables": [{"Key": 1, "Value": "b"}]})

PARAMETERS = (
    Row("undeclared-parameter-ignored", with_params(Surprise=1), UNKNOWN, "ok"),
    Row("undeclared-member-ignored", with_params(Variables=[{"Key": "a", "Value": "b", "Surprise": 1}]), UNKNOWN, "ok"),
    Row("elements-not-looked-at", with_params(Variables=[{"Key": 1, "Value": "b"}]), INVALID, "ok"),
    Row("missing-told-as-invalid", says(REFUSED), MISSING, INVALID),
    Row("unknown-told-as-invalid", with_params(Surprise=1), UNKNOWN, INVALID),
    Row("type-told-as-value", with_params(AIAgentId="x"), INVALID, VALUE),
    Row("unknown-before-missing", says(REFUSED.with_params({"Surprise": 1})), MISSING, UNKNOWN),
    Row("type-before-unknown", with_params(Surprise=1, AIAgentId="x"), UNKNOWN, INVALID),
    Row("text-taken-for-number", with_params(AIAgentId="15"), INVALID, "ok"),
    Row("number-taken-for-text", with_params(Callee=8613800000000), INVALID, "ok"),
    Row("true-taken-for-number", with_params(AIAgentId=True), INVALID, "ok"),
    Row("fraction-taken-for-number", with_params(AIAgentId=15.0), INVALID, "ok"),
    Row("overflow-wraps-around", with_params(SdkAppId=2**63 + 1), INVALID, "ok"),
    Row("foreign-digits-read", says(TEXT.but(query=TEXT.query.replace(b"AIAgentId=15", b"AIAgentId=%D9%A1%D9%A5"))),
        INVALID, "ok"),
    Row("one-taken-for-list", with_params(Callers="008601012345678"), INVALID, "ok"),
    Row("null-taken-for-zero", with_params(Callee=None), MISSING, "ok"),
    Row("null-refused", with_params(Callers=None), "ok", INVALID),
    Row("names-in-any-case", says(REFUSED.with_params({"callee": CALLEE})), MISSING, "ok"),
    Row("empty-text-is-missing", with_params(Callee=""), "ok", MISSING),
    Row("gap-in-a-list-accepted", says(A_GAP), INVALID, "ok"),
    Row("capital-truth-refused", says(CAPITAL_TRUTH), "HTTP 501", INVALID),
    Row("place-not-told", lambda fake: "`Variables.0.Key`" in fake.message(WRONG_INSIDE), True, False),
    Row("bounds-excluded", with_params(AcquireTimeoutSecond=5), "ok", VALUE),
    Row("bounds-not-judged", with_params(AcquireTimeoutSecond=6), VALUE, "ok"),
)  # fmt: skip


# --- codes -----------------------------------------------------------------------------------------------------------

OF_NO_APP = {"SdkAppId": GONE_APP}

CODES = (
    Row("code-of-another-action", says(call(**OF_NO_APP)), NO_APP, "InvalidParameter.InstanceNotExist"),
    Row("code-nobody-knows", says(show("no-such-session")), NO_APP, "ResourceNotFound.SessionNotFound"),
    Row("end-tells-undeclared-code", says(action("HangUpCall", SessionId="x", **OF_NO_APP)), "InternalError.DBError",
        NO_APP),
    Row("second-part-left-out", says(WRONG_KEY), FAILS, "AuthFailure"),
    Row("code-is-a-number", says(REFUSED), MISSING, 4000),
    Row("code-in-capitals", says(WRONG_KEY), FAILS, "AuthFailure.SIGNATURE_FAILURE"),
)  # fmt: skip


# --- limit -----------------------------------------------------------------------------------------------------------


def beyond(count: int, draft: Any, then: Any) -> Callable[[Asked], Any]:
    """So many of the first draft, and what the second says."""

    def act(fake: Asked) -> Any:
        for _ in range(count):
            fake.says(draft, "127.0.0.1")
        return fake.says(then, "127.0.0.1")

    return act


def a_second_later(fake: Asked) -> Any:
    for _ in range(MOST + 1):
        fake.says(GOOD)
    fake.account.clock.freeze_world(NOW + 1)
    return fake.says(GOOD)


def by_another_account(fake: Asked) -> Any:
    for _ in range(MOST):
        fake.says(GOOD, "127.0.0.1")
    fresh = fake.endpoint.accounts.make()
    fresh.account.clock.freeze(NOW)
    return fake.says(GOOD.by(fresh.credential), "127.0.0.2")


BY_TEMPORARY = GOOD.by(TEMPORARY).with_headers({"x-tc-token": TEMPORARY.token or ""})
SHOWN, IN_REGION = show("x"), GOOD.with_headers({"x-tc-region": "ap-shanghai"})
ELSEWHERE = {"x-tc-region": "ap-guangzhou"}

THROUGH_ONE = GOOD.but(host="ccc.ap-guangzhou.tencentcloudapi.com")
THROUGH_ANOTHER = GOOD.but(host="ccc.ap-shanghai.tencentcloudapi.com")


def with_two_keys(fake: Asked) -> Any:
    """As many calls as pass with one key of a sub-account, and one with its other key."""
    keys = [{"secret_id": f"AKID-key-{n}", "secret_key": "x"} for n in (1, 2)]
    fake.describe(sub_account=[{"name": "one", "credential": keys}])
    first, second = (SHOWN.but(secret_id=each["secret_id"], secret_key="x") for each in keys)
    return beyond(MOST, first, second)(fake)


def across_two_seconds(fake: Asked) -> Any:
    """Half a second after a second began all that pass, and one in the next second."""
    fake.account.clock.freeze_world(NOW + 0.5)
    for _ in range(MOST):
        fake.says(GOOD)
    fake.account.clock.freeze_world(NOW + 1.2)
    return fake.says(GOOD)


def number_of_the_last(fake: Asked) -> Any:
    """How many came, as the second refusal tells it."""
    for _ in range(MOST + 1):
        fake.says(GOOD)
    return f"`{MOST + 2}`" in fake.message(GOOD)


LIMIT = (
    Row("one-call-too-many", beyond(MOST, GOOD, GOOD), RATE, "ok"),
    Row("one-call-too-few", beyond(MOST - 1, GOOD, GOOD), "ok", RATE),
    Row("limit-never-recovers", a_second_later, "ok", RATE),
    Row("actions-share-a-limit", beyond(MOST, GOOD, SHOWN), NO_APP, RATE),
    Row("credentials-share-a-limit", by_another_account, "ok", RATE),
    Row("limit-per-address", beyond(MOST, SHOWN, BY_TEMPORARY), "ok", RATE),
    Row("limit-per-region-header", beyond(MOST, IN_REGION, GOOD.with_headers(ELSEWHERE)), RATE, "ok"),
    Row("limit-before-signature", beyond(MOST, WRONG_KEY, GOOD), "ok", RATE),
    Row("limit-behind-parameters", beyond(MOST, REFUSED, GOOD), RATE, "ok"),
    Row("entries-share-a-limit", beyond(MOST, THROUGH_ONE, THROUGH_ANOTHER), "ok", RATE),
    Row("keys-counted-apart", with_two_keys, RATE, NO_APP),
    Row("window-from-the-first-call", across_two_seconds, "ok", RATE),
    Row("refused-calls-not-counted", number_of_the_last, True, False),
)  # fmt: skip


# --- rules -----------------------------------------------------------------------------------------------------------


def described(act: Callable[[Asked], Any], **described_as: Any) -> Callable[[Asked], Any]:
    """In an account with one app, and what is given."""
    return lambda fake: act(fake.describe(**described_as))


ONCE = {"interval_calls": 1, "interval_seconds": 60}
BLACKLISTED = [{"number": CALLEE, "blacklisted": True}]


def after_a_refusal(fake: Asked) -> Any:
    """One call passes in a minute; after 61 seconds the first does not count any more, what was refused might."""
    fake.says(call())
    fake.account.clock.freeze_world(NOW + 30)
    fake.says(call())
    fake.account.clock.freeze_world(NOW + 61)
    return fake.says(call())


def much_later(fake: Asked) -> Any:
    fake.says(call())
    fake.account.clock.freeze_world(NOW + 61)
    return fake.says(call())


def with_app(**changes: Any) -> list[dict[str, Any]]:
    """The one app, changed, and another one like it."""
    (app,) = ONE_APP["app"]
    return [{**app, **changes}, {**app, "SdkAppId": APP + 1}]


ENDED = "2026-11-01T00:00:00+08:00"
TWICE_BY_TWO_APPS = says(call(), call(SdkAppId=APP + 1))
NONE = "FailedOperation.NoCallOutNumber"

RULES = (
    Row("unknown-app-accepted", says(GOOD.with_params(OF_NO_APP)), NO_APP, "ok"),
    Row("unknown-agent-accepted", says(GOOD.with_params({"AIAgentId": GONE_AGENT})), VALUE, "ok"),
    Row("agent-before-app", described(says(call(SdkAppId=1, AIAgentId=999))), NO_APP, VALUE),
    Row("blacklist-told-as-frequency", described(says(call()), callee=BLACKLISTED), BLACK, BUSY),
    Row("permission-ignored", described(says(call()), app=with_app(permitted=False)),
        "FailedOperation.PermissionDenied", "ok"),
    Row("minutes-ignored", described(says(call()), package=[{"minutes": 0}]), "LimitExceeded.BasePackageExpired", "ok"),
    Row("licence-ignored", described(says(call()), licence={"ends": ENDED}),
        "FailedOperation.AILicenseHasExpired", "ok"),
    Row("no-number-needed", described(says(call()), app=with_app(number=[])), NONE, "ok"),
    Row("foreign-callers-used", described(says(call(Callers=["008601012345678"]))), NONE, "ok"),
    Row("broken-trunk-used", described(says(call(Callers=[BROKEN]))), "FailedOperation.CallOutFailed", "ok"),
    Row("channels-without-end", described(says(call(Callers=[SECOND]), call(SOMEBODY, Callers=[SECOND]))), ["ok", BUSY],
        ["ok", "ok"]),
    Row("agents-without-end", described(says(call(AcquireTimeoutSecond=0), call(SOMEBODY, AcquireTimeoutSecond=0)),
        app=with_app(concurrency=1)), ["ok", "FailedOperation.AcquireQuota"], ["ok", "ok"]),
    Row("blind-areas-called", described(says(call("0086099112345678"))), "FailedOperation.CalloutRuleBlindArea", "ok"),
    Row("hours-by-utc", described(says(call()), rules={"working_hours": "08:00-21:00"}), "ok",
        "FailedOperation.CalloutRuleNotWorkTime"),
    Row("interval-one-too-many", described(says(call(), call(), call()), rules=ONCE), ["ok", TOO_OFTEN, TOO_OFTEN],
        ["ok", "ok", TOO_OFTEN]),
    Row("interval-of-all-callees", described(says(call(), call(SOMEBODY)), rules=ONCE), ["ok", "ok"],
        ["ok", TOO_OFTEN]),
    Row("interval-never-ends", described(much_later, rules=ONCE), "ok", TOO_OFTEN),
    Row("day-without-end", described(says(call(), call()), rules={"day_calls": 1}), ["ok", OF_A_DAY], ["ok", "ok"]),
    Row("day-of-all-apps", described(TWICE_BY_TWO_APPS, rules={"day_calls": 1}, app=with_app()), ["ok", "ok"],
        ["ok", OF_A_DAY]),
    Row("refused-attempts-count", described(after_a_refusal, rules=ONCE), "ok", TOO_OFTEN),
)  # fmt: skip


# --- sessions --------------------------------------------------------------------------------------------------------


def ended(fake: Asked) -> Any:
    session_id = fake.placed()
    fake.says(end(session_id))
    return fake.session(session_id)["SessionStatus"]


def other_s_end(fake: Asked) -> Any:
    kept, hung_up = fake.placed(), fake.placed()
    fake.says(end(hung_up))
    return fake.session(kept)["SessionStatus"]


def twice_ended(fake: Asked) -> Any:
    session_id = fake.placed()
    return fake.all_say([end(session_id), end(session_id)])


def shown_when_ended(fake: Asked) -> Any:
    session_id = fake.placed()
    fake.says(end(session_id))
    return fake.says(show(session_id))


def shown_to_another_app(fake: Asked) -> Any:
    return fake.says(show(fake.placed(), APP + 1))


def shown_to_another_account(fake: Asked) -> Any:
    fresh = fake.endpoint.accounts.make()
    fresh.account.clock.freeze(NOW)
    return fake.says(show(fake.placed()).by(fresh.credential))


def member(name: str) -> Callable[[Asked], Any]:
    return lambda fake: fake.session(fake.placed())[name]


SESSIONS = (
    Row("session-ids-repeat", lambda fake: fake.placed() == fake.placed(), False, True),
    Row("session-id-is-a-number", lambda fake: type(fake.placed()), str, int),
    Row("ended-call-goes-on", ended, "finished", "ringing"),
    Row("one-end-ends-all", other_s_end, "ringing", "finished"),
    Row("second-end-refused", twice_ended, ["ok", "ok"], ["ok", "InternalError.DBError"]),
    Row("ended-call-forgotten", shown_when_ended, "ok", NO_APP),
    Row("unknown-session-shown", says(show("no-such-session")), NO_APP, "ok"),
    Row("app-of-a-session-ignored", shown_to_another_app, NO_APP, "ok"),
    Row("sessions-of-others-shown", shown_to_another_account, NO_APP, "ok"),
    Row("callee-rewritten", member("Callee"), CALLEE, "13700000000"),
    Row("status-in-capitals", member("SessionStatus"), "ringing", "RINGING"),
    Row("times-in-milliseconds", member("StartTimestamp"), NOW, NOW * 1000),
)  # fmt: skip


# --- reads -----------------------------------------------------------------------------------------------------------


def pages(fake: Asked) -> list[list[str]]:
    """The last digits of the numbers on the first two pages of two."""
    asked = (numbers(PageNumber=page, PageSize=2) for page in (0, 1))
    return [[each["Number"][-1] for each in fake.fields(draft)["Numbers"]] for draft in asked]


def twice_the_same(fake: Asked) -> bool:
    return bool(fake.fields(numbers())["Numbers"] == fake.fields(numbers())["Numbers"])


def first_number(fake: Asked) -> Any:
    return sorted(fake.fields(numbers(PageSize=1))["Numbers"][0])


def numbers_state(fake: Asked) -> Any:
    return fake.fields(numbers(PageSize=1))["Numbers"][0]["State"]


BEHIND, PAGES = numbers(PageNumber=7, PageSize=2), [["7", "8"], ["9"]]
MEMBERS = ["CallOutSkillGroupIds", "CostType", "Number", "State"]
WITHOUT_THE_LAST = ["CallOutSkillGroupIds", "Number", "State"]

READS = (
    Row("last-of-a-page-lost", described(pages), PAGES, [["7"], []]),
    Row("total-of-the-page", described(answer(numbers(PageSize=2), lambda fields: fields["TotalCount"])), 3, 2),
    Row("page-size-ignored", described(pages), PAGES, [["7", "8", "9"], ["7", "8", "9"]]),
    Row("null-for-an-empty-page", described(answer(BEHIND, lambda fields: fields["Numbers"])), [], None),
    Row("page-behind-the-end-refused", described(says(BEHIND)), "ok", VALUE),
    Row("order-turns", described(twice_the_same), True, False),
    Row("element-lacks-its-last-member", described(first_number), MEMBERS, WITHOUT_THE_LAST),
    Row("numbers-as-text", described(numbers_state), 1, "1"),
)  # fmt: skip


# --- languages -------------------------------------------------------------------------------------------------------


def is_chinese(draft: Any) -> Callable[[Asked], Any]:
    return lambda fake: not fake.message(draft).isascii()


def after_a_chinese_one(fake: Asked) -> Any:
    fake.says(IN_CHINESE)
    return not fake.message(REFUSED).isascii()


def how_it_is_written(fake: Asked) -> str:
    body = fake.reply(IN_CHINESE).body
    try:
        told = json.loads(body.decode())["Response"]["Error"]["Message"]
    except UnicodeDecodeError:
        return "no UTF-8"
    return "question marks" if "?" in told else "escaped" if body.isascii() else "UTF-8"


IN_CHINESE_LETTERS = '{"SdkAppId":1,"AIAgentId":1,"Callee":"张三"}'.encode()
IN_ENGLISH = REFUSED.with_headers({"x-tc-language": "en-US"})

LANGUAGES = (
    Row("language-ignored", is_chinese(IN_CHINESE), True, False),
    Row("chinese-for-everybody", is_chinese(IN_ENGLISH), False, True),
    Row("chinese-by-default", lambda fake: (is_chinese(REFUSED)(fake), is_chinese(IN_ENGLISH)(fake)), (False, False),
        (True, False)),
    Row("language-in-any-case", is_chinese(REFUSED.with_headers({"x-tc-language": "zh-TW"})), False, True),
    Row("language-of-the-call-before", after_a_chinese_one, False, True),
    Row("chinese-escaped", how_it_is_written, "UTF-8", "escaped"),
    Row("chinese-in-gbk", how_it_is_written, "UTF-8", "no UTF-8"),
    Row("chinese-replaced", how_it_is_written, "UTF-8", "question marks"),
    Row("foreign-text-fails-to-sign", says(GOOD.but(body=IN_CHINESE_LETTERS)), "ok", FAILS),
    Row("code-depends-on-language", says(WRONG_KEY.with_headers({"x-tc-language": "zh-CN"})), FAILS, "AuthFailure"),
)  # fmt: skip


# --- sizes -----------------------------------------------------------------------------------------------------------


def of_bytes(size: int) -> Draft:
    """A good call whose body has so many bytes."""
    return GOOD.but(trailing_blanks=size - len(GOOD.pieces.body))


def query_of(size: int) -> Draft:
    callee = "1" * (size - len(get_draft({**GOOD.params, "Callee": ""}).query))
    return get_draft({**GOOD.params, "Callee": callee})


SIZES = (
    Row("small-body-limit", says(of_bytes(MIB + 1)), "ok", SIZE),
    Row("large-body-limit", says(of_bytes(10 * MIB + 1)), SIZE, "ok"),
    Row("body-limit-refused", says(of_bytes(10 * MIB)), "ok", SIZE),
    Row("large-body-with-http-413", says(of_bytes(10 * MIB + 1)), SIZE, "HTTP 413"),
    Row("small-query-limit", says(query_of(32 * 1024)), "ok", FAILS),
    Row("no-query-limit", says(query_of(32 * 1024 + 1)), FAILS, "ok"),
    Row("small-form-limit", says(OlderDraft(method="POST").with_params({"Callee": "1" * (MIB // 2)})), "ok", FAILS),
    Row("no-form-limit", says(OlderDraft(method="POST").with_params({"Callee": "1" * MIB})), FAILS, "ok"),
    Row("large-text-told-as-size", says(query_of(32 * 1024 + 1)), FAILS, SIZE),
)  # fmt: skip


# --- hostile ---------------------------------------------------------------------------------------------------------


def body(text: bytes) -> Callable[[Asked], Any]:
    return says(GOOD.but(body=text))


IDS = b'"SdkAppId":1400000000,"AIAgentId":15'
WHOLE = b'{%b,"Callee":"1"}' % IDS
TWICE = TEXT.but(query=TEXT.query + b"&Callee=1")

HOSTILE = (
    Row("deep-json-crashes", body(DEEP), INVALID, "HTTP 500"),
    Row("lone-surrogate-crashes", body(b'{%b,"Callee":"\\ud800"}' % IDS), "ok", "HTTP 500"),
    Row("malformed-json-gets-a-page", body(b"{"), INVALID, "HTTP 400"),
    Row("first-of-equal-names-counts", body(b'{%b,"Callee":"1","Callee":5}' % IDS), INVALID, "ok"),
    Row("byte-order-mark-accepted", body(b"\xef\xbb\xbf" + WHOLE), INVALID, "ok"),
    Row("bytes-behind-json-accepted", body(WHOLE + b" x"), INVALID, "ok"),
    Row("broken-utf-8-accepted", body(b'{%b,"Callee":"\xff"}' % IDS), INVALID, "ok"),
    Row("empty-body-is-an-object", body(b""), INVALID, MISSING),
    Row("any-json-is-an-object", body(b"[]"), INVALID, MISSING),
    Row("repeated-pair-accepted", says(TWICE), INVALID, "ok"),
    Row("nameless-pair-accepted", says(TEXT.but(query=TEXT.query + b"&=1")), INVALID, "ok"),
    Row("bare-word-accepted", says(OLDER.but(text=b"word")), INVALID, MISSING),
    Row("odd-names-crash", with_params(**{"../x": 1}), UNKNOWN, "HTTP 500"),
    Row("many-names-crash", with_params(**{f"N{n}": 1 for n in range(2001)}), UNKNOWN, "HTTP 500"),
    Row("foreign-bytes-in-headers-crash", says(GOOD.with_headers({"x-tc-action": "拨打"})),
        "InvalidAction", "HTTP 500"),
    Row("many-headers-get-a-page", says(GOOD.with_headers({f"a{n}": "" for n in range(41)})), "ok", "HTTP 431"),
    Row("key-in-a-message", lambda fake: DEFAULT_CREDENTIAL.secret_key in fake.message(WRONG_KEY), False, True),
    Row("authorization-in-a-message", lambda fake: "Signature=" in fake.message(REFUSED), False, True),
)  # fmt: skip

FAMILIES = (
    ENVELOPE, SIGNATURE, COMMON, PARAMETERS, CODES, LIMIT, RULES, SESSIONS, READS, LANGUAGES, SIZES, HOSTILE,
)  # fmt: skip
ROWS = [row for family in FAMILIES for row in family]
