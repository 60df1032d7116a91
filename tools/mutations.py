"""The kinds of small, wrong changes that :mod:`mutants` makes in a module.

They are made in its text, so everything else stays as it is written. Nothing is changed in docstrings, annotations,
log calls, assertions, f-strings and what only type checkers read; nor where a change is known to make no difference.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LIMITS_ABOVE: Final = 99
"""A constant of a module that is larger bounds time or memory: one more makes no difference."""

SYMMETRIC: Final = {
    "min",
    "max",
    "minimum",
    "maximum",
    "gcd",
    "array_equal",
    "isclose",
    "cast",
    "where",
    "and_",
    "or_",
}
"""Functions whose first two arguments can be swapped without an effect; ``where`` is that of a query."""

LOGS: Final = {"_log", "log", "logger", "logging"}
EXITS: Final = (ast.Return, ast.Raise, ast.Continue, ast.Break)
SHIFTED: Final[dict[type[ast.cmpop], tuple[str, str]]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
}
ARITHMETIC: Final[dict[type[ast.operator], tuple[str, str]]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "//"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "*"),
}

Edit: TypeAlias = tuple[int, int, str]
"""First byte, byte behind the last, and what takes their place."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of a file; ``lines`` are those of what is changed, counted from 1."""

    path: str
    kind: str
    lines: range
    edit: Edit

    def applied(self, text: str) -> str:
        """Return the text of the file with the change."""
        start, end, new = self.edit
        data = text.encode()
        return (data[:start] + new.encode() + data[end:]).decode()


class Source:
    """The text of a module: where its nodes stand, in bytes as :mod:`ast` counts them."""

    def __init__(self, text: str) -> None:
        self.data = text.encode()
        self.tree = ast.parse(text)
        self._starts = [0]
        for line in self.data.split(b"\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)
        self.constants = {
            id(node)
            for statement in self.tree.body
            if isinstance(statement, ast.Assign | ast.AnnAssign)
            for node in ast.walk(statement)
        }

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Return the first byte of a node and the byte behind its last."""
        start, end = self._starts[node.lineno - 1], self._starts[node.end_lineno - 1]  # type: ignore[attr-defined]
        return start + node.col_offset, end + node.end_col_offset  # type: ignore[attr-defined]

    def of(self, node: ast.AST) -> str:
        """Return the text of a node."""
        start, end = self.span(node)
        return self.data[start:end].decode()

    def between(self, left: ast.AST, right: ast.AST, old: str, new: str) -> Iterator[Edit]:
        """Replace an operator between two nodes."""
        start, end = self.span(left)[1], self.span(right)[0]
        yield start, end, self.data[start:end].decode().replace(old, new, 1)


def _swap(node: ast.AST, source: Source) -> Iterator[Edit]:
    match node:
        case ast.Call(func=called, args=[left, right, *_]):
            name = source.of(called)
            if name != "np.where" and name.rpartition(".")[2] in SYMMETRIC:
                return
            if isinstance(left, ast.Starred) or isinstance(right, ast.Starred):
                return
        case ast.BinOp(left=left, op=ast.Sub() | ast.Div() | ast.FloorDiv() | ast.Mod() | ast.Pow(), right=right):
            if _is_text(left) or _is_text(right):
                return
        case _:
            return
    (start, middle), (behind, end) = source.span(left), source.span(right)
    first, second = source.of(left), source.of(right)
    if isinstance(node, ast.BinOp):
        first, second = f"({first})", f"({second})"
    yield start, end, second + source.data[middle:behind].decode() + first


def _guard(node: ast.AST, source: Source) -> Iterator[Edit]:
    if isinstance(node, ast.If) and isinstance(node.body[-1], EXITS):
        yield *source.span(node.test), "False"


def _comparison(node: ast.AST, source: Source) -> Iterator[Edit]:
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        for left, op, right in zip(sides, node.ops, sides[1:], strict=False):
            if type(op) in SHIFTED:
                yield from source.between(left, right, *SHIFTED[type(op)])


def _and_or(node: ast.AST, source: Source) -> Iterator[Edit]:
    if isinstance(node, ast.BoolOp):
        words = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for left, right in zip(node.values, node.values[1:], strict=False):
            yield from source.between(left, right, *words)


def _negate(node: ast.AST, source: Source) -> Iterator[Edit]:
    tests = [node.test] if isinstance(node, ast.If | ast.While | ast.IfExp) else getattr(node, "ifs", [])
    for test in tests:
        match test:
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                yield *source.span(test), f"({source.of(inner)})"
            case _:
                yield *source.span(test), f"not ({source.of(test)})"


def _arithmetic(node: ast.AST, source: Source) -> Iterator[Edit]:
    if isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC and not _is_text(node):
        yield from source.between(node.left, node.right, *ARITHMETIC[type(node.op)])


def _delete(node: ast.AST, source: Source) -> Iterator[Edit]:
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    stored = isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(targets[0], ast.Attribute | ast.Subscript)
    called = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    if stored or called or isinstance(node, ast.AugAssign):
        yield *source.span(node), "pass"


def _return(node: ast.AST, source: Source) -> Iterator[Edit]:
    match node:
        case ast.Return(value=ast.Constant(value=bool(said)) as value):
            yield *source.span(value), str(not said)
        case ast.Return(value=ast.expr() as value) if source.of(value) not in {"None", "()", "[]", "{}", '""', "0"}:
            yield *source.span(value), "None"


def _default(node: ast.AST, source: Source) -> Iterator[Edit]:
    if isinstance(node, ast.arguments):
        for value in [*node.defaults, *node.kw_defaults]:
            match value:
                case ast.Constant(value=bool(said)):
                    yield *source.span(value), str(not said)
                case ast.Constant(value=int(said)):
                    yield *source.span(value), str(said + 1)
                case ast.Constant(value=str(said)):
                    yield *source.span(value), '""' if said else '"x"'


def _number(node: ast.AST, source: Source) -> Iterator[Edit]:
    if not isinstance(node, ast.Constant) or not isinstance(node.value, int) or isinstance(node.value, bool):
        return
    if node.value <= LIMITS_ABOVE or id(node) not in source.constants:
        yield *source.span(node), str(node.value + 1)


def _sorted(node: ast.AST, source: Source) -> Iterator[Edit]:
    match node:
        case ast.Call(func=ast.Name(id="sorted"), args=[first, *_]):
            yield *source.span(node), f"list({source.of(first)})"


KINDS: Final[dict[str, Callable[[ast.AST, Source], Iterator[Edit]]]] = {
    "swap": _swap,
    "guard": _guard,
    "comparison": _comparison,
    "and/or": _and_or,
    "negate": _negate,
    "arithmetic": _arithmetic,
    "delete": _delete,
    "return": _return,
    "default": _default,
    "number": _number,
    "sorted": _sorted,
}


def _is_text(node: ast.AST) -> bool:
    """Return whether ``+`` or ``%`` puts texts or lists together here, as far as it can be seen."""
    if isinstance(node, ast.BinOp):
        return _is_text(node.left) or _is_text(node.right)
    texts = ast.JoinedStr | ast.List | ast.ListComp | ast.Tuple
    return isinstance(node, texts) or (isinstance(node, ast.Constant) and isinstance(node.value, str | bytes))


def _left_out(node: ast.AST) -> bool:
    match node:
        case ast.JoinedStr() | ast.Assert() | ast.Expr(value=ast.Constant()):
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING") | ast.Compare(left=ast.Name(id="__name__"))):
            return True
        case ast.Expr(value=ast.Call() as call) | (ast.Call() as call):
            return isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") in LOGS
        case ast.Assign(targets=[ast.Name(id="__all__")]):
            return True
    return False


def nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of code that does something when it runs."""
    yield node
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _left_out(child):
                yield from nodes(child)


def mutants(text: str, path: str) -> list[Mutant]:
    """Return every mutant of a module that is another program, each change once."""
    source = Source(text)
    before = ast.dump(source.tree)
    by_edit: dict[Edit, Mutant] = {}
    for node in nodes(source.tree):
        for kind, edits in KINDS.items():
            for edit in edits(node, source):
                first, last = (source.data[:place].count(b"\n") + 1 for place in edit[:2])
                mutant = Mutant(path, kind, range(first, last + 1), edit)
                try:
                    after = ast.dump(ast.parse(mutant.applied(text)))
                except SyntaxError:
                    continue
                if after != before:
                    by_edit.setdefault(edit, mutant)
    return list(by_edit.values())
