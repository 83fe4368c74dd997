"""A signal, an instrument, a source, a chart and a command, added as CONTRIBUTING.md says.

The blocks of that page are written into a copy of the packages, and one process runs the copy.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from signals import RULES

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("market", "signals", "strategy", "reports", "configs", "docs")
KINDS = ("signal", "instrument", "source", "chart", "command")


class Step(NamedTuple):
    """One block of the page: where its text belongs; `place` is a list's name or a heading."""

    path: str
    place: str
    text: str


def sections() -> dict[str, str]:
    """What the page says of each kind."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^### An? (\w+).*?\n(.*?)(?=^##)", page, flags=re.M | re.S))


def steps(section: str) -> list[Step]:
    """The blocks of a section whose first line names a file."""
    found = []
    for block in re.findall(r"^ *```\w+\n(.*?)^ *```$", section, flags=re.M | re.S):
        head, _, text = textwrap.dedent(block).partition("\n")
        named = re.fullmatch(r"(?:# |<!-- )([\w./-]+)(?:: ([^>]*?))?(?: -->)?", head)
        assert named, f"no file is named in {head!r}"
        found.append(Step(named[1], named[2] or "", text))
    return found


def follow(step: Step, root: Path) -> None:
    """Write a new file, an entry at the end of a list, or a row at the end of a table."""
    path = root / step.path
    if not step.place:
        assert not path.exists(), f"{step.path} is there already"
        path.write_text(step.text, encoding="utf-8")
        return
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    at = end_of_table(lines, step.place) if path.suffix == ".md" else end_of_list(text, step.place)
    path.write_text("".join([*lines[:at], step.text, *lines[at:]]), encoding="utf-8")


def end_of_list(source: str, name: str) -> int:
    """Number of lines before the bracket that closes the longest literal assigned to `name`."""
    (value,) = [
        node.value
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign | ast.AnnAssign) and assigned(node) == name
    ]
    assert value is not None
    literals = [n for n in ast.walk(value) if isinstance(n, ast.Dict | ast.Tuple | ast.List)]
    longest = max(literals, key=lambda node: (node.end_lineno or 0) - node.lineno)
    return (longest.end_lineno or 0) - 1


def assigned(node: ast.Assign | ast.AnnAssign) -> str:
    """The name that an assignment binds."""
    return ast.unparse(node.target if isinstance(node, ast.AnnAssign) else node.targets[0])


def end_of_table(lines: list[str], heading: str) -> int:
    """Number of lines up to the last row of the table below a heading."""
    start = lines.index(f"## {heading}\n")
    first = next(i for i in range(start, len(lines)) if lines[i].startswith("|"))
    return next(i for i in range(first, len(lines)) if not lines[i].startswith("|"))


def contents(root: Path) -> dict[str, str]:
    """Hash of every file but compiled ones."""
    return {
        str(path.relative_to(root)): sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


#: What is done with the copy; the answer is one JSON object.
PROGRAM = """
import datetime as dt
import json
import sys
from pathlib import Path

import yaml
from click.testing import CliRunner

import market
from market.live.fetch.http import Body
from market.live.update import chosen, default_sources
from reports.run.report import build_report
from signals import RULES
from strategy.cli import cli
from tests.strategy.tiny_market import make_market, make_plan, observations, outcome_of
from tests.strategy.tiny_market import price_frame, weekdays

copy, keys = Path(sys.argv[1]), [yaml.safe_load(text) for text in sys.argv[2:]]
found = {"of the copy": Path(market.__file__).is_relative_to(copy)}

# of three anchors only the second opens 3 % below the close before
sessions = weekdays("2019-11-01", "2021-12-31")
prices = price_frame(sessions, 100.0, {"2020-11-20": (97.0, 100.0, 97.0, 100.0)})
vix = observations("vix", sessions, [20.0] * len(sessions))
tree = {}
for key in keys:
    tree |= key
tree["hedge"] |= {"policy": "overlap", "phase_in": {"steps": 1}, "cover": []}
result = outcome_of(make_plan(**tree), make_market(prices, score=1.0, bill=0.0, vix=vix))
rows = result.vintages
found["entered"] = [str(v) for v in rows["vintage"][rows["entry_date"].notna()]]
found["reasons"] = sorted(set(rows["exit_reason"]))
found["hedge"] = rows[["hedge_status", "hedge_priced_by"]].to_dict("list")
found["trades"] = result.trades.to_dict("records")
found["page"] = build_report(result)
found["rule"] = {k: v for k, v in vars(RULES["gap_down"]).items() if isinstance(v, str)}


class Recorded:
    def get(self, url, **kw):
        found["asked"] = [url, sorted(kw["hosts"])]
        return Body(b"date,rate\\n2026-11-18,3.75\\n2026-11-19,3.8\\n", "text/csv", url, None)


source = default_sources()["treasury"]
got = source.fetch("bill_3m", Recorded(), since=None, now=dt.datetime.now(dt.UTC))
found["rates"] = {f"{day:%Y-%m-%d}": value for day, value in got.frame["value"].items()}
found["updated by it"] = [live.id for live in chosen([], "treasury")]

ended = ["--set", "data.start=null", "--set", "data.end=1950-12-31"]
for line in (["--help"], ["sessions", "short_long", *ended]):
    answer = CliRunner().invoke(cli, line)
    found[line[0]] = [answer.exit_code, answer.output]
print(json.dumps(found, default=str))
"""


@pytest.fixture(scope="module")
def told() -> dict[str, str]:
    return sections()


@pytest.fixture(scope="module")
def copy(tmp_path_factory, told):
    """The packages with all five in them, and what became of their files."""
    root = tmp_path_factory.mktemp("copy")
    for name in COPIED:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, root / name, ignore=ignored)
    before = contents(root)
    for kind in KINDS:
        for step in steps(told[kind]):
            follow(step, root)
    after = contents(root)
    changed = {name for name in after if after[name] != before.get(name)}
    return root, changed | (set(before) - set(after)), set(after) - set(before)


@pytest.fixture(scope="module")
def found(copy, told, tmp_path_factory) -> dict[str, Any]:
    """What the copy did."""
    keys = [re.search(r"A plan names it: `(.*)`", told[k])[1] for k in ("signal", "instrument")]
    home = tmp_path_factory.mktemp("home")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(copy[0]), *keys],
        cwd=home,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "PYTHONPATH": os.pathsep.join([str(copy[0]), str(ROOT)]),
            "NUMBA_DISABLE_JIT": "1",  # the same functions; compiling them takes a minute
        },
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout.splitlines()[-1])
    assert answer["of the copy"]
    return answer


@pytest.mark.parametrize("kind", KINDS)
def test_each_is_one_new_file_and_at_most_one_entry_of_one_list(told, kind):
    code = [step for step in steps(told[kind]) if not step.path.startswith("docs/")]
    new, *entries = code
    assert not new.place
    assert len(entries) <= 1
    assert all(entry.place for entry in entries)


def test_nothing_but_the_named_files_changed(copy, told):
    named = {step.path: step.place for kind in KINDS for step in steps(told[kind])}
    _, changed, new = copy
    assert changed == set(named)
    assert new == {path for path, place in named.items() if not place}


def test_the_new_signal_gates_a_plan(found):
    assert found["entered"] == ["2020"]
    assert "gate" in found["reasons"]


def test_the_line_of_the_signal_in_the_documentation_is_what_the_catalogue_says(told, found):
    (row,) = [step.text for step in steps(told["signal"]) if step.path == "docs/rules.md"]
    rule = found["rule"]
    cells = [cell.strip() for cell in row.strip().strip("|").split(" | ")]
    said = [rule["id"], f"`{rule['name']}`", rule["meaning"], "`prices`", rule["lag"]]
    assert cells == [*said, rule["proxy"] or "–", rule["provenance"]]


def test_the_id_of_the_signal_on_the_page_is_free(found):
    assert found["rule"]["id"] not in {entry.id for entry in RULES.values()}


def test_the_new_instrument_runs_in_a_hedge(found):
    assert found["hedge"]["hedge_status"] == ["hedged", "hedged", "no_window"]
    assert found["hedge"]["hedge_priced_by"][:2] == ["black-76", "black-76"]
    first = [row for row in found["trades"] if str(row["entry_date"]).startswith("2020-01-01")]
    # an index of 100: strikes of 0.95 and 0.80 of it; 90 days on lies the 31st of March
    assert [row["contract"] for row in first] == ["+put 95.0 2020-04-17", "+put 80.0 2020-04-17"]


def test_the_new_source_reads_a_recorded_answer(found):
    assert found["asked"] == ["https://rates.example.org/bills.csv", ["rates.example.org"]]
    assert found["rates"] == {"2026-11-18": 3.75, "2026-11-19": 3.8}
    assert found["updated by it"] == ["bill_3m"]


def test_the_new_chart_stands_on_the_page(found):
    parts = re.split(r'<section id="', found["page"])
    (path,) = [part for part in parts if 'data-chart="growth"' in part]
    assert 'aria-label="The index went from 100.00 to 100.00."' in path
    assert path.index('data-chart="growth"') < path.index('data-chart="index"')


def test_the_new_command_runs_and_is_listed(found):
    code, text = found["sessions"]
    told = json.loads(text)
    assert (code, told["first"], told["last"]) == (0, "1950-01-03", "1950-12-29")
    assert re.search(r"^  sessions +Say which days a plan's data hold\.$", found["--help"][1], re.M)
