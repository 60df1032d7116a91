"""Colours say the same everywhere and can be read; no template breaks the strict content security policy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from web.security.headers import CONTENT_SECURITY_POLICY
from web.wording.figures import FIT_WORDS, PART_WORDS, FitWord

WEB = Path(__file__).parents[3] / "web"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
SHEET = (WEB / "static/tokens.css").read_text("utf-8")
_LIGHT, _DARK, _PRINT = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", part)) for part in SHEET.split("@media"))
SCHEMES = {"light": _LIGHT, "dark": _LIGHT | _DARK, "print": _LIGHT | _PRINT}


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(left: str, right: str) -> float:
    light, dark = sorted((luminance(left), luminance(right)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_pages_and_reports_use_the_same_colours() -> None:
    assert {word.css: word.colour for word in FIT_WORDS.values()} == {w.css: _LIGHT[w.css] for w in FIT_WORDS.values()}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    "step", [f"{word.css}-{n}" for word in FIT_WORDS.values() if word.css != "reserved" for n in range(1, 6)]
)
def test_figures_can_be_read_on_every_step_of_heat(scheme: str, step: str) -> None:
    colours = SCHEMES[scheme]
    assert contrast(colours["ink"], colours[step]) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("word", FIT_WORDS.values(), ids=lambda word: word.css)
def test_class_colours_stand_out_from_the_page(scheme: str, word: FitWord) -> None:
    colours = SCHEMES[scheme]
    assert contrast(colours[word.css], colours["paper"]) >= 4.5
    if word.css != "unknown":  # its bars are hatched and carry no text
        assert contrast(colours["on-class"], colours[word.css]) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    ("text", "ground"), [("ink-2", "paper"), ("ink-2", "desk"), ("accent", "paper"), ("accent-ink", "accent")]
)
def test_quiet_text_and_links_can_be_read(scheme: str, text: str, ground: str) -> None:
    assert contrast(SCHEMES[scheme][text], SCHEMES[scheme][ground]) >= 4.5


def test_raw_colours_occur_only_in_the_tokens() -> None:
    page = (WEB / "static/page.css").read_text("utf-8")
    white_under_the_qr_code = re.findall(r"\.qr-frame \{[^}]*\}", page)
    for rule in white_under_the_qr_code:
        page = page.replace(rule, "")
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[^{]*\})", page) == []


def test_every_part_of_a_bar_has_its_colour() -> None:
    page = (WEB / "static/page.css").read_text("utf-8")
    for word in PART_WORDS.values():
        assert re.search(rf"\.s-{word.css} {{ fill: ", page), word
        assert re.search(rf"\.c-{word.css}\b[^{{]*{{ color: ", page), word


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(WEB / "templates")))
def test_no_template_contains_what_the_policy_forbids(template: Path) -> None:
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    text = template.read_text("utf-8")
    assert not re.search(r"\sstyle\s*=", text)
    assert "<style" not in text
    assert not re.search(r"\son[a-z]+\s*=", text)
    assert "javascript:" not in text
    for attributes, body in re.findall(r"<script\b([^>]*)>(.*?)</script>", text, re.DOTALL):
        assert "src=" in attributes or 'type="application/json"' in attributes
        assert not ("src=" in attributes and body.strip())
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", text), "nothing comes from elsewhere"
