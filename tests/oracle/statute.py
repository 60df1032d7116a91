"""Points and grade of one assessment, written down by hand from Anlage 1 and 2 zu § 15 SGB XI.

Plain Python, one assessment at a time. ``None`` is an unknown cell.
"""

from __future__ import annotations

from fractions import Fraction

Cells = dict[str, int | None]

LAST_ITEM = {1: 5, 2: 11, 3: 13, 4: 13, 6: 6}
OPENING_FINDINGS = {"überwiegend inkontinent", "komplett inkontinent", "Dauerkatheter/Urostoma", "Stoma"}
UNREADABLE = "?"
FINDINGS = OPENING_FINDINGS | {"kontinent", "überwiegend kontinent"}
GATE = {"4.11": "Harnkontinenz", "4.12": "Stuhlkontinenz"}


def allowed(item: str) -> tuple[int, ...]:
    """Return the item points an item may have (module 5 only 5.16)."""
    if item == "4.8":
        return (0, 3, 6, 9)
    if item in {"4.9", "4.10"}:
        return (0, 2, 4, 6)
    if item == "4.13":
        return (0, 3, 6)
    return (0, 1, 3, 5) if item.startswith("3.") else (0, 1, 2, 3)


def module_sum(module: int, cells: Cells, findings: dict[str, str]) -> int | None:
    """Return the sum of item points of a module, ``None`` where a cell it needs is unknown."""
    if module == 5:
        return module5_sum(cells)
    total = 0
    for i in range(1, LAST_ITEM[module] + 1):
        item = f"{module}.{i}"
        points = cells.get(item)
        if item in GATE:
            points = behind_gate(points, findings.get(GATE[item], ""))
        if points is None:
            return None
        total += points
    return total


def behind_gate(points: int | None, finding: str) -> int | None:
    """Return the points that count: 0 of a continent person or without a finding; with an unreadable one, who knows."""
    if finding == UNREADABLE:
        return 0 if points == 0 else None
    return points if finding in OPENING_FINDINGS else 0


def per_day(cells: Cells, first: int, last: int) -> Fraction | None:
    """Return the measures per day of criteria 5.first to 5.last, exactly."""
    total = Fraction(0)
    for i in range(first, last + 1):
        for frequency, days in (("täglich", 1), ("wöchentlich", 7), ("monatlich", 30)):
            count = cells.get(f"5.{i} {frequency}")
            if count is None:
                return None
            total += Fraction(count, days)
    return total


def part_a(x: Fraction) -> int:
    """Return the points of 5.1 to 5.7."""
    if x < 1:
        return 0
    if x <= 3:
        return 1
    return 2 if x <= 8 else 3


def part_b(x: Fraction) -> int:
    """Return the points of 5.8 to 5.11."""
    if x < Fraction(1, 7):
        return 0
    if x < 1:
        return 1
    return 2 if x < 3 else 3


def part_c_sum(cells: Cells) -> Fraction | None:
    """Return the sum of the frequencies of 5.12 to 5.15."""
    needed = [f"5.{i} {f}" for i in (12, 13, 14, 15) for f in ("wöchentlich", "monatlich")] + ["5.12 täglich"]
    if any(cells.get(cell) is None for cell in needed):
        return None
    total = Fraction(60) if cells["5.12 täglich"] else Fraction(0)
    for item, weekly, monthly in (("5.12", "8.6", 2), ("5.13", "4.3", 1), ("5.14", "4.3", 1), ("5.15", "8.6", 2)):
        total += cells[f"{item} wöchentlich"] * Fraction(weekly) + cells[f"{item} monatlich"] * monthly
    return total


def part_c(x: Fraction) -> int:
    """Return the points of 5.12 to 5.15: there is no 4 and no 5."""
    for limit, points in (("60", 6), ("12.9", 3), ("8.6", 2), ("4.3", 1)):
        if x >= Fraction(limit):
            return points
    return 0


def module5_sum(cells: Cells) -> int | None:
    """Return the sum of module 5, ``None`` where a cell it needs is unknown."""
    a, b, c, diet = per_day(cells, 1, 7), per_day(cells, 8, 11), part_c_sum(cells), cells.get("5.16")
    if a is None or b is None or c is None or diet is None:
        return None
    return part_a(a) + part_b(b) + part_c(c) + diet


SCALES = {  # lower ends of Punktbereich 1 to 4, and the weighted points of Punktbereich 0 to 4
    1: ((2, 4, 6, 10), (0, 2.5, 5, 7.5, 10)),
    2: ((2, 6, 11, 17), (0, 3.75, 7.5, 11.25, 15)),
    3: ((1, 3, 5, 7), (0, 3.75, 7.5, 11.25, 15)),
    4: ((3, 8, 19, 37), (0, 10, 20, 30, 40)),
    5: ((1, 2, 4, 6), (0, 5, 10, 15, 20)),
    6: ((1, 4, 7, 12), (0, 3.75, 7.5, 11.25, 15)),
}


def weighted(module: int, total: int | None) -> float | None:
    """Return the weighted points of a module sum."""
    if total is None:
        return None
    ends, points = SCALES[module]
    return float(points[sum(total >= end for end in ends)])


def grade(total: float) -> int:
    """Return the Pflegegrad of a total, 0 = none (§ 15 Abs. 3)."""
    return sum(total >= threshold for threshold in (12.5, 27, 47.5, 70, 90))


def score(cells: Cells, findings: dict[str, str], *, special: bool = False) -> dict[str, float | int | None]:
    """Return the figures of one assessment under the column names of ``pebem assess``."""
    sums = {m: module_sum(m, cells, findings) for m in range(1, 7)}
    points = {m: weighted(m, sums[m]) for m in range(1, 7)}
    common = None if points[2] is None or points[3] is None else max(points[2], points[3])
    parts = [points[1], common, points[4], points[5], points[6]]
    total = None if None in parts else sum(parts)
    row: dict[str, float | int | None] = {f"M{m}_Summe": sums[m] for m in sums}
    row |= {f"M{m}_Punkte": points[m] for m in points}
    row["M2_M3_Punkte"] = common
    row["Gesamtpunkte"] = total
    row["Pflegegrad"] = 5 if special else (None if total is None else grade(total))
    return row
