"""Every text that the pages translate, found in code and templates; the catalogues, compiled.

`python -m tests.reports.messages zh_Hant.po zh_Hant.mo` compiles one (`make catalogues`).
"""

import ast
import sys
from pathlib import Path

import jinja2
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]

#: Calls that carry texts: positions and keywords of their arguments.
CALLS = {
    "_": ((0,), ()),
    "say": ((0,), ()),
    "_n": ((0, 1), ()),
    "noted": ((0,), ()),
    "Field": ((0, 2), ("label", "note")),
    "chart": ((), ("title", "caption")),
}

#: Calls of the packages below that make sentences; events are a scenario's.
SENTENCES = {"Message": ((0,), ()), "Event": ((1,), ())}


def texts_in_code() -> dict[str, str]:
    """Texts marked in the modules, with where they stand."""
    found = {}
    for name, calls in (
        ("reports", CALLS),
        *((below, SENTENCES) for below in ("market", "signals", "strategy")),
    ):
        found |= _texts(sorted((ROOT / name).rglob("*.py")), calls)
    return found


def _texts(
    paths: list[Path], calls: dict[str, tuple[tuple[int, ...], tuple[str, ...]]]
) -> dict[str, str]:
    found = {}
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            positions, keywords = calls.get(node.func.id, ((), ()))
            arguments = [node.args[i] for i in positions if i < len(node.args)]
            arguments += [k.value for k in node.keywords if k.arg in keywords]
            for argument in arguments:
                for part in ast.walk(argument) if isinstance(argument, ast.IfExp) else [argument]:
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        found[part.value] = f"{path.relative_to(ROOT)}:{node.lineno}"
    return found


def texts_in_templates() -> dict[str, str]:
    """Texts marked in the templates."""
    environment = jinja2.Environment()
    found = {}
    for path in sorted((ROOT / "reports" / "templates").glob("*.j2")):
        tree = environment.parse(path.read_text(encoding="utf-8"))
        for call in tree.find_all(jinja2.nodes.Call):
            if isinstance(call.node, jinja2.nodes.Name) and call.node.name in ("_", "_n"):
                for argument in call.args[: 2 if call.node.name == "_n" else 1]:
                    if isinstance(argument, jinja2.nodes.Const):
                        found[argument.value] = f"reports/templates/{path.name}:{call.lineno}"
    return found


def texts_of_series() -> dict[str, str]:
    """What the data panel says of the bundled series, and where series come from."""
    from market.series.catalogue import CATALOGUE

    found = {"bundled": "market"}
    for spec in CATALOGUE.values():
        if spec.bundled:
            for text in (spec.title, spec.unit, spec.lag, *spec.defects):
                found[text] = f"market: {spec.id}"
    return found


def texts_of_claims() -> dict[str, str]:
    """What the bundled claims say, and the rules that they are made of."""
    from importlib.resources import files

    import yaml

    from signals import RULES

    text = (files("configs") / "claims.yaml").read_text(encoding="utf-8")
    content = yaml.safe_load(text)
    found = {content["source"]: "configs/claims.yaml"}
    for row in (*content["claims"], *content["readings"], *content["forecasts"]):
        found[row["says"]] = found[row.get("note", "")] = f"configs/claims.yaml: {row['id']}"
        for part in ("event", "outcome"):
            rule = RULES.get(str(row.get(part, {}).get("rule", ""))) if part in row else None
            if rule is not None:
                found[rule.meaning] = found[rule.proxy or ""] = f"signals: {rule.name}"
                found[rule.unit] = f"signals: {rule.name}"
    return found


def all_texts() -> dict[str, str]:
    """All of them."""
    found = texts_of_series() | texts_of_claims() | texts_in_templates() | texts_in_code()
    return {text: where for text, where in found.items() if text}


def read_catalogue(path: Path) -> Catalog:
    """A catalogue as translators write it."""
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


def words_of(path: Path) -> dict[str, str]:
    """Its words by their English, without those that are missing or doubtful."""
    entries = [e for e in read_catalogue(path) if e.id and e.string and not e.fuzzy]
    return {str(e.id): str(e.string) for e in entries}


def compile_catalogue(source: Path, target: Path) -> None:
    """Write the file that the program reads."""
    with target.open("wb") as file:
        write_mo(file, read_catalogue(source))


if __name__ == "__main__":
    compile_catalogue(*(Path(name) for name in sys.argv[1:3]))
