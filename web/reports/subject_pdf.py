"""What is stored about a person, as a printed document for that person."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typst

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_TEMPLATE: Final = Path(__file__).with_name("subject.typ")


def document(told: Mapping[str, Any], moment: datetime) -> bytes:
    """Return the document as PDF.

    Parameters
    ----------
    told
        ``titel``, and title of each section -> lines by heading.
    moment
        When it was made, in UTC.
    """
    sections = [
        {"title": title, "headings": list(rows[0]) if rows else [], "rows": [list(row.values()) for row in rows]}
        for title, rows in told.items()
        if title != "titel"
    ]
    data = {"title": told["titel"], "day": f"{moment:%d.%m.%Y}", "sections": sections}
    pdf = typst.compile(
        _TEMPLATE.read_bytes(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        timestamp=moment.replace(microsecond=0),
    )
    assert isinstance(pdf, bytes)
    return pdf
