"""The program's door: packages of others in its place, and Ctrl-C at any moment."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import simulate_plans

ROOT = Path(simulate_plans.__file__).parent
#: Goes through the door and says by a byte on stdout that it is in, before the first import.
IN = """
import os, simulate_plans
look = simulate_plans.shadowed
simulate_plans.shadowed = lambda: os.write(1, b".") and look()
simulate_plans.main()
"""


def called(*arguments, cwd, path=()):
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (*path, ROOT)))},
        capture_output=True,
        text=True,
        timeout=60,
    )


def foreign(folder, name, *, module):
    """A user's own project, with a module or package of that name."""
    home = folder / "their project é"
    home.mkdir()
    if module:
        (home / f"{name}.py").write_text("print('theirs')\n")
    else:
        (home / name).mkdir()
        (home / name / "__init__.py").write_text("print('theirs')\n")
    return home


@pytest.mark.parametrize("module", [False, True], ids=["package", "module"])
@pytest.mark.parametrize("name", simulate_plans.PACKAGES)
def test_another_package_first_on_the_path_is_one_line_and_is_not_imported(tmp_path, name, module):
    home = foreign(tmp_path, name, module=module)
    code = "import simulate_plans; simulate_plans.main()"
    done = called("-c", code, "--help", cwd=tmp_path, path=[home])
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith(f"error: the name '{name}' leads to another package, ")
    assert done.stderr.count("\n") == 1
    assert ascii(str(home))[1:-1] in done.stderr
    assert "pipx install" in done.stderr and "uv tool install" in done.stderr


def test_another_package_in_the_folder_of_python_m_is_one_line(tmp_path):
    home = foreign(tmp_path, "strategy", module=False)
    done = called("-m", "simulate_plans", "check", "short_long", cwd=home)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "the name 'strategy' leads to another package" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_package_that_is_missing_is_one_line(tmp_path):
    door = tmp_path / "simulate_plans.py"
    door.write_text((ROOT / "simulate_plans.py").read_text())
    done = subprocess.run(
        [sys.executable, "-S", "-E", str(door)], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr == (
        "error: the program's package 'market' is missing; install simulate-plans again\n"
    )


def test_a_folder_of_files_with_such_a_name_is_no_package_and_does_no_harm(tmp_path):
    (tmp_path / "strategy").mkdir()
    (tmp_path / "strategy" / "notes.txt").write_text("mine\n")
    done = called("-m", "simulate_plans", "--version", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("simulate ")


def interrupted(arguments, after, cwd):
    """The program with a SIGINT some seconds after it was entered."""
    # what the parent ignores the child ignores: pytest may have been started in the background
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        child = subprocess.Popen(
            [sys.executable, "-c", IN, *arguments],
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    finally:
        signal.signal(signal.SIGINT, before)
    assert child.stdout is not None
    assert child.stdout.read(1) == b"."
    time.sleep(after)
    child.send_signal(signal.SIGINT)
    out, told = child.communicate(timeout=120)
    return child.returncode, out, told.decode()


@pytest.mark.parametrize("after", [0.0, 0.03, 0.1, 0.2, 0.4, 0.8, 1.6])
@pytest.mark.parametrize("command", ["run short_long", "sweep run sweep_stop_target", "audit"])
def test_ctrl_c_is_one_line_and_exit_code_130(tmp_path, command, after):
    arguments = command.split() + (["short_long"] if command == "audit" else [])
    code, _, told = interrupted(arguments, after, tmp_path)
    assert code == 130
    # a sweep says first what it is about to do
    *before, last = told.splitlines()
    assert last == "interrupted"
    assert not before or command.startswith("sweep")
    assert "Traceback" not in told
    left = [p for p in tmp_path.rglob("*") if p.suffix in (".html", ".json", ".csv")]
    # a sweep states first what it will do, so that it can be taken up again
    assert [p.name for p in left] in ([], ["sweep.json"] * command.startswith("sweep"))
    assert all(json.loads(p.read_text()) for p in left)


@pytest.mark.parametrize("after", [0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3])
def test_ctrl_c_of_a_short_command_ends_it_or_comes_after_its_whole_answer(tmp_path, after):
    code, out, told = interrupted(["rules", "--json"], after, tmp_path)
    assert (code, told) in ((130, "interrupted\n"), (0, ""))
    if code == 0:
        assert out.endswith(b"}\n") or out.endswith(b"]\n")


def test_a_background_process_ignores_ctrl_c_as_its_shell_had_it():
    code = "import signal, simulate_plans; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    code += "try: simulate_plans.main()\n"
    code += "finally: print(signal.getsignal(signal.SIGINT) is signal.SIG_IGN)\n"
    done = called("-c", code, "--version", cwd=ROOT)
    assert done.stdout.splitlines()[-1] == "True"


def test_help_loads_nothing_that_takes_time(tmp_path):
    done = called("-X", "importtime", "-m", "simulate_plans", "--help", cwd=tmp_path)
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "click" in loaded
    assert not loaded & {"numpy", "pandas", "pydantic", "yaml", "requests", "rich", "numba"}
