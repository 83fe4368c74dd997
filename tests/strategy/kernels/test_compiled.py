"""The stamp of compiled code covers all that a kernel is made of."""

import ast
from pathlib import Path

import pytest

from strategy.kernels.compiled import sources

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
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
            ("market.", "strategy.")
        ):
            assert node.module in sources(kernel)


def test_the_length_of_the_year_is_part_of_the_account():
    assert "market.year" in sources("strategy.account.kernel")
