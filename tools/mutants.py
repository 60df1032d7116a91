"""Changes the code in small, wrong ways and says which of them no test sees.

Each mutant is one slip of the pen, of a kind in :mod:`mutations`: a comparison shifted, a guard switched off, a
statement deleted. They are drawn by seed from the lines changed since a revision, or from files::

    python tools/mutants.py --base main --count 20 --seed 1
    python tools/mutants.py --files importers/content/dates.py pebem/case_facts.py --tests tests/importers tests/pebem

Each is tried in a copy of the working tree, never in the tree itself. Unless ``--tests`` says otherwise, it meets the
test files that reach its module by imports: those that import it first, then those of its room, and among these those
that share the most of its rare words. They have to be green without a mutant, as many as fit into ``--limit`` seconds;
where none does, that is said. A mutant is killed when one of them fails, times out when they take far longer than
before, and survives when all are green. The exit code is 1 where some survive. A survivor is a question, not a
verdict: a test is missing, or the change makes no difference (the mutant is equivalent), or the tests that would see
it did not run.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import itertools
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mutations import KINDS, Mutant, mutants, nodes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOMS: Final = ("rules", "pebem", "importers", "web", "cli", "sample_data")
LEFT_OUT: Final = ("web/migrations/", "tests/browser/")
MOST_FILES: Final = 8
"""Test files run against a mutant, by default."""

NOTHING_COLLECTED: Final = 5
"""What pytest says of a file whose tests are all deselected."""

SLACK_SECONDS: Final = 20.0
"""Beyond three times what its tests take without it, a mutant has timed out."""


def git(*arguments: str) -> str:
    """Return what git prints."""
    command = ["git", "-c", "core.quotepath=off", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603  # our own words


def changed(base: str) -> dict[str, set[int]]:
    """Return the lines of each module that differ from where this branch left ``base``, also those not committed."""
    lines_of: dict[str, set[int]] = {}
    path = ""
    for line in git("diff", "--unified=0", "--no-ext-diff", git("merge-base", base, "HEAD").strip()).splitlines():
        if line.startswith("+++ "):
            path = line[4:].removeprefix("b/")
        elif hunk := re.match(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@", line):
            start, length = int(hunk[1]), int(hunk[2] or 1)
            lines_of.setdefault(path, set()).update(range(start, start + length))
    return {path: lines for path, lines in lines_of.items() if _is_ours(path)}


def drawn(places: Mapping[str, set[int] | None], count: int, seed: int) -> list[Mutant]:
    """Draw mutants from lines of modules (None = all): kinds in turn, at most one a line; return them line by line."""
    every = [
        mutant
        for path, lines in sorted(places.items())
        for mutant in mutants(Path(path).read_text(encoding="utf-8"), path)
        if lines is None or not lines.isdisjoint(mutant.lines)
    ]
    random.Random(seed).shuffle(every)  # noqa: S311  # no secret
    turns: dict[str, Iterator[int]] = {kind: itertools.count() for kind in KINDS}
    chosen: dict[tuple[str, int], Mutant] = {}
    for _, mutant in sorted(((next(turns[one.kind]), one) for one in every), key=itemgetter(0)):
        if len(chosen) < count:
            chosen.setdefault((mutant.path, mutant.lines[0]), mutant)
    return [mutant for _, mutant in sorted(chosen.items())]


class Tests:
    """Which test files can see a module: what imports what, and who shares its words."""

    def __init__(self, files: Sequence[str]) -> None:
        self.files = [path for path in files if path.endswith(".py") and path.startswith((*ROOMS, "tests"))]
        self._paths = {
            path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): path for path in self.files
        }
        self._texts = {path: Path(path).read_text(encoding="utf-8") for path in self.files}
        self._importers: dict[str, set[str]] = {}
        for path, text in self._texts.items():
            for needed in self._needed(path, text):
                self._importers.setdefault(needed, set()).add(path)

    def of(self, module: str, most: int) -> list[str]:
        """Return the test files to run for a module, the most promising first; those of its room if none imports it."""
        near, reached, edge = self._importers.get(module, set()), set[str](), {module}
        while edge:
            reached |= edge
            edge = {path for one in edge for path in self._importers.get(one, set())} - reached
        tests = [path for path in reached if _is_test(path)]
        room = f"tests/{Path(module).parts[0]}"
        tests = tests or [path for path in self.files if _is_test(path) and path.startswith(room)]
        words = {path: _words(self._texts[path]) for path in tests}
        often = Counter(word for found in words.values() for word in found)
        own = _words(self._texts[module])
        shared = {path: sum(1 / often[word] for word in sorted(own & found)) for path, found in words.items()}
        return sorted(tests, key=lambda path: (path not in near, not path.startswith(room), -shared[path], path))[:most]

    def _needed(self, path: str, text: str) -> Iterator[str]:
        for node in nodes(ast.parse(text)):
            names = [one.name for one in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            if isinstance(node, ast.ImportFrom):
                names = [f"{node.module}.{name}" for name in names] + [node.module or ""]
            yield from (self._paths[name] for name in names if name in self._paths)
        if path.startswith("tests/"):
            shared = (f"{parent.as_posix()}/conftest.py" for parent in Path(path).parents)
            yield from (one for one in shared if one in self._texts and one != path)


def run(folder: Path, tests: Sequence[str], limit: float) -> tuple[int | None, float]:
    """Run tests in a copy of the tree until one fails; return pytest's exit code, None = time was up, and seconds."""
    began = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    # No bytecode: a change of the same length within a second would be taken for the file before it.
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    process = subprocess.Popen(  # noqa: S603  # our own words
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return process.wait(limit), time.monotonic() - began
    except subprocess.TimeoutExpired:
        return None, time.monotonic() - began
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)  # with the processes it started
            process.wait()


def green(folder: Path, tests: Sequence[str], limit: float) -> tuple[list[str], float]:
    """Return those of the tests that fit into the limit without a mutant, and the seconds they take.

    None may take more than half of it: where the most promising file is too slow, others get their turn.

    Raises
    ------
    SystemExit
        With code 2 where one fails.
    """
    chosen, total, end = list[str](), 0.0, time.monotonic() + limit
    for test in tests:
        code, seconds = run(folder, [test], min(limit / 2, end - time.monotonic()))
        if code in {0, NOTHING_COLLECTED}:
            chosen.append(test)
            total += seconds
        elif code is not None:
            sys.stderr.write(f"not green without a mutant (pytest says {code}): {test}\n")
            raise SystemExit(2)
        if time.monotonic() >= end:
            break
    return chosen, total


def tried(folder: Path, mutant: Mutant, tests: Sequence[str], limit: float) -> tuple[str, float]:
    """Return "killed", "survived" or "timed out" of a mutant, and the seconds it took."""
    target = folder / mutant.path
    text = target.read_text(encoding="utf-8")
    target.write_text(mutant.applied(text), encoding="utf-8")
    try:
        code, seconds = run(folder, tests, limit)
    finally:
        target.write_text(text, encoding="utf-8")
    return {None: "timed out", 0: "survived"}.get(code, "killed"), seconds


def difference(mutant: Mutant) -> str:
    """Return the change as a diff."""
    text = Path(mutant.path).read_text(encoding="utf-8")
    before, after = (one.splitlines(keepends=True) for one in (text, mutant.applied(text)))
    return "".join(difflib.unified_diff(before, after, mutant.path, mutant.path, n=2))


def main(words: Sequence[str] | None = None) -> int:
    """Draw mutants, try them and print the verdict on each; return 1 where some survive."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", default="main", help="revision whose changes are looked at (main)")
    parser.add_argument("--files", nargs="+", default=[], help="whole modules instead")
    parser.add_argument("--count", type=int, default=20, help="mutants (20)")
    parser.add_argument("--seed", type=int, default=1, help="which ones (1)")
    parser.add_argument("--tests", nargs="+", default=[], help="tests to run instead of those that reach the module")
    parser.add_argument("--limit", type=float, default=120.0, help="seconds the tests of a module may take (120)")
    options = parser.parse_args(words)
    os.chdir(git("rev-parse", "--show-toplevel").strip())
    files = [path for path in git("ls-files", "-co", "--exclude-standard").splitlines() if Path(path).is_file()]
    places: Mapping[str, set[int] | None] = dict.fromkeys(options.files) if options.files else changed(options.base)
    chosen = drawn(places, options.count, options.seed)
    tests, ready = Tests(files), dict[str, tuple[list[str], float]]()
    verdicts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path in files:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, folder / path)
        for mutant in chosen:
            if mutant.path not in ready:
                tests_of = options.tests or tests.of(mutant.path, MOST_FILES)
                ready[mutant.path] = green(folder, tests_of, options.limit)
            which, seconds = ready[mutant.path]
            limit = 3 * seconds + SLACK_SECONDS
            verdict, taken = tried(folder, mutant, which, limit) if which else ("no tests", 0.0)
            verdicts[verdict] += 1
            sys.stdout.write(f"{verdict:10}{mutant.path}:{mutant.lines[0]} {mutant.kind} ({taken:.0f} s)\n")
            if verdict == "survived":
                sys.stdout.write(f"{difference(mutant)}green: {' '.join(which)}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{len(chosen)} mutants{''.join(f', {n} {verdict}' for verdict, n in verdicts.items())}\n")
    return int(verdicts["survived"] > 0)


def _is_ours(path: str) -> bool:
    return path.endswith(".py") and Path(path).parts[0] in ROOMS and not path.startswith(LEFT_OUT)


def _is_test(path: str) -> bool:
    return Path(path).name.startswith("test_") and not path.startswith(LEFT_OUT)


def _words(text: str) -> set[str]:
    return set(re.findall(r"[\w-]{4,}", text))


if __name__ == "__main__":
    sys.exit(main())
