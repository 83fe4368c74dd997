"""The one list of instruments, and what is kept beside it."""

from reports.text.hedge_words import INSTRUMENTS as WORDS
from strategy.commands.hedge import CHOICES
from strategy.hedge.instruments import INSTRUMENTS, NEEDS_VIX
from strategy.plan.instruments import INSTRUMENT_NAMES


def test_every_instrument_of_a_plan_has_its_rules_in_the_same_order():
    assert tuple(INSTRUMENTS) == INSTRUMENT_NAMES


def test_the_command_offers_every_instrument():
    """Its own words, since a command's help is shown without loading the plan's models."""
    assert CHOICES == INSTRUMENT_NAMES


def test_every_instrument_has_words():
    assert set(INSTRUMENT_NAMES) <= set(WORDS)


def test_those_priced_with_vix_are_the_options():
    assert NEEDS_VIX == ("put", "put_spread", "collar")
