"""uvicorn's protocol over h11, which is plain Python, and what is said of a client that speaks TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_TLS_HANDSHAKE = b"\x16"


def hint_at_tls(protocol: H11Protocol | HttpToolsProtocol, data: bytes) -> None:
    """Tell the likeliest mistake: the endpoint was changed, the protocol was not."""
    if protocol.cycle is None and data.startswith(_TLS_HANDSHAKE):
        protocol.logger.warning(
            "a client speaks TLS, and this is plain HTTP: set its protocol to http (docs/clients.md tells how)"
        )


class PlainProtocol(H11Protocol):
    """An offer to upgrade, as Java's own client makes with each request, is passed over."""

    def data_received(self, data: bytes) -> None:
        hint_at_tls(self, data)
        super().data_received(data)

    def _unsupported_upgrade_warning(self) -> None:
        """Nothing is wrong with a request that only offers to upgrade."""
