"""Looking for a text in everything stored: every column of every table of both databases, opened, and every file."""

from __future__ import annotations

import json
import re
import zlib
from typing import TYPE_CHECKING, Any

from sqlalchemy import MetaData, Table, inspect, select

from pebem.history.contents import DUTY, NUMBERS, unpack
from web.security import setting_keys
from web.security.crypto import Box, KeyRing, MissingKeyError, TamperedError
from web.services import open_vault
from web.store import models
from web.store.result import packed
from web.store.vault import TenantKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.support.web.pages import Person


def found(who: Person, texts: Iterable[str]) -> list[tuple[str, str]]:
    """Return where which of some texts stand: in any column, whatever it is packed or sealed with, and in any file."""
    wanted = {text: re.compile(rf"(?<!\w){re.escape(text)}(?!\w)") for text in texts}
    places = [*everything(who)]
    assert len(places) > 50
    return [
        (place, text)
        for place, told in places
        for text, pattern in wanted.items()
        if (len(text) > _BY_CHANCE or not isinstance(told, RawBytes)) and pattern.search(told)
    ]


class RawBytes(str):
    """Bytes that are no text, as one: what is sealed, say."""

    __slots__ = ()


_BY_CHANCE = 3
"""So many signs stand in random bytes by chance."""


def as_text(content: bytes) -> str:
    """Return bytes as text, told from those that are none."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return RawBytes(content.decode("latin-1"))


def everything(who: Person) -> Iterator[tuple[str, str]]:
    """Yield where each value stands, and its text: opened as far as the keys of the installation open it."""
    settings, databases = who.services.settings, who.services.databases
    ring = keys_of_all(who)
    for engine in {databases.work, databases.vault, who.services.jobs.queue.storage.engine}:
        with engine.connect() as connection:
            for name in inspect(connection).get_table_names():
                table = Table(name, MetaData(), autoload_with=connection)
                for row in connection.execute(select(table)).mappings():
                    for column, value in row.items():
                        for told in opened(ring, dict(row), value):
                            yield f"{name}.{column}", told
    for path in sorted(one for one in settings.home.rglob("*") if one.is_file()):
        yield str(path.relative_to(settings.home)), path.name
        content = path.read_bytes()
        if path.parent.parent == settings.uploads:
            place = f"{path.parent.name}/{path.name}"
            yield place, Box(ring, "uploads").open(content, place).decode("utf-8", "replace")
        else:
            yield str(path.relative_to(settings.home)), as_text(content)


def keys_of_all(who: Person) -> KeyRing:
    """Return the keys of all operators: what any of them opens."""
    settings, keys, current = who.services.settings, {}, b""
    with who.services.databases.whole.vault_reading() as session:
        for tenant in session.scalars(select(TenantKey.tenant).distinct()):
            ring = open_vault.ring_of(session, settings, tenant)
            keys, current = {**keys, **ring.keys}, ring.current
    return KeyRing(current, keys, setting_keys.of_vault(settings).old_form)


def opened(ring: KeyRing, row: dict[str, Any], value: Any) -> Iterator[str]:
    """Yield a value as text, in every form its bytes may have."""
    if not isinstance(value, bytes | memoryview):
        yield json.dumps(value, ensure_ascii=False, default=str)
        return
    content = bytes(value)
    yield as_text(content)
    yield from (told.decode("utf-8", "replace") for told in unsealed(ring, row, content))
    try:
        plain = zlib.decompress(content)
        yield plain.decode("utf-8", "replace")
    except zlib.error:
        pass
    if content.startswith(packed.MARK):
        yield json.dumps([list(labels) for labels in packed.unpack(content).labels.values()], default=str)


def unsealed(ring: KeyRing, row: dict[str, Any], content: bytes) -> Iterator[bytes]:
    """Yield what the vault key opens of a row of the vault."""
    places = [
        ("identity", f"identity/{row.get('home_id')}/{row.get('pseudonym')}/{field}")
        for field in ("number", "name", "given")
    ]
    places += [("findings", f"{row.get('batch_id')}/{part}") for part in ("names", "findings")]
    for purpose, place in places:
        try:
            yield Box(ring, purpose).open(content, place)
        except (TamperedError, MissingKeyError):
            continue


def people_in_contents(who: Person, name: str) -> set[int]:
    """Return the row ids of residents or employees in all packed contents."""
    ids: set[int] = set()
    with who.services.databases.whole.reading() as session:
        for model, names in ((models.AppliedMonth, NUMBERS), (models.AppliedDuties, DUTY)):
            if name in names:
                for contents in session.scalars(select(model.contents)):
                    ids |= set(unpack(zlib.decompress(contents), names)[name].tolist())
        for contents in session.scalars(select(models.WorkMonth.contents)):
            ids |= set(unpack(contents)[name].tolist())
    return ids - {0}
