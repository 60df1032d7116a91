"""The product, asked to do the steps of a sequence through its services."""

from __future__ import annotations

from collections import Counter
from itertools import count
from typing import TYPE_CHECKING, Any

from sqlalchemy import update

from tests.support.web import own_rulebook, vaults
from tests.support.web.accounts import account_of
from tests.support.web.uploads import weighed
from web.services import clock, homes
from web.services.history import person_answers
from web.services.history.person_answers import PersonReply
from web.services.people.aliases import LATER, SAME
from web.services.rulebooks import holdings, overrides
from web.services.uploads import apply, steps, undo_job
from web.services.uploads.apply import ApplyChoice, UploadFacts
from web.store import models
from web.store.models.upload import STORED, STORING, UNDONE
from web.store.vault import RESIDENT, STAFF

from . import records, stored
from .steps import Book, Merge, Part, SetLevel, Step, Store, Undo, Withdraw
from .tables import frames, workbook

if TYPE_CHECKING:
    import datetime as dt
    from collections import Counter
    from collections.abc import Mapping

    from pebem.contracts import Tables
    from tests.support.web.pages import Person

    from .records import Act, Choice, Duty, File, SetByHand, Statements

_NUMBERS = count()
KINDS = {records.RESIDENT: RESIDENT, records.EMPLOYEE: STAFF}
BOOK = (("1.1", 3), ("4.1", 2), ("5.E03", 2))
"""Base levels of the own rulebook that homes may work with."""


class ProductHome:
    """A fresh home of an installation. Files are not read: what would be read of them goes in, under the numbers."""

    names: Mapping[str, str] = {}

    def __init__(self, who: Person, rulebook: str = "") -> None:
        self.who, self.rulebook = who, rulebook
        self.databases, self.account = who.services.databases, account_of(who)
        self.home_id = homes.create(who.access, f"Haus {next(_NUMBERS)}")
        self.access = who.access
        self.uploads: dict[str, int] = {}
        self.overrides: dict[str, int] = {}

    def do(self, step: Step) -> None:
        """Do a step."""
        match step:
            case Store(name, files, choice, repairs):
                self.uploads[name] = self.store(files, choice, self.uploads[repairs] if repairs else None)
            case Undo(name):
                self.undo(self.uploads.pop(name))
            case Merge(kind, person, into):
                self.answer(kind, person, SAME, into)
            case Part(kind, person):
                self.answer(kind, person, LATER)
            case SetLevel(level):
                self.set_level(level)
            case Withdraw(name):
                self.withdraw(name)
            case Book(first, levels):
                self.work_with(first, levels)

    def set_level(self, level: SetByHand) -> None:
        """Set a level by hand."""
        self.overrides[level.name] = overrides.set_(
            self.access,
            home_id=self.home_id,
            intervention=level.intervention,
            level=level.level,
            reason="Sturz",
            start=level.first,
            end=level.last,
            resident=self.pseudonym(records.RESIDENT, level.resident) if level.resident else "",
        )

    def withdraw(self, name: str) -> None:
        """Withdraw a level set by hand, from its first day on."""
        overrides.withdraw(
            self.access,
            home_id=self.home_id,
            override_id=self.overrides.pop(name),
            from_day=stored.DAYS[0],
        )

    def work_with(self, first: dt.date, levels: tuple[tuple[str, int], ...]) -> None:
        """Work with the own rulebook, or the built-in one, from a day on."""
        holdings.activate(
            self.access,
            home_id=self.home_id,
            from_day=first,
            key=self.rulebook if levels else own_rulebook.BUILT_IN,
        )

    def store(self, files: tuple[File, ...], choice: Choice, repairs: int | None = None) -> int:
        """Store an upload and return its number."""
        tables, facts = read(files, repairs)
        now = clock.now()
        with self.databases.whole.writing.begin() as session:
            upload = models.Upload(
                home_id=self.home_id,
                account_id=self.account,
                state=STORING,
                created_at=now,
                stored_at=now,
                file_count=len(files),
                file_hash=b"",
            )
            session.add(upload)
            session.flush()
            apply.apply_upload(session, self.home_id, upload.id, tables, chosen(choice), lambda _: None, facts=facts)
            upload.state = STORED
            return upload.id

    def undo(self, upload_id: int) -> None:
        """Take an upload back."""
        with self.databases.whole.writing.begin() as session:
            undo_job._remove_upload(session, upload_id)
            session.execute(update(models.Upload).where(models.Upload.id == upload_id).values(state=UNDONE))

    def answer(self, kind: str, person: str, said: str, into: str = "") -> None:
        """Answer the question who somebody is."""
        person_answers.answer(
            self.access,
            home_id=self.home_id,
            reply=PersonReply(KINDS[kind], self.pseudonym(kind, person), said, into and self.pseudonym(kind, into)),
        )

    def pseudonym(self, kind: str, number: str) -> str:
        """Return under which sign a person is stored."""
        del kind
        return number

    def acts(self) -> Counter[Act]:
        """Return the stored acts."""
        with self.databases.whole.reading() as session:
            return stored.acts(session, self.home_id, self.names)

    def statements(self) -> Statements:
        """Return what is stored of persons."""
        with self.databases.whole.reading() as session:
            return stored.statements(session, self.home_id, self.names)

    def known(self) -> tuple[set[str], set[str]]:
        """Return known residents and employees."""
        with self.databases.whole.reading() as session:
            return stored.known(session, self.home_id, self.names)

    def duties(self) -> set[Duty]:
        """Return the stored duties."""
        with self.databases.whole.reading() as session:
            return stored.rosters(session, self.home_id, self.names)

    def figures(self) -> tuple[Counter, Counter]:
        """Return the figures of pages."""
        return stored.figures(self.access, self.home_id)

    def kept(self) -> dict[str, int]:
        """Return what is left in tables that follow from uploads."""
        with self.databases.whole.reading() as session:
            return stored.kept(session, self.home_id)


class ReadHome(ProductHome):
    """A home that gets workbooks, as a person would upload them: read, weighed, released, stored, and taken back."""

    @property
    def names(self) -> dict[str, str]:  # type: ignore[override]
        """Pseudonym -> number."""
        from web.services.people import pseudonyms  # noqa: PLC0415

        with vaults.of(self.who) as vault:
            return {
                pseudonym: number
                for kind in KINDS.values()
                for pseudonym, (number, _) in pseudonyms.people_of_home(vault, self.home_id, kind).items()
            }

    def pseudonym(self, kind: str, number: str) -> str:
        """Return under which sign a person is stored."""
        letter = {records.RESIDENT: "B-", records.EMPLOYEE: "M-"}[kind]
        return next(sign for sign, known in self.names.items() if known == number and sign.startswith(letter))

    def store(self, files: tuple[File, ...], choice: Choice, repairs: int | None = None) -> int:
        """Upload files, choose what the preview is to weigh, and release them as they were shown."""
        assert repairs is None, "files of repaired rows are made by the product"
        services = self.who.services
        sent = [(f"datei-{number}.xlsx", workbook(file)) for number, file in enumerate(files)]
        upload_id = steps.start(self.access, services.settings, home_id=self.home_id, files=sent)
        steps.read(self.access, services.settings, services.jobs.queue, upload_id)
        self.who.home_id = self.home_id
        assert self.who.state(upload_id) == "gelesen", self.who.state(upload_id)
        steps.update_preview(self.access, services.settings, upload_id, chosen(choice))
        foretold, before = weighed(self.who, upload_id), _sums(*self.figures())
        self.who.store(upload_id)
        assert self.who.state(upload_id) == STORED, self.who.state(upload_id)
        after = _sums(*self.figures())
        after.subtract(before)
        assert {key: moved for key, moved in after.items() if moved} == _moved(foretold), "as the preview says"
        return upload_id

    def undo(self, upload_id: int) -> None:
        """Take an upload back, as shown."""
        self.who.home_id = self.home_id
        self.who.undo(upload_id)
        assert self.who.state(upload_id) == UNDONE


def _sums(cells: Counter, coverage: Counter) -> Counter:
    """Return count and seconds by fit class, and the counts of coverage."""
    found: Counter = Counter(coverage)
    for (kind, *_, fit, _), number in cells.items():
        found[fit, kind] += number
    return found


def _moved(foretold: dict[str, Any]) -> dict[Any, int]:
    """Return by how much the preview says these sums change."""
    moved: Counter = Counter()
    for sign, side in ((1, foretold["after"]), (-1, foretold["before"])):
        for fit, sums in side["fit"].items():
            for kind, number in zip(("count", "seconds"), sums, strict=True):
                moved[fit, kind] += sign * number
        for name, number in side["coverage"].items():
            moved[name] += sign * number
    return {key: number for key, number in moved.items() if number}


def read(files: tuple[File, ...], repairs: int | None = None) -> tuple[Tables, UploadFacts]:
    """Return what a reader would have made of some files."""
    tables, parts = frames(files)
    faulty = {day for file in files for day in file.faulty}
    facts = UploadFacts(
        len(files),
        parts,
        {number: day for number, file in enumerate(files) if (day := file.first_day()) is not None},
        open_days=frozenset(faulty - {None}),
        open_always=None in faulty,
        unstated={number: frozenset(file.without) for number, file in enumerate(files) if file.levels},
        repairs=repairs,
    )
    return tables, facts


def chosen(choice: Choice) -> ApplyChoice:
    """Return a choice in the product's words."""
    return ApplyChoice(
        pairing=choice.pairing,
        first=choice.first,
        last=choice.last,
        wards=choice.wards,  # type: ignore[arg-type]
        persons_complete=choice.persons_complete,
        since=choice.since,
        always=choice.always,
    )
