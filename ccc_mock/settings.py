"""What the vendor does not document, or documents as adjustable: one field each.

The comment of a field is its metadata: what it decides, its unit, how sure we are of the default, and the source key
(resolved in `ccc_contract/data/sources.json`).  `ccc-mock fidelity` prints the table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any

Choice = str


def knob(
    default: Any, decides: str, *, unit: str, confidence: str, source: str, choices: tuple[Choice, ...] = ()
) -> Any:
    """A field that is a setting: its default, what it decides, and how sure we are of that."""
    return field(
        default=default,
        metadata={"decides": decides, "unit": unit, "confidence": confidence, "source": source, "choices": choices},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Knobs of the service's behaviour.  Every default is what the real service most likely does."""

    skew_seconds: int = knob(
        300,
        "how far a request's timestamp may be from the service's time, either way, before AuthFailure.SignatureExpire",
        unit="seconds",
        confidence="documented",
        source="doc-common-params",
    )
    max_body_bytes: int = knob(
        10 * 1024 * 1024,
        "the largest body of a TC3 POST; a larger one is RequestSizeLimitExceeded",
        unit="bytes",
        confidence="documented",
        source="doc-signature-v3",
    )
    max_query_bytes: int = knob(
        32 * 1024,
        "the longest query of a GET; a longer one is AuthFailure.SignatureFailure with a sentence on the size",
        unit="bytes",
        confidence="documented",
        source="doc-request-structure",
    )
    max_form_bytes: int = knob(
        1024 * 1024,
        "the largest form of a HmacSHA1 or HmacSHA256 POST; a larger one is AuthFailure.SignatureFailure with a "
        "sentence on the size",
        unit="bytes",
        confidence="documented",
        source="doc-request-structure",
    )
    max_pairs: int = knob(
        10_000,
        "the most parameters in a query or a form; more are InvalidParameter, before they are decoded",
        unit="parameters",
        confidence="assumed",
        source="assumed",
    )
    max_values: int = knob(
        50_000,
        "the most values in a JSON body, counted by its commas and brackets; a body with more is taken for no JSON",
        unit="values",
        confidence="assumed",
        source="assumed",
    )
    key_without_equals: Choice = knob(
        "InvalidParameter",
        "the code for a piece of a query or a form that has no `=`; Ruby's client sends `Region` so when it has none, "
        "and signs it as `Region=`",
        unit="code, or ok",
        confidence="observed",
        source="public-logs",
        choices=("InvalidParameter", "ok"),
    )
    timestamp_not_a_number: Choice = knob(
        "InvalidParameter",
        "the code for a timestamp that is no whole number",
        unit="code",
        confidence="assumed",
        source="assumed",
        choices=("InvalidParameter", "AuthFailure.SignatureExpire"),
    )
    temporary_key_without_token: Choice = knob(
        "AuthFailure.TokenFailure",
        "the code for a well-signed request with a temporary key and no token",
        unit="code",
        confidence="assumed",
        source="assumed",
        choices=("AuthFailure.TokenFailure", "AuthFailure.SecretIdNotFound"),
    )
    permanent_key_with_token: Choice = knob(
        "AuthFailure.TokenFailure",
        "what a token that is not empty gets beside a permanent key",
        unit="code, or ok",
        confidence="assumed",
        source="assumed",
        choices=("AuthFailure.TokenFailure", "ok"),
    )
    expired_token: Choice = knob(
        "AuthFailure.TokenFailure",
        "the code for a temporary credential after its time",
        unit="code",
        confidence="assumed",
        source="assumed",
        choices=("AuthFailure.TokenFailure", "AuthFailure.SecretIdNotFound"),
    )
    common_values_are_judged: bool = knob(
        False,
        "refuse a Language and a SignatureMethod that are not documented with InvalidParameterValue, as the catalogue "
        "of codes says; the page on common parameters takes any other SignatureMethod for HmacSHA1",
        unit="yes or no",
        confidence="inferred",
        source="doc-common-params",
    )
    values_are_judged: bool = knob(
        True,
        "refuse values outside of documented ranges and enumerations with InvalidParameterValue",
        unit="yes or no",
        confidence="inferred",
        source="doc-common-errors",
    )
    capitals_may_be_signed_as_sent: bool = knob(
        True,
        "accept a signature over header values that were not put into lower case, as official clients make it "
        "for a capitalised endpoint",
        unit="yes or no",
        confidence="assumed",
        source="assumed",
    )
    diagnosis_header: bool = knob(
        False,
        "add the header X-CCC-Mock-Diagnosis, which says why a signature does not match, to the refusal of it; the "
        "service has no such header",
        unit="yes or no",
        confidence="documented",
        source="doc-responses",
    )
    session_id: Choice = knob(
        "dashed",
        "the form of a SessionId; the documentation shows both, all reading actions show dashes",
        unit="form",
        confidence="inferred",
        source="seed-page-2025",
        choices=("dashed", "dashless"),
    )

    rule_order: str = knob(
        "instance,permission,package,licence,number,blacklist,working-hours,blind-area,interval,day,channel,concurrency,"
        "values,trunk",
        "the order in which the rules of a world are looked at: which code a call gets that breaks two",
        unit="names",
        confidence="assumed",
        source="assumed",
    )
    refused_attempts_count: bool = knob(
        False,
        "whether an attempt that a rule refused counts for the rules on how often a callee is called",
        unit="yes or no",
        confidence="assumed",
        source="assumed",
    )
    own_numbers_are_subject: bool = knob(
        True,
        "whether hours, blind areas and the limits per callee hold for numbers of one's own; the page is written for "
        "others, and AI calls go out from own ones only, yet list the codes",
        unit="yes or no",
        confidence="assumed",
        source="doc-outbound-rules",
    )
    day_is: Choice = knob(
        "rolling",
        "what the calls to a callee per day are counted in: the last 24 hours, or the calendar day in Beijing",
        unit="window",
        confidence="inferred",
        source="doc-outbound-rules",
        choices=("rolling", "calendar"),
    )
    blocked_calls: Choice = knob(
        "refuse",
        "what becomes of a call that black list, hours, areas or frequency forbid: refused with a code, or accepted "
        "and ended with EndStatus 108 to 111",
        unit="way",
        confidence="inferred",
        source="doc-end-status",
        choices=("refuse", "accept"),
    )
    hang_up_of_finished: Choice = knob(
        "ok",
        "what HangUpCall says of a session that has finished or never was; the page lists no code for it",
        unit="code, or ok",
        confidence="assumed",
        source="doc-hang-up-call",
        choices=("ok", "InternalError.DBError"),
    )
    unknown_session: Choice = knob(
        "InvalidParameterValue.InstanceNotExist",
        "what DescribeTelSession says of a session that never was",
        unit="code",
        confidence="assumed",
        source="doc-tel-session",
        choices=(
            "InvalidParameterValue.InstanceNotExist",
            "InvalidParameter.InstanceNotExist",
            "InternalError.DBError",
        ),
    )
    acquire_seconds: int = knob(
        5,
        "how long a call waits for a free agent that does not say so by AcquireTimeoutSecond",
        unit="seconds",
        confidence="documented",
        source="tccli-3.1.189.1",
    )

    def __post_init__(self) -> None:
        for name, known in _FIELDS.items():
            choices, value = known.metadata["choices"], getattr(self, name)
            if choices and value not in choices:
                raise ValueError(f"{name}: expected {' or '.join(choices)}, got {value!r}")
            if type(value) is not type(known.default) or (type(value) is int and value < 0):
                wanted = "a whole number from 0" if type(known.default) is int else type(known.default).__name__
                raise ValueError(f"{name}: expected {wanted}, got {value!r}")

    @classmethod
    def of(cls, texts: Mapping[str, str]) -> Settings:
        """From texts, as flags and environment give them.  Raises ValueError with one sentence."""
        return cls(**{name: _parsed(name, text) for name, text in texts.items()})


_FIELDS: dict[str, Field[Any]] = {each.name: each for each in fields(Settings)}


def knobs() -> Iterator[tuple[str, Any, Mapping[str, Any]]]:
    """(name, default, metadata) of each field."""
    return ((name, known.default, known.metadata) for name, known in _FIELDS.items())


def _parsed(name: str, text: str) -> Any:
    known = _FIELDS.get(name)
    if known is None:
        raise ValueError(f"no setting {name!r}; known: {', '.join(sorted(_FIELDS))}")
    default = known.default
    if isinstance(default, str):
        return text
    if isinstance(default, bool):
        if text.lower() not in _WORDS:
            raise ValueError(f"{name}: expected yes or no, got {text!r}")
        return _WORDS[text.lower()]
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise ValueError(f"{name}: expected a whole number of {known.metadata['unit']}, got {text[:40]!r}")
    return int(text)


_WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
