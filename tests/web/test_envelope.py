"""X1: what is kept of uploads is plain data, and comes back exactly as it was."""

from __future__ import annotations

import datetime as dt
import json
import math
import pickle
import struct
from dataclasses import dataclass, make_dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import importers
import sample_data
from importers.files.plain_data import packed, unpacked
from rules import load
from tests.support.importers.files import DAY
from tests.support.web import workbooks
from tests.support.web.uploads import same_import
from web.services.uploads import kept_files
from web.services.uploads.conversation import Conversation
from web.store.envelope import FORMAT, Envelope, EnvelopeError

BOOK = load(DAY)
SAMPLE = Path(sample_data.__file__).with_name("haus-sonnenschein.xlsx")


class Colour(StrEnum):
    RED = "rot"


class Pair(NamedTuple):
    left: Any
    right: Any


@dataclass(frozen=True, slots=True)
class Thing:
    value: Any
    name: str = ""


KNOWN = {"colour": Colour, "pair": Pair, "thing": Thing}


def round_trip(value: Any) -> Any:
    """Return what comes back of a value inside an object."""
    envelope = Envelope(KNOWN)
    return envelope.open(envelope.close(Thing(value)), Thing).value


def same(left: Any, right: Any) -> bool:
    """Return whether two values are equal, and of one type all through; what is no number is equal to itself."""
    if type(left) is not type(right):
        return False
    if isinstance(left, Thing):
        return same(left.value, right.value) and left.name == right.name
    if isinstance(left, (list, tuple)):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    return left == right or (isinstance(left, float) and math.isnan(left) and math.isnan(right))


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.decimals(allow_nan=False),
    st.just(Colour.RED),
)
VALUES = st.recursive(
    SCALARS | st.frozensets(st.tuples(st.text(), st.integers())),
    lambda inner: st.one_of(
        st.lists(inner),
        st.lists(inner).map(tuple),
        st.dictionaries(st.text(), inner),
        st.dictionaries(st.integers(), inner),
        st.builds(Thing, inner, st.text()),
        st.builds(Pair, inner, inner),
    ),
)


@given(VALUES)
def test_values_round_trip_with_their_types(value: Any) -> None:
    """X1."""
    assert same(round_trip(value), value)


TEXT = st.text(st.characters(codec="utf-8"))
DAYS = st.dates(dt.date(1800, 1, 1), dt.date(2200, 1, 1)) | st.none()


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    """Frames as the contract of the engine has them, with everything that may be missing missing somewhere."""
    rows = draw(st.integers(0, 30))

    def column(values: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(values, min_size=rows, max_size=rows))

    words = draw(st.lists(TEXT, unique=True, max_size=300 if draw(st.booleans()) else 5))
    codes = column(st.integers(-1, len(words) - 1))
    unit = draw(st.sampled_from(["s", "ms", "us", "ns"]))
    return pd.DataFrame(
        {
            "text": pd.Series(column(TEXT | st.none() | st.just(math.nan)), dtype="object"),
            "ä ö": pd.Series(column(st.decimals(0, 99, places=2) | st.booleans() | st.integers()), dtype="object"),
            "category": pd.Series(pd.Categorical.from_codes(codes, pd.Index(words, dtype="object"))),
            "ordered": pd.Series(pd.Categorical.from_codes(codes, pd.Index(words, dtype="object"), ordered=True)),
            "numbered": pd.Series(pd.Categorical(pd.Series(column(st.integers(0, 9)), dtype="int64"))),
            "day": pd.Series(column(DAYS), dtype=f"datetime64[{unit}]"),
            "int": pd.Series(column(st.integers(-(2**31), 2**31 - 1)), dtype="int32"),
            "long": pd.Series(column(st.integers(-(2**63), 2**63 - 1)), dtype="int64"),
            "float": pd.Series(column(st.floats()), dtype="float64"),
            "bool": pd.Series(column(st.booleans()), dtype="bool"),
        },
        index=pd.RangeIndex(rows),
    )


@given(frames())
def test_frames_round_trip_with_their_types(frame: pd.DataFrame) -> None:
    """X1."""
    read_back = round_trip(frame)
    pd.testing.assert_frame_equal(read_back, frame, check_freq=True, check_column_type=True)
    assert [type(one) for one in read_back["text"]] == [type(one) for one in frame["text"]]
    assert [type(one) for one in read_back["ä ö"]] == [type(one) for one in frame["ä ö"]]
    assert read_back["category"].array._ndarray.flags.writeable  # as that of the one that was kept


@pytest.mark.parametrize("data", [SAMPLE.read_bytes(), workbooks.workbook()], ids=["sample", "dirty"])
def test_read_files_round_trip_equal(data: bytes) -> None:
    """X1: the result with its findings and unknown words, what is asked, and the rows to repair."""
    look = importers.look([("haus.xlsx", data)])
    result = look.read(BOOK, sheets_needed=())
    for part, value, kind in (
        ("faulty", result.faulty_rows, tuple),
        (
            "asked",
            Conversation(guesses=look.guesses, seen=frozenset({("blatt", "haus.xlsx", "Bewohner")})),
            Conversation,
        ),
        ("passwords", {"haus.xlsx": "Rosen im Höf"}, dict),
    ):
        envelope = kept_files._ENVELOPES[part]
        assert envelope.open(envelope.close(value), kind) == value
    envelope = kept_files._ENVELOPES["result"]
    kept = replace(result, faulty_rows=(), unknown_days=())
    same_import(envelope.open(envelope.close(kept), importers.ReadFiles), kept)


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8", "float64", "bool", "datetime64[s]"])
@pytest.mark.parametrize("rows", [0, 3])
def test_arrays_come_back_equal_and_of_their_type(dtype: str, rows: int) -> None:
    """X1."""
    array = np.arange(rows).astype(dtype)
    made = round_trip({"rows": array})["rows"]
    assert made.dtype == array.dtype
    np.testing.assert_array_equal(made, array)
    np.testing.assert_array_equal(round_trip(np.arange(6)[::2]), [0, 2, 4])


class Other:
    """Of no known class."""


@pytest.mark.parametrize(
    "value",
    [
        Other(),
        {1: "a", "b": 2},
        {1.0: "a"},
        {True: "a"},
        {None: 1},
        {1, 2},
        b"x",
        pd.NA,
        np.array(["a"], dtype=object),
        np.zeros((2, 2)),
        np.array(["a"]),
        np.array([1j]),
        complex(1, 2),
        Other,
        pd.DataFrame({"a": [1, 2]}, index=[1, 2]),
        pd.DataFrame({1: [1, 2]}),
        pd.DataFrame([[1, 2]], columns=["a", "a"]),
        pd.DataFrame({"a": [Other()]}),
        pd.DataFrame({"a": pd.array([1, None], dtype="Int64")}),
        pd.DataFrame({"a": pd.to_datetime(["2026-01-01"]).tz_localize("Europe/Berlin")}),
    ],
)
def test_values_that_do_not_round_trip_are_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="cannot be kept"):
        round_trip(value)


def test_numbers_of_arrays_are_written_as_numbers() -> None:
    assert same(round_trip((np.int32(3), np.float64(0.5), np.bool_(1))), (3, 0.5, True))


def test_names_in_the_file_are_no_modules() -> None:
    """X1: a class that moves or gets another name changes nothing."""
    data = Envelope({"thing": Thing, "pair": Pair}).close(Thing(Pair(1, 2), "x"))
    assert b"tests" not in data
    assert b"Thing" not in data
    moved = make_dataclass("Renamed", [("value", "Any"), ("name", "str", "")])
    twin = Envelope({"thing": moved, "pair": NamedTuple("Couple", [("left", "Any"), ("right", "Any")])})
    opened = twin.open(data, moved)
    assert (opened.value, opened.name) == ((1, 2), "x")


@pytest.mark.parametrize(
    "other",
    [
        Envelope({"thing": make_dataclass("Thing", [("value", "Any")])}),
        Envelope({"thing": make_dataclass("Thing", [("value", "Any"), ("title", "str", "")])}),
        Envelope({"thing": make_dataclass("Thing", [("value", "Any"), ("name", "int", "")])}),
        Envelope({"thing": make_dataclass("Thing", [("name", "str"), ("value", "Any", "")])}),
        Envelope({"another": Thing}),
        Envelope({"thing": Thing}, also=["a column more"]),
    ],
)
def test_another_schema_is_not_opened(other: Envelope) -> None:
    """X1: a field more or less, of another name or type, in another place, or other columns."""
    data = other.close({"a": 1})
    with pytest.raises(EnvelopeError, match="another schema"):
        Envelope({"thing": Thing}).open(data, dict)
    assert other.open(data, dict) == {"a": 1}


def test_another_format_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """X1: a version that writes the same fields with another meaning."""
    data = Envelope(KNOWN).close(Thing(1))
    monkeypatch.setattr("web.store.envelope.FORMAT", FORMAT + 1)
    with pytest.raises(EnvelopeError):
        Envelope(KNOWN).open(data, Thing)


def test_columns_of_the_contract_belong_to_the_schema_of_a_result() -> None:
    """X1: frames have no fields of their own, but a result with other columns must not be opened either."""
    ours = kept_files._ENVELOPES["result"]
    assert Envelope(ours._classes, kept_files._FRAMES).schema == ours.schema
    assert Envelope(ours._classes, kept_files._FRAMES[1:]).schema != ours.schema


def forged(value: Any, *buffers: bytes) -> bytes:
    """Return a file with the right schema and any content."""
    return packed([Envelope(KNOWN).schema, value], buffers)


def deep(levels: int) -> bytes:
    """Return a file nested deeper than any stack."""
    text = b'[["%s",%s1%s],[]]' % (Envelope(KNOWN).schema.encode(), b"[" * levels, b"]" * levels)
    return len(text).to_bytes(8, "little") + text


EMPTY = ["objects", [], "uint32", 0]
GOOD = forged({"thing": [{"frame": [1, {"a": ["numbers", "int32", 0]}]}, "x"]}, bytes(4))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 8,
        b"\xff" * 100,
        pickle.dumps(Thing(1)),
        pickle.dumps([1, 2], protocol=0),
        deep(200_000),
        json.dumps([1]).encode(),
        GOOD[:-1],
        GOOD + b"\0",
        GOOD[: len(GOOD) // 2],
        forged({"os.system": ["true"]}),
        forged({"thing": []}),
        forged({"thing": [1, 2, 3]}),
        forged({"thing": {"a": 1}}),
        forged({"thing": 1, "pair": 2}),
        forged({}),
        forged({"colour": ["blau"]}),
        forged({"pair": [1, 2]}),
        forged([1]),
        forged({"thing": [{"date": "gestern"}, ""]}),
        forged({"thing": [{"timedelta": [10**12, 0, 0]}, ""]}),
        forged({"thing": [{"frozenset": [[1]]}, ""]}),
        forged({"thing": [{"decimal": "x"}, ""]}),
        forged({"thing": [{"frame": [1, {"a": ["numbers", "object", 0]}]}, ""]}, bytes(8)),
        forged({"thing": [{"frame": [1, {"a": ["numbers", "S4", 0]}]}, ""]}, bytes(4)),
        forged({"thing": [{"frame": [1, {"a": ["numbers", "int32", 7]}]}, ""]}, bytes(4)),
        forged({"thing": [{"frame": [1, {"a": ["numbers", "int32", 0]}]}, ""]}, bytes(3)),
        forged({"thing": [{"frame": [1, {"a": ["objects", [], "uint32", 0]}]}, ""]}, bytes(4)),
        forged({"thing": [{"frame": [1, {"a": ["category", EMPTY, False, "int8", 1]}]}, ""]}, b"", b"\1"),
        forged({"thing": [{"frame": [1, {"a": ["eval", "1"]}]}, ""]}),
        forged({"thing": [{"array": ["object", 0]}, ""]}, bytes(8)),
        forged({"thing": [{"array": ["int32", 0]}, ""]}, bytes(3)),
        forged({"thing": [{"array": ["int32", 7]}, ""]}),
        forged({"thing": [{"array": "int32"}, ""]}),
        forged({"thing": [{"numbered": [["1", 2]]}, ""]}),
        forged({"thing": [{"numbered": [[True, 2]]}, ""]}),
        forged({"thing": [{"numbered": [1]}, ""]}),
    ],
    ids=len,
)
def test_foreign_bytes_are_refused(data: bytes) -> None:
    """X1: cut short, of another kind, with classes or numbers it must not hold."""
    assert same(Envelope(KNOWN).open(GOOD, Thing).name, "x")
    with pytest.raises(EnvelopeError):
        Envelope(KNOWN).open(data, Thing)


def test_sizes_that_a_file_claims_are_checked() -> None:
    """X1: a negative size must not reach back, a huge one must not be reserved."""
    for sizes in ([-1], [2**62], [True], ["1"], [[1]], 5, None):
        text = json.dumps([0, sizes]).encode()
        with pytest.raises(ValueError, match=r"buffer|short"):
            unpacked(len(text).to_bytes(8, "little") + text + b"\0")
    assert struct.unpack("<I", unpacked(packed(0, [struct.pack("<I", 7)]))[1][0]) == (7,)
