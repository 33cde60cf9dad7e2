"""How much of who asks is judged: the three words of `auth`, and what lets an unknown SecretId in."""

from __future__ import annotations

from typing import Literal, get_args

from .redaction import last_four, printable

Auth = Literal["known", "any", "off"]
"""`known`: an unknown SecretId is refused, as the service does.  `any`: it is accepted, and its signature cannot be
checked, since nobody here has its key; everything else is judged, and so is the signature of a SecretId that is known.
`off`: who asks is not judged at all, and an unsigned request is taken, too."""

AUTHS: tuple[Auth, ...] = get_args(Auth)

IN_PROCESS = '`credentials=[Credential(ID, KEY)]`, or any with `auth="any"`'
ON_THE_COMMAND_LINE = "`--credential ID:KEY`, or any with `--auth any`"
IN_THE_INI = (
    '`ccc_credentials = ID:KEY` in pytest.ini (in pyproject.toml: `ccc_credentials = ["ID:KEY"]`), '
    'or any with `ccc_auth = any` (`ccc_auth = "any"`) or `@pytest.mark.ccc(auth="any")`'
)
"""What lets a SecretId in, as each way to start the fake has it: ready to be pasted."""

# auth → what is not judged, for whoever starts a fake so.
_NOT_JUDGED = {
    "any": "an unknown SecretId is accepted, and its signature is not verified",
    "off": "no signature is verified, and requests that nobody signed are accepted",
}


def checked(auth: str) -> Auth:
    """One of the three words.  Raises ValueError for anything else."""
    if auth not in AUTHS:
        raise ValueError(f"auth: expected {', '.join(AUTHS[:-1])} or {AUTHS[-1]}, got {auth!r}")
    return auth


def warning(auth: Auth) -> str | None:
    """What is to be said where a fake starts that does not verify every signature; None where it does."""
    told = _NOT_JUDGED.get(auth)
    return None if told is None else f"auth {auth}: {told}; the journal marks it as verified: false"


def cure(secret_id: str, let_in: str = IN_PROCESS) -> str:
    """What to do about an unknown SecretId: one sentence for whoever runs the fake, with what would `let_in` it.

    The SecretId is shortened to its last four characters, and no key is ever in it.
    """
    shown = printable(last_four(secret_id))
    sent = f"{shown} (too short to show)" if shown == "…" else shown
    blanks = " with a blank in it" if any(map(str.isspace, secret_id)) else ""
    return f"nobody here has the SecretId {sent}{blanks}; let it in with {let_in}"
