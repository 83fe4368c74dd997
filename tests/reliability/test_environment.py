"""Full disks, closed folders, other clocks and languages, odd names: a line, or a run."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.reliability.kill import (
    ROOT,
    campaign,
    command,
    contents,
    environment,
    runs_in,
    update_campaign,
)

pytestmark = pytest.mark.slow

FAST = ("--no-report", "--no-tearsheet", "--quiet")
PLAN = "name: there\nvintages: [2007]\ndata: {end: 2008-12-31}\n"


@pytest.fixture
def here(tmp_path):
    (tmp_path / "plan.yaml").write_text(PLAN)
    return tmp_path


def inside(*arguments):
    """The command in this process, which has its libraries loaded."""
    from click.testing import CliRunner

    from strategy.cli import cli

    done = CliRunner().invoke(cli, [str(a) for a in arguments], prog_name="simulate")
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done


def one_line(done):
    assert done.exit_code == 2, (done.stdout, done.stderr)
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    return done.stderr


def the_run(out):
    (folder,) = runs_in(out)
    return contents(folder)


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    here = tmp_path_factory.mktemp("reference")
    (here / "plan.yaml").write_text(PLAN)
    assert inside("run", here / "plan.yaml", "--out", here / "runs", *FAST).exit_code == 0
    return the_run(here / "runs")


# ---- kills and neighbours --------------------------------------------------------------------


@pytest.mark.campaign
def test_a_killed_run_leaves_whole_files_or_none():
    assert "0 broken files" in campaign(2, 2, full=False)


@pytest.mark.campaign
def test_a_killed_update_leaves_the_old_version_or_the_new():
    assert "0 broken files" in update_campaign(3, 2)


def test_two_runs_at_once_on_one_folder_both_finish(here, reference):
    both = [
        subprocess.Popen(
            command("run", "plan.yaml", "--out", "runs", *FAST),
            cwd=here,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for child in both:
        _, told = child.communicate(timeout=120)
        assert (child.returncode, told) == (0, "")
    assert the_run(here / "runs") == reference
    assert not [p for p in (here / "runs").iterdir() if p.name.startswith(".")]


# ---- places that cannot be written to --------------------------------------------------------


@contextmanager
def small_files():
    """No file may grow beyond 20 kB, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


def test_a_full_disk_is_one_line_and_leaves_the_earlier_run(here, reference):
    command_ = ("run", here / "plan.yaml", "--out", here / "runs", *FAST)
    with small_files():
        done = inside(*command_)
    assert "cannot be written: File too large" in one_line(done)
    assert list((here / "runs").iterdir()) == []
    assert inside(*command_).exit_code == 0
    with small_files():
        one_line(inside(*command_))
    assert the_run(here / "runs") == reference


def test_a_file_system_without_room_is_one_line(here):
    place = here / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("no right to mount a small file system")
    try:
        done = inside("run", here / "plan.yaml", "--out", place / "runs", *FAST)
        assert "No space left" in one_line(done)
        assert list((place / "runs").iterdir()) == []
    finally:
        subprocess.run(["umount", str(place)], check=True)


@pytest.mark.parametrize("out", ["/proc/nothing", "/dev/null", "/sys/x/y", "plan.yaml"])
def test_a_place_that_cannot_be_a_folder_is_one_line(here, out, monkeypatch):
    monkeypatch.chdir(here)
    one_line(inside("run", "plan.yaml", "--out", out, *FAST))


def without_rights():
    """Root may write everywhere; without these capabilities it is like anybody."""
    if os.geteuid() != 0:
        return []
    if not shutil.which("setpriv"):
        pytest.skip("root, and no setpriv to give rights up")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]


@pytest.mark.campaign
def test_nothing_but_the_output_folder_needs_to_be_writable(here, tmp_path_factory):
    """Package, home and working folder read-only: the run works, and is the same."""
    # no hedge: one function fewer to compile
    bare = ["run", "plan.yaml", "--set", "hedge.instrument=none", *FAST]
    plain = tmp_path_factory.mktemp("plain")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(here)
        assert inside(*bare, "--out", plain).exit_code == 0
    home = here / "home"
    home.mkdir()
    package = here / "package"
    package.mkdir()
    for name in ("market", "signals", "strategy", "reports", "configs"):
        shutil.copytree(
            ROOT / name, package / name, ignore=shutil.ignore_patterns("__pycache__", "*.nb?")
        )
    out = here / "out"
    out.mkdir()
    for folder in (home, package, *(p for p in package.rglob("*") if p.is_dir()), here):
        folder.chmod(0o555)
    rights = without_rights()
    try:
        done = subprocess.run(
            [*rights, sys.executable, "-m", "strategy.cli", *bare, "--out", str(out)],
            cwd=here,
            env={"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(package)},
            capture_output=True,
            text=True,
            timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
        assert the_run(out) == the_run(plain)
        assert list(home.iterdir()) == []
    finally:
        for folder in (here, package, home, *(p for p in package.rglob("*") if p.is_dir())):
            folder.chmod(0o755)


def test_a_folder_that_vanishes_is_one_line(here, monkeypatch):
    from reports.run import folder as output

    honest = output.place

    def vanishing(files, folder):
        shutil.rmtree(folder.parent)
        honest(files, folder)

    monkeypatch.setattr(output, "place", vanishing)
    one_line(inside("run", here / "plan.yaml", "--out", here / "runs", *FAST))
    assert not (here / "runs").exists()


@pytest.mark.parametrize(
    ("closed", "code"),
    [
        (">/dev/full", 2),
        (">&-", 0),
        pytest.param("2>&-", 0, marks=pytest.mark.campaign),
        pytest.param("<&-", 0, marks=pytest.mark.campaign),
    ],
)
def test_a_run_needs_no_terminal_and_no_streams(here, closed, code):
    words = " ".join(f"'{word}'" for word in command("run", "plan.yaml", *FAST[:2]))
    done = subprocess.run(
        ["sh", "-c", f"{words} {closed}"],
        cwd=here,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == code, done.stderr
    assert done.stderr == ("error: No space left on device\n" if code else "")


def test_too_little_memory_is_one_line(here, monkeypatch):
    def too_much(*_, **__):
        raise MemoryError

    monkeypatch.setattr("strategy.plan.file.plan_file.read_plan_file", too_much)
    assert "not enough memory" in one_line(inside("run", here / "plan.yaml"))


@pytest.mark.campaign
def test_python_without_docstrings_is_told_and_without_assertions_runs(here, reference):
    """vectorbt builds parts of itself from docstrings; no check of ours is an assertion alone."""
    words = [sys.executable, "-OO", *command("run", "plan.yaml", *FAST)[1:]]
    done = subprocess.run(words, cwd=here, env=environment(), capture_output=True, text=True)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith("error: Python keeps no docstrings")
    words[1] = "-O"
    done = subprocess.run(words, cwd=here, env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert the_run(here / "runs") == reference


# ---- clocks and languages --------------------------------------------------------------------


#: A start of the program with a clock that was set back by decades.
JUMPED = (
    "import time\n"
    "honest = time.time\n"
    "time.time = lambda: honest() - 1.7e9\n"
    "import reports.run.folder as output\n"
    "kept = output.dt\n"
    "class Jumped:\n"
    "    UTC = kept.UTC\n"
    "    class datetime:\n"
    "        now = staticmethod(lambda tz: kept.datetime(1970, 1, 1, tzinfo=tz))\n"
    "output.dt = Jumped\n"
    "from strategy.cli import main\n"
    "main()\n"
)


@pytest.mark.parametrize(
    ("changes", "start"),
    [
        pytest.param(
            {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONUTF8": "0"},
            ["-c", JUMPED],
            id="ascii, clock set back",
        ),
        pytest.param(
            {"TZ": "nonsense/zone", "LC_ALL": "tr_TR.UTF-8", "LANG": "de_DE.ISO-8859-1"},
            ["-m", "strategy.cli"],
            id="unknown zone and language",
            marks=pytest.mark.campaign,
        ),
    ],
)
def test_the_same_run_under_every_clock_and_language(here, reference, changes, start):
    done = subprocess.run(
        [sys.executable, *start, "run", "plan.yaml", "--out", "runs", *FAST],
        cwd=here,
        env=environment(**changes),
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    (folder,) = runs_in(here / "runs")
    written = json.loads((folder / "run.json").read_text())["times"]["written"]
    assert written.startswith("1970-01-01") == (start[0] == "-c")
    assert contents(folder) == reference


@pytest.mark.parametrize(
    "name",
    ["a b", "it's", 'say "hi"', "短多長空", "é💥", "-dash", "percent%20", "new\nline", "$(x)"],
)
def test_names_with_spaces_quotes_and_other_scripts(here, name):
    folder = here / name
    folder.mkdir()
    (folder / f"{name}.yaml").write_text(PLAN)
    shutil.copy(_prices(here), folder / f"{name}.csv")
    arguments = ["--prices", str(folder / f"{name}.csv"), "--out", str(folder / "runs"), *FAST]
    done = inside("run", *arguments, "--set", "data.start=null", "--", folder / f"{name}.yaml")
    assert done.exit_code == 0, done.output
    assert {"run.json", "vintages.csv"} <= set(the_run(folder / "runs"))


def _prices(here: Path) -> Path:
    import pandas as pd

    days = pd.bdate_range("2007-01-02", "2009-01-09")
    file = here / "prices.csv"
    file.write_text("date,close\n" + "\n".join(f"{d:%Y-%m-%d},{100 + i % 7}" for i, d in
                                               enumerate(days)))  # fmt: skip
    return file
