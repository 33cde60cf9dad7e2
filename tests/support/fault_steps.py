"""A step of a plan for each fault, in each of the ways in which it shows."""

from __future__ import annotations

PATIENCE = 0.25
"""Seconds that a client of these steps waits."""

STEPS = (
    "ok", "FailedOperation.CalleeIsBlackUser",
    "ok+delay(1ms)", "ok+delay(900ms)",
    "ok+stall(10 1ms)", "ok+stall(10 900ms)", "ok+stall(0 900ms)",
    "ok+drip(40 1ms)", "ok+drip(40 900ms)",
    "ok+reset", "ok+reset@after", "ok+reset(7)", "ok+reset(0)",
    "ok+close", "ok+close@after", "ok+close(7)", "ok+close(0)",
    "ok+drop",
    "ok+status(500)", "ok+status(404)",
    "ok+content-type", "ok+content-type(text/html)",
    "ok+content-length(9999)", "ok+content-length(5)",
    "ok+date(-1h)", "ok+lower-case", "ok+chunked", "ok+chunked+reset(7)", "ok+gzip", "ok+gzip(asked)",
    "ok+truncate", "ok+truncate(20)", "ok+garbage(64)", "ok+empty", "ok+braces", "ok+bare", "ok+null(SessionId)",
    "ok+missing(RequestId)", "ok+extra", "ok+page(502)", "ok+page(503 retry-after=1)", "ok+redirect",
)  # fmt: skip
