"""Signs that files belong to another home: known numbers mean other people, or another home is named.

Two homes of a tenant may give the same numbers to different people; applied to the wrong one, a file would change
whose needs and whose level a number means, without an error anywhere.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
from sqlalchemy import select

from importers.findings import Finding, Severity
from importers.values.spelling import fold
from web.services.people import pseudonyms
from web.services.uploads import kept_files
from web.services.uploads.records import EFFECTIVE
from web.store.models import Home, Resident, Upload
from web.store.vault import RESIDENT, STAFF

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy.orm import Session

    from importers import ReadFiles
    from importers.sheets.sheet_guesses import SheetGuess
    from web.services.open_vault import OpenVault
    from web.settings import Settings
    from web.store.access import Access

UNSURE: Final = (
    "Es wurde nichts übernommen: Die Dateien sehen nach einer anderen Einrichtung aus. Bitte bestätigen Sie, dass sie "
    "zu dieser gehören, oder verwerfen Sie sie."
)

_WORDS: Final = re.compile(r"[^\W_]+")
_FEWEST_MOVES: Final = 3
_SHARE_OF_MOVES: Final = 0.5
"""A date of moving in is corrected now and then; of so many people at once it is not."""

_SHOWN: Final = 5
"""Numbers quoted in a finding."""


@dataclass(frozen=True, slots=True)
class OtherHome:
    """Why files seem to belong to another home.

    Attributes
    ----------
    people, named
        Known numbers under which the files name another person, of how many known numbers they name a person.
    moves, dated
        Known residents who moved in on another day, of how many the files and the home have a day.
    homes
        Other homes of the tenant that the files name, without naming this one.
    registered
        Numbers of homes in exports for the DAS, where this home's were others so far.
    """

    people: int
    named: int
    moves: int
    dated: int
    homes: tuple[str, ...]
    registered: tuple[str, ...] = ()

    @property
    def as_json(self) -> dict[str, Any] | None:
        """What is stored with the preview; None where nothing points to another home. No name of a person in it."""
        return asdict(self) if self else None

    def __bool__(self) -> bool:
        """Return whether anything points to another home."""
        moved = self.moves >= _FEWEST_MOVES and self.moves >= _SHARE_OF_MOVES * self.dated
        return bool(self.people or self.homes or self.registered or moved)


def signs(
    access: Access,
    session: Session,
    of_vault: OpenVault,
    settings: Settings,
    upload: tuple[int, int],
    result: ReadFiles,
) -> tuple[OtherHome, list[str]]:
    """Return why files seem to belong to another home, and the numbers that mean another person.

    Parameters
    ----------
    session, of_vault
        For reading, on the work database and the vault.
    upload
        Number of the home, and of the upload.
    """
    home_id, upload_id = upload
    changed: list[str] = []
    named = 0
    for kind, key, people in (
        (RESIDENT, "resident", result.people_residents),
        (STAFF, "staff", result.people_staff),
    ):
        names_of = dict(pseudonyms.people_of_home(of_vault, home_id, kind).values())
        for number, words in _words_by_number(people, key).items():
            if before := _words(*names_of[number]) if number in names_of else None:
                named += 1
                if words.isdisjoint(before):
                    changed.append(number)
    moves, dated = _moves(session, of_vault, home_id, result.tables.residents)
    try:
        conversation = kept_files.conversation(access, settings, upload_id)
    except kept_files.OutdatedError:
        conversation = None
    homes = _named_homes(session, home_id, conversation.guesses if conversation else ())
    return OtherHome(len(changed), named, moves, dated, homes, _registered(session, home_id, result)), changed


def finding(signs: OtherHome, numbers: Sequence[str], home: str) -> Finding:
    """Return the warning for the list of findings."""
    quoted = ", ".join(numbers[:_SHOWN]) + (f" und {len(numbers) - _SHOWN} weitere" if len(numbers) > _SHOWN else "")
    return Finding(
        Severity.WARNING,
        "andere-einrichtung",
        f"Die Dateien sehen nach einer anderen Einrichtung als „{home}“ aus: {'; '.join(reasons(asdict(signs)))}.",
        "Prüfen Sie, ob die Dateien zu dieser Einrichtung gehören; sonst verwerfen Sie sie und wählen Sie oben die "
        "andere Einrichtung.",
        value=quoted,
    )


def reasons(signs: Mapping[str, Any]) -> Iterator[str]:
    """Yield in words why files seem to belong to another home."""
    if homes := signs["homes"]:
        yield "sie nennen " + " und ".join(f"„{home}“" for home in homes)
    if numbers := signs["registered"]:
        yield f"der DAS-Export ist von der Einrichtung {' und '.join(numbers)}, frühere waren von einer anderen"
    if signs["people"]:
        yield (f"bei {signs['people']} von {signs['named']} hier bekannten Nummern mit Namen nennen sie jemand anderen")
    if signs["moves"] >= _FEWEST_MOVES:
        yield f"bei {signs['moves']} von {signs['dated']} bekannten Bewohner:innen nennen sie einen anderen Einzug"


def _registered(session: Session, home_id: int, result: ReadFiles) -> tuple[str, ...]:
    """Return the numbers in exports for the DAS, where applied uploads had others alone."""
    earlier = session.scalars(select(Upload.weighed).where(Upload.home_id == home_id, Upload.state.in_(EFFECTIVE)))
    registered = {number for weighed in earlier for number in (weighed or {}).get("das_homes", ())}
    return tuple(sorted(result.das_homes)) if registered and registered.isdisjoint(result.das_homes) else ()


def _words_by_number(people: pd.DataFrame, key: str) -> dict[str, frozenset[str]]:
    return {
        str(number): words
        for number, name, first_name in zip(people[key], people["name"], people["given"], strict=True)
        if (words := _words(name, first_name))
    }


def _words(*parts: object) -> frozenset[str]:
    """Return the words of a name: one stays the same after a marriage, and order and initials do not count."""
    words = {word for part in parts if isinstance(part, str) for word in fold(part.replace(",", " ")).split()}
    return frozenset(word.strip(".") for word in words if len(word.strip(".")) > 1)


def _moves(session: Session, of_vault: OpenVault, home_id: int, residents: pd.DataFrame) -> tuple[int, int]:
    """Return how many known residents moved in on another day, of how many both days are known."""
    stated = residents.dropna(subset=["moved_in"]).groupby("resident", observed=True)["moved_in"].agg(set)
    pseudonym_of = pseudonyms.find_existing(of_vault, home_id, RESIDENT, map(str, stated.index))
    stored = dict(
        session.execute(
            select(Resident.pseudonym, Resident.moved_in).where(
                Resident.home_id == home_id, Resident.moved_in.is_not(None)
            )
        ).all()
    )
    pairs = [
        (days, stored[pseudonym_of[str(number)]])
        for number, days in stated.items()
        if pseudonym_of.get(str(number)) in stored
    ]
    return sum(pd.Timestamp(str(day)) not in days for days, day in pairs), len(pairs)


def _named_homes(session: Session, home_id: int, guesses: Sequence[SheetGuess]) -> tuple[str, ...]:
    """Return other homes named in a file's name, a sheet's name or a title above its headings."""
    home = session.get_one(Home, home_id)
    names = session.scalars(select(Home.name).where(Home.tenant_id == home.tenant_id, Home.id != home_id)).all()
    text = _plain(" ".join(_titles(guesses)))
    if _plain(home.name) in text:
        return ()
    return tuple(sorted(name for name in names if _plain(name).strip() and _plain(name) in text))


def _plain(text: str) -> str:
    """Return the words of a text between blanks, so that a name is found as a whole."""
    return f" {' '.join(_WORDS.findall(fold(text)))} "


def _titles(guesses: Sequence[SheetGuess]) -> Iterator[str]:
    for guess in guesses:
        yield from (PurePath(guess.file).stem, guess.name)
        for row in guess.preview[: max(0, guess.row)]:
            yield from row
