"""Says which files are untidy: too large, no line end at the end, Windows line ends, blanks at line ends, odd Markdown.

Of Markdown: every fence is closed, every row of a table has the cells of its heading, every link to a file leads to
one. With file names it looks at these, as a commit does; without, at all that git knows::

    python tools/tidy.py docs/testing.md
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES: Final = 1_000_000
FROM_ELSEWHERE: Final = ("web/static/vendor/", "web/security/vendor/", "tests/browser/vendor/", "LICENSE")
"""What we keep byte for byte as we got it."""
LINK: Final = re.compile(r"\]\((?!https?:|mailto:|#)(?P<path>[^)#\s]+)[^)]*\)")
CELL: Final = re.compile(r"(?<!\\)\|")


def faults(path: Path) -> Iterator[str]:
    """Yield what is wrong with a file, each as "line: what"."""
    content = path.read_bytes()
    if len(content) > MOST_BYTES:
        yield f"1: {len(content):,} bytes, more than {MOST_BYTES:,}"
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return
    if text and not text.endswith("\n"):
        yield f"{text.count(chr(10)) + 1}: no line end at the end of the file"
    if text.endswith("\n\n"):
        yield f"{text.count(chr(10))}: an empty line at the end of the file"
    for number, line in enumerate(text.split("\n"), start=1):
        if line != line.rstrip():
            yield f"{number}: a blank or a Windows line end at the end of the line"
    if path.suffix == ".md":
        yield from _markdown(path, text.splitlines())


def _markdown(path: Path, lines: list[str]) -> Iterator[str]:
    fence, cells = 0, 0
    for number, line in enumerate(lines, start=1):
        if line.lstrip().startswith("```"):
            fence = 0 if fence else number
        if fence:
            continue
        count = len(CELL.findall(line)) if line.startswith("|") else 0
        if cells and count and count != cells:
            yield f"{number}: {count - 1} cells, its heading has {cells - 1}"
        cells = count and (cells or count)
        for link in LINK.finditer(line):
            if not (path.parent / link["path"]).exists():
                yield f"{number}: the link leads nowhere: {link['path']}"
    if fence:
        yield f"{fence}: the fence is not closed"


def known() -> list[str]:
    """Return the files git knows."""
    listed = subprocess.run(["git", "ls-files", "-z"], check=True, capture_output=True, text=True)  # noqa: S607
    return listed.stdout.split("\0")[:-1]


def main(names: list[str]) -> int:
    """Report on files and return the exit code."""
    paths = [Path(name) for name in names or known() if not name.startswith(FROM_ELSEWHERE)]
    there = [path for path in paths if path.is_file() and not path.is_symlink()]  # what a link leads to is looked at
    reports = [f"{path}:{fault}\n" for path in there for fault in faults(path)]
    sys.stdout.writelines(reports)
    return int(bool(reports))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
