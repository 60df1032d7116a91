"""Nothing a person is filling in is replaced while they do so: what they choose meanwhile would be lost."""

from __future__ import annotations

import re

from tests.support.product import ROOT

TEMPLATES = ROOT / "web" / "templates"
TAG = re.compile(
    r"<(?:form|input|select|textarea|button)\b(?:[^<>]|<[^<>]*>)*?\bhx-trigger=(?:[^<>]|<[^<>]*>)*?>", re.DOTALL
)
FIELD = re.compile(r"<(?:input(?![^>]*type=\"hidden\")|select|textarea)\b")


def test_what_is_swapped_while_somebody_types_holds_no_field() -> None:
    """The one page that did so lost the second of two quick choices."""
    walked = 0
    for path in sorted(TEMPLATES.rglob("*.html")):
        text = path.read_text("utf-8")
        for tag in TAG.findall(text):
            if not re.search(r'hx-trigger="[^"]*(?:change|input|keyup)', tag):
                continue
            walked += 1
            target = re.search(r'hx-target="#([\w-]+)"', tag)
            assert target, f"{path.name}: without a target the form itself is replaced"
            start = text.index(f'id="{target[1]}"')
            assert text.index(tag) < start, f"{path.name}: #{target[1]} holds what is being filled in"
            assert not FIELD.search(text[start:]), f"{path.name}: #{target[1]} holds fields"
    assert walked == 2, "the search of findings, and that of the catalogue"
