"""Plans by name: a file here wins, a shipped one is found, a near miss is answered."""

import pytest

from market.errors import InputError
from strategy.plan.file.shipped import plan_path


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "name", ["short_long", "short_long.yaml", "golden_cross", "configs/library/golden_cross.yaml"]
)
def test_a_shipped_plan_is_found_by_its_name(elsewhere, name):
    with plan_path(name) as found:
        assert found.is_file()


def test_a_file_of_that_name_wins(elsewhere):
    (elsewhere / "short_long").write_text("name: mine\n")
    with plan_path("short_long") as found:
        assert found == "short_long"


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("short_lnog", "'short_long'"),
        ("configs/short_lang.yaml", "'short_long'"),
        ("goldencross", "'golden_cross'"),
        ("hedge_put_spred", "'hedge_put_spread' or 'hedge_put'"),
    ],
)
def test_a_near_miss_is_answered_with_the_names_it_may_mean(elsewhere, name, near):
    with pytest.raises(InputError) as refused, plan_path(name):
        pass
    assert refused.value.line().startswith(f"{name}: no such file, and no plan of that name comes")
    assert f"did you mean {near}" in refused.value.line()


@pytest.mark.parametrize("name", ["no.yaml", "plans/short_lnog.yaml", "/short_lnog.yaml"])
def test_another_path_is_the_user_s_own_and_left_to_who_reads_it(elsewhere, name):
    with plan_path(name) as found:
        assert str(found) == name
