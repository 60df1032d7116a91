"""Passkeys (WebAuthn) as a second factor: what a browser is asked for, and whether its answer is right.

The library checks the form of the answers, signatures, counters, challenge, address and presence of a person; here is
what we ask for. A passkey is bound to the address of the application: under another one, and under an address without
a name, there are none.
"""

from __future__ import annotations

import json
import secrets
from hashlib import sha256
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Sequence

NAME: Final = "PeBeM-Analyse"
CHALLENGE_BYTES: Final = 32


class InvalidPasskeyError(Exception):
    """What a browser has answered is not what it was asked for, or not signed with this passkey."""


class RelyingParty(NamedTuple):
    """To whom a passkey belongs: the name of a host, and the address pages of it have."""

    id: str
    origin: str


class NewPasskey(NamedTuple):
    """What is stored of a passkey."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


def relying_party(public_url: str, asked_url: str) -> RelyingParty | None:
    """Return who we are to passkeys; None where there can be none.

    Parameters
    ----------
    public_url
        Setting of the installation; "" for local use.
    asked_url
        Address of the request; counts for local use alone, since a client may write into it what it likes.
    """
    parts = urlsplit(public_url or asked_url)
    host = parts.hostname or ""
    local = host == "localhost"
    if _is_number(host) or not (local or (public_url and parts.scheme == "https")):
        return None
    return RelyingParty(host, f"{parts.scheme}://{parts.netloc}")


def new_challenge() -> bytes:
    """Return what a passkey has to sign: random, good once."""
    return secrets.token_bytes(CHALLENGE_BYTES)


def creation_options(
    party: RelyingParty, challenge: bytes, account_id: int, user_name: str, existing: Sequence[bytes]
) -> dict[str, Any]:
    """Return what a browser is asked for to make a passkey; a device with one of the ``existing`` makes no other."""
    import webauthn  # noqa: PLC0415  # a fifth of a second
    from webauthn.helpers import structs  # noqa: PLC0415

    options = webauthn.generate_registration_options(
        rp_id=party.id,
        rp_name=NAME,
        user_id=sha256(f"pebem account {account_id}".encode()).digest(),
        user_name=user_name,
        challenge=challenge,
        exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=one) for one in existing],
    )
    return _plain(webauthn.options_to_json(options))


def new_passkey(party: RelyingParty, challenge: bytes, answer: str) -> NewPasskey:
    """Return the passkey a browser has made.

    Raises
    ------
    InvalidPasskeyError
        Where the answer does not fit what was asked.
    """
    import webauthn  # noqa: PLC0415
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415

    try:
        made = webauthn.verify_registration_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=party.id, expected_origin=party.origin
        )
    except (WebAuthnException, ValueError) as error:
        raise InvalidPasskeyError from error
    return NewPasskey(made.credential_id, made.credential_public_key, made.sign_count)


def request_options(party: RelyingParty, challenge: bytes, existing: Sequence[bytes]) -> dict[str, Any]:
    """Return what a browser is asked for to show one of the ``existing`` passkeys."""
    import webauthn  # noqa: PLC0415
    from webauthn.helpers import structs  # noqa: PLC0415

    options = webauthn.generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        allow_credentials=[structs.PublicKeyCredentialDescriptor(id=one) for one in existing],
    )
    return _plain(webauthn.options_to_json(options))


def credential_of(answer: str) -> bytes:
    """Return which passkey an answer says it is of.

    Raises
    ------
    InvalidPasskeyError
        Where it says nothing readable.
    """
    from webauthn import base64url_to_bytes  # noqa: PLC0415

    try:
        return base64url_to_bytes(json.loads(answer)["rawId"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidPasskeyError from error


def confirmed_count(party: RelyingParty, challenge: bytes, answer: str, public_key: bytes, sign_count: int) -> int:
    """Return the new counter of a passkey that has signed the challenge.

    Raises
    ------
    InvalidPasskeyError
        Where it has not, or where its counter went back: then there may be a copy of it.
    """
    import webauthn  # noqa: PLC0415
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415

    try:
        shown = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
        )
    except (WebAuthnException, ValueError) as error:
        raise InvalidPasskeyError from error
    return shown.new_sign_count


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return not host
    return True


def _plain(text: str) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(text)
    return plain
