"""The documentation says what the program does: its example runs, its tables are a run's."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from market.series.catalogue import CATALOGUE
from reports.run.charts import standalone
from reports.run.view import View
from strategy.api import load_plan, run

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("benchmarks/*.md")])
OUTPUTS = ROOT / "docs" / "outputs.md"
DATA = ROOT / "docs" / "data.md"


@pytest.fixture(scope="module")
def result():
    return run(load_plan(ROOT / "configs" / "short_long.yaml"))


def table_rows(page, heading):
    """Cells of the table rows below a second-level heading."""
    (section,) = re.findall(
        rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", page.read_text(), flags=re.M | re.S
    )
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def documented(heading):
    return [row[0].strip("` ") for row in table_rows(OUTPUTS, heading)]


def test_vintages_csv_has_the_documented_columns_in_order(result):
    assert documented("vintages.csv") == list(result.vintages.columns)


def test_trades_csv_has_the_documented_columns_in_order(result):
    assert documented("trades.csv") == list(result.trades.columns)


def test_daily_parquet_has_the_documented_columns_in_order(result):
    assert documented("daily.parquet") == list(result.daily.columns)


def test_the_readme_s_first_picture_is_the_vintage_as_it_is_drawn_today(result):
    picture = ROOT / "docs" / "images" / "vintage-2025.svg"
    drawn = standalone("vintage", View.of(result), 920, year=2025)
    assert picture.read_text("utf-8") == drawn, "make picture draws it again"
    pictures = re.findall(r"!\[([^\]]*)\]\(([^)]*)\)", (ROOT / "README.md").read_text())
    words, first = pictures[0]
    assert ROOT / first == picture
    row = result.vintages.set_index("vintage").loc[2025]
    assert f"bought at {row['entry_price']:,.0f}" in words
    assert row["first_target_hit"] and row["exit_reason"] == "failed_breakout"


def test_metrics_json_has_the_documented_subjects(result):
    assert sorted(documented("metrics.json")) == sorted(result.metrics)


def test_every_exit_reason_of_the_program_is_explained():
    from strategy.legs.reasons import Reason

    text = (ROOT / "docs" / "simulation.md").read_text()
    assert [r.label for r in Reason if f"`{r.label}`" not in text] == []


@pytest.mark.parametrize("spec", CATALOGUE.values(), ids=lambda s: s.id)
def test_the_data_page_states_unit_lag_and_staleness_of_the_series(spec):
    wanted = [f"`{spec.id}`", spec.title, spec.unit, spec.lag, f"{spec.staleness_days} days"]
    assert wanted in table_rows(DATA, "Bundled series" if spec.bundled else "Own files")


@pytest.mark.parametrize("spec", [s for s in CATALOGUE.values() if s.bundled], ids=lambda s: s.id)
def test_the_data_page_states_every_defect_of_the_series(spec):
    text = DATA.read_text()
    assert [defect for defect in spec.defects if f"- {defect}\n" not in text] == []


def test_the_example_runs_and_prints_the_result(tmp_path):
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "example.py")],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert "<Result short_long-" in done.stdout
    assert "vectorbt's last value" in done.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_to_files_of_the_repository_lead_somewhere(page):
    targets = re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text())
    assert [t for t in targets if not (page.parent / t).exists()] == []


def test_the_readme_s_python_lines_run(result):
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), flags=re.S)
    imports = [line for line in code.splitlines() if line.startswith(("from ", "import "))]
    names: dict[str, object] = {}
    exec("\n".join(imports), names)
    assert {"load_plan", "load_market", "run"} <= set(names)
    for attribute in re.findall(r"result\.(\w+)", code):
        assert getattr(result, attribute) is not None
