"""The tables of docs/scaling.md: sums by hand."""

import pytest

from benchmarks.scaling import costs, storage, table

FOUND = {
    "figures": {
        "pair": {"clock": 3.0, "processor": 6.0},
        "prepared setting": {"processor": 500.0},
        "tactical setting": {"processor": 100.0},
        "hedge setting": {"processor": 1_000.0},
        "dense": {"processor": 80.0},
        "separable, vectorbt": {"processor": 7_200.0},
        "share": 0.97,
    },
    "million": {
        "processor_seconds": [14.0, 12.1, 11.0],
        "variants": 1_000_000,
        "disk_bytes": 110_000_000,
        "peak_bytes": 700_000_000,
    },
    "others": {"a single run": {"processor": 180_000.0}},
}


def cells(rows):
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


def test_what_a_row_costs_is_what_is_left_of_a_whole_run():
    cost = costs(FOUND)
    assert cost["long"] == pytest.approx(600e-6)
    assert cost["hedge"] == pytest.approx(1_500e-6)
    # 12.1 s - 6 s of pairs - 1,000 x 600 us - 1,000 x 1,500 us = 4.0 s
    assert cost["files"] == pytest.approx(4.0e-6)


def test_core_hours_are_variants_times_markets_times_a_variant_s_cost():
    composed, dense, vectorbt, single = cells(table(costs(FOUND), 1e9, 50, 64))
    # 5e10 x 10 us = 500,000 s, and 25,000 contexts x (1,000 x 600 us + 2,000 x 1.5 ms) = 90,000 s
    assert composed == ["composed", "11.8 µs", "160", "2.6 hours"]
    # 5e10 x 84 us = 4.2e6 s
    assert dense == ["dense", "84 µs", "1,200", "18 hours"]
    assert vectorbt[2] == "100,000" and vectorbt[3] == "65 days"
    assert single[2] == "2,500,000" and single[3] == "4 years"


def test_bytes_are_those_of_a_million_fifty_thousand_times():
    rows = dict(cells(storage(costs(FOUND), 1e9, 50, 64)))
    assert rows["Parquet, a variant"] == "110 bytes"
    assert rows["Parquet, all"] == "5.5 TB"
    assert rows["memory of 64 processes"] == "45 GB"
