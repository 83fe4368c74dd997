"""The house: which room may import which, no circles, small rooms, who prints.

The exceptions below are debts: nothing may be added to them.
"""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("market", "signals", "strategy", "reports")

#: Rooms from the ground up; rooms of one floor import nothing of each other. Every import counts,
#: those inside a function and under TYPE_CHECKING too.
FLOORS = (
    {"market"},
    {"signals"},
    {"strategy.kernels", "strategy.plan", "strategy.validation"},
    {"strategy.decide"},
    {"strategy.legs"},
    {"strategy.account"},
    {"strategy.hedge"},
    {"strategy.run"},
    {"strategy.result"},
    {"strategy.legplan"},
    {
        "strategy.sweep",
        "strategy.scenario",
        "strategy.today",
        "strategy.audit",
        "strategy.lookahead",
        "strategy.compare",
    },
    {"strategy.api"},
    {"strategy"},  # the names a library user imports
    {"reports.text"},
    {"reports.stored", "reports.tearsheet"},
    {"reports.drawing"},
    {"reports.html"},
    {"reports.run"},  # a run's charts and sections are used again by the pages of many runs
    {"reports.compare"},
    {"reports.sweep", "reports.scenario", "reports.audit", "reports.legs"},
    {"reports.figures"},  # what notebooks show of all of them
    {"reports.terminal"},
    {"reports"},
    {"strategy.commands"},
    {"strategy.cli"},
    {"simulate_plans"},
)
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}

#: (importing room, imported room) that still go up or sideways.
UPWARD = {
    ("reports.drawing", "reports.run"),
    ("reports.html", "reports.run"),
    ("reports.stored", "reports.run"),
}

#: Modules that import one another, all of one circle in one set.
CIRCLES: list[set[str]] = []

#: A listing of a dozen names is read at one glance; more wants a folder of its own. `__init__` is
#: not counted: it is the room's door.
MODULES_IN_A_ROOM = 12
#: One module a command is the rule of these rooms: they grow with the program's commands alone.
ONE_MODULE_A_COMMAND = ("strategy/commands", "reports/terminal")

#: Folders of tests that mirror no room, and what they look at instead.
TESTS_ACROSS_ROOMS = {
    "crosscheck": "this program beside other people's",
    "reliability": "what a hostile surrounding does to every command",
}

#: What prints: screens, the command line's door, and a program of its own.
PRINTERS = (
    "simulate_plans.py",
    "reports/terminal/",
    "strategy/commands/frame/lines.py",  # `tell`: lines that a screen made, JSON, text of files
    "strategy/cli.py",
    "market/bundle/build.py",  # run by hand as `python -m market.bundle.build`
)


@cache
def modules():
    """Path of each module by its dotted name; a package goes by its own name."""
    paths = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    paths.append(ROOT / "simulate_plans.py")
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in paths
    }


def imported(name, source, known):
    """Names out of `known` that the module `name` imports anywhere in its `source`."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name} imports relative to itself: write the whole name"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if inner in known else node.module)
    return (found & set(known)) - {name}


@cache
def graph():
    known = modules()
    return {name: imported(name, path.read_text("utf-8"), known) for name, path in known.items()}


def room_of(module):
    package, *rest = module.split(".")
    return f"{package}.{rest[0]}" if rest and package in ("strategy", "reports") else package


def circles_of(imports):
    """Sets of modules of which each reaches each other; what is on no circle is removed first."""
    left = {name: set(targets) for name, targets in imports.items()}
    while True:
        aimed_at = {target for targets in left.values() for target in targets}
        ends = {name for name, targets in left.items() if not targets or name not in aimed_at}
        if not ends:
            break
        left = {name: targets - ends for name, targets in left.items() if name not in ends}

    def reached(start):
        seen, ahead = set(), [start]
        while ahead:
            new = left[ahead.pop()] - seen
            seen |= new
            ahead += new
        return seen

    reach = {name: reached(name) for name in left}
    found = {
        frozenset(other for other in reach[name] if name in reach[other])
        for name in left
        if name in reach[name]
    }
    return sorted(map(set, found), key=min)


def test_a_circle_is_found_and_a_tail_of_it_is_not_part_of_it():
    imports = {"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set(), "e": {"f"}, "f": {"e"}}
    assert circles_of(imports) == [{"b", "c"}, {"e", "f"}]
    assert circles_of({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_imports_in_functions_and_for_types_only_count():
    source = (
        "import x.y\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from x import z\n"
        "def f():\n    from x.w import thing\n"
    )
    known = {"x": 0, "x.y": 0, "x.z": 0, "x.w": 0, "x.v": 0}
    assert imported("me", source, known) == {"x.y", "x.z", "x.w"}


def test_no_modules_import_one_another():
    assert [circle for circle in circles_of(graph()) if circle not in CIRCLES] == []


def test_every_room_stands_on_a_floor():
    assert {room_of(name) for name in modules()} <= set(FLOOR_OF)


def test_imports_go_down_only():
    upward = {
        (room_of(name), room_of(target)): (name, target)
        for name, targets in graph().items()
        for target in targets
        if room_of(name) != room_of(target) and FLOOR_OF[room_of(target)] >= FLOOR_OF[room_of(name)]
    }
    new = {pair: example for pair, example in upward.items() if pair not in UPWARD}
    assert not new, new


def test_a_room_holds_about_a_dozen_modules():
    sizes: dict[str, int] = {}
    for path in modules().values():
        if path.name != "__init__.py":
            folder = path.parent.relative_to(ROOT).as_posix()
            sizes[folder] = sizes.get(folder, 0) + 1
    assert set(ONE_MODULE_A_COMMAND) < set(sizes)
    crowded = {folder for folder, n in sizes.items() if n > MODULES_IN_A_ROOM}
    assert crowded - set(ONE_MODULE_A_COMMAND) == set()


def test_the_room_of_commands_holds_commands_alone():
    from strategy.cli import cli

    commands = {name.replace("-", "_") for name in cli.list_commands(None)}
    held = {path.stem for path in (ROOT / "strategy" / "commands").glob("*.py")} - {"__init__"}
    assert held <= commands


@pytest.mark.parametrize("name", sorted(modules()))
def test_every_module_says_in_its_first_line_what_lives_there(name):
    told = ast.get_docstring(ast.parse(modules()[name].read_text("utf-8")))
    assert told, f"{name} has no docstring"
    first, _, rest = told.partition("\n")
    assert first.rstrip().endswith((".", "?", ":")), first
    assert not rest or rest.startswith("\n"), f"{name}: the first sentence is longer than its line"


def prints(source):
    """Whether a module writes to the terminal itself: print, click's echo, rich, sys.stdout."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            to_a_file = any(keyword.arg == "file" for keyword in node.keywords)
            if called in ("print", "click.echo", "click.secho", "echo", "secho") and not to_a_file:
                return True
            if called in ("sys.stdout.write", "sys.stderr.write"):
                return True
        if isinstance(node, ast.Import) and any(a.name.startswith("rich") for a in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("rich"):
            return True
    return False


def test_only_screens_and_commands_print():
    found = {
        where
        for path in modules().values()
        if not (where := path.relative_to(ROOT).as_posix()).startswith(PRINTERS)
        and prints(path.read_text("utf-8"))
    }
    assert found == set()


def own_words(source):
    """Lines of a command in which it prints past its door, or words that no screen made."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ("sys.stdout", "sys.stderr"):
            found.append(node.lineno)
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        words = any(isinstance(a, ast.JoinedStr | ast.BinOp | ast.Constant) for a in node.args)
        if called.endswith(".print") or (called in ("tell", "tell_text", "confirm") and words):
            found.append(node.lineno)
    return found


def test_words_of_a_command_are_told_from_words_of_a_screen():
    assert own_words("tell(f'{n} deleted')\ntell('nothing')\ntell('a' + b)") == [1, 2, 3]
    assert own_words("tell(str(path))\ntell(screen.deleted(n))\nfor x in s(): tell(x)") == []
    assert own_words("Screen().print(x)\ncsv.writer(sys.stdout)") == [1, 2]


def test_commands_print_what_screens_made():
    """Their words are written in reports/terminal; they print lines, JSON and text of files."""
    commands = (ROOT / "strategy" / "commands").rglob("*.py")
    found = {
        path.relative_to(ROOT).as_posix(): lines
        for path in commands
        if path.parent.name != "frame" and (lines := own_words(path.read_text("utf-8")))
    }
    assert found == {}


def subjects_of_tests():
    """Folder and subject of each test module: `test_x.py` below `tests/strategy/sweep`."""
    home = ROOT / "tests"
    for path in home.rglob("test_*.py"):
        folder = path.parent.relative_to(home).as_posix()
        if folder != "." and folder not in TESTS_ACROSS_ROOMS:
            yield folder, path.stem.removeprefix("test_")


def test_tests_lie_in_rooms_of_the_program_s_names():
    for folder, _ in subjects_of_tests():
        assert (ROOT / folder / "__init__.py").is_file(), f"tests/{folder} mirrors no room"
    for folder in TESTS_ACROSS_ROOMS:
        assert (ROOT / "tests" / folder).is_dir(), folder


def test_the_tests_of_a_module_lie_in_its_room():
    """Where a room below is the only one with a module of that name, the tests go down there."""
    astray = {}
    for folder, subject in subjects_of_tests():
        if (ROOT / folder / f"{subject}.py").is_file():
            continue
        below = list((ROOT / folder).rglob(f"{subject}.py"))
        if len(below) == 1:
            astray[f"tests/{folder}/test_{subject}.py"] = below[0].parent.relative_to(ROOT)
    assert not astray
