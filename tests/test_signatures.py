"""Functions take records in place of long lists, and kernels write into plain arrays only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("market", "signals", "strategy", "reports")
#: Most parameters that a call passes by place. Options of a command are its users' words.
MOST = 12
COMMANDS = ROOT / "strategy" / "commands"
#: Most values that a function returns without names.
MOST_RETURNED = 6


def functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef):
                    yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node


def places(node: ast.FunctionDef) -> int:
    return len(node.args.posonlyargs) + len(node.args.args)


def values(node: ast.FunctionDef) -> int:
    """Values in the longest tuple that the function itself returns."""
    inner = {
        id(below)
        for other in ast.walk(node)
        if isinstance(other, (ast.FunctionDef, ast.Lambda)) and other is not node
        for below in ast.walk(other)
    }
    return max(
        (
            len(found.value.elts)
            for found in ast.walk(node)
            if isinstance(found, ast.Return)
            and id(found) not in inner
            and isinstance(found.value, ast.Tuple)
        ),
        default=0,
    )


def is_parallel(node: ast.FunctionDef) -> bool:
    return any(
        isinstance(d, ast.Call) and any(k.arg == "parallel" for k in d.keywords)
        for d in node.decorator_list
    )


def written_fields(node: ast.FunctionDef) -> list[str]:
    """Writes into an array that is looked up in a record, which Numba drops in a parallel loop."""
    targets = [
        target
        for found in ast.walk(node)
        if isinstance(found, (ast.Assign, ast.AugAssign))
        for target in (found.targets if isinstance(found, ast.Assign) else [found.target])
    ]
    return [
        ast.unparse(target)
        for target in targets
        if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Attribute)
    ]


def test_no_function_takes_more_by_place_than_a_reader_can_follow():
    long = [
        f"{name}: {places(node)}"
        for name, node in functions()
        if places(node) > MOST and not (ROOT / name.split(":")[0]).is_relative_to(COMMANDS)
    ]
    assert not long


def test_no_function_returns_a_long_tuple_without_names():
    assert not [
        f"{name}: {values(node)}" for name, node in functions() if values(node) > MOST_RETURNED
    ]


def test_no_parallel_kernel_writes_into_an_array_of_a_record():
    found = {
        name: written_fields(node)
        for name, node in functions()
        if is_parallel(node) and written_fields(node)
    }
    assert not found


@pytest.mark.parametrize(
    ("source", "places_", "values_", "written"),
    [
        ("def f(a, b, /, c, *, d): return a, b", 3, 2, []),
        ("def f(a):\n    def g(): return 1, 2, 3\n    return g", 1, 0, []),
        ("def f(out):\n    out.x[0] = 1.0\n    out.y[0] += 1.0", 1, 0, ["out.x[0]", "out.y[0]"]),
    ],
)
def test_what_is_counted(source, places_, values_, written):
    node = ast.parse(source).body[0]
    assert isinstance(node, ast.FunctionDef)
    assert places(node) == places_
    assert values(node) == values_
    assert written_fields(node) == written
