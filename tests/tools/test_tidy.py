"""The check of files before a commit finds what it says, and nothing in what is in order."""

from __future__ import annotations

from pathlib import Path

import pytest
import tidy


@pytest.mark.parametrize(
    ("name", "content", "faults"),
    [
        ("a.py", b"x = 1\n", []),
        ("a.py", b"", []),
        ("a.py", b"x = 1", ["1: no line end at the end of the file"]),
        ("a.py", b"x = 1\n\n", ["2: an empty line at the end of the file"]),
        ("a.py", b"x = 1 \ny = 2\r\n", [f"{n}: a blank or a Windows line end at the end of the line" for n in (1, 2)]),
        ("a.png", b"\x89PNG\xff", []),
        ("a.png", b"\xff" * 1_000_001, ["1: 1,000,001 bytes, more than 1,000,000"]),
        ("a.md", b"```\n| x\n```\n", []),
        ("a.md", b"x\n```\ny\n", ["2: the fence is not closed"]),
        ("a.md", b"| a | b |\n| - | - |\n| 1 | 2 \\| 3 |\n\n| a |\n| - |\n", []),
        ("a.md", b"| a | b |\n| - | - |\n| 1 |\n", ["3: 1 cells, its heading has 2"]),
        ("a.md", b"[x](a.md) [y](https://example.org) [z](a.md#part) [w](#part)\n", []),
        ("a.md", b"x\n[x](b.md#part)\n", ["2: the link leads nowhere: b.md"]),
    ],
)
def test_faults_of_a_file(tmp_path: Path, name: str, content: bytes, faults: list[str]) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert list(tidy.faults(path)) == faults


def test_files_of_others_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("web/static/vendor/x.js", "docs/x.md"):
        Path(name).parent.mkdir(parents=True)
        Path(name).write_text("x", encoding="utf-8")
    assert tidy.main(["web/static/vendor/x.js"]) == 0
    assert tidy.main(["web/static/vendor/x.js", "docs/x.md"]) == 1
    assert capsys.readouterr().out == "docs/x.md:1: no line end at the end of the file\n"
