"""Parquet files as columns of known kinds: one place that opens them, and explains why one cannot be used."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.parquet as pq

from importers.files.coded_column import CodedColumn
from importers.findings import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import numpy as np

MAX_ROW_GROUP: Final = 2**31
"""Bytes a row group may unpack to: that much has to be held at once."""

_WORDS: Final = {
    "text": "Text",
    "category": "Text",
    "day": "Tag (date32 oder timestamp ohne Zeitzone)",
    "time": "Zeitpunkt ohne Zeitzone",
    "int": "ganze Zahl",
    "truth": "Wahrheitswert",
}


@contextmanager
def opened(
    path: Path, kinds: Mapping[str, str], required: Sequence[str], max_rows: int, encoded: Sequence[str] = ()
) -> Iterator[pq.ParquetFile]:
    """Open a file whose columns have the kinds they should have.

    Parameters
    ----------
    kinds
        Column -> kind as in :mod:`pebem.contracts`; other columns of the file are not read.
    required
        Columns that must be there.
    encoded
        Text columns to read as dictionaries.

    Raises
    ------
    UnreadableError
        Where the file is missing, damaged or too large, or a column is missing or of another type; also while it is
        being read.
    """
    name = path.name
    try:
        with pq.ParquetFile(path) as plain:
            about = plain.metadata
            _check_size(name, about, max_rows)
            _check_columns(name, plain.schema_arrow, kinds, required)
            there = [column for column in encoded if column in plain.schema_arrow.names]
        with pq.ParquetFile(path, metadata=about, read_dictionary=there, pre_buffer=False) as file:
            yield file
    except FileNotFoundError as problem:
        raise UnreadableError(f"Die Datei „{name}“ fehlt. Bitte ergänzen Sie sie.") from problem
    except (pa.ArrowException, OSError) as problem:
        raise UnreadableError(
            f"Die Datei „{name}“ ist beschädigt oder keine Parquet-Datei. Bitte schreiben oder kopieren Sie sie neu."
        ) from problem


def _check_size(name: str, about: pq.FileMetaData, max_rows: int) -> None:
    groups = (about.row_group(i).total_byte_size for i in range(about.num_row_groups))
    if about.num_rows > max_rows:
        raise UnreadableError(
            f"Die Datei „{name}“ hat mehr als {max_rows:,} Zeilen. Bitte teilen Sie sie.".replace(",", ".")
        )
    if max(groups, default=0) > MAX_ROW_GROUP:
        raise UnreadableError(
            f"Die Datei „{name}“ hat zu große Zeilengruppen. Bitte schreiben Sie sie mit höchstens 1.000.000 Zeilen "
            "je Gruppe."
        )


def _check_columns(name: str, schema: pa.Schema, kinds: Mapping[str, str], required: Sequence[str]) -> None:
    for column in required:
        if column not in schema.names:
            raise UnreadableError(f"In der Datei „{name}“ fehlt die Spalte „{column}“. Bitte ergänzen Sie sie.")
    for column, kind in kinds.items():
        places = schema.get_all_field_indices(column)
        if len(places) > 1:
            raise UnreadableError(f"In der Datei „{name}“ steht die Spalte „{column}“ mehrmals. Bitte nur einmal.")
        if places and not fits(schema.field(places[0]).type, kind):
            raise UnreadableError(
                f"Die Spalte „{column}“ der Datei „{name}“ hat den Typ {schema.field(places[0]).type}; nötig ist: "
                f"{_WORDS[kind]}. Bitte schreiben Sie die Datei mit diesem Typ."
            )


def fits(kind_in_file: pa.DataType, kind: str) -> bool:
    """Return whether an Arrow type can hold a kind of column. Text may be dictionary-encoded."""
    if pa.types.is_dictionary(kind_in_file):
        return kind in {"text", "category"} and fits(kind_in_file.value_type, kind)
    match kind:
        case "text" | "category":
            return bool(pa.types.is_string(kind_in_file) or pa.types.is_large_string(kind_in_file))
        case "day":
            return bool(pa.types.is_date(kind_in_file)) or fits(kind_in_file, "time")
        case "time":
            return bool(pa.types.is_timestamp(kind_in_file)) and kind_in_file.tz is None
        case "int":
            return bool(pa.types.is_integer(kind_in_file))
        case _:
            return bool(pa.types.is_boolean(kind_in_file))


def days(column: pa.ChunkedArray | pa.Array) -> np.ndarray:
    """Return datetime64[D], NaT where missing; a time of day is dropped."""
    values: np.ndarray = column.to_numpy(zero_copy_only=False) if isinstance(column, pa.Array) else column.to_numpy()
    return values.astype("datetime64[D]")


def times(column: pa.ChunkedArray) -> np.ndarray:
    """Return datetime64[s], NaT where missing."""
    values: np.ndarray = column.to_numpy().astype("datetime64[s]")
    return values


def integers(column: pa.Array, missing: int) -> np.ndarray:
    """Return int64, with ``missing`` where nothing stands."""
    values: np.ndarray = column.cast(pa.int64()).fill_null(missing).to_numpy(zero_copy_only=False)
    return values


def coded(column: pa.Array) -> CodedColumn:
    """Return the distinct texts of a column; where nothing stands the code is -1."""
    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    codes: np.ndarray = encoded.indices.cast(pa.int64()).fill_null(-1).to_numpy(zero_copy_only=False)
    texts = encoded.dictionary.to_pylist()
    # A dictionary of a file may itself hold a missing text.
    return CodedColumn(codes, ["" if text is None else text for text in texts])
