"""What is known of a signature that does not match: the values that a search gives, and their sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from ccc_contract.signing import Working

from ..languages import CHINESE
from ..redaction import printable

__all__ = ["Diagnosis", "Made", "Observation", "Secret", "Sentence", "Working"]

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A SecretId with its SecretKey."""

    secret_id: str
    secret_key: str

    def __repr__(self) -> str:
        return "<Secret>"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence in both languages, with places such as `{sent}` for what is told apart."""

    english: str
    chinese: str

    def told(self, language: str, how: Mapping[str, str] = _NOTHING) -> str:
        """Of the sent values only what can be printed, and a bounded part of it."""
        text = self.chinese if language == CHINESE else self.english
        return text.format_map({name: printable(value, 100) for name, value in how.items()})


@dataclass(frozen=True, slots=True)
class Told:
    """A name, a sentence, and what stands in the places of it."""

    name: str
    sentence: Sentence = field(repr=False)
    how: Mapping[str, str] = field(default_factory=dict)
    """What is told apart, such as the date that was signed: never a key, a token, a signature."""

    def told(self, language: str) -> str:
        return self.sentence.told(language, self.how)


class Made(Told):
    """A mistake that was made: its name in the table, and what was taken for what."""

    __slots__ = ()


class Observation(Told):
    """Something that is odd about a request, and need not be the cause of anything."""

    __slots__ = ()


_FITS = Sentence("the signature is the one that the key makes", "该签名与密钥计算的结果一致")
_PROVEN = Sentence(
    "proven, for it makes the client's signature byte for byte: {told}", "已证实（逐字节重现了客户端的签名）：{told}"
)
_PAIR = Sentence(
    "proven, for together they make the client's signature byte for byte: {one}; and {other}",
    "已证实（两者同时发生，逐字节重现了客户端的签名）：{one}；并且{other}",
)
_NONE = Sentence(
    "none of the {known} known mistakes, alone or in a likely pair, makes the client's signature ({tried} "
    "recomputations); the SecretKey is the first to look at",
    "{known} 种已知错误及其常见的两两组合均不能重现客户端的签名（共重新计算 {tried} 次）；请首先核对 SecretKey",
)
_STOPPED = Sentence(
    "none found in the time there was ({tried} recomputations under the {known} known mistakes); the SecretKey is the "
    "first to look at, and `ccc-mock explain` searches longer",
    "在限定时间内未找到原因（在 {known} 种已知错误中重新计算了 {tried} 次）；请首先核对 SecretKey，"
    "`ccc-mock explain` 会搜索更久",
)
_NOT_SEARCHED = Sentence(
    "not searched: {why}",
    "未搜索：{why}",
)
_WHY_NOT: Mapping[str, Sentence] = {
    "key": Sentence("there is no key to recompute with", "没有可用于重新计算的密钥"),
    "claim": Sentence("the request claims no signature that can be read", "请求中没有可读取的签名"),
    "busy": Sentence("so many signatures failed in this second", "这一秒内签名失败过多"),
    "bug": Sentence(
        "the search itself failed ({place}), which is a bug of ccc-mock: please report it with this line",
        "搜索本身出错（{place}），这是 ccc-mock 的缺陷：请附上这一行反馈",
    ),
}
_SEEN = Sentence("seen, not necessarily the cause: {told}", "仅为观察，未必是原因：{told}")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is known of one signature.  Raw: workings are shown through redaction, if at all."""

    found: tuple[Made, ...] = ()
    """Nothing, one mistake, or two that were made together."""
    tried: int = 0
    """How many recomputations were compared with the client's signature."""
    known: int = 0
    """How many mistakes the search knows for this scheme of signing."""
    stopped: bool = False
    """Did a bound of time, of number or of size keep the search from its end?"""
    observations: tuple[Observation, ...] = ()
    ours: Working = field(default=Working(b"", b"", ""), repr=False)
    """By the rule.  Without a key its signature is empty."""
    theirs: Working | None = field(default=None, repr=False)
    """The client's, where it is proven."""
    fits: bool = False
    """The signature is right: nothing had to be found."""
    not_searched: str = ""
    """Why there was no search: `key`, `claim`, `busy` or `bug`; empty where there was one."""
    place: str = ""
    """Of the bug, where one of ours ended the search."""

    def left_out(self, why: str) -> Diagnosis:
        """It, where there was no search for another reason."""
        return replace(self, not_searched=why)

    def told(self, language: str) -> list[str]:
        """Lines for people, the verdict first."""
        seen = (_SEEN.told(language, {"told": ""}) + each.told(language) for each in self.observations)
        return [self.verdict(language), *seen]

    def verdict(self, language: str) -> str:
        """The one line that says what was found."""
        if self.fits:
            return _FITS.told(language)
        if self.not_searched:
            return _joined(
                _NOT_SEARCHED, language, why=_WHY_NOT[self.not_searched].told(language, {"place": self.place})
            )
        if len(self.found) == 1:
            return _joined(_PROVEN, language, told=self.found[0].told(language))
        if self.found:
            one, other = (made.told(language) for made in self.found)
            return _joined(_PAIR, language, one=one, other=other)
        sentence = _STOPPED if self.stopped else _NONE
        return sentence.told(language, {"known": str(self.known), "tried": str(self.tried)})


def _joined(sentence: Sentence, language: str, **parts: str) -> str:
    """Sentences in a sentence: bounded and printable already."""
    return (sentence.chinese if language == CHINESE else sentence.english).format_map(parts)


Over = Callable[[], bool]
"""Is the time for a search over?  Whoever searches gives it: the search itself knows no clock."""
