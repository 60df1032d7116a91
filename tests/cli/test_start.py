"""Setting up: the environment mends itself, what is missing is said in one sentence, the package is complete."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from glob import glob
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"

FAKE_PYTHON = f"""#!/bin/sh
if [ "$1" = -m ]; then  # python -m venv .venv
    echo venv >> log
    mkdir -p .venv/bin
    ln -sf {sys.executable} .venv/bin/python
    printf '#!/bin/sh\\n# %s\\necho pip "$@" >> log\\n. ./on-pip\\n' "$PWD/.venv/bin/python" > .venv/bin/pip
    chmod +x .venv/bin/pip
else
    exec {sys.executable} -c "import sys; sys.modules |= {{name: None for name in '$LACKS'.split()}}
old = '$OLD'
if old: sys.version, sys.version_info = old, tuple(map(int, old.split('.')))
exec(sys.argv[1])" "$2"
fi
"""
"""A Python whose environments hold a pip that only notes what it is asked for, so that nothing is downloaded."""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="make and sh are not at home on Windows")


class Clone:
    """A copy of what sets up, and a machine of its own to do so on: an ordinary user without rights."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "a clone"
        self.bin = folder / "bin"
        self.bin.mkdir()
        shutil.copytree(ROOT / "tools", self.folder / "tools")
        for name in ("Makefile", "pyproject.toml", "constraints.txt"):
            shutil.copy2(ROOT / name, self.folder)
        (self.folder / "on-pip").touch()
        self.command("python3", FAKE_PYTHON)
        self.command("id", "#!/bin/sh\necho 1000\n")
        self.command("sudo", "#!/bin/sh\nexit 1\n")
        self.command("sleep", "#!/bin/sh\necho sleep >> log\n")

    def command(self, name: str, script: str) -> None:
        (self.bin / name).write_text(script, encoding="utf-8")
        (self.bin / name).chmod(0o755)

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        kept = {name: value for name, value in os.environ.items() if name not in {"PYTHON", "MAKEFLAGS", "MAKELEVEL"}}
        path = f"{self.bin}{os.pathsep}{os.environ['PATH']}"
        return subprocess.Popen(
            arguments,
            cwd=self.folder,
            env=kept | {"PATH": path, "LC_ALL": "C", "LACKS": "", "OLD": ""} | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, **environment: str) -> tuple[int, str]:
        """Return exit code and errors."""
        with self.start(*arguments, **environment) as process:
            _, errors = process.communicate()
        return process.returncode, errors

    def set_up(self, kind: str = "run", **environment: str) -> list[str]:
        """Set up, which must succeed, and return what was done."""
        self.log.unlink(missing_ok=True)
        assert self.run("sh", "tools/environment.sh", kind, **environment) == (0, "")
        return [line.split()[0] for line in self.log.read_text("utf-8").splitlines()] if self.log.exists() else []

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def environment(self) -> Path:
        return self.folder / ".venv"


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


def test_environment_is_created_once_and_updated_by_changes_only(clone: Clone) -> None:
    assert clone.set_up() == ["venv", "pip"]
    assert clone.set_up() == []
    assert clone.set_up("dev") == ["pip"]
    assert clone.set_up() == clone.set_up("dev") == []
    later = time.time() + 5
    os.utime(clone.folder / "constraints.txt", (later, later))
    assert clone.set_up("dev") == ["pip"]


def no_pip(clone: Clone) -> None:
    (clone.environment / "bin" / "pip").unlink()


def no_python(clone: Clone) -> None:
    (clone.environment / "bin" / "python").unlink()
    (clone.environment / "bin" / "python").symlink_to("/usr/bin/python3.0")


def old_python(clone: Clone) -> None:
    (clone.environment / "bin" / "python").unlink()
    (clone.environment / "bin" / "python").write_text(
        f'#!/bin/sh\nOLD=3.9.2 exec {clone.bin}/python3 "$@"\n', encoding="utf-8"
    )
    (clone.environment / "bin" / "python").chmod(0o755)


def moved(clone: Clone) -> None:
    clone.folder = clone.folder.rename(clone.folder.with_name("moved"))


def by_an_empty_folder(clone: Clone) -> None:
    shutil.rmtree(clone.environment)
    clone.environment.mkdir()


@pytest.mark.parametrize("harm", [no_pip, no_python, old_python, moved, by_an_empty_folder])
def test_broken_environment_is_recreated(clone: Clone, harm: Callable[[Clone], None]) -> None:
    clone.set_up("dev")
    harm(clone)
    (clone.environment / "rest").touch()
    assert clone.set_up() == ["venv", "pip"]
    assert not (clone.environment / "rest").exists()
    assert clone.set_up() == []


def test_environment_of_another_python_is_recreated_only_on_request(clone: Clone) -> None:
    clone.set_up()
    shutil.copy(clone.bin / "python3", clone.bin / "python3.77")
    assert clone.set_up(PYTHON="python3.77") == []
    assert clone.set_up(PYTHON="python3.77", OLD="3.77.1") == ["venv", "pip"]
    (clone.bin / "python3").unlink()
    assert clone.set_up() == []


@pytest.mark.parametrize("kind", ["run", "dev"])
def test_interrupted_set_up_starts_over(clone: Clone, kind: str) -> None:
    (clone.folder / "on-pip").write_text("trap 'exit 1' INT\n/bin/sleep 60\n", encoding="utf-8")  # as pip ends
    with clone.start("sh", "tools/environment.sh", kind) as process:
        while not (clone.log.exists() and "pip" in clone.log.read_text("utf-8")):
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGINT)
    assert process.returncode != 0
    (clone.folder / "on-pip").write_text("", encoding="utf-8")
    assert clone.set_up(kind) == ["venv", "pip"]


def test_without_a_network_a_usable_environment_stays(clone: Clone) -> None:
    clone.set_up()
    (clone.folder / "on-pip").write_text("exit 1\n", encoding="utf-8")
    assert clone.run("sh", "tools/environment.sh", "dev")[0] == 1
    assert clone.set_up() == []
    assert clone.run("sh", "tools/environment.sh", "dev")[0] == 1


def test_a_missing_python_is_named(clone: Clone) -> None:
    code, output = clone.run("make", "demo", "PYTHON=python3.99")
    assert code == 2
    assert output.startswith("python3.99 does not start here.")
    assert not clone.environment.exists()


def test_a_python_that_is_too_old_is_named_with_its_version(clone: Clone) -> None:
    code, output = clone.run("sh", "tools/environment.sh", "run", OLD="3.10.4")
    assert (code, output.count("\n")) == (1, 1)
    assert output.startswith("python3 is Python 3.10.4, but 3.11 or newer is needed")


def test_the_missing_venv_of_this_python_is_asked_for_in_one_sentence(clone: Clone) -> None:
    code, output = clone.run("sh", "tools/environment.sh", "run", LACKS="ensurepip")
    package = f"{PYTHON}-venv"
    assert code == 1
    assert output == (
        f"For the environment that everything runs in, please install: {package} "
        f"(on Debian: sudo apt-get install {package}).\n"
    )
    assert not clone.environment.exists()


def test_root_gets_it_installed_at_the_second_try(clone: Clone) -> None:
    clone.command("id", "#!/bin/sh\necho 0\n")
    clone.command("apt-get", '#!/bin/sh\necho "$@" >> log; case "$*" in *update*) exit 100;; esac; grep -q sleep log\n')
    clone.command("sleep", '#!/bin/sh\n[ "$1" = 0 ] || echo sleep >> log\n')
    assert clone.run("sh", "tools/environment.sh", "run", LACKS="ensurepip") == (0, "")
    asked = [line.split()[-1] for line in clone.log.read_text("utf-8").splitlines()]
    assert asked[:5] == ["update", f"{PYTHON}-venv", "sleep", "update", f"{PYTHON}-venv"]


def test_cleaning_leaves_nothing_that_was_built(clone: Clone) -> None:
    clone.set_up()
    kept = {path.name for path in clone.folder.iterdir()} - {".venv"}
    for name in ("web/__pycache__", "dist", "build", "a.egg-info", ".hypothesis", ".import_linter_cache"):
        (clone.folder / name).mkdir(parents=True)
    assert clone.run("make", "clean") == (0, "")
    assert {path.name for path in clone.folder.iterdir()} == kept | {"web"}
    assert list((clone.folder / "web").iterdir()) == []


@pytest.mark.parametrize(
    ("environment", "reason", "ci", "outcome"),
    [
        ({"PATH": "/nowhere"}, "Chromium is missing", "true", "error"),
        ({"PLAYWRIGHT_NODEJS_PATH": "/bin/false"}, "The driver of the browser does not start", "", "skipped"),
    ],
)
def test_without_a_browser_its_tests_are_skipped_except_in_ci(
    environment: dict[str, str], reason: str, ci: str, outcome: str
) -> None:
    if reason.startswith("The driver") and not shutil.which("chromium"):
        pytest.skip("Chromium is missing here")
    options = ["-p", "no:cacheprovider", "-p", "no:xdist", "-q", "-rsE"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "tests/browser/test_unknown_people.py"],
        capture_output=True,
        check=False,
        cwd=ROOT,
        env=os.environ | environment | {"CI": ci},
        text=True,
    )
    assert reason in done.stdout
    assert done.returncode == bool(ci)
    assert outcome in done.stdout.splitlines()[-1]
    assert "passed" not in done.stdout.splitlines()[-1]


def test_the_package_contains_every_file_of_its_folders() -> None:
    """What the wheel misses is found missing only on another machine."""
    setuptools = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, check=False, text=True).stdout.split()
    if not tracked:
        pytest.skip("this is no clone")
    for package, patterns in setuptools["package-data"].items():
        # As setuptools reads the patterns: ** stands for files as well, which pathlib learns with Python 3.13.
        contained = {path for pattern in patterns for path in glob(pattern, root_dir=ROOT / package, recursive=True)}  # noqa: PTH207
        there = {path.removeprefix(f"{package}/") for path in tracked if path.startswith(f"{package}/")}
        assert {path for path in there if not path.endswith(".py")} - contained <= {"README.md"}
