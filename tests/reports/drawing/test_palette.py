"""Colours: text and marks can be told from their ground in both schemes."""

import itertools
import re

import pytest

from reports.drawing.palette import PALETTE, TEMPLATES, chart_style, page_style


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_of_black_on_white_is_21():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)


SCHEMES = pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])


@SCHEMES
def test_text_reaches_4_5_to_1(scheme):
    texts = ("ink", "muted", "accent")
    for text, ground in itertools.product(texts, ("ground", "surface")):
        assert contrast(PALETTE[text][scheme], PALETTE[ground][scheme]) >= 4.5, (text, ground)
    shades = [name for name in PALETTE if name.startswith(("up-", "down-"))] + ["mark"]
    for shade in shades:
        assert contrast(PALETTE["ink"][scheme], PALETTE[shade][scheme]) >= 4.5, shade


@SCHEMES
def test_line_labels_reach_4_5_to_1(scheme):
    assert contrast(PALETTE["derisk"][scheme], PALETTE["ground"][scheme]) >= 4.5


@SCHEMES
def test_badges_reach_4_5_to_1(scheme):
    for name in ("extension", "stop", "failed"):
        for ground in ("ground", "surface"):
            assert contrast(PALETTE[name][scheme], PALETTE[ground][scheme]) >= 4.5, (name, ground)


@SCHEMES
def test_marks_reach_3_to_1(scheme):
    marks = ("target-2", "target-1", "time", "failed", "stop", "stop-gap", "hedge", "benchmark")
    for mark in (*marks, "axis"):
        assert contrast(PALETTE[mark][scheme], PALETTE["ground"][scheme]) >= 3.0, mark


def test_every_colour_that_a_style_asks_for_exists():
    for style in (page_style(), chart_style()):
        assert set(re.findall(r"var\(--([\w-]+)\)", style)) <= set(PALETTE)


def test_style_sheets_load_nothing():
    for name in ("report.css", "chart.css"):
        text = (TEMPLATES / name).read_text()
        assert "url(" not in text and "@import" not in text
