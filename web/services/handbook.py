"""Handbook and explained terms: Markdown that comes with the program, as pages with a table of contents."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER: Final = Path(__file__).parents[1] / "help"
HANDBOOK: Final = "handbuch"
TERMS: Final = "begriffe"

_STATIC: Final = "../static/"
_CASES: Final = "../../docs/handbuch-faelle.md"
_CODE: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


class Chapter(NamedTuple):
    """A heading of the second level, and the fragment of the address that leads to it."""

    title: str
    anchor: str


@dataclass(frozen=True)
class HelpPage:
    """A text as HTML below its title."""

    title: str
    chapters: tuple[Chapter, ...]
    html: str


def load(name: str, picture: Callable[[str], str], cases: str | None) -> HelpPage:
    """Return a text of the help.

    Parameters
    ----------
    name
        ``HANDBOOK`` or ``TERMS``.
    picture
        Gives the address of a picture, by its path below the static files.
    cases
        Address of the page with the cases of the rulebook; None where it does not open: then no link leads there.
    """
    title, chapters, html = _rendered(name)
    html = re.sub(rf'src="{re.escape(_STATIC)}([^"]+)"', lambda match: f'src="{picture(match[1])}"', html)
    if cases is None:
        return HelpPage(title, chapters, re.sub(rf'<a href="{re.escape(_CASES)}">(.*?)</a>', r"\1", html))
    return HelpPage(title, chapters, html.replace(f'href="{_CASES}"', f'href="{cases}"'))


@cache
def _rendered(name: str) -> tuple[str, tuple[Chapter, ...], str]:
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse((FOLDER / f"{name}.md").read_text("utf-8"))
    title, tokens = tokens[1].content, tokens[3:]  # the first heading is the page's own
    chapters = []
    for heading, text in pairwise(tokens):
        if heading.type == "heading_open":
            anchor = anchor_of(text.content)
            heading.attrSet("id", anchor)
            chapters.append(Chapter(text.content, anchor))
    html: str = markdown.renderer.render(tokens, markdown.options, {})
    html = html.replace("<table>", '<div class="scroll"><table class="data">').replace("</table>", "</table></div>")
    return title, tuple(chapters), html


def anchor_of(title: str) -> str:
    """Return the anchor of a chapter: its words in small letters, without number, accents and signs."""
    words = unicodedata.normalize("NFKD", re.sub(r"^\d+\. ", "", title.lower()).translate(_CODE))
    return "-".join(re.findall(r"[a-z0-9]+", words))
