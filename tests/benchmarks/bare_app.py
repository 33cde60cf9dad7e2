"""The bare endpoint: Starlette as anybody would write it, which reads the body and answers a constant.

Its answer has the length of the fake's, and its uvicorn the fake's settings (`served.check_same_settings`); it imports
nothing of the fake, so that its start and its memory are those of the libraries alone.
"""

from __future__ import annotations

import json
import socket

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

ANSWER = {
    "Response": {
        "SessionId": "00000000-0000-4000-8000-000000000000",
        "RequestId": "00000000-0000-4000-8000-000000000000",
    }
}


async def endpoint(request: Request) -> JSONResponse:
    await request.body()
    return JSONResponse(ANSWER)


app = Starlette(routes=[Route("/", endpoint, methods=["POST"])])


def config() -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="auto",
        http="auto",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=60,
    )


class Server(uvicorn.Server):
    """Says on one line where it listens, once it serves: as `ccc-mock serve --json` does."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        host, port = (sockets or [])[0].getsockname()
        print(json.dumps({"url": f"http://{host}:{port}"}), flush=True)


if __name__ == "__main__":
    Server(config()).run(sockets=[socket.create_server(("127.0.0.1", 0), backlog=1024)])
