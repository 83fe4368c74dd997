"""The tutorial and the notebook: each command is run, each number is what came out."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from docs import notebooks

ROOT = Path(__file__).resolve().parents[1]
TUTORIAL = ROOT / "docs" / "tutorial.md"
NOTEBOOK = ROOT / "docs" / "notebook.ipynb"
NUMBER = re.compile(r"[-+]?\d+(?:,\d{3})*(?:\.\d+)?%?")


def blocks():
    """Kind and content of each fenced block, in order."""
    return re.findall(r"^```(\w+)\n(.*?)^```$", TUTORIAL.read_text("utf-8"), flags=re.M | re.S)


def prose():
    text = re.sub(r"^```.*?^```$", "", TUTORIAL.read_text("utf-8"), flags=re.M | re.S)
    return re.sub(r"`[^`]*`|\]\([^)]*\)", " ", text)


def spaced(text):
    return " ".join(text.split())


def simulate(arguments, folder):
    done = subprocess.run(
        [sys.executable, "-m", "simulate_plans", *arguments],
        cwd=folder,
        env={**os.environ, "COLUMNS": "80", "PYTHONPATH": str(ROOT), "TERM": "dumb"},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_every_command_of_the_tutorial_prints_what_stands_below_it(tmp_path):
    printed = ""
    for kind, content in blocks():
        if kind == "yaml":
            name = re.match(r"# (\w+\.yaml)\n", content)[1]
            (tmp_path / name).write_text(content, encoding="utf-8")
        elif kind == "sh":
            program, *arguments = content.split()
            assert program == "simulate" and content.count("\n") == 1
            printed = spaced(simulate(arguments, tmp_path))
        else:
            assert kind == "text"
            at = 0
            for part in content.split("…\n"):
                assert spaced(part) in printed[at:], f"{part!r} is not in {printed!r}"
                at = printed.index(spaced(part), at)
    assert (tmp_path / "runs").is_dir() and (tmp_path / "sweeps").is_dir()


def test_every_number_of_its_sentences_stands_in_a_plan_or_an_output():
    shown = {n for _, content in blocks() for n in NUMBER.findall(content)}
    shown |= {n.lstrip("+-") for n in shown}
    said = NUMBER.findall(prose())
    assert len(said) > 15
    assert [n for n in said if n not in shown] == []


def test_a_mistake_in_the_plan_is_told_as_the_tutorial_says():
    from market.errors import InputError
    from strategy.api import load_plan

    with pytest.raises(InputError, match="did you mean 'stop'"):
        load_plan("short_long", ["tactical.stpo=0.03"])


def told(cells):
    """What cells gave in words: text and tables."""
    found = []
    for cell in cells:
        for output in cell.get("outputs", ()):
            data = output.get("data", {"text/plain": output.get("text")})
            words = {kind: "".join(data[kind]) for kind in data if kind.startswith("text/")}
            found.append(("".join(cell["source"]), words))
    return found


@pytest.mark.slow
def test_the_notebook_gives_again_what_it_shows():
    stored = json.loads(NOTEBOOK.read_text("utf-8"))
    assert told(notebooks.run_notebook(stored)["cells"]) == told(stored["cells"])


def test_the_notebook_is_small_and_holds_no_ids_counts_or_errors():
    text = NOTEBOOK.read_text("utf-8")
    assert len(text) < 300_000
    stored = json.loads(text)
    code = [cell for cell in stored["cells"] if cell["cell_type"] == "code"]
    assert all(cell["execution_count"] is None for cell in code)
    outputs = [output for cell in code for output in cell["outputs"]]
    assert {output["output_type"] for output in outputs} == {"stream", "execute_result"}
    assert sum("image/png" in output.get("data", {}) for output in outputs) >= 5
    assert not [words for _, words in told(code) if re.search(r"\b[0-9a-f]{12}\b", str(words))]
