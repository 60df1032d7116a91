"""Says where a key, a token or a password seems to stand in a file that git knows; nothing is printed of it.

Looked for are the forms in which well-known services write theirs, private keys, passwords in addresses, values of our
own keys, files that hold nothing else, and random-looking texts. What only shows a form says so itself: it contains
"0123456789", "example" or "geheim". With file names it looks at these, without at all that git knows::

    python tools/find_secrets.py web/settings.py
"""

from __future__ import annotations

import math
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMS: Final = {
    "private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----",
    "AWS key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "GitHub token": r"\b(?:gh[opsur]|github_pat)_[A-Za-z0-9_]{20,}",
    "GitLab token": r"\bglpat-[\w-]{20,}",
    "Slack token": r"\bxox[abeoprs]-[\w-]{10,}",
    "Google key": r"\bAIza[\w-]{35}\b",
    "Stripe key": r"\b[rs]k_live_\w{20,}",
    "PyPI token": r"\bpypi-AgEI[\w-]{50,}",
    "npm token": r"\bnpm_[A-Za-z0-9]{36}\b",
    "key of a model service": r"\bsk-[A-Za-z0-9_-]{24,}",
    "signed token": r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}",
    "password in an address": r"\b[a-z][a-z0-9+.-]*://[^\s:/@'\"{}]*:[^\s:/@'\"{}<>$]{3,}@",
    "key of an installation": r"PEBEM_\w*KEY\w*[\"']?\s*[=:]\s*[\"']?[\w+/=-]{32,}",
    "second factor": r"otpauth://\S*secret=[A-Z2-7]{16,}",
}
_FORM: Final = re.compile("|".join(f"(?P<g{number}>{form})" for number, form in enumerate(FORMS.values())))
_RANDOM: Final = re.compile(r"(?<![\w+/=-])[A-Za-z0-9+/_-]{32,}={0,2}(?![\w+/=-])")
LEAST_BITS: Final = 4.4
"""By which a character of a random text surprises, on average; words and names of functions stay below."""
SHOWS_A_FORM: Final = ("0123456789", "example", "geheim")
SECRET_FILES: Final = re.compile(r"(?:^|/)(?:\.env|id_(?:rsa|ed25519)|[^/]*_key\.txt|[^/]*\.(?:pem|p12|pfx|key|kdbx))$")
FROM_ELSEWHERE: Final = re.compile(r"(?:^|/)vendor/|^constraints\.txt$")
"""Kept byte for byte as we got it, or hashes."""


def suspects(path: Path) -> Iterator[str]:
    """Yield what seems to be a secret in a file, each as "line: kind"."""
    if SECRET_FILES.search(path.as_posix()):
        yield "1: a file that holds secrets"
    try:
        lines = path.read_text("utf-8").split("\n")
    except UnicodeDecodeError:
        return
    for number, line in enumerate(lines, start=1):
        for match in _FORM.finditer(line):
            if not any(word in match[0].lower() for word in SHOWS_A_FORM):
                kind = list(FORMS)[int(str(match.lastgroup).removeprefix("g"))]
                yield f"{number}: {kind}"
        for match in _RANDOM.finditer(line):
            if _looks_random(match[0]):
                yield f"{number}: a random text"


def _looks_random(text: str) -> bool:
    kinds = (str.islower, str.isupper, str.isdigit)
    if not all(any(kind(sign) for sign in text) for kind in kinds) or any(word in text for word in SHOWS_A_FORM):
        return False
    counts = Counter(text)
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values()) >= LEAST_BITS


def main(names: list[str]) -> int:
    """Print what was found; return 1 where that is anything."""
    if not names:
        listed = subprocess.run(["git", "ls-files", "-z"], capture_output=True, check=True).stdout  # noqa: S607
        names = listed.decode().rstrip("\0").split("\0")
    paths = [Path(name) for name in names if not FROM_ELSEWHERE.search(name)]
    found = [f"{path}:{one}" for path in paths if path.is_file() for one in suspects(path)]
    sys.stdout.writelines(f"{one}\n" for one in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
