"""Any plan and any price file: exit code 0 or 2, one line, at once, nothing touched."""

from __future__ import annotations

import os

import pytest

from tests.reliability.fuzz import FAST, Yard, fuzz
from tests.reliability.hostile import parquet_files, plans, price_files
from tests.reliability.sandbox import LIMIT, answer


@pytest.fixture(scope="module")
def yard(tmp_path_factory):
    return Yard(tmp_path_factory.mktemp("yard"))


@pytest.mark.parametrize("number", [1])
def test_fuzzed_plans(yard, number):
    fuzz(yard.try_plan, 30, number, plans)
    assert set(yard.codes) == {0, 2}


@pytest.mark.parametrize("strategy", [price_files(), parquet_files()], ids=["text", "parquet"])
def test_fuzzed_price_files(yard, strategy):
    fuzz(yard.try_prices, 10, 1, strategy)


# ---- the known ways --------------------------------------------------------------------------

DEEP = "a: " + "{b: " * 50_000


@pytest.mark.parametrize(
    "text",
    [
        "name: !!python/object/apply:os.system ['touch pwned']",
        "name: !!python/name:os.system",
        "name: x\na: &a [*a]",
        "name: x\nl0: &l0 [x,x]\n"
        + "\n".join(f"l{i + 1}: &l{i + 1} [{','.join([f'*l{i}'] * 9)}]" for i in range(12)),
        DEEP,
        "[" * 100_000,
        "name: x\ncapital: 1e400",
        "name: x\ncapital: .nan",
        "name: x\ncapital: .inf",
        "name: x\ncapital: " + "9" * 900_000,
        "name: x\ndata: {end: 9999-12-31}",
        "name: x\ndata: {start: 9999-12-31}",
        "name: x\nvintages: [9999]",
        "name: x\ndata: {prices: ../../../../../../etc/passwd}",
        "name: x\ndata: {prices: /dev/zero}",
        "name: x\ndata: {prices: /dev/stdin}",
        "name: x\ndata: {prices: /proc/self/mem}",
        "name: x\ndata: {prices: 'http://127.0.0.1:9/x.csv'}",
        "name: x\ndata: {files: {vix: /etc/shadow}}",
        "name: x\nname: y",
        "--- \nname: x\n---\nname: y",
        "name: x\n" * 50_000,
        "\0" * 1000,
    ],
    ids=range(23),
)
def test_a_plan_that_attacks_is_one_line(yard, text):
    yard.plan.write_text(text)
    done = answer(["run", str(yard.plan), "--out", str(yard.out), *FAST], yard.out)
    assert done.trouble == ""
    assert done.exit_code == 2
    assert not yard.out.exists() or not any(yard.out.iterdir())


def test_a_plan_of_a_hundred_megabytes_is_refused_at_once(yard):
    with yard.plan.open("wb") as file:
        file.write(b"name: x\n")
        file.truncate(100_000_000)
    done = answer(["check", str(yard.plan)], yard.out)
    assert (done.exit_code, done.trouble) == (2, "")
    assert done.seconds < LIMIT / 5
    yard.plan.unlink()


def test_a_price_file_of_a_hundred_megabytes_is_refused_unread(yard):
    file = yard.root / "big.csv"
    with file.open("wb") as content:
        content.write(b"date,close\n2020-01-02,100\n")
        content.truncate(100_000_000)
    yard.plan.write_text("name: x")
    done = answer(
        ["run", str(yard.plan), "--prices", str(file), "--out", str(yard.out), *FAST], yard.out
    )
    file.unlink()
    assert (done.exit_code, done.trouble) == (2, "")
    assert "too large" in done.output
    assert done.seconds < LIMIT / 5


def test_a_price_file_of_ten_million_characters_is_refused_in_time(yard):
    """Below the limit on size, above that on rows: still no wait."""
    file = yard.root / "long.csv"
    file.write_bytes(b"date,close\n" + b"2020-01-02,100\n" * 700_000)
    yard.plan.write_text("name: x")
    done = answer(
        ["run", str(yard.plan), "--prices", str(file), "--out", str(yard.out), *FAST], yard.out
    )
    file.unlink()
    assert (done.exit_code, done.trouble) == (2, "")
    assert "too many rows" in done.output


def test_a_small_parquet_file_of_many_rows_is_refused_unread(yard):
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = yard.root / "bomb.parquet"
    table = pa.table(
        {"date": pa.array([0] * 1_000_000, pa.timestamp("ns")), "close": [1.0] * 1_000_000}
    )
    with pq.ParquetWriter(file, table.schema) as writer:
        for _ in range(20):
            writer.write_table(table)
    yard.plan.write_text("name: x")
    done = answer(
        ["run", str(yard.plan), "--prices", str(file), "--out", str(yard.out), *FAST], yard.out
    )
    assert (done.exit_code, done.trouble) == (2, "")
    assert done.seconds < 2.0
    assert "too many rows" in done.output


@pytest.mark.parametrize(
    "name",
    ["../../../climbed", "/tmp/climbed", "..", "a\\..\\b"],
)
def test_a_name_that_climbs_stays_in_the_output_folder(yard, name):
    import json

    yard.plan.write_text(f"name: {json.dumps(name)}\ndata: {{start: null}}")
    done = answer(
        ["run", str(yard.plan), "--prices", str(yard.prices), "--out", str(yard.out), *FAST],
        yard.out,
    )
    assert (done.exit_code, done.trouble) == (0, "")


def test_a_link_to_elsewhere_is_read_and_never_written(yard, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "plan.yaml").write_text("name: linked\ndata: {start: null}")
    link = tmp_path / "link.yaml"
    link.symlink_to(elsewhere / "plan.yaml")
    loop = tmp_path / "loop.yaml"
    loop.symlink_to(loop)
    run = ["run", str(link), "--prices", str(yard.prices), "--out", str(yard.out), *FAST]
    done = answer(run, yard.out)
    assert (done.exit_code, done.trouble) == (0, "")
    assert os.listdir(elsewhere) == ["plan.yaml"]
    done = answer(["run", str(loop), "--out", str(yard.out)], yard.out)
    assert (done.exit_code, done.trouble) == (2, "")


def test_the_watch_sees_what_it_is_there_for(tmp_path):
    """A guard that never barks proves nothing."""
    import socket
    import subprocess

    from tests.reliability.sandbox import _outside, watched

    with watched() as watch:
        (tmp_path / "x").write_text("y")
    assert "wrote outside" in _outside(watch, tmp_path / "out")
    assert _outside(watch, tmp_path) == ""
    with watched() as watch:
        subprocess.run(["true"], check=True)
    assert "subprocess" in _outside(watch, None)
    with watched() as watch, pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", 9), timeout=0.1)
    assert "socket" in _outside(watch, None)
