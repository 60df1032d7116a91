"""What a message tells people to type works where they are."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from cli.commands import demo

ROOT = Path(__file__).parents[2]
SAYS = "from cli.program import call; print(call('template vorlage.xlsx'))"
RUNS = "from cli.main import main; sys.exit(main())"


@pytest.mark.skipif(os.name == "nt", reason="a script of sh")
@pytest.mark.parametrize(
    ("typed", "path", "told"),
    [
        (".venv/bin/pebem", "/usr/bin:/bin", ".venv/bin/pebem template vorlage.xlsx"),
        ("pebem", "{folder}/.venv/bin:/usr/bin:/bin", "pebem template vorlage.xlsx"),
        ("{folder}/.venv/bin/pebem", "/usr/bin:/bin", "{folder}/.venv/bin/pebem template vorlage.xlsx"),
    ],
)
def test_the_command_of_a_message_runs(typed: str, path: str, told: str, tmp_path: Path) -> None:
    """After `make demo`, and after an installation that is on the search path."""
    script = tmp_path / ".venv" / "bin" / "pebem"
    script.parent.mkdir(parents=True)
    script.write_text(f"#!{sys.executable}\nimport sys\nif sys.argv[1:] == ['says']:\n    {SAYS}\nelse:\n    {RUNS}\n")
    script.chmod(0o755)
    environment = {**os.environ, "PATH": path.format(folder=tmp_path), "PYTHONPATH": str(ROOT)}

    def run(line: str) -> str:
        done = subprocess.run(  # noqa: S602  # as a person would type it
            line, shell=True, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    said = run(f"{typed.format(folder=shlex.quote(str(tmp_path)))} says")
    assert said == told.format(folder=tmp_path)
    run(said)
    assert (tmp_path / "vorlage.xlsx").is_file()


def test_the_demo_names_a_command_that_makes_the_files_it_speaks_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [".venv/bin/pebem", "demo"])
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    words = demo.welcome("http://127.0.0.1:8000/", "demo", "abc-def")
    assert "\n  .venv/bin/pebem sample beispiele\n" in words
    assert "aus dem Ordner „beispiele“" in words
