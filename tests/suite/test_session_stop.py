"""A SessionId in an answer of a live target ends everything, however it is written and wherever it breaks off."""

from __future__ import annotations

import gzip
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ccc_contract import load_api
from ccc_contract.http import Request, Response
from ccc_contract.suite.draft import Draft
from ccc_contract.suite.harmless import NOBODY
from ccc_contract.suite.live import Gate, Pace, Rang, UsedUp, names_a_session
from ccc_contract.suite.reply import Lost
from ccc_contract.suite.wire import Wire
from suite_targets import HOST

SESSION = b'{"Response":{"SessionId":"a-session","RequestId":"r"}}'
ASKED = Draft().request(NOBODY, 1795324797, HOST)


@pytest.mark.parametrize(
    "body",
    [
        SESSION,
        b'{"Response":{"Session\\u0049d":"x"}}',
        b'{"Response":{"SessionId":12345}}',
        b'{"Response":{"sessionId":"x"}}',
        b'{"Response":{"Session_ID":"x"}}',
        b'{"Response":{"SessionIdList":["x"]}}',
        b'[{"a":[{"SessionId":"x"}]}]',
        gzip.compress(SESSION),
        gzip.compress(SESSION * 50)[:-9],
        SESSION.decode().encode("utf-16"),
        SESSION[:-20],
        b"{'SessionId':'x'}",
        b"<SessionId>x</SessionId>",
        b"[" * 100_000 + SESSION,
    ],
    ids=range(14),
)
def test_a_session_is_seen(body: bytes) -> None:
    assert names_a_session(Response(200, (), body))


def test_what_cannot_be_unpacked_may_hide_a_session() -> None:
    assert names_a_session(Response(200, ((b"Content-Encoding", b"br"),), b"\x8b\x0f\x80"))


@pytest.mark.parametrize(
    "value",
    [
        {"Error": {"Code": "MissingParameter", "Message": "The request lacks `SessionId`."}, "RequestId": "r"},
        {"SessionId": "", "RequestId": "r"},
        {"SessionId": None},
        {"SessionIdList": []},
    ],
    ids=["a message", "empty", "null", "no list"],
)
def test_what_only_speaks_of_one_is_none(value: object) -> None:
    body = json.dumps({"Response": value}).encode()
    assert not names_a_session(Response(200, (), body))
    assert not names_a_session(Response(200, ((b"content-encoding", b"gzip"),), gzip.compress(body)))


@contextmanager
def answering_once(raw: bytes) -> Iterator[str]:
    """A server that answers the first request with these bytes, and goes."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(raw)
                connection.shutdown(socket.SHUT_WR)
                connection.recv(65536)  # until it is closed there

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        finally:
            thread.join()


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n" % (len(SESSION), SESSION)


def test_an_answer_that_breaks_off_behind_a_session_stops_everything() -> None:
    with answering_once(CHUNKED) as url:
        wire = Wire(url)
        gate = Gate(wire, load_api(), Pace())
        with pytest.raises(Rang):
            gate(ASKED)
        wire.close()
    with pytest.raises(UsedUp):
        gate(ASKED)


def test_an_answer_that_breaks_off_before_one_is_lost() -> None:
    with answering_once(CHUNKED.replace(b"SessionId", b"OthersIds")) as url:
        wire = Wire(url)
        with pytest.raises(Lost) as lost:
            wire(ASKED)
        wire.close()
    assert lost.value.came is not None
    assert b"OthersIds" in lost.value.came.body


def test_a_header_that_cannot_be_sent_is_no_end_of_the_run() -> None:
    with answering_once(b"") as url:
        wire = Wire(url)
        with pytest.raises(Lost, match="Invalid header value"):
            wire(Draft(headers={"X-Odd": "a\nb"}).request(NOBODY, 0, HOST))


def test_what_was_lost_without_a_word_is_lost() -> None:
    def gone(request: Request) -> Response:
        raise Lost("reset")

    gate = Gate(gone, load_api(), Pace())
    with pytest.raises(Lost):
        gate(ASKED)
    assert not gate.shut
