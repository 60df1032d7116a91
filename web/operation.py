"""How an installation is operated: for real or to try things out, behind which proxies, with which virus scanner."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Network = IPv4Network | IPv6Network

PRODUCTION: Final = "production"
TEST: Final = "test"
LOOPBACK: Final = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
_YES: Final = {"ja": True, "nein": False}


class SettingsError(Exception):
    """A setting is missing or unfit. The message is one German sentence that names it and the remedy."""


@dataclass(frozen=True, slots=True)
class Operation:
    """What is set about operating the installation.

    Attributes
    ----------
    mode
        "production" where data of real people may be; "test" for invented ones (T8).
    debug
        Whether the environment asks Flask for its debug mode.
    trusted_proxies
        Where a server in front of us may tell whom it forwards. Nobody else is believed.
    virus_scanner
        What looks at files before they are taken in (``web.security.virus_scanner``); "" = nothing does.
    scan_required
        Whether a file is refused where the scanner cannot be asked.
    own_host
        Whether the operator of the homes runs the server too: its commands need no instruction then (B8).
    """

    mode: Literal["production", "test"] = TEST
    debug: bool = False
    trusted_proxies: tuple[Network, ...] = ()
    virus_scanner: str = ""
    scan_required: bool = True
    own_host: bool = False

    @property
    def production(self) -> bool:
        """Whether data of real people may be here."""
        return self.mode == PRODUCTION


def read(variables: Mapping[str, str], *, debug: bool) -> Operation:
    """Return what the settings say.

    Parameters
    ----------
    debug
        Whether the environment asks for Flask's debug mode.

    Raises
    ------
    SettingsError
        Where a setting is unfit.
    """
    mode = variables.get("PEBEM_MODE", PRODUCTION if "PEBEM_DATABASE_URL" in variables else TEST)
    if mode not in {PRODUCTION, TEST}:
        raise SettingsError(
            f"PEBEM_MODE muss {PRODUCTION} (Echtbetrieb) oder {TEST} (nur erfundene Daten) sein, nicht „{mode}“."
        )
    behind_https = variables.get("PEBEM_PUBLIC_URL", "").startswith("https://")
    written = variables.get("PEBEM_TRUSTED_PROXIES", "")
    required = variables.get("PEBEM_VIRUS_SCAN_REQUIRED", "ja").casefold()
    if required not in _YES:
        raise SettingsError("PEBEM_VIRUS_SCAN_REQUIRED muss ja oder nein sein.")
    own_host = variables.get("PEBEM_OWN_HOST", "nein").casefold()
    if own_host not in _YES:
        raise SettingsError("PEBEM_OWN_HOST muss ja oder nein sein.")
    return Operation(
        mode=PRODUCTION if mode == PRODUCTION else TEST,
        debug=debug,
        trusted_proxies=_networks(written) if written else LOOPBACK if behind_https else (),
        virus_scanner=variables.get("PEBEM_VIRUS_SCANNER", ""),
        scan_required=_YES[required],
        own_host=_YES[own_host],
    )


def _networks(written: str) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(part.strip()) for part in written.split(",") if part.strip())
    except ValueError:
        raise SettingsError(
            "PEBEM_TRUSTED_PROXIES muss Adressen oder Netze nennen, durch Kommas getrennt, "
            "zum Beispiel 127.0.0.1, 10.0.0.0/24."
        ) from None
