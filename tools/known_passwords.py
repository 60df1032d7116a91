"""Make the list of known passwords and words that ``web/security/known_passwords`` reads.

    npm pack @zxcvbn-ts/language-common@4.1.3 @zxcvbn-ts/language-de@3.0.2
    python tools/known_passwords.py zxcvbn-ts-language-common-4.1.3.tgz zxcvbn-ts-language-de-3.0.2.tgz

Each entry is reduced as a password is when it is looked up (small letters, no digits around it, no leet), and stored
as the first eight bytes of its SHA-256, sorted.
"""

from __future__ import annotations

import json
import sys
import tarfile
from pathlib import Path
from typing import Final

from web.security import known_passwords

LISTS: Final = ("passwords", "commonWords", "wikipedia", "firstnames", "lastnames")


def entries(packages: list[Path]) -> set[str]:
    """Return all entries of the lists in npm packages."""
    found: set[str] = set()
    for package in packages:
        with tarfile.open(package) as archive:
            for name in LISTS:
                member = f"package/src/{name}.json"
                if member in archive.getnames() and (file := archive.extractfile(member)):
                    found.update(json.load(file))
    return found


def main() -> None:
    """Write the list."""
    listed = entries([Path(name) for name in sys.argv[1:]])
    reduced = {form for entry in listed for form in known_passwords.reductions(entry)}
    prints = sorted({known_passwords.fingerprint(form) for form in reduced if len(form) >= known_passwords.SHORTEST})
    known_passwords.LIST.write_bytes(b"".join(prints))
    sys.stdout.write(f"{len(listed)} entries, {len(prints)} after reduction\n")


if __name__ == "__main__":
    main()
