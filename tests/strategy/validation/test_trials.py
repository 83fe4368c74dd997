"""The ledger of trials: append-only, whole after a crash, one count for one plan and data."""

from __future__ import annotations

import dataclasses
import json
import multiprocessing

import pytest

from market.errors import InputError
from strategy.validation.trials import Trial, count_trials, record_trials

ONE = Trial(plan="p", base="b", data="d", sweep="a", variants=100, day="2026-01-01")


def other(**change):
    return dataclasses.replace(ONE, **change)


def counted(ledger, plan="p", base="b", data="d"):
    return count_trials(ledger, plan=plan, base=base, data=data)


def test_a_sweep_run_twice_counts_once_and_others_add(tmp_path):
    ledger = tmp_path / "deep" / "trials.jsonl"
    for trial in (ONE, other(day="2026-01-02"), other(sweep="b", variants=50)):
        record_trials(ledger, trial)
    found = counted(ledger)
    assert (found.variants, len(found.sweeps), found.unreadable) == (150, 2, 0)
    # the first day stays, and nothing is written twice
    assert found.sweeps[0].day == "2026-01-01"
    assert len(ledger.read_text().splitlines()) == 2


def test_the_ledger_only_grows(tmp_path):
    ledger = tmp_path / "trials.jsonl"
    before = b""
    for i in range(5):
        record_trials(ledger, other(sweep=str(i)))
        now = ledger.read_bytes()
        assert now.startswith(before) and len(now) > len(before)
        before = now


def test_neither_a_new_name_nor_a_changed_key_starts_the_count_again(tmp_path):
    ledger = tmp_path / "trials.jsonl"
    record_trials(ledger, ONE)
    record_trials(ledger, other(plan="renamed", sweep="b", variants=10))
    record_trials(ledger, other(base="changed", sweep="c", variants=1))
    assert counted(ledger).variants == 111
    # under its new name the plan still has its settings
    assert counted(ledger, plan="renamed").variants == 110
    assert counted(ledger, plan="renamed", base="x").variants == 10


def test_other_plans_and_other_data_do_not_count_but_are_known(tmp_path):
    ledger = tmp_path / "trials.jsonl"
    record_trials(ledger, ONE)
    record_trials(ledger, other(plan="q", base="z", sweep="b", variants=7))
    record_trials(ledger, other(data="elsewhere", sweep="c", variants=999))
    found = counted(ledger)
    assert (found.variants, found.on_data) == (100, 107)
    assert counted(ledger, data="nowhere").variants == 0


def test_a_ledger_that_is_not_there_counts_nothing(tmp_path):
    assert counted(tmp_path / "none").variants == 0


def test_a_line_cut_short_loses_nothing_else(tmp_path):
    ledger = tmp_path / "trials.jsonl"
    record_trials(ledger, ONE)
    with ledger.open("ab") as file:
        file.write(b'{"plan": "p", "da')
    assert (counted(ledger).variants, counted(ledger).unreadable) == (100, 1)
    record_trials(ledger, other(sweep="b", variants=50))
    assert (counted(ledger).variants, counted(ledger).unreadable) == (150, 1)


@pytest.mark.parametrize(
    "line",
    [
        b"[]", b"1", b"null", b"{}", b"\xff\xfe", b'{"plan": "p"}', b"[" * 100_000,
        *(
            json.dumps({**dataclasses.asdict(ONE), "variants": v}).encode()
            for v in (-5, 0, True, 1.5, "many", None)
        ),
    ],
)  # fmt: skip
def test_what_is_no_trial_is_counted_as_unreadable(tmp_path, line):
    ledger = tmp_path / "trials.jsonl"
    ledger.write_bytes(line + b"\n\n")
    record_trials(ledger, ONE)
    assert (counted(ledger).variants, counted(ledger).unreadable) == (100, 1)


def test_a_ledger_that_cannot_be_used_is_told_in_one_line(tmp_path):
    ledger = tmp_path / "trials.jsonl"
    ledger.mkdir()
    with pytest.raises(InputError, match="ledger of trials cannot be used"):
        record_trials(ledger, ONE)
    with pytest.raises(InputError, match="ledger of trials cannot be used"):
        counted(ledger)


def _append(path, name):
    for i in range(20):
        record_trials(path, other(sweep=f"{name}-{i}", variants=1))


def test_two_sweeps_at_once_do_not_corrupt_the_ledger(tmp_path):
    ledger = tmp_path / "trials.jsonl"
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_append, args=(ledger, name)) for name in "ab"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    found = counted(ledger)
    assert (found.variants, len(found.sweeps), found.unreadable) == (40, 40, 0)
