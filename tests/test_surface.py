"""The names that users may rely on."""

from __future__ import annotations

from pathlib import Path

import ccc_contract
import ccc_mock


def test_the_public_names_are_these() -> None:
    assert ccc_mock.__all__ == [
        "DEFAULT_CREDENTIAL",
        "Clock",
        "Credential",
        "Delivery",
        "Endpoint",
        "Fake",
        "Limits",
        "NoFake",
        "NotSupportedByFake",
        "PlanError",
        "Reply",
        "Settings",
        "fake",
        "guard",
    ]
    assert ccc_contract.__all__ == [
        "Api",
        "ApiError",
        "AsyncClient",
        "CallOutcomeUnknown",
        "CccError",
        "Client",
        "Credential",
        "Headers",
        "Request",
        "Response",
        "Retries",
        "load_api",
        "sign",
    ]


def test_every_public_name_has_a_docstring() -> None:
    for package in (ccc_contract, ccc_mock):
        for name in package.__all__:
            value = getattr(package, name)
            assert (value.__doc__ or "").strip() or not callable(value), name


def test_both_packages_are_typed() -> None:
    for package in (ccc_contract, ccc_mock):
        assert (Path(package.__file__).parent / "py.typed").exists()
