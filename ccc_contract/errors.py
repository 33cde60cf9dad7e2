"""What the service says when it says no.

Exception
└── ApiError        the service (or the fake) answered with an Error: code, message
"""

from __future__ import annotations


class ApiError(Exception):
    """An `Error` of the API: `code` is the vendor's and is what programs act on, `message` is for people.

    Source: doc-responses; the vendor warns that messages change and codes do not.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"
