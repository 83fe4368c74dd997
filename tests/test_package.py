"""The wheel: what is in it, and that it runs outside the checkout."""

import ast
import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
MAX_WHEEL_BYTES = 3_000_000
MAX_BUNDLE_BYTES = 3_000_000
DISTRIBUTION = {"bs4": "beautifulsoup4", "PIL": "pillow", "yaml": "PyYAML"}


def call(*command, cwd, **environment):
    """Run `command` without what would let it see the checkout, and return what it printed."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=300,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    call(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A fresh environment with the wheel; third-party packages come from this one."""
    home = tmp_path_factory.mktemp("a place with spaces") / "venv"
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    call(
        *(sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python),
        *("install", "--no-deps", "--no-index", "--quiet", wheel),
        cwd=home,
    )
    (site,) = (home / "lib").glob("python*/site-packages")
    # A path entry in a .pth file is not searched for further .pth files, so the editable
    # install of the checkout stays out of sight.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return home / "bin"


def test_the_wheel_carries_data_configs_and_notices_and_stays_small(wheel):
    with zipfile.ZipFile(wheel) as archive:
        sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
    assert "market/bundle/data/sp500.parquet" in sizes
    assert any(name.endswith("SOURCES.md") for name in sizes)
    assert "configs/short_long.yaml" in sizes
    assert "reports/messages/zh_Hant.mo" in sizes
    assert "configs/as_written.yaml" in sizes
    assert any(name.endswith("licenses/LICENSE") for name in sizes)
    assert not [name for name in sizes if name.startswith(("tests/", "docs/", "benchmarks/"))]
    assert not [name for name in sizes if "__pycache__" in name]
    bundled = sum(size for name, size in sizes.items() if name.startswith("market/bundle/data/"))
    assert bundled < MAX_BUNDLE_BYTES
    assert wheel.stat().st_size < MAX_WHEEL_BYTES


def test_every_bundled_file_of_the_checkout_is_in_the_wheel(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    wanted = [
        path.relative_to(ROOT).as_posix()
        for folder in ("market/bundle/data", "configs", "reports/templates")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    assert wanted
    assert set(wanted) <= names


def test_what_the_bundle_is_built_with_stays_out_of_the_wheel(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if name.startswith("market/bundle/")}
    rest = {name for name in names if not name.startswith("market/bundle/data/")}
    assert rest == {"market/bundle/__init__.py", "market/bundle/SOURCES.md"}
    assert (ROOT / "market" / "bundle" / "build.py").exists()
    assert (ROOT / "market" / "bundle" / "inputs").is_dir()


def test_nothing_that_is_installed_imports_what_the_bundle_is_built_with():
    left_out = {path.stem for path in (ROOT / "market" / "bundle").glob("*.py")} - {"__init__"}
    for folder in ("market", "signals", "strategy", "reports"):
        for path in (ROOT / folder).rglob("*.py"):
            if path.parent != ROOT / "market" / "bundle":
                for name in left_out:
                    assert f"market.bundle.{name}" not in path.read_text(), path


@pytest.mark.parametrize("package", ["market", "signals", "strategy", "reports"])
def test_each_package_tells_type_checkers_that_it_is_typed(wheel, package):
    with zipfile.ZipFile(wheel) as archive:
        assert f"{package}/py.typed" in archive.namelist()


def test_the_pythons_that_are_named_are_the_ones_that_are_allowed():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    low, high = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", project["requires-python"]).groups()
    allowed = [f"3.{minor}" for minor in range(int(low), int(high))]
    told = "Programming Language :: Python :: "
    assert [c.removeprefix(told) for c in project["classifiers"] if told in c] == allowed
    makefile = (ROOT / "Makefile").read_text()
    assert f"PYTHONS ?= {' '.join('python' + version for version in allowed)}\n" in makefile
    assert f"Python {allowed[0]} to {allowed[-1]}" in (ROOT / "README.md").read_text()


def test_the_installed_package_is_not_the_checkout(installed, tmp_path):
    code = "import market, signals, strategy, reports, configs; print(strategy.__path__[0])"
    where = Path(call(installed / "python", "-c", code, cwd=tmp_path).strip())
    assert installed.parent in where.parents
    assert ROOT not in where.parents


def test_the_installed_program_states_its_version(installed, tmp_path):
    assert "0.1.0" in call(installed / "simulate", "--version", cwd=tmp_path)


def test_the_installed_program_finds_its_own_plans_from_any_folder(installed, tmp_path):
    call(installed / "simulate", "check", "short_long", cwd=tmp_path)


def test_the_installed_program_runs_the_plan_from_any_folder(installed, tmp_path):
    call(installed / "simulate", "run", "short_long", "--quiet", cwd=tmp_path, HOME=str(tmp_path))
    (folder,) = (tmp_path / "runs").iterdir()
    written = {path.name for path in folder.iterdir()}
    assert written >= {
        "run.json",
        "vintages.csv",
        "trades.csv",
        "daily.parquet",
        "metrics.json",
        "report.html",
        "tearsheet.html",
    }
    assert json.loads((folder / "metrics.json").read_text())["vintages"]["n"] > 0


def test_every_package_that_is_imported_is_a_declared_dependency():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    optional = project["optional-dependencies"]
    extras = [line for lines in optional.values() for line in lines]
    # what only --cluster and --from yfinance need is imported where it is used
    needed = project["dependencies"] + optional["cluster"] + optional["yahoo"]
    ours = {"market", "signals", "strategy", "reports", "configs", "tests", "benchmarks", "docs"}
    ours |= {"simulate_plans", "plain_script"}  # the door; beside the measurements that import it
    for folders, lines in (
        (("market", "signals", "strategy", "reports"), needed),
        (("tests", "benchmarks", "docs"), project["dependencies"] + extras),
    ):
        declared = {normal(re.split(r"[^\w.-]", line)[0]) for line in lines}
        imported = {name for folder in folders for name in imports_below(ROOT / folder)}
        foreign = imported - ours - set(sys.stdlib_module_names)
        assert {normal(DISTRIBUTION.get(name, name)) for name in foreign} - declared == set()


def normal(name):
    """A distribution's name as the registry compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def imports_below(folder):
    """Names of the top-level packages that the modules below `folder` import."""
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                yield from (alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.partition(".")[0]
