"""Claims files: what is refused and in which words; the article's own is whole."""

import re
from pathlib import Path

import pytest

from market.errors import InputError
from strategy.audit.claims.file import find_claims, load_claims

CONFIGS = Path(__file__).resolve().parents[4] / "configs"
CLAIM = """
as_of: 2025-11-21
claims:
  - id: x
    says: y
    event: {event}
    horizon: {horizon}
    outcome: {outcome}
"""


def written(tmp_path, text):
    path = tmp_path / "claims.yaml"
    path.write_text(text.lstrip(), encoding="utf-8")
    return path


def claim_text(
    event="{kind: month, month: 12}", horizon="null", outcome="{measure: return}", more=""
):
    text = CLAIM.replace("{event}", event).replace("{horizon}", horizon)
    return text.replace("{outcome}", outcome) + more


RULE = "{kind: rule, rule: december}"
FIVE = "{sessions: 5}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "expected a map with as_of, claims"),
        ("- a", "expected a map with as_of, claims"),
        ("as_of: [", "not valid YAML"),
        ("claims: []", "as_of: missing"),
        ("as_of: 2025-13-21", ":1: as_of: got 2025-13-21; expected a date as YYYY-MM-DD"),
        ("as_of: 2025-11-21\nclaim: []", ":2: claim: unknown key; did you mean 'claims'?"),
        (claim_text(event="{kind: roule}"), "got roule; expected one of rule, month, anchor"),
        (claim_text(event="{kind: anchr}"), ":5: claims[0].event.kind: got anchr; expected one of"),
        (claim_text(event="{kind: anchr}"), "did you mean 'anchor'?"),
        (
            claim_text(event="{kind: rule, rule: december, on: every}", horizon=FIVE),
            ":5: claims[0].event.on: got every; expected one of turns_true, every_day",
        ),
        (
            claim_text(event="{kind: rule, rule: december, parametrs: {}}", horizon=FIVE),
            ":5: claims[0].event.parametrs: unknown key; did you mean 'parameters'?",
        ),
        (claim_text(event="{month: 12}"), "claims[0].event.kind: missing; expected one of rule"),
        (
            claim_text(event="{kind: rule, rule: decembr}", horizon=FIVE),
            "unknown signal 'decembr'; expected a name of the rule catalogue; did you mean",
        ),
        (
            claim_text(event="{kind: rule, rule: december, foo: 1}", horizon=FIVE),
            ":5: claims[0].event.foo: unknown key; expected one of kind, rule, parameters, on",
        ),
        (
            claim_text(
                event="{kind: rule, rule: streak_reached, parameters: {length: 0}}", horizon=FIVE
            ),
            "claims[0].event.parameters.length: got 0; expected a whole number and at least 1",
        ),
        (claim_text(event=RULE, horizon="{sessions: 0}"), "horizon.sessions: got 0; expected"),
        (
            claim_text(event=RULE, horizon="{sessions: 5, months: 1}"),
            "got sessions, months; expected one of sessions, months, until, year",
        ),
        (claim_text(event=RULE), "expected one of sessions, months, until, year"),
        (claim_text(horizon=FIVE), "return or max_drawdown over the month itself"),
        (
            claim_text(event="{kind: dates, dates: [2020-03, 2020-13]}", horizon=FIVE),
            "claims[0].event.dates[1]: got 2020-13; expected a day as YYYY-MM-DD or a month",
        ),
        (
            claim_text(event="{kind: dates, dates: [2020-03, 2020-03]}", horizon=FIVE),
            "expected each date once",
        ),
        (
            claim_text(event="{kind: dates, dates: [[2020-03-05, 2020-03-01]]}", horizon=FIVE),
            "expected a range in ascending order",
        ),
        (
            claim_text(outcome="{measure: touch, level: 90, reference: 100}", horizon=FIVE),
            "got 90; expected a level above the reference 100",
        ),
        (claim_text(more="    claimed: {rank: 1, mean: 0.1}\n"), "expected one of mean, median"),
        (
            claim_text(event=RULE, horizon=FIVE, more="    claimed: {rank: 1}\n"),
            "expected a claim on the return of a month",
        ),
        (
            claim_text(more="  - {id: x, says: y, event: {kind: month, month: 1}, "
                            "outcome: {measure: return}}\n"),
            "claims[1].id: got x; expected an id that no other has",
        ),
        (
            "as_of: 2025-11-21\nreadings:\n"
            "  - {id: x, says: y, series: hy_oaz, stated: 3, within: 1}",
            "readings[0].series: unknown series 'hy_oaz'",
        ),
        (
            "as_of: 2025-11-21\nreadings:\n"
            "  - {id: x, says: y, series: hy_oas, column: c, stated: 3, within: 1}",
            "readings[0].column: got \"c\"; expected one of value",
        ),
        (
            "as_of: 2025-11-21\nreadings:\n  - {id: x, says: y, series: hy_oas, stated: 3}",
            "got neither; expected either tolerance or within",
        ),
        (
            "as_of: 2025-11-21\nforecasts:\n"
            "  - {id: x, says: y, statement: {kind: falls, at_least: 0.2}, by: 2024-01-01}",
            "forecasts[0].by: got 2024-01-01; expected a day on or after 2025-11-21",
        ),
        (
            "as_of: 2025-11-21\nforecasts:\n"
            "  - {id: x, says: y, statement: {kind: falls, at_least: 2}, by: 2026-01-01}",
            "forecasts[0].statement.at_least: got 2; expected a number above 0 and below 1",
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_that_says_where_and_what_fits(tmp_path, text, words):
    with pytest.raises(InputError) as error:
        load_claims(written(tmp_path, text))
    line = str(error.value)
    assert "\n" not in line
    assert words in line
    assert "claims.yaml" in line


@pytest.mark.parametrize(
    ("name", "words"), [("absent.yaml", "no such file"), ("folder", "this is a folder")]
)
def test_a_file_that_cannot_be_read_is_told(tmp_path, name, words):
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match=words):
        load_claims(tmp_path / name)


def test_comments_do_not_change_what_a_file_means(tmp_path):
    first = load_claims(written(tmp_path, claim_text()))
    second = load_claims(written(tmp_path, "# a comment\n" + claim_text().lstrip()))
    other = load_claims(written(tmp_path, claim_text(event="{kind: month, month: 11}")))
    assert first.sha256 == second.sha256 != other.sha256


def test_the_claims_beside_a_plan_are_found_before_the_bundled(tmp_path):
    plan = tmp_path / "plan.yaml"
    assert find_claims(plan, None).resolve() == CONFIGS / "claims.yaml"
    written(tmp_path, claim_text())
    assert find_claims(plan, None) == tmp_path / "claims.yaml"
    assert find_claims(plan, "other.yaml") == Path("other.yaml")


def test_the_documentation_s_claims_can_be_read(tmp_path):
    page = (CONFIGS.parent / "docs" / "audit.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", page, flags=re.S)
    claims = load_claims(written(tmp_path, "\n".join(blocks))).claims
    assert (len(claims.claims), len(claims.readings), len(claims.forecasts)) == (1, 3, 2)


def test_the_documentation_names_every_kind_of_event_outcome_and_statement():
    page = (CONFIGS.parent / "docs" / "audit.md").read_text(encoding="utf-8")
    for kind in ("rule", "month", "anchor", "dates"):
        assert f"{{kind: {kind}" in page
    for measure in ("return", "max_drawdown", "touch", "low_holds", "rule_value"):
        assert f"{{measure: {measure}" in page
    for kind in ("touches", "before", "falls", "higher", "hedge_pays"):
        assert f"{{kind: {kind}" in page


# ---- the article's claims ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def article():
    return load_claims(CONFIGS / "claims.yaml").claims


def test_every_claim_names_its_section_and_is_the_article_s(article):
    text = (CONFIGS / "claims.yaml").read_text(encoding="utf-8")
    assert all(claim.section for claim in article.claims)
    for figure in ("0.018", "6180", "6200", "1.0", "0.118", "-0.187", "0.20"):
        assert re.search(rf"\b{re.escape(figure.lstrip('-'))}\b.*\[article\]", text), figure


def test_all_the_article_s_claims_are_there(article):
    rules = {c.event.rule for c in article.claims if c.event.kind == "rule"}
    assert {
        "streak_reached",
        "weekly_average_first_touch",
        "failed_breakout",
        "cash_and_leverage",
        "high_yield_widening",
    } <= rules
    named = [c.event.as_high_as for c in article.claims if c.event.kind == "anchor"]
    assert (1999, 2000, 2007, 2021) in named
    assert any(c.trial == "occurrence" for c in article.claims)
    assert any(c.claimed and c.claimed.rank == 1 for c in article.claims)


def test_dates_are_given_as_the_article_gives_them(article):
    squeezes = [c for c in article.claims if c.event.kind == "dates"]
    assert {c.event.dates for c in squeezes} == {("2020-03", "2022-10", "2023-10")}
    assert all("days are not given" in c.note or "not days" in c.note for c in squeezes)


def test_the_zone_is_the_article_s_ratio(article):
    rises = [c.outcome.rise for c in article.claims if c.outcome.measure == "touch"]
    assert rises == pytest.approx([0.0386554622, 0.0420168067])
