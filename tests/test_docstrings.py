"""The doors of the packages: what `__all__` names is there, and says what it takes and gives."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOORS = ("market", "signals", "strategy", "strategy.api", "reports")
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "docs" / "example.py"])


def named() -> dict[str, Any]:
    """Everything behind the doors by its own address; what two doors give counts once."""
    found = {}
    for door in DOORS:
        module = import_module(door)
        for name in module.__all__:
            item = getattr(module, name)
            if inspect.isclass(item) or inspect.isfunction(item):
                found[f"{item.__module__}.{name}"] = item
    return found


def functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Public functions and public methods of public classes, written by hand."""
    for address, item in named().items():
        if inspect.isfunction(item):
            yield address, item
            continue
        for name, method in vars(item).items():
            own = method.__func__ if isinstance(method, classmethod | staticmethod) else method
            if not name.startswith("_") and inspect.isfunction(own):
                yield f"{address}.{name}", own


def sections(item: object) -> dict[str, str]:
    """Sections of a numpydoc text by their headings."""
    text = inspect.getdoc(item) or ""
    found = re.split(r"^(\w[\w ]*)\n-{3,}$", text, flags=re.M)
    return dict(zip(found[1::2], found[2::2], strict=True))


def entries(section: str) -> list[str]:
    """Names that a section describes, in order: ``least, most : float`` are two."""
    heads = re.findall(r"^(\S.*)$", section, flags=re.M)
    return [name.strip().lstrip("*") for head in heads for name in head.split(" : ")[0].split(",")]


def taken(function: Callable[..., Any]) -> list[str]:
    return [name for name in inspect.signature(function).parameters if name not in ("self", "cls")]


def raised(item: object) -> set[str]:
    """Names of the errors that a function's own body raises."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(item)))  # type: ignore[arg-type]
    calls = [n.exc for n in ast.walk(tree) if isinstance(n, ast.Raise) and n.exc is not None]
    return {ast.unparse(call.func) for call in calls if isinstance(call, ast.Call)}


FUNCTIONS = dict(functions())
RECORDS = {a: item for a, item in named().items() if dataclasses.is_dataclass(item)}


@pytest.mark.parametrize("door", DOORS)
def test_all_names_what_is_there_once(door):
    module = import_module(door)
    assert len(set(module.__all__)) == len(module.__all__)
    assert all(hasattr(module, name) for name in module.__all__)


@pytest.mark.parametrize("door", DOORS)
def test_what_a_door_defines_is_private_or_named_in_all(door):
    module = import_module(door)
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    defined = {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    }
    assert defined <= set(module.__all__)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_the_documentation_takes_from_a_door_only_what_it_gives(page):
    for door, names in re.findall(
        rf"^ *from ({'|'.join(map(re.escape, DOORS))}) import ([\w, ]+)$", page.read_text(), re.M
    ):
        wanted = {name.split(" as ")[0].strip() for name in names.split(",")}
        assert wanted <= set(import_module(door).__all__), f"from {door} import {names}"


@pytest.mark.parametrize("address", FUNCTIONS)
def test_a_public_function_says_in_one_line_what_it_does(address):
    first = (inspect.getdoc(FUNCTIONS[address]) or "").partition("\n")[0]
    assert first.endswith((".", ":", "?")), f"{address}: {first!r}"


@pytest.mark.parametrize("address", [a for a in FUNCTIONS if len(taken(FUNCTIONS[a])) > 1])
def test_a_public_function_of_several_parameters_describes_each_and_what_it_returns(address):
    function = FUNCTIONS[address]
    said = sections(function)
    assert entries(said.get("Parameters", "")) == taken(function)
    if function.__annotations__["return"] not in (None, "None"):
        assert said.get("Returns", "").strip()


@pytest.mark.parametrize("address", FUNCTIONS)
def test_a_public_function_names_the_errors_it_raises(address):
    function = FUNCTIONS[address]
    said = entries(sections(function).get("Raises", ""))
    assert raised(function) <= set(said)
    if "InputError" in (inspect.getdoc(function) or ""):
        assert "InputError" in said


@pytest.mark.parametrize("address", RECORDS)
def test_a_public_record_describes_each_of_its_fields(address):
    said = sections(RECORDS[address])
    described = entries(said.get("Parameters", "") + said.get("Attributes", ""))
    fields = [f.name for f in dataclasses.fields(RECORDS[address]) if not f.name.startswith("_")]
    assert sorted(described) == sorted(fields)
