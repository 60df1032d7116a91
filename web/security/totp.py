"""The second factor: time-based codes (RFC 6238), each good once, at most one step early or late."""

from __future__ import annotations

import hmac
from io import BytesIO
from typing import TYPE_CHECKING, Final

import pyotp
import segno

if TYPE_CHECKING:
    from datetime import datetime

STEP_SECONDS: Final = 30
DRIFT_STEPS: Final = 1
ISSUER: Final = "PeBeM-Analyse"


def new_secret() -> str:
    """Return a random secret as authenticator apps take it (base32, 160 bits)."""
    return pyotp.random_base32()


def accepted_step(secret: str, code: str, now: datetime, last_step: int) -> int | None:
    """Return the time step a code belongs to, or None where it is wrong, stale or used already.

    Parameters
    ----------
    secret
        Base32 secret of the account.
    code
        The six digits as typed; blanks between them are fine.
    now
        Server time.
    last_step
        Step of the last accepted code: it and all before it are spent.
    """
    typed = "".join(code.split())
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    current = int(now.timestamp()) // STEP_SECONDS
    for step in range(current - DRIFT_STEPS, current + DRIFT_STEPS + 1):
        expected = totp.at(step * STEP_SECONDS)
        if hmac.compare_digest(typed.encode(), expected.encode()) and step > last_step:
            return step
    return None


def picture(secret: str, user_name: str) -> str:
    """Return the QR code an authenticator app scans, as SVG text without styles or scripts (strict CSP)."""
    address = pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=user_name, issuer_name=ISSUER)
    out = BytesIO()
    segno.make(address, error="m", micro=False).save(
        out,
        kind="svg",
        scale=5,
        border=4,
        xmldecl=False,
        svgns=False,
        svgclass="qr",
        lineclass=None,
        light="#ffffff",
        title="QR-Code für die Anmelde-App",
    )
    return out.getvalue().decode()
