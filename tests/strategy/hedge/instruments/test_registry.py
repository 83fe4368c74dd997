"""The one list of instruments, and what is made of it."""

import click

from reports.text.hedge_words import INSTRUMENTS as WORDS
from strategy.commands.hedge import hedge
from strategy.hedge.instruments import INSTRUMENTS, NEEDS_VIX, Instrument
from strategy.plan import Hedge
from strategy.plan.file.plan_file import schema
from strategy.plan.instruments import BLOCKS, INSTRUMENT_NAMES
from strategy.plan.instruments import INSTRUMENTS as LISTED
from strategy.sweep.file.settings import FOLLOWED_INSTRUMENTS


def test_every_instrument_of_the_list_has_its_rules():
    assert tuple(INSTRUMENTS) == INSTRUMENT_NAMES
    assert all(isinstance(rules, Instrument) for rules in INSTRUMENTS.values())


def test_a_plan_takes_every_instrument_of_the_list_and_its_numbers():
    properties = schema()["$defs"]["Hedge"]["properties"]
    assert properties["instrument"]["enum"] == ["none", *INSTRUMENT_NAMES]
    assert list(properties)[-len(BLOCKS) :] == list(BLOCKS)
    assert [type(getattr(Hedge(), block)) for block in BLOCKS] == list(BLOCKS.values())


def test_the_command_offers_every_instrument():
    (option,) = (p for p in hedge.params if p.name == "instrument")
    assert isinstance(option.type, click.Choice)
    assert tuple(option.type.choices) == INSTRUMENT_NAMES


def test_every_instrument_has_words():
    assert set(INSTRUMENT_NAMES) <= set(WORDS)


def test_those_priced_with_vix_are_the_options():
    assert tuple(name for name in LISTED if LISTED[name].block == "options") == NEEDS_VIX
    assert {"put", "put_spread", "collar"} <= set(NEEDS_VIX)


def test_the_compiled_walks_follow_the_short_alone():
    assert FOLLOWED_INSTRUMENTS == ("none", "short")
