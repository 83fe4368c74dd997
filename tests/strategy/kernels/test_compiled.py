"""The stamp of compiled code covers all that a kernel is made of."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from strategy.kernels.compiled import PACKAGES, sources

ROOT = Path(__file__).resolve().parents[3]
KERNELS = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in (ROOT / "strategy").rglob("*.py")
    if "@compiled(" in path.read_text()
)


@pytest.mark.parametrize("kernel", KERNELS)
def test_the_stamp_covers_the_modules_whose_names_a_kernel_imports(kernel):
    tree = ast.parse((ROOT / (kernel.replace(".", "/") + ".py")).read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in PACKAGES:
            assert node.module in sources(kernel)


def test_the_length_of_the_year_is_part_of_the_account():
    assert "market.year" in sources("strategy.account.kernel")


#: Ways to a compiler of Numba other than the one decorator.
COMPILERS = {"njit", "jit", "vectorize", "guvectorize", "stencil", "cfunc", "jitclass"}


def other_compilers(source: str) -> set[str]:
    """Compilers of Numba that a source names, as an import or as an attribute of the package."""
    named = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "numba":
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.Attribute):
            named.add(node.attr)
    return named & COMPILERS


def test_no_kernel_is_compiled_by_numba_s_own_decorators():
    found = {
        str(path.relative_to(ROOT))
        for package in (*PACKAGES, "reports")
        for path in (ROOT / package).rglob("*.py")
        if other_compilers(path.read_text(encoding="utf-8"))
    }
    assert found == {"strategy/kernels/compiled.py"}


@pytest.mark.parametrize(
    "source",
    ["from numba import njit", "import numba\n@numba.njit(cache=True)\ndef f(): pass"],
)
def test_numba_s_own_decorator_is_found_however_it_is_imported(source):
    assert other_compilers(source) == {"njit"}


#: Prints the kernel's answer and how often its code came from the cache.
ASK = "from strategy.top import top; print(top(1.0), sum(top.stats.cache_hits.values()))"


@pytest.fixture
def program(tmp_path):
    """A small program of the same packages: a kernel, one that it calls, a constant of each."""
    kernels = tmp_path / "strategy" / "kernels"
    shutil.copytree(
        ROOT / "strategy" / "kernels", kernels, ignore=shutil.ignore_patterns("__pycache__")
    )
    decorated = "from strategy.kernels.compiled import compiled\n"
    for name, text in {
        "strategy/__init__.py": "",
        "market/__init__.py": "",
        "signals/__init__.py": "",
        "market/far.py": "FAR = 10.0\n",
        "signals/near.py": "NEAR = 200.0\n",
        "strategy/below.py": decorated
        + "from market.far import FAR\n@compiled()\ndef below(x):\n    return x + FAR\n",
        "strategy/top.py": decorated
        + "from signals.near import NEAR\nfrom strategy.below import below\n"
        + "@compiled()\ndef top(x):\n    return below(x) + NEAR\n",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


def answer(program: Path, code: str = ASK) -> list[str]:
    """Words that a new process prints which sees only the small program."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(program),
        "PYTHONDONTWRITEBYTECODE": "1",
        "NUMBA_CACHE_DIR": str(program / "cache"),
    }
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=program,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()


@pytest.mark.parametrize(
    ("module", "before", "after", "expected"),
    [
        ("signals/near.py", "200.0", "300.0", "311.0"),
        ("market/far.py", "10.0", "20.0", "221.0"),
    ],
    ids=["of an imported module", "of a module behind another kernel"],
)
def test_old_code_does_not_run_after_a_change_of_a_constant(
    program, module, before, after, expected
):
    assert answer(program) == ["211.0", "0"]
    assert answer(program) == ["211.0", "1"]  # kept: the change below is what throws it away
    path = program / module
    path.write_text(path.read_text().replace(before, after))
    assert answer(program) == [expected, "0"]


def test_a_record_that_was_renamed_does_not_stop_the_program_on_its_old_cache(program):
    record = "from typing import NamedTuple\nclass {name}(NamedTuple):\n    x: float\n"
    (program / "strategy" / "record.py").write_text(record.format(name="Old"))
    top = program / "strategy" / "top.py"
    asked = "from strategy.record import {name}\nfrom strategy.top import top\n"
    asked += "print(top({name}(1.0)), sum(top.stats.cache_hits.values()))"
    top.write_text(
        top.read_text()
        .replace("def top(x):", "def top(record):")
        .replace("below(x)", "below(record.x)")
        .replace("from signals", "from strategy.record import Old\nfrom signals")
    )
    assert answer(program, asked.format(name="Old")) == ["211.0", "0"]
    assert answer(program, asked.format(name="Old")) == ["211.0", "1"]
    (program / "strategy" / "record.py").write_text(record.format(name="New"))
    top.write_text(top.read_text().replace("Old", "New"))
    assert answer(program, asked.format(name="New")) == ["211.0", "0"]


def test_two_swapped_codes_of_instructions_change_the_account_s_stamp(tmp_path):
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            copy = tmp_path / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)
    ask = "from strategy.kernels.compiled import stamp; print(stamp('strategy.account.kernel'))"
    before = answer(tmp_path, ask)
    assert answer(tmp_path, ask) == before
    codes = tmp_path / "strategy" / "account" / "instructions.py"
    swapped = (
        codes.read_text().replace("CAP", "\0").replace("MARGIN", "CAP").replace("\0", "MARGIN")
    )
    assert swapped != codes.read_text()
    codes.write_text(swapped)
    assert answer(tmp_path, ask) != before
