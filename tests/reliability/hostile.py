"""Hypothesis strategies for what a careless or a hostile person may hand to the program."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from strategy.plan.file.schema import alternatives, schema

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = [(ROOT / "configs" / f"{name}.yaml").read_text() for name in ("short_long", "structural")]

#: Scalars as YAML text that have broken readers of YAML before.
NASTY = (
    *("1e400", "-1e400", "1e-400", ".nan", ".inf", "-.inf", "0x10", "0o7", "1_000", "12:30"),
    *("9" * 60, "-0.0", "5e-324", "1.7976931348623157e308", "9999-12-31", "0001-01-01"),
    *("2024-02-30", "99999-01-01", "2024-01-01T00:00:00Z", "null", "~", "yes", "no", "true"),
    *("", "''", '"\\0"', "!!python/object/apply:os.system ['true']", "!!binary aGk=", "!x y"),
    *("&a [*a]", "*a", "<<: *a", "{<<: {a: 1}}", "[[[[[[]]]]]]", "{}", "[]", "{a: {b: {c: d}}}"),
    *("../../../etc/passwd", "/etc/passwd", "/dev/zero", "/dev/random", "/dev/stdin", "~/x"),
    *("/proc/self/mem", "\\\\host\\share", "file:///etc/passwd", "http://example.org/x.csv"),
    *("=1+1", "@SUM(A1)", "<script>alert(1)</script>", "{{7*7}}", "${HOME}", "$(true)", "%s%n"),
    *("\u202e", "\ufeff", "\u2028", "a\u0300", "💥", "短多長空", "\x7f", "x" * 5000),
    *("- - - -", "? ? ?", "a: b: c", "\t", "#", "|", ">", "%YAML 9.9", "---", "...", "`", "@"),
)

numbers = st.one_of(
    st.integers(-5, 5),
    st.integers(),
    st.floats(),
    st.floats(0.0, 1.0),
    st.sampled_from([0.0, 1e-300, 1e-12, 1e15, 1e308, 252, 5950.0]),
)


def _of(node: dict[str, Any], depth: int = 0) -> st.SearchStrategy[Any]:
    """Values that a node of the schema accepts, mostly."""
    if "enum" in node:
        return st.sampled_from(node["enum"])
    if "const" in node:
        return st.just(node["const"])
    for several in ("anyOf", "oneOf"):
        if several in node:
            return st.one_of([_of(_resolved(option), depth) for option in node[several]])
    kind = node.get("type")
    if kind == "null":
        return st.none()
    if kind == "boolean":
        return st.booleans()
    if kind in ("number", "integer"):
        low = node.get("minimum", node.get("exclusiveMinimum", -1e6))
        high = node.get("maximum", node.get("exclusiveMaximum", 1e6))
        if kind == "integer":
            return st.integers(int(low), int(min(high, low + 3000)))
        return st.one_of(
            st.floats(low, high), st.floats(max(low, 1e-9), max(min(high, 1.0), low)), st.just(low)
        )
    if kind == "string":
        if node.get("format") == "date":
            return st.dates().map(str)
        if node.get("format") == "month-day":
            return st.dates().map(lambda day: f"{day:%m-%d}")
        return st.one_of(st.text(max_size=12), st.sampled_from(NASTY))
    if kind == "array":
        items = node.get("prefixItems")
        if items:
            return st.tuples(*[_of(_resolved(item), depth + 1) for item in items]).map(list)
        return st.lists(_of(_resolved(node.get("items", {})), depth + 1), max_size=3)
    if kind == "object" or "properties" in node:
        return sections(node, depth + 1)
    return st.one_of(st.none(), numbers, st.text(max_size=5))


def _resolved(node: dict[str, Any]) -> dict[str, Any]:
    reference = node.get("$ref")
    if reference is None:
        return node
    found: dict[str, Any] = schema()
    for part in reference.lstrip("#/").split("/"):
        found = found[part]
    return found


def sections(node: dict[str, Any], depth: int = 0) -> st.SearchStrategy[dict[str, Any]]:
    """A few keys of a section with values that fit, mostly."""
    properties = node.get("properties")
    if not properties:
        rules = st.sampled_from(["december", "weekly_average_touch", "cash_low", "nonsense"])
        inner = node.get("additionalProperties")
        value = _of(_resolved(inner), depth) if isinstance(inner, dict) else numbers
        return st.dictionaries(rules, value, max_size=2)
    fitting = {key: _of(_resolved(child), depth) for key, child in properties.items()}
    return st.lists(st.sampled_from(sorted(fitting)), max_size=4, unique=True).flatmap(
        lambda keys: st.fixed_dictionaries({key: fitting[key] for key in keys})
    )


def _plan_text(tree: dict[str, Any]) -> str:
    tree = {"name": "fuzzed"} | tree
    return "\n".join(f"{key}: {json.dumps(value)}" for key, value in tree.items())


fitting_plans = st.deferred(lambda: sections(alternatives(())[0])).map(_plan_text)


def _mutated(text: str, seed: int) -> str:
    """A shipped plan with a few lines broken in ways that editors and merges break them."""
    draw = random.Random(seed)
    lines = text.splitlines()
    for _ in range(draw.randint(1, 4)):
        i = draw.randrange(len(lines))
        how = draw.randrange(7)
        if how == 0:
            del lines[i]
        elif how == 1:
            lines.insert(i, lines[draw.randrange(len(lines))])
        elif how == 2:
            lines[i] = " " * draw.randint(0, 9) + lines[i]
        elif how == 3 and ":" in lines[i]:
            lines[i] = f"{lines[i].split(':')[0]}: {draw.choice(NASTY)}"
        elif how == 4:
            lines[i] = lines[i][: draw.randint(0, len(lines[i]))]
        elif how == 5:
            lines[i] = lines[i].replace(":", "", 1)
        else:
            lines[i] = lines[i] + draw.choice(("\t", "\0", "\x85", " #", ":", "\u2028", "'"))
    return "\n".join(lines)


mutated_plans = st.builds(_mutated, st.sampled_from(SHIPPED), st.integers(0, 2**32))
keyed_lines = st.lists(
    st.builds(
        lambda indent, key, value: f"{'  ' * indent}{key}: {value}",
        st.integers(0, 4),
        st.sampled_from(["name", "data", "prices", "files", "tactical", "hedge", "risk", "end"]),
        st.one_of(st.sampled_from(NASTY), st.text(max_size=10), numbers.map(str)),
    ),
    max_size=10,
).map(lambda lines: "\n".join(["name: x", *lines]))


def _bomb(width: int, depth: int) -> str:
    lines = ["name: x", "a0: &a0 [x, x]"]
    for i in range(depth):
        lines.append(f"a{i + 1}: &a{i + 1} [{', '.join([f'*a{i}'] * width)}]")
    return "\n".join(lines)


attacks = st.one_of(
    st.builds(_bomb, st.integers(1, 12), st.integers(1, 40)),
    st.integers(1, 60_000).map(lambda n: "a: " + "[" * n),
    st.integers(1, 60_000).map(lambda n: "a: " + "{b: " * n),
    st.integers(1, 4000).map(lambda n: "\n".join(f"{' ' * i}a:" for i in range(n))),
    st.integers(1, 50_000).map(lambda n: "name: " + "9" * n),
    st.integers(1, 50_000).map(lambda n: "? " * n),
    st.integers(1, 20_000).map(lambda n: "name: x\n" + "".join(f"k{i}: 1\n" for i in range(n))),
)

#: Plans as bytes: most fit the schema, the others do not.
plans = st.one_of(
    fitting_plans.map(lambda t: t.encode("utf-8", "surrogatepass")),
    fitting_plans.map(lambda t: t.encode("utf-8", "surrogatepass")),
    mutated_plans.map(lambda t: t.encode("utf-8", "surrogatepass")),
    keyed_lines.map(lambda t: t.encode("utf-8", "surrogatepass")),
    attacks.map(str.encode),
    st.text(max_size=200).map(lambda t: t.encode("utf-16", "surrogatepass")),
    st.binary(max_size=200),
)

# ---- price files -----------------------------------------------------------------------------

CELLS = (
    *("", ".", "nan", "inf", "-inf", "1e400", "-1", "0", "1e-320", "1e308", "1e300", "1,234.5"),
    *("1.234,5", "$5", "5%", "3M", "=1+1", "@x", '"', "'", "\0", "\x1a", "x" * 300, "9999-12-31"),
    *(
        "0001-01-01",
        "2024-02-30",
        "31/12/2020",
        "12/31/2020",
        "1999-99-99",
        "<html>",
        "１００",
        "٣",
    ),
)
HEADERS = (
    *("date,open,high,low,close", "Date,Open,High,Low,Close,Adj Close,Volume", "date,close"),
    *("Date;Open;High;Low;Close", "date,open,close", "DATE,SP500", "date\topen\thigh\tlow\tclose"),
    *(
        "Price,Close,High\nTicker,X,X\nDate,,",
        "date,date,close",
        "",
        "a,b",
        "date,open,high,low,close,",
    ),
)


@st.composite
def price_files(draw: st.DrawFn) -> bytes:
    """A table of prices, right but for a few cells, lines or bytes."""
    draws = random.Random(draw(st.integers(0, 2**32)))
    header = draw(st.one_of(st.just(HEADERS[0]), st.sampled_from(HEADERS)))
    n = draw(st.one_of(st.integers(0, 6), st.integers(200, 500)))
    scale = draw(
        st.one_of(st.just(100.0), st.sampled_from([1e-300, 1e-9, 1e-3, 1e6, 1e150, 1e300]))
    )
    move = draw(st.one_of(st.just(0.01), st.sampled_from([0.0, 0.2, 0.9])))
    delimiter = ";" if ";" in header else "\t" if "\t" in header else ","
    width = max(header.count(delimiter), 1)
    import datetime as dt

    day = dt.date(2019, 6, 3)
    close = scale
    rows = []
    for _ in range(n):
        open_ = close
        close = max(close * (1.0 + draws.uniform(-move, move)), 1e-320)
        high, low = max(open_, close), min(open_, close)
        cells = [day.isoformat(), *(repr(x) for x in (open_, high, low, close, close, 1.0))]
        rows.append(cells[: width + 1])
        day += dt.timedelta(days=1 + (2 if day.weekday() == 4 else 0))
    for _ in range(draw(st.sampled_from([0, 0, 1, 3]))):
        if not rows:
            break
        i = draws.randrange(len(rows))
        how = draws.randrange(6)
        if how == 0:
            at = draws.randrange(len(rows[i]) or 1)
            rows[i][at : at + 1] = [draws.choice(CELLS)]
        elif how == 1:
            rows.insert(i, list(rows[draws.randrange(len(rows))]))
        elif how == 2:
            del rows[i]
        elif how == 3:
            rows[i] = rows[i][: draws.randrange(len(rows[i]) + 1)]
        elif how == 4:
            rows[i] = [*rows[i], draws.choice(CELLS)]
        else:
            rows.reverse()
    text = "\n".join([header, *(delimiter.join(row) for row in rows)])
    encoding = draw(st.sampled_from(["utf-8"] * 6 + ["utf-8-sig", "utf-16", "cp1252"]))
    content = text.encode(encoding, "replace")
    for _ in range(draw(st.sampled_from([0, 0, 0, 0, 1, 8]))):
        at = draws.randrange(len(content)) if content else 0
        content = content[:at] + bytes([draws.randrange(256)]) + content[at + 1 :]
    return content


def parquet_files() -> st.SearchStrategy[bytes]:
    """Parquet tables of prices with bytes changed or the end cut off."""
    import io

    import numpy as np
    import pandas as pd

    days = pd.bdate_range("2019-06-03", periods=300)
    close = 100.0 * np.exp(np.random.default_rng(0).normal(0.0, 0.01, 300).cumsum())
    frame = pd.DataFrame({"date": days, **dict.fromkeys(("open", "high", "low", "close"), close)})
    target = io.BytesIO()
    frame.to_parquet(target)
    whole = target.getvalue()

    def broken(edits: list[tuple[int, int]], cut: int) -> bytes:
        content = bytearray(whole)
        for at, value in edits:
            content[at % len(content)] = value
        return bytes(content[: len(content) - cut])

    edits = st.lists(st.tuples(st.integers(0, 2**20), st.integers(0, 255)), max_size=4)
    return st.builds(broken, edits, st.sampled_from([0, 0, 0, 1, 8, 500]))
