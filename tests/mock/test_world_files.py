"""A file that describes a world: what is wrong with one is told with file, line, key, what was expected, what came."""

from __future__ import annotations

import dataclasses
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from asking import Caller
from ccc_contract.reading import load_api
from ccc_mock import Clock, Endpoint
from ccc_mock.cli import main
from ccc_mock.control import Control
from ccc_mock.world.description import OPEN, STRICT, Description, described
from ccc_mock.world.endings import ENDINGS
from ccc_mock.world.keys import WorldError, shown, written
from ccc_mock.world.texts import MAX_CHARACTERS, line_of, read_toml, sample
from drafts import NOW, Draft

ACTIONS = load_api().actions
ONE_ACCOUNT = Path(__file__).parents[2] / "fixtures/worlds/one_account.toml"


def wrong(text: str) -> str:
    """What is said of a text that describes no world."""
    with pytest.raises(ValueError, match=r"^world\.toml") as caught:
        read_toml(text, ACTIONS, "world.toml")
    return str(caught.value).removeprefix("world.toml ")


KNOWN = "exists, rules, licence, callees, app, package, callee, sub_account"
AN_APP = "[[app]]\nSdkAppId = 1\n"
A_CREDENTIAL = '[[sub_account.credential]]\nsecret_id = "a"\nsecret_key = "b"\n'

# text, what is said of it
WRONG = {
    # keys that are not known
    "an unknown table": (
        "[[aps]]\n",
        f"line 1: aps: expected one of {KNOWN}, got a key that is not known; did you mean app?"),
    "an unknown key, not like any": ("\nq = 1\n", f"line 2: q: expected one of {KNOWN}, got a key that is not known"),
    "an unknown key of a rule": (
        "[rules]\n# hours\nworking_hour = ''\n",
        "line 3: rules.working_hour: expected one of working_hours, blind_areas, interval_calls, interval_seconds, "
        "day_calls, channels, concurrency, got a key that is not known; did you mean working_hours?",
    ),
    "the vendor's name in small letters": (
        "[[app]]\nSdkAppId = 1\n[[app.number]]\nnumber = '008602155066897'\n",
        "line 4: app[0].number[0].number: expected one of Number, State, CostType, channels, trunk, got a key that is "
        "not known; did you mean Number?",
    ),
    # wrong types
    "a table for a list": ("[app]\nSdkAppId = 1\n", 'line 1: app: expected a list of tables, got {"SdkAppId": 1}'),
    "a list for a table": ("[[rules]]\n", "line 1: rules: expected a table, got [{}]"),
    "a number for a table": ("rules = 5\n", "line 1: rules: expected a table, got 5"),
    "numbers for tables": ("app = [\n1]\n", "line 2: app[0]: expected a table, got 1"),
    "a text for a number": (
        "[[app]]\nSdkAppId = '1'\n", "line 2: app[0].SdkAppId: expected a whole number from 1, got '1'"),
    "a fraction": (
        "[rules]\nchannels = 1.0\n",
        "line 2: rules.channels: expected a whole number from 0 to 10000, got 1.0"),
    "a flag for a number": (
        "[rules]\nchannels = true\n", "line 2: rules.channels: expected a whole number from 0 to 10000, got true"),
    "a number for a flag": (
        AN_APP + "permitted = 1\n", "line 3: app[0].permitted: expected true or false, got 1"),
    "a text for a list of texts": (
        "[rules]\nblind_areas = 'XJ'\n", "line 2: rules.blind_areas: expected a list of texts, got 'XJ'"),
    "a number in a list of texts": (
        "[rules]\nblind_areas = ['XJ', 5]\n", 'line 2: rules.blind_areas: expected a list of texts, got ["XJ", 5]'),
    # wrong values
    "zero": ("[[app]]\nSdkAppId = 0\n", "line 2: app[0].SdkAppId: expected a whole number from 1, got 0"),
    "a number beyond measure": (
        f"[[app]]\nSdkAppId = 0x{'f' * 10_000}\n",
        "line 2: app[0].SdkAppId: expected a whole number from 1, got a number beyond measure"),
    "a long number": (
        f"[[app]]\nSdkAppId = {'9' * 4000}\n",
        f"line 2: app[0].SdkAppId: expected a whole number from 1, got {'9' * 60}…"),
    "a long text": (
        f"exists = '{'x' * 5000}'\n", f"line 1: exists: expected one of named, anything, got '{'x' * 59}…"),
    "a word that is nearly one": (
        "exists = 'anythin'\n",
        "line 1: exists: expected one of named, anything, got 'anythin'; did you mean anything?"),
    "an ending that is none": (
        "[callees]\nends = 'buzy'\n",
        f"line 2: callees.ends: expected one of {', '.join(ENDINGS)}, "
        "got 'buzy'; did you mean busy?"),
    "a State that is none": (
        AN_APP + "[[app.number]]\nNumber = '008602155066897'\nState = 3\n",
        "line 5: app[0].number[0].State: expected one of 1, 2, 4, 5, got 3"),
    "a number with letters": (
        "[[callee]]\nnumber = '1380000000O'\n",
        "line 2: callee[0].number: expected a telephone number such as 008613800000000, got '1380000000O'"),
    "hours without a zero": (
        "[rules]\nworking_hours = '8:00-21:00'\n",
        "line 2: rules.working_hours: expected hours such as 08:00-21:00, or an empty text for all day, got "
        "'8:00-21:00'"),
    "hours beyond the day": (
        "[rules]\nworking_hours = '22:00-24:30'\n",
        "line 2: rules.working_hours: expected hours such as 08:00-21:00, or an empty text for all day, got "
        "'22:00-24:30'"),
    "a time without an offset": (
        "[licence]\nends = 2027-01-01T00:00:00\n",
        "line 2: licence.ends: expected a Unix second or a time with its offset such as 2027-01-01T00:00:00+08:00, "
        'got "2027-01-01 00:00:00"; it needs an offset such as +08:00'),
    "a day": (
        "[licence]\nends = 2027-01-01\n",
        "line 2: licence.ends: expected a Unix second or a time with its offset such as 2027-01-01T00:00:00+08:00, "
        'got "2027-01-01"'),
    "a time before all times": (
        "[licence]\nends = 0001-01-01T00:00:00Z\n",
        "line 2: licence.ends: expected a Unix second or a time with its offset such as 2027-01-01T00:00:00+08:00, "
        'got "0001-01-01 00:00:00+00:00"; expected a time between 1970 and 9999, got -62135596800.0'),
    "no number": (
        "[callees]\ntalks = nan\n", "line 2: callees.talks: expected a number of seconds from 0, got NaN"),
    "a negative time": (
        "[callees]\ntalks = -1\n",
        "line 2: callees.talks: expected a number of seconds from 0, got -1"),
    # what must be there
    "no id": (
        "[[app]]\n\n[[app]]\nSdkAppId = 1\n",
        "line 1: app[0].SdkAppId: expected a whole number from 1, got nothing"),
    "no id in the second": (
        AN_APP + "\n# and one more\n[[app]] # here\npermitted = true\n",
        "line 5: app[1].SdkAppId: expected a whole number from 1, got nothing"),
    "no number of a callee": (
        "[[callee]]\nnumber = '123'\n[[callee]]\nblacklisted = true\n",
        "line 3: callee[1].number: expected a telephone number such as 008613800000000, got nothing"),
    # what is there twice
    "an app twice": (
        AN_APP + AN_APP, "line 4: app[1].SdkAppId: expected another one than those before, got 1"),
    "an agent twice": (
        AN_APP + "agent = [{AIAgentId = 1}, {AIAgentId = 2}, {AIAgentId = 1}]\n",
        "line 3: app[0].agent[2].AIAgentId: expected another one than those before, got 1"),
    "a number twice, spelled otherwise": (
        AN_APP + "[[app.number]]\nNumber = '008602155066897'\n"
        "[[app.number]]\nState = 1\nNumber = '+86 021 5506 6897'\n",
        "line 7: app[0].number[1].Number: expected another one than those before, got '02155066897'"),
    "a callee twice": (
        "[[callee]]\nnumber = '13800000000'\n[[callee]]\nnumber = '008613800000000'\n",
        "line 4: callee[1].number: expected another one than those before, got '13800000000'"),
    "a SecretId twice": (
        f"[[sub_account]]\n{A_CREDENTIAL}[[sub_account]]\n{A_CREDENTIAL}",
        "line 7: sub_account[1].credential[0].secret_id: expected a SecretId that no other credential has, got one "
        "that is taken"),
    # who may what
    "a denied action that is none": (
        "[[sub_account]]\ndeny = ['HangUpCall', 'CreateAIAgentCal']\n",
        "line 2: sub_account[0].deny: expected actions, or *, got 'CreateAIAgentCal'; did you mean CreateAIAgentCall?"),
    "a key with blanks": (
        "[[sub_account]]\n[[sub_account.credential]]\nsecret_id = 'a'\nsecret_key = 'top secret'\n",
        "line 4: sub_account[0].credential[0].secret_key: expected a SecretKey without blanks, got a text of "
        "10 characters"),
    "an end without a token": (
        f"[[sub_account]]\n{A_CREDENTIAL}ends = 1795324613\n",
        "line 5: sub_account[0].credential[0].ends: expected a token beside it: a permanent credential does not end, "
        "got 1795324613"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_with_line_key_expected_and_got(text: str, said: str) -> None:
    assert wrong(text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("app = [", "no TOML: "),
        ("a = 1\na = 2\n", "no TOML: "),
        ("x = 2026-13-01\n", "no TOML: "),
        (f"x = {'[' * 100_000}", "no TOML: "),
        (f"x = {'9' * 5000}\n", "no TOML: "),
        ("\0", "no TOML: "),
        ("a = 1\n\n[[app]\n", "no TOML: "),
        ("x" * (MAX_CHARACTERS + 1), f"expected at most {MAX_CHARACTERS} characters, got more"),
    ],
    ids=lambda text: text[:20],
)
def test_what_is_no_toml_is_told_as_such(text: str, said: str) -> None:
    assert wrong(text).startswith(f"world.toml: {said}")


def test_what_is_no_toml_is_told_with_its_line() -> None:
    assert "(at line 3, column 6)" in wrong("a = 1\n\n[[app]\n")


# --- lines ------------------------------------------------------------------------------------------------------------

PLACES = '''\
# a comment: [[app]]
exists = "named"   # not app[0].SdkAppId = 3

[rules]
blind_areas = [
  "XJ",      # first

  "XZ",
]
working_hours = """
08:00
[[app]]
-21:00"""
interval_calls = 4

[licence]
ends = 2027-01-01T00:00:00+08:00

[[app]]
# nothing yet

SdkAppId = 1
agent = [
  {AIAgentId = 1, VariableNames = ["a"]},
  # the second
  {AIAgentId = 2, VariableNames = [
    "b",
    "c",
  ]},
  {AIAgentId = 3}, {AIAgentId = 4},
]

[[app.number]]
Number = "1"
[[app.number]]
Number = \'\'\'
2\'\'\'
State = 2

[[callee]]
number = "5"

[[app]]
"SdkAppId" = 2
[[app.number]]
  Number = "3"
    channels = 4

[[callee]]
number = "6"
[callees]
ends.x.y = 1
ends.x.z = [
  1]
'''

LINES = [
    ((), 1), (("exists",), 2), (("rules",), 4), (("rules", "blind_areas"), 5), (("rules", "blind_areas", 0), 6),
    (("rules", "blind_areas", 1), 8), (("rules", "working_hours"), 10), (("rules", "interval_calls"), 14),
    (("rules", "nothing"), 4), (("licence", "ends"), 17), (("app",), 19), (("app", 0), 19), (("app", 0, "nothing"), 19),
    (("app", 0, "SdkAppId"), 22), (("app", 0, "agent"), 23), (("app", 0, "agent", 0, "VariableNames"), 24),
    (("app", 0, "agent", 1), 26), (("app", 0, "agent", 1, "AIAgentId"), 26), (("app", 0, "agent", 3), 30),
    (("app", 0, "number"), 33), (("app", 0, "number", 0, "Number"), 34), (("app", 0, "number", 1), 35),
    (("app", 0, "number", 1, "Number"), 36), (("app", 0, "number", 1, "State"), 38), (("callee", 0, "number"), 41),
    (("app", 1), 43), (("app", 1, "SdkAppId"), 44), (("app", 1, "number", 0), 45),
    (("app", 1, "number", 0, "Number"), 46), (("app", 1, "number", 0, "channels"), 47),
    (("app", 1, "number", 7), 45), (("callee", 1), 49),
    (("callee", 1, "number"), 50), (("callees",), 51), (("callees", "ends"), 52), (("callees", "ends", "x", "y"), 52),
    (("callees", "ends", "x", "z"), 53), (("callees", "ends", "x", "z", 0), 54), (("app", 0, "agent", 1, "q"), 26),
]  # fmt: skip


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize(("path", "line"), LINES, ids=str)
def test_the_line_of_a_value_is_that_on_which_it_begins(path: tuple[str | int, ...], line: int, newline: str) -> None:
    assert line_of(PLACES.replace("\n", newline), path) == line


@pytest.mark.parametrize(
    "before",
    [
        "".join(f'"{n}",\n' for n in range(1000)).join(("x = [\n", "]\n")),
        "".join(f"# {n}\n" for n in range(1000)),
        "".join(f"{n}\n" for n in range(1000)).join(('x = """\n', '"""\n')),
        "".join(f"{n}\n" for n in range(1000)).join(("x = '''\n", "'''\n")),
        "".join(f"{{y = [\n{n}\n]}},\n" for n in range(300)).join(("x = [\n", "]\n")),
        "".join(f"[[x]]\ny = {n}\n" for n in range(1000)),
        "# \u2028 \u0085 in one line\n",
        "x = '\u2028 \u0085 in one line'\n",
        "# [[rules]]\n",
    ],
    ids=["array", "comments", "text", "literal text", "array of tables", "tables", "comment", "one line", "commented"],
)
def test_the_line_is_right_behind_and_before_whatever_is_long(before: str) -> None:
    count = before.count("\n")
    assert line_of(f"{before}[rules]\nchannels = 'x'\n", ("rules", "channels")) == count + 2
    assert line_of(f"[rules]\nchannels = 'x'\n[x0]\n{before}", ("rules", "channels")) == 2


def test_the_line_of_every_value_of_a_written_file_is_the_line_that_writes_it() -> None:
    for text in (sample(), ONE_ACCOUNT.read_text("utf-8")):
        lines = text.splitlines()
        for path in _leaves(tomllib.loads(text)):
            assert lines[line_of(text, path) - 1].startswith(f"{path[-1]} ="), path


def _leaves(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    if isinstance(value, dict):
        return [leaf for name, each in value.items() for leaf in _leaves(each, (*path, name))]
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [leaf for n, each in enumerate(value) for leaf in _leaves(each, (*path, n))]
    return [path]


def _places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where anything stands: tables, lists, their items, and what is in them."""
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, each in inner:
        if not isinstance(value, list) or isinstance(each, dict):
            yield from _places(each, (*path, part))


def _with(value: Any, path: tuple[str | int, ...], put: Any) -> Any:
    """The same, with something else at a place."""
    if not path:
        return put
    if isinstance(value, dict):
        return {**value, path[0]: _with(value[path[0]], path[1:], put)}
    n = int(path[0])
    return [*value[:n], _with(value[n], path[1:], put), *value[n + 1 :]]


# --- what is right ----------------------------------------------------------------------------------------------------


def test_an_empty_file_is_an_account_that_has_nothing() -> None:
    assert read_toml("", ACTIONS) == Description()
    assert read_toml("# nothing\n", ACTIONS).exists == "named"


def test_times_may_be_written_as_toml_as_text_and_as_seconds() -> None:
    for written_as in ("2027-01-01T00:00:00+08:00", "'2027-01-01T00:00:00+08:00'", "1798732800", "1798732800.0"):
        assert read_toml(f"[licence]\nends = {written_as}\n", ACTIONS).licence.ends == 1798732800


@pytest.mark.parametrize("hours", ["", "00:00-24:00", "22:00-06:00", "08:00-08:00"])
def test_hours_may_be_all_day_and_span_midnight(hours: str) -> None:
    assert read_toml(f"[rules]\nworking_hours = '{hours}'\n", ACTIONS).rules.working_hours == hours


@pytest.mark.parametrize("text", ["", sample(), ONE_ACCOUNT.read_text("utf-8")], ids=["empty", "init", "one account"])
def test_what_a_file_describes_is_the_same_as_json(text: str) -> None:
    description = read_toml(text, ACTIONS)
    assert described(json.loads(json.dumps(written(description))), ACTIONS) == description


@pytest.mark.parametrize("text", ["", sample(), ONE_ACCOUNT.read_text("utf-8")], ids=["empty", "init", "one account"])
def test_what_control_gives_can_be_put_back_and_changes_nothing(text: str) -> None:
    endpoint = Endpoint(world=read_toml(text, ACTIONS))
    control, account = Caller(Control(endpoint)), endpoint.accounts.default
    status, before = control("GET", "/_ccc/world")
    assert status == 200
    grants = [(grant.credential, grant.sub_account, grant.denied, grant.disabled) for grant in account.grants]
    assert control("PUT", "/_ccc/world", before["world"]) == (200, before)
    assert account.world.description == read_toml(text, ACTIONS)
    assert [(grant.credential, grant.sub_account, grant.denied, grant.disabled) for grant in account.grants] == grants


def test_json_is_told_the_key_as_a_file_is() -> None:
    control = Caller(Control(Endpoint()))
    for text, said in WRONG.values():
        given = tomllib.loads(text)
        try:
            json.dumps(given)
        except (TypeError, ValueError):  # times, and a number of thousands of digits
            continue
        status, told = control("PUT", "/_ccc/world", given)
        assert status == 400
        if "body: unknown key" not in told["error"]:
            assert told["error"] == said.split(": ", 1)[1]
    assert control("GET", "/_ccc/world")[1]["world"]["exists"] == "anything"


FULL: dict[str, Any] = written(read_toml(sample(), ACTIONS))
ODD: list[Any] = [
    None, True, -1, 0, 2**63, 10**400, 0.5, float("nan"), float("inf"), "", " ", "x" * 2000, "\0", "24:00-24:00",
    [], [[]], [None], {}, [{}], {"x": {}}, ["CreateAIAgentCall"] * 3, "1970-01-01T00:00:00Z",
]  # fmt: skip


@pytest.mark.parametrize("path", [*_places(FULL)], ids=shown)
def test_whatever_stands_at_a_key_is_taken_or_refused_by_its_name(path: tuple[str | int, ...]) -> None:
    endpoint = Endpoint(clock=Clock(at=NOW))
    control = Caller(Control(endpoint))
    for odd in ODD:
        before = control("GET", "/_ccc/world")
        status, told = control("PUT", "/_ccc/world", _with(FULL, path, odd))
        if status == 400:
            assert told["error"].startswith(shown(path))
            assert control("GET", "/_ccc/world") == before
        else:
            assert (status, told) == control("GET", "/_ccc/world")
        assert endpoint.handle(Draft().request()).status == 200


def test_control_takes_a_base_alone_and_with_other_keys() -> None:
    control = Caller(Control(Endpoint()))
    assert control("PUT", "/_ccc/world", {"base": "strict"})[1]["world"]["rules"]["channels"] == 1
    with_an_app = control("PUT", "/_ccc/world", {"base": "strict", "app": [{"SdkAppId": 1}]})[1]["world"]
    assert (with_an_app["exists"], len(with_an_app["app"])) == ("anything", 1)
    for body in ({"base": "stict"}, {"base": ["open"]}, {"base": {}}, {"base": None}):
        assert control("PUT", "/_ccc/world", body)[0] == 400
    assert control("PUT", "/_ccc/world", {"base": "open"})[1]["world"]["rules"]["channels"] == 0


# --- the command line -------------------------------------------------------------------------------------------------


def usage(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What `ccc-mock` says of a usage error, in one line."""
    assert main(arguments) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    return line


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[rules]\nchannels = 'x'\n", "line 2: rules.channels: expected a whole number from 0 to 10000, got 'x'"),
        (
            b"\xef\xbb\xbf[rules]\nchannels = 'x'\n",
            "line 2: rules.channels: expected a whole number from 0 to 10000, got 'x'"),
        ("exists = 'named'\n".encode("utf-16"), "it is not UTF-8"),
        (b"exists = '\xff'\n", "it is not UTF-8"),
        (b"exists = \n", "no TOML: Invalid value (at line 1, column 10)"),
        (b"#" * (MAX_CHARACTERS + 1), f"expected at most {MAX_CHARACTERS} characters, got more"),
    ],
    ids=["wrong", "with a mark", "utf-16", "latin", "no toml", "huge"],
)  # fmt: skip
def test_the_command_line_tells_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, said: str
) -> None:
    file = tmp_path / "w.toml"
    file.write_bytes(content)
    line = usage(capsys, "serve", "--world", str(file))
    assert "--world: " in line
    assert str(file) in line
    assert said in line


def test_the_command_line_tells_a_word_that_is_none_a_folder_and_a_file_that_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = usage(capsys, "serve", "--world", "stict")
    assert "expected open, strict or a file, got 'stict'; did you mean strict?" in said
    assert f"cannot read {tmp_path}: Is a directory" in usage(capsys, "serve", "--world", str(tmp_path))
    assert "cannot read nowhere.toml: No such file or directory" in usage(capsys, "serve", "--world", "nowhere.toml")


def test_init_writes_a_file_that_describes_a_small_account(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a world.toml"
    assert main(["init", str(file)]) == 0
    assert capsys.readouterr().out == f"wrote {file}; next: ccc-mock serve --world '{file}'\n"
    text = file.read_text("utf-8")
    assert text == sample()
    assert [app.SdkAppId for app in read_toml(text, ACTIONS).app] == [1400000000]


def test_init_does_not_write_over_a_file_unless_it_is_told_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("# mine")
    assert f"{file} is there already; --force writes over it" in usage(capsys, "init", str(file))
    assert file.read_text() == "# mine"
    assert main(["init", "--force", str(file)]) == 0
    assert file.read_text("utf-8") == sample()


def test_init_prints_and_names_what_it_cannot_write(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "-"]) == 0
    assert capsys.readouterr().out == sample()
    nowhere = tmp_path / "nowhere" / "w.toml"
    assert f"cannot write {nowhere}: No such file or directory" in usage(capsys, "init", str(nowhere))
    assert "is a directory" in usage(capsys, "init", str(tmp_path))


def test_init_writes_ccc_mock_toml_unless_it_is_told_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init"]) == 0
    assert Path("ccc-mock.toml").read_text("utf-8") == sample()
    capsys.readouterr()


def test_the_written_file_tells_of_every_key() -> None:
    told = {line.removeprefix("# ").partition(" =")[0] for line in sample().splitlines() if " =" in line}
    told |= {line.strip("[]").rpartition(".")[2] for line in sample().splitlines() if line.startswith("[")}
    assert told == set(_names(Description))


def _names(thing: type[Any]) -> list[str]:
    """Every key of a described thing, and of what is in it."""
    names = []
    for each in dataclasses.fields(thing):
        kind = each.metadata["kind"]
        inner = kind[0] if isinstance(kind, tuple) else kind
        names += [each.name, *(_names(inner) if isinstance(inner, type) else [])]
    return names


def test_a_world_error_is_a_value_error_with_the_path() -> None:
    with pytest.raises(WorldError) as caught:
        described({"app": [{"SdkAppId": 1, "agent": [{}]}]}, ACTIONS)
    assert caught.value.path == ("app", 0, "agent", 0, "AIAgentId")


# --- a base ---------------------------------------------------------------------------------------------------------


def test_a_base_stands_for_what_is_not_given() -> None:
    blacklisted = {"number": "008613800000001", "blacklisted": True}
    given = described({"base": "strict", "callee": [blacklisted]}, ACTIONS)
    assert given == dataclasses.replace(STRICT, callee=given.callee)
    assert given.callee[0].blacklisted
    assert described({"base": "open"}, ACTIONS) == OPEN


@pytest.mark.parametrize("base", ["stict", 1, None, ["open"], {}])
def test_a_base_is_one_of_two_words(base: object) -> None:
    with pytest.raises(WorldError, match="base: expected one of open, strict, got"):
        described({"base": base}, ACTIONS)


def test_a_number_without_quotes_is_told_as_such() -> None:
    with pytest.raises(ValueError, match=r"no TOML: .*; a telephone number stands in quotes"):
        read_toml("[[callee]]\nnumber = 008613800000001\n", ACTIONS)
