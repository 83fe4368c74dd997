"""The catalogues: whole, without leftovers, with the same placeholders; pages in one language."""

import re
import struct
import threading

import pytest

from market.errors import InputError
from market.message import Message
from reports.text.fields import field
from reports.text.format import sentence_list, show
from reports.text.language import LANGUAGES, MESSAGES, _, catalogue, language, say, speaking, told
from tests.reports.messages import all_texts, read_catalogue, words_of
from tests.reports.page import leaks, parse

OTHERS = [tag for tag in LANGUAGES if tag != "en"]

#: Words that are the same in both languages: names of things.
NAMES = {
    "Fama", "French", "RF", "Mkt", "Student", "Politis", "White", "simulate", "metrics", "json",
    "Aaa", "Baa", "precision", "FINRA", "CBOE", "ICE", "CSV", "ETF", "sha", "yaml", "plan", "html",
}  # fmt: skip


def po(tag):
    return MESSAGES / f"{LANGUAGES[tag]}.po"


@pytest.mark.parametrize("tag", OTHERS)
def test_every_text_has_words_and_no_words_are_left_over(tag):
    texts = all_texts()
    assert len(texts) > 500
    words = words_of(po(tag))
    assert sorted(set(texts) - set(words)) == []
    assert sorted(set(words) - set(texts)) == []


@pytest.mark.parametrize("tag", OTHERS)
def test_words_fill_in_the_same_places(tag):
    for text, words in words_of(po(tag)).items():
        assert sorted(set(re.findall(r"\{\w*\}", text))) == sorted(
            set(re.findall(r"\{\w*\}", words))
        ), text
        assert re.findall(r"<[^>]+>", text) == re.findall(r"<[^>]+>", words), text


@pytest.mark.parametrize("tag", OTHERS)
def test_a_catalogue_is_a_gettext_file_without_doubtful_entries(tag):
    entries = [entry for entry in read_catalogue(po(tag)) if entry.id]
    assert not [entry.id for entry in entries if entry.fuzzy or not entry.string]


@pytest.mark.parametrize("tag", OTHERS)
def test_the_compiled_catalogue_says_what_translators_wrote(tag):
    """Where it does not, `make catalogues` has not run since the last edit."""
    words, compiled = words_of(po(tag)), catalogue(tag)
    assert {text: compiled.gettext(text) for text in words} == words
    magic, revision, entries = struct.unpack("<3I", po(tag).with_suffix(".mo").read_bytes()[:12])
    assert (magic, revision) == (0x950412DE, 0)
    assert entries == len(words) + 1  # the head


#: What is said elsewhere, and what a reader in Taiwan says; one word for one thing.
IN_TAIWAN = {
    "對沖": "避險",
    "止損": "停損",
    "收市": "收盤",
    "期權": "選擇權",
    "認沽": "賣權",
    "認購": "買權",
    "收益率": "報酬率",
    "數據": "資料",
    "概率": "機率",
    "置信": "信賴",
    "計劃": "計畫",
    "阻力": "壓力",
    "持倉": "部位",
    "倉位": "部位",
    "買入": "買進",
    "國債": "公債",
    "默認": "預設",
    "序列": "數列",
    "95%區間": "95%信賴區間",
    "佔": "占",
}


def test_the_words_are_those_of_taiwan_s_market():
    found = {
        text: (word, instead)
        for text, words in words_of(po("zh-Hant")).items()
        for word, instead in IN_TAIWAN.items()
        if word in (words if isinstance(words, str) else "".join(words))
    }
    assert found == {}


def test_numbers_dates_and_lists_follow_the_language():
    assert show(3, "sessions") == "3.0 sessions"
    assert sentence_list(["a", "b", "c"]) == "a, b and c"
    with speaking("zh-Hant"):
        assert language() == "zh-Hant"
        assert show(3, "sessions") == "3.0個交易日"
        assert show(True, "truth") == "是"
        assert sentence_list(["a", "b", "c"]) == "a、b和c"
        assert field("tactical.worst").label == "最差報酬"
    assert language() == "en"


def test_an_unknown_language_is_refused_with_the_choice():
    with pytest.raises(InputError, match="expected one of en, zh-Hant"), speaking("tlh"):
        pass


def test_values_are_escaped_and_markup_of_the_words_is_not():
    text = say("The same plan, data and code give the same run, <code>{run}</code>.", run="<b>")
    assert "<code>&lt;b&gt;</code>" in text


def test_a_language_is_one_thread_s_own():
    heard = []
    with speaking("zh-Hant"):
        thread = threading.Thread(target=lambda: heard.append(_("plan")))
        thread.start()
        thread.join()
        assert _("plan") == "計畫"
    assert heard == ["plan"]


def test_sentences_of_other_packages_are_told_with_their_values():
    cases = Message("{n} separate cases; {needed} are needed", n=12, needed=10)
    # a message inside a message, and a word of the program inside that
    event = Message("{month} of every year, whole months only", month="December")
    dated = Message("{event}; from {first} to the last", event=event, first="1950-01-01")
    with speaking("zh-Hant"):
        assert told(cases) == "12個獨立案例；需要10個"
        assert told(dated) == "每年十二月，只計完整月份；自1950-01-01至最後"
        assert told("a claim of a user's own") == "a claim of a user's own"
        assert told(Message("a claim of a user's own, {n}", n=3)) == "a claim of a user's own, 3"
    assert told(cases) == cases == "12 separate cases; 10 are needed"


def test_no_english_leaks_into_audit_scenario_and_calibration(pages):
    audit, scenario, calibration = (
        pages[f"{name}-zh"].read_text("utf-8") for name in ("audit", "scenario", "calibration")
    )
    ids = "#claims-table th, #versions, svg, .because code"
    assert leaks(audit, but=ids) == set()
    # the shock's name is the user's
    assert {text for text in leaks(scenario) if "crash" not in text} == set()
    assert leaks(calibration) <= {"late"}


@pytest.mark.parametrize("name", ["report", "compare", "young"])
def test_no_english_leaks_into_the_chinese_page(pages, name):
    soup = parse(pages[f"{name}-zh"].read_text("utf-8"))
    assert soup.html["lang"] == "zh-Hant"
    for element in soup.find_all(["style", "script", "pre", "code"]):
        element.extract()
    # ids of series and packages, and values of the plan, are the same in every language
    for element in soup.select(
        "#series th, #series td, #versions th, #defects + ul b, #settings-table td, "
        "#hedge-assumptions li, header, title"
    ):
        if not re.search(r"[一-鿿]", element.get_text()):
            element.extract()
    texts = [str(text) for text in soup.find_all(string=True)]
    texts += [
        element[name]
        for element in soup.find_all(True)
        for name in ("aria-label", "title", "data-words", "data-light", "data-dark")
        if element.get(name)
    ]
    # placeholders that the script fills in, and the plans' own names
    texts = [re.sub(r"\{\w+\}|short_long|structural", "", text) for text in texts]
    leaks = {text.strip() for text in texts if set(re.findall(r"[A-Za-z]{3,}", text)) - NAMES}
    if name == "young":  # its series are made up, and known to no catalogue
        leaks = {text for text in leaks if "survey" not in text and "dividends" not in text}
    assert leaks == set()


def test_no_text_of_pages_and_screens_says_that_the_long_is_in_december():
    assert not [text for text in all_texts() if re.search(r"December (long|leg)", text)]
