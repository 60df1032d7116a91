"""Hard cases, each a small home, with what must come out worked out by hand.

``expect`` has one entry per intervention row, in order: ``(qn_soll, qn_ist, class)`` where the row counts,
the name of the reason where it is left out. ``certified`` counts what a certificate made fit.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .home import Home

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OK, LOW, HIGH = "passend", "unterqualifiziert", "ueberqualifiziert"
RESERVED, UNKNOWN = "vorbehalt_verletzt", "nicht_bewertbar"
FAULTY, NOT_DONE, OUTSIDE = "fehlerhaft", "nicht_durchgefuehrt", "ausserhalb_zeitraum"

WASH = "4.13"  # koerper, base 1, items 4.1 and 4.3
INTIMATE = "4.10"  # koerper, base 2, item 4.3
DRESS = "4.1"  # koerper, base 1, items 4.5 and 4.6
TOILET = "4.2"  # koerper, base 2, items 4.10, 4.11 and 4.12
FEED = "4.17"  # koerper, base 1, items 4.8 and 4.9
GAMES = "2.5"  # alltag, base 1
BLOOD_SUGAR = "5.E04"  # behandlung, base 3, LG1 from QN 2
INJECTION = "5.E12"  # behandlung, base 4, LG2 from QN 3
WOUND = "5.E27"  # behandlung, base 3, LG2 from QN 3
PLAN = "7.E02"  # vorbehalt, base 4, reserved
TIDY = "8.E02"  # hauswirtschaft, base 1
LEAD = "7.E08"  # organisation, base 4
SUCTION = "5.1"  # behandlung, base 4

FIRST = dt.date(2026, 2, 1)


@dataclass
class Case:
    """A home and what must come out of it."""

    name: str
    home: Home
    expect: list[tuple[int, int, str] | str]
    certified: int = 0
    seconds: int | None = None
    arguments: list[str] = field(default_factory=list)


def day(n: int, month: int = 2) -> dt.date:
    """Return a day of 2026."""
    return dt.date(2026, month, n)


def staffed() -> Home:
    """Return a home with one resident who needs no help and staff of every level, ``P1`` to ``P8``."""
    home = Home().resident("B1", "WB 1").assessed("B1", day(1, 1))
    for level in range(1, 9):
        home.employee(f"P{level}", level)
    return home


def with_points(cells: dict, **more: object) -> Home:
    """Return a home of one resident with these points, and staff of every level."""
    home = Home().resident("B1", "WB 1").assessed("B1", day(1, 1), cells, **more)
    for level in range(1, 9):
        home.employee(f"P{level}", level)
    return home


CASES: list[Callable[[], Case]] = []


def case(function: Callable[[], Case]) -> Callable[[], Case]:
    """List a case."""
    CASES.append(function)
    return function


def all_cases() -> Iterator[Case]:
    """Return every case, built anew."""
    return (build() for build in CASES)


# -- names, numbers, dates --------------------------------------------------------------------------------


@case
def id_4_10_as_text_is_not_4_1() -> Case:
    """Base 2 and base 1; as a number it may have been either, so it is left out."""
    home = staffed().did("4.10", FIRST, "B1", "P2").did("4.1", FIRST, "B1", "P2").did(4.1, FIRST, "B1", "P2")
    return Case("4.10 as text is not 4.1, 4.1 as number is neither", home, [(2, 2, OK), (1, 2, HIGH), FAULTY])


@case
def whole_numbers_and_dates_are_no_ids() -> Case:
    """Excel makes 4 October of 4.10."""
    home = staffed().did(4, FIRST, "B1", "P2").did(dt.datetime.combine(day(4, 10), dt.time()), FIRST, "B1", "P2")
    home.did("4.99", FIRST, "B1", "P2").did("4.20 ", FIRST, "B1", "P4")
    return Case("whole numbers and dates are no ids", home, [FAULTY, FAULTY, FAULTY, (4, 4, OK)])


@case
def titles_name_interventions_too() -> Case:
    home = staffed().did("Intimpflege", FIRST, "B1", "P2").did("  INTIMPFLEGE ", FIRST, "B1", "P2")
    home.did("körperpflege: duschen", FIRST, "B1", "P2").did("Intimpflegen", FIRST, "B1", "P2")
    return Case("titles name interventions, in any case", home, [(2, 2, OK)] * 3 + [FAULTY])


@case
def leading_zeros_are_part_of_a_number() -> Case:
    home = Home().resident("0042", "A").resident("42", "B").employee("007", 1).employee("7", 4)
    home.assessed("0042", None).assessed("42", None, {"4.1": 3})
    home.did(WASH, FIRST, "0042", "007").did(WASH, FIRST, "42", "7").did(WASH, FIRST, "042", "07")
    return Case("leading zeros", home, [(1, 1, OK), (3, 4, HIGH), (0, 0, UNKNOWN)])


@case
def numbers_as_numbers_and_as_text_are_one_person() -> Case:
    home = Home().resident(1234, "A").assessed("1234").employee("77", 1).did(WASH, FIRST, 1234.0, 77)
    return Case("1234 and 1234.0 are one number", home, [(1, 1, OK)])


@case
def german_dates_are_day_first() -> Case:
    """The level rises on 1 February; read month first, 01.02. would be 2 January and 02.01. the later day."""
    home = Home().resident("B1", "A").assessed("B1", "01.01.2026")
    home.employee("P1", 1, None, "31.01.2026").employee("P1", 4, "01.02.2026")
    home.did(WASH, "02.01.2026", "B1", "P1").did(WASH, "01.02.2026", "B1", "P1").did(WASH, "2026-01-31", "B1", "P1")
    return Case("01.02.2026 is 1 February", home, [(1, 1, OK), (1, 4, HIGH), (1, 1, OK)])


@case
def days_that_do_not_exist_are_faulty() -> Case:
    home = staffed().did(WASH, "31.02.2026", "B1", "P1").did(WASH, "gestern", "B1", "P1").did(WASH, None, "B1", "P1")
    home.did(WASH, "28.02.2026", "B1", "P1").did(WASH, "29.02.2026", "B1", "P1")
    return Case("days that do not exist", home, [FAULTY, FAULTY, FAULTY, (1, 1, OK), FAULTY])


@case
def leap_day_counts() -> Case:
    home = Home().resident("B1", "A").assessed("B1", "29.02.2024", {"4.1": 3}).employee("P4", 4, "29.02.2024")
    home.did(WASH, "28.02.2024", "B1", "P4").did(WASH, dt.date(2024, 2, 29), "B1", "P4")
    home.did(WASH, "29.02.2024", "B1", "P4").did(WASH, "01.03.2024", "B1", "P4")
    return Case("leap day", home, [(0, 0, UNKNOWN)] + [(3, 4, HIGH)] * 3)


@case
def decimal_comma_and_half_seconds() -> Case:
    """12,5 min = 750 s; 0.125 min = 7.5 s -> 8 s; 2.675 min = 160.5 s -> 161 s; 0 min is known."""
    home = staffed()
    for minutes in ("12,5", 0.125, 2.675, 0, "7.25", " 3 "):
        home.did(WASH, FIRST, "B1", "P1", Minuten=minutes)
    return Case("decimal comma, half seconds up", home, [(1, 1, OK)] * 6, seconds=750 + 8 + 161 + 0 + 435 + 180)


@case
def missing_minutes_count_with_no_time() -> Case:
    home = staffed().did(WASH, FIRST, "B1", "P1", Minuten=None).did(WASH, FIRST, "B1", "P1", Minuten=2)
    return Case("missing minutes", home, [(1, 1, OK)] * 2, seconds=120)


@case
def umlauts_everywhere() -> Case:
    home = Home().resident("Bö-1", "Süd", Name="Müßig", Vorname="Zoë").assessed("Bö-1").employee("Pü", 2)
    home.did("An- und Auskleiden", FIRST, "Bö-1", "Pü", Schicht="Früh", Status="durchgeführt")
    home.did("Körperpflege: Waschen im Bett", FIRST, "Bö-1", "Pü", Schicht="Spät", Wohnbereich="Straße")
    return Case("umlauts", home, [(1, 2, HIGH), (2, 2, OK)])


# -- which rows count -------------------------------------------------------------------------------------


@case
def only_what_was_done_counts() -> Case:
    home = staffed()
    for status in (None, "durchgeführt", "Durchgeführt", "abgelehnt", "nicht durchgeführt", "abwesend"):
        home.did(WASH, FIRST, "B1", "P1", Status=status)
    return Case("status values", home, [(1, 1, OK)] * 3 + [NOT_DONE] * 3)


@case
def faulty_comes_before_status_and_status_before_period() -> Case:
    home = (
        staffed().did("9.99", day(5), "B1", "P1", Status="abgelehnt").did(WASH, day(9), "B1", "P1", Status="abwesend")
    )
    home.did(WASH, day(9), "B1", "P1").did("9.99", day(9), "B1", "P1").did(WASH, day(5), "B1", "P1")
    home.did(WASH, day(1), "B1", "P1").did(WASH, day(7), "B1", "P1")
    expect = [FAULTY, NOT_DONE, OUTSIDE, FAULTY, (1, 1, OK), (1, 1, OK), (1, 1, OK)]
    return Case("order of exclusion", home, expect, arguments=["--from", "2026-02-01", "--to", "2026-02-07"])


@case
def a_period_may_have_one_end() -> Case:
    """The other end is that of the rows, refused ones included: nobody came on the 9th."""
    home = staffed().did(WASH, day(2), "B1", "P1").did(WASH, day(3), "B1", "P1")
    home.did(WASH, day(9), "B1", "P1", Status="abwesend")
    return Case("period with one end", home, [OUTSIDE, (1, 1, OK), NOT_DONE], arguments=["--from", "2026-02-03"])


@case
def identical_rows_all_count() -> Case:
    home = staffed()
    for _ in range(3):
        home.did(WASH, FIRST, "B1", "P1", Uhrzeit="08:00", Schicht="Früh")
    return Case("identical rows", home, [(1, 1, OK)] * 3, seconds=900)


@case
def a_night_belongs_to_the_day_it_is_written_under() -> Case:
    """The level changes at midnight; the shift is one, the days are two."""
    home = Home().resident("B1", "A").assessed("B1").employee("P1", 1, None, day(1)).employee("P1", 4, day(2))
    home.did(WASH, day(1), "B1", "P1", Uhrzeit="23:55", Schicht="Nacht", Minuten=20)
    home.did(WASH, day(2), "B1", "P1", Uhrzeit="00:05", Schicht="Nacht", Minuten=20)
    home.did(WASH, dt.datetime.combine(day(1), dt.time(23, 59)), "B1", "P1", Schicht="Nacht", Minuten=20)
    return Case("night across midnight", home, [(1, 1, OK), (1, 4, HIGH), (1, 1, OK)], seconds=3600)


@case
def blank_ward_is_that_of_the_resident() -> Case:
    home = staffed().resident("B2").assessed("B2").did(WASH, FIRST, "B1", "P1").did(WASH, FIRST, "B2", "P1")
    home.did(WASH, FIRST, "B1", "P1", Wohnbereich="WB 2").did(TIDY, FIRST, None, "P1").did(TIDY, FIRST, "B1", "P1")
    return Case("wards", home, [(1, 1, OK)] * 5)


# -- residents over time ----------------------------------------------------------------------------------


@case
def an_assessment_starts_mid_period() -> Case:
    home = staffed().assessed("B1", day(10), {"4.3": 3}).did(WASH, day(9), "B1", "P3").did(WASH, day(10), "B1", "P3")
    return Case("assessment starts mid-period", home, [(1, 3, HIGH), (3, 3, OK)])


@case
def of_two_assessments_of_a_day_the_later_row_holds() -> Case:
    home = Home().resident("B1", "A").employee("P3", 3)
    home.assessed("B1", day(5), {"4.1": 2}).assessed("B1", day(3), {"4.1": 0}).assessed("B1", day(5), {"4.1": 3})
    for n in (2, 3, 4, 5, 6):
        home.did(WASH, day(n), "B1", "P3")
    expect = [(0, 3, UNKNOWN), (1, 3, HIGH), (1, 3, HIGH), (3, 3, OK), (3, 3, OK)]
    return Case("two assessments of a day", home, expect)


@case
def a_blank_date_means_since_moving_in() -> Case:
    home = Home().resident("B1", "A", Einzug=day(5)).assessed("B1", None, {"4.1": 2}).employee("P2", 2)
    home.resident("B2", "A").assessed("B2", None, {"4.1": 2}).assessed("B2", day(6), {"4.1": 3})
    home.did(WASH, day(4), "B1", "P2").did(WASH, day(5), "B1", "P2")
    home.did(WASH, dt.date(2021, 1, 1), "B2", "P2").did(WASH, day(5), "B2", "P2").did(WASH, day(6), "B2", "P2")
    expect = [(0, 2, UNKNOWN), (2, 2, OK), (2, 2, OK), (2, 2, OK), (3, 2, LOW)]
    return Case("blank date of an assessment", home, expect)


@case
def without_an_assessment_nothing_direct_is_rated() -> Case:
    """Not even an intervention that is QN 4 for everybody; nothing is read as "no need"."""
    home = staffed().resident("B2", "WB 1").unstable("B2", day(1))
    home.did(SUCTION, FIRST, "B2", "P4").did(WASH, FIRST, "B2", "P1").did(GAMES, FIRST, "B2", "P1")
    home.did(WASH, FIRST, "B9", "P1").did(WASH, FIRST, None, "P1")
    expect = [(0, 4, UNKNOWN)] + [(0, 1, UNKNOWN)] * 4
    return Case("without an assessment", home, expect)


@case
def instability_overlaps_ends_and_stays_open() -> Case:
    home = staffed().unstable("B1", day(3), day(5)).unstable("B1", day(5), day(8), "Akute Infektion oder Fieber")
    home.unstable("B1", day(20), None, "wunde")
    for n in (2, 3, 5, 8, 9, 19, 20, 28):
        home.did(WASH, day(n), "B1", "P4")
    stable, unstable = (1, 4, HIGH), (4, 4, OK)
    expect = [stable, unstable, unstable, unstable, stable, stable, unstable, unstable]
    return Case("instability", home, expect)


@case
def instability_by_kind() -> Case:
    """koerper, behandlung, verhalten 4; alltag 3; organisation and hauswirtschaft not touched."""
    home = staffed().unstable("B1", day(1))
    for intervention in (WASH, BLOOD_SUGAR, "3.3", GAMES, TIDY, "7.E17"):
        home.did(intervention, FIRST, "B1", "P3")
    expect = [(4, 3, LOW)] * 3 + [(3, 3, OK), (1, 3, HIGH), (1, 3, HIGH)]
    return Case("instability by kind", home, expect)


# -- staff ------------------------------------------------------------------------------------------------


@case
def a_level_rises_on_a_date() -> Case:
    home = Home().resident("B1", "A").assessed("B1", None, {"4.1": 3})
    home.employee("P1", 2, day(1), day(9)).employee("P1", 3, day(10))
    for number, n in (("P1", 9), ("P1", 10), ("P9", 10), (None, 10)):
        home.did(WASH, day(n), "B1", number)
    return Case("level rises", home, [(3, 2, LOW), (3, 3, OK), (3, 0, UNKNOWN), (3, 0, UNKNOWN)])


@case
def of_overlapping_staff_rows_the_latest_start_wins() -> Case:
    home = Home().resident("B1", "A").assessed("B1")
    home.employee("P1", 4, day(10), day(12)).employee("P1", 1).employee("P1", 2, day(5)).employee("P1", 3, day(5))
    home.employee("P2", 2, day(5), day(6)).employee("P2", 3, day(8), day(9))
    for n in (4, 5, 10, 12, 13):
        home.did(WASH, day(n), "B1", "P1")
    for n in (4, 6, 7, 9, 10):
        home.did(WASH, day(n), "B1", "P2")
    expect = [(1, 1, OK), (1, 3, HIGH), (1, 4, HIGH), (1, 4, HIGH), (1, 3, HIGH)]
    expect += [(1, 0, UNKNOWN), (1, 2, HIGH), (1, 0, UNKNOWN), (1, 3, HIGH), (1, 0, UNKNOWN)]
    return Case("overlapping staff rows", home, expect)


@case
def levels_above_four_count_as_four() -> Case:
    home = staffed()
    for level in (4, 5, 6, 7, 8):
        home.did(PLAN, FIRST, None, f"P{level}")
    return Case("QN 5 to 8", home, [(4, 4, OK)] * 5)


@case
def reserved_tasks_below_four_break_the_law() -> Case:
    home = staffed().did(PLAN, FIRST, None, "P3").did(PLAN, FIRST, "B1", "P1").did(PLAN, FIRST, "B1", None)
    home.did(LEAD, FIRST, None, "P3").did(PLAN, FIRST, "B9", "P4").employee("PB", 8, Rolle="betreuung-43b")
    home.did(PLAN, FIRST, "B1", "PB")
    expect = [(4, 3, RESERVED), (4, 1, RESERVED), (4, 0, UNKNOWN), (4, 3, LOW), (4, 4, OK), (4, 1, RESERVED)]
    return Case("reserved tasks", home, expect)


@case
def indirect_work_needs_no_resident() -> Case:
    home = staffed().did(TIDY, FIRST, None, "P2").did("7.E17", FIRST, None, "P1").did("2.8", FIRST, None, "P3")
    home.did(GAMES, FIRST, None, "P1")
    return Case("indirect work", home, [(1, 2, HIGH), (1, 1, OK), (3, 3, OK), (0, 1, UNKNOWN)])


@case
def betreuung_43b_counts_by_kind() -> Case:
    """QN 2 for alltag, QN 1 elsewhere, whatever is entered; a certificate then starts from QN 1."""
    home = staffed().employee("PB", 4, Rolle="betreuung-43b", Zertifikate="LG1;LG2")
    home.employee("PC", 1, Rolle="betreuung-43b")
    for intervention in (GAMES, "2.1", WASH, TIDY, BLOOD_SUGAR, LEAD):
        home.did(intervention, FIRST, "B1", "PB")
    home.did("2.1", FIRST, "B1", "PC")
    expect = [(1, 2, HIGH), (2, 2, OK), (1, 1, OK), (1, 1, OK), (3, 1, LOW), (4, 1, LOW), (2, 2, OK)]
    return Case("betreuung-43b", home, expect)


@case
def other_professions_count_by_kind() -> Case:
    """QN 4 for alltag, QN 3 elsewhere, whatever is entered; a reserved task is broken."""
    home = staffed().employee("PB", 4, Rolle="andere-fachkraft").employee("PC", 1, Rolle="andere-fachkraft")
    for intervention in (GAMES, "2.1", WASH, TIDY, LEAD, PLAN):
        home.did(intervention, FIRST, "B1", "PB")
    home.did("2.1", FIRST, "B1", "PC").did(WASH, FIRST, "B1", "PC")
    high = [(1, 4, HIGH), (2, 4, HIGH), (1, 3, HIGH), (1, 3, HIGH)]
    return Case("andere-fachkraft", home, [*high, (4, 3, LOW), (4, 3, RESERVED), (2, 4, HIGH), (1, 3, HIGH)])


@case
def a_role_holds_from_its_first_day() -> Case:
    home = staffed().employee("PB", 3, None, day(9)).employee("PB", 3, day(10), Rolle="betreuung-43b")
    home.did(WASH, day(9), "B1", "PB").did(WASH, day(10), "B1", "PB").did(GAMES, day(10), "B1", "PB")
    return Case("role over time", home, [(1, 3, HIGH), (1, 1, OK), (1, 2, HIGH)])


@case
def certificates_at_their_level() -> Case:
    home = staffed().employee("PL", 2, Zertifikate="LG1").employee("PM", 3, Zertifikate=" lg1 , LG2")
    home.employee("PN", 2, Zertifikate="LG2").employee("PO", 1, Zertifikate="LG1;LG2")
    home.did(BLOOD_SUGAR, FIRST, "B1", "PL").did(BLOOD_SUGAR, FIRST, "B1", "PN").did(BLOOD_SUGAR, FIRST, "B1", "PO")
    home.did(INJECTION, FIRST, "B1", "PM").did(INJECTION, FIRST, "B1", "PN").did(WOUND, FIRST, "B1", "PN")
    home.did(WOUND, FIRST, "B1", "PM").did(SUCTION, FIRST, "B1", "PM").did(BLOOD_SUGAR, FIRST, "B1", "P2")
    expect = [(3, 2, OK), (3, 2, LOW), (3, 1, LOW), (4, 3, OK), (4, 2, LOW), (3, 2, LOW)]
    expect += [(3, 3, OK), (4, 3, LOW), (3, 2, LOW)]
    return Case("certificates", home, expect, certified=2)


@case
def no_certificate_against_instability() -> Case:
    """The injection is QN 4 by its base as well; instability decides beside it, so nothing is accepted."""
    home = staffed().employee("PL", 2, Zertifikate="LG1").employee("PM", 3, Zertifikate="LG2")
    home.unstable("B1", day(5), day(5))
    for n in (4, 5, 6):
        home.did(BLOOD_SUGAR, day(n), "B1", "PL").did(INJECTION, day(n), "B1", "PM")
    expect = [(3, 2, OK), (4, 3, OK), (4, 2, LOW), (4, 3, LOW), (3, 2, OK), (4, 3, OK)]
    return Case("certificate and instability", home, expect, certified=4)


@case
def a_certificate_holds_from_its_first_day() -> Case:
    home = staffed().employee("PL", 2, None, day(9)).employee("PL", 2, day(10), Zertifikate="LG1")
    home.did(BLOOD_SUGAR, day(9), "B1", "PL").did(BLOOD_SUGAR, day(10), "B1", "PL")
    return Case("certificate over time", home, [(3, 2, LOW), (3, 2, OK)], certified=1)


# -- rules and unknown inputs -----------------------------------------------------------------------------


def _levels(name: str, cells: dict, done: list[tuple[str, int]], **more: object) -> Case:
    """Return a case done by QN 4: expected levels of interventions for one resident, 0 = unknown."""
    home = with_points(cells, **more)
    for intervention, _ in done:
        home.did(intervention, FIRST, "B1", "P4")
    expect = [(soll, 4, UNKNOWN if soll == 0 else OK if soll == 4 else HIGH) for _, soll in done]
    return Case(name, home, expect)


@case
def degrees_of_dependence() -> Case:
    """The largest degree of the matching items: 4.8 in steps of 3, 4.9 and 4.10 in steps of 2."""
    cells = {"4.8": 3, "4.9": 4, "4.10": 6, "4.5": 1, "4.6": 2, "4.1": 1, "4.3": 1}
    done = [(FEED, 2), (TOILET, 3), (DRESS, 2), (WASH, 1), (INTIMATE, 2)]
    return _levels("degrees of dependence", cells, done)


@case
def degree_of_eating_alone() -> Case:
    return _levels("4.8 = 9 is degree 3", {"4.8": 9}, [(FEED, 3), (WASH, 1)])


@case
def four_points_of_drinking_and_of_the_toilet_are_degree_two() -> Case:
    return _levels("4.9 = 4 and 4.10 = 4 are degree 2", {"4.9": 4, "4.10": 4}, [(FEED, 2), (TOILET, 2)])


@case
def points_of_eating_are_no_degree() -> Case:
    return _levels("4.8 = 3 and 4.9 = 2 are degree 1", {"4.8": 3, "4.9": 2, "4.10": 2}, [(FEED, 1), (TOILET, 2)])


@case
def blank_items_give_bounds() -> Case:
    """4.3 blank: 4.1 = 2 leaves 2 to 3, 4.1 = 3 settles 3. Intimate care is 2 to 3; dressing does not mind."""
    return _levels("blank item, known 2", {"4.1": 2, "4.3": None}, [(WASH, 0), (INTIMATE, 0), (DRESS, 1)])


@case
def a_blank_item_cannot_lower_the_highest_degree() -> Case:
    return _levels("blank item, known 3", {"4.1": 3, "4.3": None}, [(WASH, 3), (INTIMATE, 0)])


@case
def a_file_without_modules_three_and_five() -> Case:
    """Body care may be QN 4 by daily behaviour: unknown. Treatment needs no item: known."""
    cells = {f"3.{i}": None for i in range(1, 14)} | {f"5.{i}": None for i in range(1, 17)}
    done = [(WASH, 0), (GAMES, 0), (BLOOD_SUGAR, 3), ("3.3", 3), ("2.10", 3), ("6.E06", 4), ("6.E02", 3), (TIDY, 1)]
    return _levels("no modules 3 and 5", cells, done)


@case
def instability_settles_what_items_leave_open() -> Case:
    home = with_points({f"3.{i}": None for i in range(1, 14)}).unstable("B1", day(1))
    home.did(WASH, FIRST, "B1", "P4").did(GAMES, FIRST, "B1", "P4")
    return Case("instability settles bounds", home, [(4, 4, OK), (3, 4, HIGH)])


@case
def resistance_often_and_daily() -> Case:
    return _levels("3.8 often", {"3.8": 3}, [(WASH, 3), (GAMES, 1), (BLOOD_SUGAR, 3), (TIDY, 1)])


@case
def resistance_daily() -> Case:
    return _levels("3.8 daily", {"3.8": 5}, [(WASH, 4), (GAMES, 3), (BLOOD_SUGAR, 3), ("3.3", 3)])


@case
def resistance_seldom_and_other_behaviour() -> Case:
    return _levels("3.8 seldom, 3.6 daily", {"3.8": 1, "3.6": 5, "3.2": 5}, [(WASH, 1), (GAMES, 1)])


@case
def wandering_and_delusion_matter_for_company_alone() -> Case:
    return _levels("3.1 daily, 3.9 often", {"3.1": 5, "3.9": 3}, [(WASH, 1), (GAMES, 3)])


@case
def one_daily_behaviour_settles_blank_others() -> Case:
    return _levels(
        "3.3 daily, others blank", {"3.3": 5, "3.5": None, "3.8": None, "3.9": None}, [(WASH, 4), (GAMES, 3)]
    )


@case
def understanding_and_risks() -> Case:
    return _levels("2.10 = 2", {"2.10": 2}, [(WASH, 3), (GAMES, 2), ("2.1", 2), ("2.10", 3)])


@case
def risks_matter_for_company_alone() -> Case:
    return _levels("2.8 = 3", {"2.8": 3, "2.1": 3}, [(WASH, 1), (GAMES, 2)])


@case
def blank_understanding_gives_bounds() -> Case:
    """2.10 blank: body care 1 to 3, but where the degree is 3 already nothing is open; company 1 to 2."""
    done = [(WASH, 0), (DRESS, 3), (GAMES, 0), ("2.1", 2), (TIDY, 1)]
    return _levels("2.10 blank", {"2.10": None, "4.5": 3}, done)


@case
def the_gate_closes() -> Case:
    """Points for incontinence of a continent person, or without a finding, do not count."""
    cells = {"4.11": 3, "4.12": 3}
    return _levels("gate closed", cells, [(TOILET, 2)], Harnkontinenz="überwiegend kontinent", Stuhlkontinenz=None)


@case
def the_gate_opens() -> Case:
    return _levels("gate open", {"4.11": 3}, [(TOILET, 3)], Harnkontinenz="überwiegend inkontinent")


@case
def each_gate_has_its_own_finding() -> Case:
    return _levels("gates apart", {"4.11": 3, "4.12": 0}, [(TOILET, 2)], Stuhlkontinenz="Stoma")


@case
def a_blank_item_behind_a_closed_gate_is_no_gap() -> Case:
    return _levels("blank behind the gate", {"4.11": None, "4.12": None}, [(TOILET, 2)])


@case
def a_blank_item_behind_an_open_gate_is_one() -> Case:
    return _levels("blank before the gate", {"4.11": None}, [(TOILET, 0)], Harnkontinenz="Dauerkatheter/Urostoma")


@case
def values_that_cannot_be_are_unknown() -> Case:
    """4 is no value of 4.8, 2 none of 3.8, "x" none of 4.3: each cell alone is unknown, not its row."""
    cells = {"4.8": 4, "4.3": "x", "4.5": 7}
    return _levels("values that cannot be", cells, [(FEED, 0), (WASH, 0), (DRESS, 0), (GAMES, 1), (TOILET, 2)])


@case
def points_as_text_are_points() -> Case:
    return _levels("points as text", {"4.1": "3", "4.5": " 2 ", "4.8": "9"}, [(WASH, 3), (DRESS, 2), (FEED, 3)])


# -- assessments: (name, cells, more columns, what must stand in the row) ----------------------------------

FULL = {"4.1": 3, "4.2": 3, "4.3": 3, "4.4": 3, "4.5": 3, "4.6": 3, "4.7": 3, "4.8": 9, "4.9": 6, "4.10": 6}
WET = {"Harnkontinenz": "komplett inkontinent"}
BOTH = WET | {"Stuhlkontinenz": "komplett inkontinent"}
BLANK_5_9 = {f"5.9 {frequency}": None for frequency in ("täglich", "wöchentlich", "monatlich")}
BLANK_BUT_DAILY = {f"5.{item} {frequency}": None for item in range(1, 16) for frequency in ("wöchentlich", "monatlich")}

ASSESSMENTS: list[tuple[str, dict, dict, dict]] = [
    ("nothing", {}, {}, {"M1_Summe": 0, "M5_Summe": 0, "Gesamtpunkte": 0, "Pflegegrad": 0}),
    ("special at 0 points", {}, {"Besondere Bedarfskonstellation": "ja"}, {"Gesamtpunkte": 0, "Pflegegrad": 5}),
    (
        "special with blanks",
        {"1.1": None},
        {"Besondere Bedarfskonstellation": "ja"},
        {"M1_Summe": None, "M1_Punkte": None, "Gesamtpunkte": None, "Pflegegrad": 5, "M4_Summe": 0},
    ),
    ("C: 4.3 + 8.6 is 12.9", {"5.13 wöchentlich": 1, "5.15 wöchentlich": 1}, {}, {"M5_Summe": 3, "M5_Punkte": 10}),
    ("C: 3 x 4.3 is 12.9", {"5.14 wöchentlich": 3}, {}, {"M5_Summe": 3}),
    ("C: 2 x 4.3 is 8.6", {"5.13 wöchentlich": 1, "5.14 wöchentlich": 1}, {}, {"M5_Summe": 2}),
    ("C: 4 a month is below 4.3", {"5.13 monatlich": 4}, {}, {"M5_Summe": 0}),
    ("C: 8.6 + 4 is below 12.9", {"5.12 wöchentlich": 1, "5.13 monatlich": 4}, {}, {"M5_Summe": 2}),
    ("C: 7 x 8.6 is above 60", {"5.15 wöchentlich": 7}, {}, {"M5_Summe": 6, "M5_Punkte": 20}),
    ("C: 6 x 8.6 + 8 is below 60", {"5.15 wöchentlich": 6, "5.13 monatlich": 8}, {}, {"M5_Summe": 3}),
    ("C: daily is 60", {"5.12 täglich": 1}, {}, {"M5_Summe": 6, "M5_Punkte": 20}),
    ("A: 3 a day", {"5.1 täglich": 3}, {}, {"M5_Summe": 1, "M5_Punkte": 5}),
    ("A: above 3 a day", {"5.1 täglich": 3, "5.2 monatlich": 1}, {}, {"M5_Summe": 2}),
    ("A: 7 a week is 1 a day", {"5.1 wöchentlich": 7}, {}, {"M5_Summe": 1}),
    ("A: 6 a week is less", {"5.1 wöchentlich": 6, "5.2 monatlich": 4}, {}, {"M5_Summe": 0}),
    ("A: 6 a week and 5 a month is more", {"5.1 wöchentlich": 6, "5.2 monatlich": 5}, {}, {"M5_Summe": 1}),
    ("A: 8 a day", {"5.1 täglich": 4, "5.7 täglich": 4}, {}, {"M5_Summe": 2}),
    ("A: above 8 a day", {"5.1 täglich": 8, "5.5 monatlich": 1}, {}, {"M5_Summe": 3}),
    ("B: 3 a day", {"5.8 täglich": 3}, {}, {"M5_Summe": 3, "M5_Punkte": 10}),
    ("B: 20 a week is below 3 a day", {"5.8 wöchentlich": 20}, {}, {"M5_Summe": 2}),
    ("B: 1 a week", {"5.11 wöchentlich": 1}, {}, {"M5_Summe": 1}),
    ("B: 4 a month is less", {"5.11 monatlich": 4}, {}, {"M5_Summe": 0}),
    ("B: 5 a month is more", {"5.11 monatlich": 5}, {}, {"M5_Summe": 1}),
    ("B: 1 a day", {"5.10 täglich": 1}, {}, {"M5_Summe": 2}),
    ("A and B stand apart", {"5.7 täglich": 3, "5.8 täglich": 3, "5.16": 3}, {}, {"M5_Summe": 7, "M5_Punkte": 20}),
    (
        "daily visits need no entry",
        {"5.13 täglich": None, "5.14 täglich": None, "5.15 täglich": None},
        {},
        {"M5_Summe": 0},
    ),
    ("a blank count beside given ones", {"5.9 monatlich": None, "5.9 wöchentlich": None}, {}, {"M5_Summe": 0}),
    ("one count is all the form allows", {"5.8 täglich": 3} | BLANK_BUT_DAILY, {}, {"M5_Summe": 3, "Pflegegrad": 0}),
    ("all counts of a criterion blank", BLANK_5_9, {}, {"M5_Summe": None, "Gesamtpunkte": None, "Pflegegrad": None}),
    ("a count that cannot be read", {"5.9 monatlich": "oft"}, {}, {"M5_Summe": None, "Pflegegrad": None}),
    ("a daily doctor's visit", {"5.13 täglich": 1}, {}, {"M5_Summe": None, "Pflegegrad": None}),
    ("a finding that cannot be read", {"4.11": 2}, {"Harnkontinenz": "teils"}, {"M4_Summe": None, "Pflegegrad": None}),
    ("such a finding without points", {"4.12": 0}, {"Stuhlkontinenz": "teils"}, {"M4_Summe": 0, "Pflegegrad": 0}),
    ("a blank diet", {"5.16": None, "5.1 täglich": 9}, {}, {"M5_Summe": None, "M5_Punkte": None, "M1_Summe": 0}),
    ("all dependent, continent", FULL, {}, {"M4_Summe": 42, "M4_Punkte": 40, "Gesamtpunkte": 40, "Pflegegrad": 2}),
    ("points behind closed gates", FULL | {"4.11": 3, "4.12": 3}, {}, {"M4_Summe": 42}),
    ("urine alone", FULL | {"4.11": 3, "4.12": 3}, WET, {"M4_Summe": 45}),
    ("both", FULL | {"4.11": 3, "4.12": 3}, BOTH, {"M4_Summe": 48}),
    ("tube, wholly", FULL | {"4.11": 3, "4.12": 3, "4.13": 3}, BOTH, {"M4_Summe": 51}),
    ("tube, partly", FULL | {"4.11": 3, "4.12": 3, "4.13": 6}, BOTH, {"M4_Summe": 54, "M4_Punkte": 40}),
    ("blank behind a closed gate", {"4.11": None, "4.12": None}, {}, {"M4_Summe": 0, "Pflegegrad": 0}),
    ("blank behind an open gate", {"4.11": None}, WET, {"M4_Summe": None, "Pflegegrad": None}),
    ("4.13 of 2 cannot be", {"4.13": 2}, {}, {"M4_Summe": None}),
    (
        "the higher of the weighted points: sum 10 of module 2 is less than sum 7 of module 3",
        {"2.1": 3, "2.2": 3, "2.3": 3, "2.4": 1, "3.1": 5, "3.2": 1, "3.3": 1},
        {},
        {"M2_Summe": 10, "M2_Punkte": 7.5, "M3_Summe": 7, "M3_Punkte": 15, "M2_M3_Punkte": 15, "Gesamtpunkte": 15},
    ),
    (
        "module 2 is the higher one",
        {f"2.{i}": 3 for i in range(1, 7)} | {"3.1": 1},
        {},
        {"M2_Punkte": 15, "M3_Punkte": 3.75, "M2_M3_Punkte": 15, "Gesamtpunkte": 15, "Pflegegrad": 1},
    ),
    (
        "12.5 is grade 1",
        {"1.1": 2, "5.16": 2},
        {},
        {"M1_Punkte": 2.5, "M5_Punkte": 10, "Gesamtpunkte": 12.5, "Pflegegrad": 1},
    ),
    ("11.25 is none", {"3.1": 5}, {}, {"Gesamtpunkte": 11.25, "Pflegegrad": 0}),
    (
        "47.5 is grade 3",
        FULL | {"1.1": 3, "1.2": 3},
        {},
        {"M1_Summe": 6, "M1_Punkte": 7.5, "Gesamtpunkte": 47.5, "Pflegegrad": 3},
    ),
    (
        "everything is grade 5",
        FULL
        | {f"1.{i}": 3 for i in range(1, 6)}
        | {f"2.{i}": 3 for i in range(1, 12)}
        | {f"6.{i}": 3 for i in range(1, 7)}
        | {"5.1 täglich": 9, "5.8 täglich": 3},
        {},
        {"M1_Summe": 15, "M2_Summe": 33, "M6_Summe": 18, "M5_Summe": 6, "Gesamtpunkte": 100, "Pflegegrad": 5},
    ),
]


def assessments_home() -> Home:
    """Return a home with one resident per entry of ``ASSESSMENTS``, in order, numbered from ``B0``."""
    home = Home()
    for i, (_, cells, more, _) in enumerate(ASSESSMENTS):
        home.resident(f"B{i}").assessed(f"B{i}", day(1, 1), cells, **more)
    return home.employee("P1", 1).did(TIDY, FIRST, None, "P1")
