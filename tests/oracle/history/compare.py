"""One sequence in the model and in the product, compared after each step and at its end."""

from __future__ import annotations

import random
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from .figures import figures
from .model import HomeHistory
from .records import ALWAYS, RESIDENT, AmbiguousError, Assessed, Choice, File, Grade, Level, Lives, Unstable
from .steps import Book, SetLevel, Step, Store, Undo, do, possible, script

if TYPE_CHECKING:
    from collections.abc import Callable

    from .product import ProductHome


class DifferentError(AssertionError):
    """Model and product differ.

    Attributes
    ----------
    step
        Number of the step after which they do, None = at the end.
    """

    step: int | None = None


def same(model: HomeHistory, product: ProductHome, where: str) -> None:
    """Hold what is stored, and the figures, of one against the other."""
    _equal(model.acts(), product.acts(), f"acts {where}")
    expected, found = model.statements(), product.statements()
    for part in fields(expected):
        _equal(getattr(expected, part.name), getattr(found, part.name), f"{part.name} {where}")
    _equal(model.known(), product.known(), f"known {where}")
    _equal(model.duties(), product.duties(), f"duties {where}")
    for name, one, other in zip(("cells", "coverage"), figures(model), product.figures(), strict=True):
        _equal(one, other, f"{name} {where}")


def run(steps: list[Step], home: Callable[[], ProductHome], *, end: bool = True, seed: int = 0) -> HomeHistory:
    """Do a sequence in both; what is not possible any more, because a step was left out, is left out too."""
    model, product = HomeHistory(), home()
    for number, step in enumerate(steps, 1):
        if not possible(model, step):
            continue
        do(model, step)
        try:
            product.do(step)
            same(model, product, f"after step {number}")
        except AmbiguousError:
            raise
        except Exception as error:  # a crash is a difference too
            different = DifferentError(
                error if isinstance(error, DifferentError) else f"{type(error).__name__} {error}"
            )
            different.step = number
            raise different from error
    if end:
        as_one_upload(model, home())
        all_undone(model, product, random.Random(seed))
    return model


def as_one_upload(model: HomeHistory, product: ProductHome) -> None:
    """A fresh home gets what is effective in one upload, rulebooks before and levels after: it is the same home."""
    for first, levels in model.books.items():
        product.do(Book(first, tuple(levels.items())))
    for number, (file, choice) in enumerate(folded(model)):
        product.do(Store(f"f{number}", (file,), choice))
    found = model.statements()
    people = {who for who, *_ in (*found.assessed, *found.unstable, *found.wards, *found.stays, *found.grades)}
    people |= model.known()[0] | {act.resident for act in model.acts()}
    for one in model.set_by_hand:
        meant = one.resident and model.person(RESIDENT, one.resident)
        if meant is None or meant in people:
            product.do(SetLevel(replace(one, resident=meant)))
    for what in ("acts", "duties", "known"):
        _equal(getattr(model, what)(), getattr(product, what)(), f"{what} as one upload")
    for part in fields(found):
        _equal(getattr(found, part.name), getattr(product.statements(), part.name), f"{part.name} as one upload")
    for one, other in zip(figures(model), product.figures(), strict=True):
        _equal(one, other, "figures as one upload")


def folded(model: HomeHistory) -> list[tuple[File, Choice]]:
    """Return all that is stored as one file; after it further wards and stays, as a list has one of each resident."""
    found, (residents, staff) = model.statements(), model.known()

    def begun(day: Any) -> Any:
        return None if day == ALWAYS else day

    wards = {who: sorted(day for one, day in found.wards if one == who) for who in residents}
    stays = {who: sorted(day for one, day in found.stays if one == who) for who in residents}
    lives = [
        Lives(
            who,
            found.wards[who, wards[who][0]] if wards[who] else None,
            begun(stays[who][0]) if stays[who] else None,
            found.stays[who, stays[who][0]] if stays[who] else None,
        )
        for who in sorted(residents)
    ]
    whole = File(
        tuple(model.acts().elements()),
        tuple(lives) or None,
        tuple(
            Assessed(who, begun(day), tuple(cells.items()), special=special)
            for (who, day), (cells, special) in found.assessed.items()
        ),
        tuple(Unstable(who, criterion, begun(day), last) for (who, criterion, day), last in found.unstable.items()),
        tuple(
            Level(who, qn, begun(day), last, role, certificates)
            for (who, day), (qn, role, certificates, last) in found.levels.items()
            if who in staff
        )
        or None,
        tuple(model.duties()),
        grades=tuple(Grade(who, grade, begun(day)) for (who, day), grade in found.grades.items()),
    )
    made = [(whole, Choice("none", always=True))]
    for who in sorted(residents):
        made += [(File((), (Lives(who, found.wards[who, day]),)), Choice("none", since=day)) for day in wards[who][1:]]
        made += [
            (File((), (Lives(who, None, begun(day), found.stays[who, day]),)), Choice("none", always=True))
            for day in stays[who][1:]
        ]
    return made


def all_undone(model: HomeHistory, product: ProductHome, rng: random.Random) -> None:
    """Everything is taken back, in any order: nothing is left."""
    names = [one.name for one in model.uploads]
    rng.shuffle(names)
    for name in names:
        model.undo(name)
        product.do(Undo(name))
        _equal(model.acts(), product.acts(), f"acts without {name}")
    same(model, product, "at the end")
    _equal({}, product.kept(), "kept at the end")


def smaller(steps: list[Step], fails: Callable[[list[Step]], bool]) -> list[Step]:
    """Return a shorter sequence that fails too: without steps, files and rows that do not matter."""
    steps = list(steps)
    shrinking = True
    while shrinking:
        shrinking = False
        for made in _less(steps):
            if fails(made):
                steps, shrinking = made, True
                break
    return steps


def _less(steps: list[Step]) -> list[list[Step]]:
    found = [steps[:i] + steps[i + 1 :] for i in reversed(range(len(steps)))]
    for i, step in enumerate(steps):
        if not isinstance(step, Store):
            continue
        smaller_files = [step.files[:n] + step.files[n + 1 :] for n in range(len(step.files)) if len(step.files) > 1]
        for n, file in enumerate(step.files):
            for part in fields(file):
                rows = getattr(file, part.name) or ()
                for k in range(len(rows)):
                    less = replace(
                        file, **{part.name: rows[:k] + rows[k + 1 :] or (None if part.default is None else ())}
                    )
                    smaller_files.append((*step.files[:n], less, *step.files[n + 1 :]))
        found += [[*steps[:i], replace(step, files=files), *steps[i + 1 :]] for files in smaller_files]
        if step.choice != Choice():
            found.append([*steps[:i], replace(step, choice=Choice()), *steps[i + 1 :]])
    return found


def _equal(expected: Any, found: Any, what: str) -> None:
    if expected == found:
        return
    if isinstance(expected, dict):
        lines = [
            f"  {key!r}: model {expected.get(key)!r}, product {found.get(key)!r}"
            for key in {**expected, **found}
            if expected.get(key) != found.get(key)
        ]
    else:
        lines = [f"  model {expected!r}", f"  product {found!r}"]
    raise DifferentError("\n".join([f"{what} differ:", *lines]))


def told(steps: list[Step], error: Exception) -> str:
    """Return a failure with the sequence it came of, to paste into a test."""
    return f"{error}\n\n{script(steps)}"
