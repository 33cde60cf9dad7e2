"""What holds for every test: generated examples are the same in each run, none is timed, and few are trusted."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import certifi
import pytest
from hypothesis import settings

settings.register_profile("gate", derandomize=True, deadline=None)
settings.load_profile("gate")

END = "-----END CERTIFICATE-----\n"


@pytest.fixture(scope="session", autouse=True)
def one_public_authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Of the public authorities only one is read into a context of this process.

    HTTP clients read all 140 when they are made, some 30 ms each; so many are made here that it was a tenth of all
    tests.  None of them reaches a server that one of those authorities knows.  Other files are read as they are.
    """
    little = tmp_path_factory.mktemp("authorities") / "one.pem"
    text = Path(certifi.where()).read_text("utf-8")
    little.write_text(text[: text.index(END) + len(END)], "utf-8")
    system = ssl.get_default_verify_paths()
    public = {certifi.where(), system.cafile, system.openssl_cafile}
    load = ssl.SSLContext.load_verify_locations

    def load_few(context: ssl.SSLContext, cafile: Any = None, capath: Any = None, cadata: Any = None) -> None:
        load(context, little if cafile and cafile in public else cafile, capath, cadata)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssl.SSLContext, "load_verify_locations", load_few)
        yield
