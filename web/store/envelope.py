"""Objects of some known classes as plain data, and back: what is stored of uploads has this form (X1).

A file names classes by words of a fixed list, never by module, so that they may move and be renamed. It carries the
version of this format and a fingerprint of the fields of its classes: a file that another version of the program has
written is recognised and not opened. Opening executes only the constructors of the classes listed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from hashlib import sha256
from typing import Any, Final

import numpy as np
import pandas as pd

from importers.files.plain_data import packed, unpacked

FORMAT: Final = 1
"""Version. To be raised when what is written changes its meaning though the fields of the classes do not."""

_PLAIN: Final = frozenset({str, int, float, bool, type(None)})
_WRITTEN: Final[dict[type, tuple[str, Any, Any]]] = {
    dt.datetime: ("datetime", dt.datetime.isoformat, dt.datetime.fromisoformat),
    dt.date: ("date", dt.date.isoformat, dt.date.fromisoformat),
    dt.time: ("time", dt.time.isoformat, dt.time.fromisoformat),
    dt.timedelta: ("timedelta", lambda one: [one.days, one.seconds, one.microseconds], lambda one: dt.timedelta(*one)),
    Decimal: ("decimal", str, Decimal),
}
"""Type -> its name, how it is written, how it is read."""
_READ: Final = {name: read for name, _, read in _WRITTEN.values()}
_DTYPES: Final = frozenset(
    {"bool", "float64", *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64))}
    | {f"{kind}[{unit}]" for kind in ("datetime64", "timedelta64") for unit in ("s", "ms", "us", "ns")}
)
_CODES: Final = "uint32"


class EnvelopeError(Exception):
    """What is to be opened was written by another version of the program, or is damaged."""


class Envelope:
    """Writes and opens objects of some classes: dataclasses, named tuples and enumerations.

    Besides them it knows JSON's values, tuples, lists, sets, mappings of text or of whole numbers, days and times,
    decimals, arrays of numbers or days with one axis, and frames with a plain range index whose columns are numbers,
    days, truth values, categories or such values.

    Parameters
    ----------
    classes
        Name in the file -> class.
    also
        What else must be the same for a file to be opened, such as the columns of its frames.
    """

    def __init__(self, classes: Mapping[str, type], also: object = None) -> None:
        self._classes = dict(classes)
        self._names = {made: name for name, made in classes.items()}
        self.schema = sha256(repr([FORMAT, self._described(), also]).encode()).hexdigest()

    def close(self, value: object) -> bytes:
        """Return an object as bytes.

        Raises
        ------
        TypeError
            If there is anything in it that would not come back the same.
        """
        buffers: list[bytes] = []
        return packed([self.schema, self._plain(value, buffers)], buffers)

    def open(self, data: bytes, kind: type) -> Any:
        """Return the object of class ``kind`` that :meth:`close` was given.

        Raises
        ------
        EnvelopeError
            If it cannot be opened, for any reason.
        """
        try:
            (schema, plain), buffers = unpacked(data)
            value = self._restored(plain, buffers) if schema == self.schema else None
        except Exception as error:  # noqa: BLE001 - any content may be where another one belongs
            raise EnvelopeError(type(error).__name__) from None
        if type(value) is not kind:
            raise EnvelopeError("another schema" if value is None else "another class")
        return value

    def _described(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Return the fields of the classes with their types, under the names of the file."""
        names = {class_.__name__: name for class_, name in self._names.items()}

        def type_text(annotation: Any) -> str:
            text = getattr(annotation, "__forward_arg__", annotation)
            return re.sub(r"[\w.]+", lambda word: names.get(word[0].rpartition(".")[2], word[0]), str(text))

        return [
            (name, [(part, type_text(kind)) for part, kind in _parts_of(class_)])
            for name, class_ in sorted(self._classes.items())
        ]

    def _plain(self, value: Any, buffers: list[bytes]) -> Any:
        kind = type(value)
        if kind in _PLAIN:
            return value
        if name := self._names.get(kind):
            parts = [value.value] if isinstance(value, Enum) else [getattr(value, part) for part, _ in _parts_of(kind)]
            return {name: [self._plain(part, buffers) for part in parts]}
        if kind in _WRITTEN:
            name, write, _ = _WRITTEN[kind]
            return {name: write(value)}
        if kind is list:
            return [self._plain(one, buffers) for one in value]
        if kind in {tuple, frozenset}:
            return {kind.__name__: [self._plain(one, buffers) for one in value]}
        if isinstance(value, np.generic):
            return self._plain(value.item(), buffers)
        if isinstance(value, Mapping):
            return self._mapping(value, buffers)
        if kind is np.ndarray:
            return {"array": _numbers(value, buffers)}
        if kind is pd.DataFrame:
            return {"frame": self._frame(value, buffers)}
        raise TypeError(f"cannot be kept: {kind.__name__}")

    def _mapping(self, value: Mapping[Any, Any], buffers: list[bytes]) -> dict[str, Any]:
        parts = [(key, self._plain(one, buffers)) for key, one in value.items()]
        if all(type(key) is str for key, _ in parts):
            return {"mapping": dict(parts)}
        if all(type(key) is int for key, _ in parts):
            return {"numbered": parts}
        raise TypeError("cannot be kept: a mapping of other keys than texts or numbers")

    def _frame(self, frame: pd.DataFrame, buffers: list[bytes]) -> list[Any]:
        names = frame.columns.tolist()
        plain = frame.index.equals(pd.RangeIndex(len(frame))) and len(set(names)) == len(names)
        if not plain or any(type(name) is not str for name in names):
            raise TypeError("cannot be kept: a frame without names or with an index of its own")
        return [len(frame), {name: self._column(frame[name], buffers) for name in names}]

    def _column(self, column: pd.Series | pd.Index, buffers: list[bytes]) -> list[Any]:
        """Return kind and content of a column; its numbers go to the buffers."""
        kind = column.dtype
        if isinstance(kind, pd.CategoricalDtype):
            codes = pd.Categorical(column).codes
            return ["category", self._column(kind.categories, buffers), kind.ordered, *_numbers(codes, buffers)]
        if kind == np.dtype(object):
            numbers: dict[Any, int] = {}
            codes = np.array([numbers.setdefault((type(one), one), len(numbers)) for one in column], dtype=_CODES)
            return ["objects", [self._plain(one, buffers) for _, one in numbers], *_numbers(codes, buffers)]
        if str(kind) not in _DTYPES:
            raise TypeError(f"cannot be kept: a column of {kind}")
        return ["numbers", *_numbers(column.to_numpy(), buffers)]

    def _restored(self, plain: Any, buffers: list[memoryview]) -> Any:
        if type(plain) is list:
            return [self._restored(one, buffers) for one in plain]
        if type(plain) is not dict:
            return plain
        ((name, content),) = plain.items()
        if name in self._classes:
            return self._classes[name](*self._restored(content, buffers))
        if name in _READ:
            return _READ[name](content)
        match name:
            case "tuple":
                return tuple([self._restored(one, buffers) for one in content])
            case "frozenset":
                return frozenset(self._restored(one, buffers) for one in content)
            case "mapping":
                return {key: self._restored(one, buffers) for key, one in content.items()}
            case "numbered":
                return {_whole(key): self._restored(one, buffers) for key, one in content}
        return self._frame_of_numbers(name, content, buffers)

    def _frame_of_numbers(self, name: str, content: Any, buffers: list[memoryview]) -> Any:
        match name, content:
            case "array", [dtype, number]:
                return _array(buffers[number], dtype)
            case "frame", [rows, columns]:
                columns_of_frame = {column: self._column_of(told, buffers) for column, told in columns.items()}
                return pd.DataFrame(columns_of_frame, index=pd.RangeIndex(rows))
        raise ValueError("an unknown class")

    def _column_of(self, description: Any, buffers: list[memoryview]) -> pd.Series:
        match description:
            case ["numbers", dtype, number]:
                return pd.Series(_array(buffers[number], dtype))
            case ["objects", values, dtype, number]:
                distinct = _objects([self._restored(one, buffers) for one in values])
                return pd.Series(distinct[_array(buffers[number], dtype)], dtype=object)
            case ["category", categories, bool(ordered), dtype, number]:
                labels = self._column_of(categories, buffers)
                index = pd.Index(labels, dtype=labels.dtype)
                return pd.Series(pd.Categorical.from_codes(_array(buffers[number], dtype), index, ordered=ordered))
        raise ValueError("an unknown kind of column")


def _numbers(numbers: np.ndarray, buffers: list[bytes]) -> list[Any]:
    if str(numbers.dtype) not in _DTYPES or numbers.ndim != 1:
        raise TypeError(f"cannot be kept: numbers of {numbers.dtype}")
    buffers.append(numbers.tobytes())
    return [str(numbers.dtype), len(buffers) - 1]


def _parts_of(kind: type) -> list[tuple[str, Any]]:
    """Return the parts an object of a class is made of, in order, with their types."""
    if issubclass(kind, Enum):
        return [(str(one.value), type(one.value).__name__) for one in kind]
    if is_dataclass(kind):
        return [(one.name, one.type) for one in fields(kind) if one.init]
    return list(kind.__annotations__.items())


def _array(buffer: memoryview, dtype: str) -> np.ndarray:
    if dtype not in _DTYPES:
        raise ValueError("an unknown type of numbers")
    return np.frombuffer(buffer, dtype=dtype)


def _whole(number: Any) -> int:
    if type(number) is not int:
        raise ValueError("no whole number")
    return number


def _objects(values: list[Any]) -> np.ndarray:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array
