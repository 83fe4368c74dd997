"""A message is its English text and still knows what it is made of."""

import copy
import json
import pickle

from market.message import Message
from market.serialise import json_text, plain

DAY = Message("the prices end on {day}", day="2024-12-31")
WHOLE = Message("no world {world}: {because}", world="garch", because=DAY)


def test_a_message_is_its_english_text():
    assert WHOLE == "no world garch: the prices end on 2024-12-31"
    assert json.loads(json_text({"notes": [WHOLE]})) == {"notes": [str(WHOLE)]}
    assert plain([WHOLE])[0] is WHOLE


def test_braces_of_values_and_of_sentences_without_values_stand():
    assert Message("{what}", what="{x}") == "{x}"
    assert Message("a {b}") == "a {b}"


def test_a_message_copied_or_sent_to_another_process_keeps_its_parts():
    for again in (pickle.loads(pickle.dumps(WHOLE)), copy.deepcopy(WHOLE)):
        assert again == WHOLE
        assert again.template == WHOLE.template
        assert again.values["because"].values == {"day": "2024-12-31"}


def test_a_message_written_as_parts_is_read_back_whole():
    parts = json.loads(json_text(WHOLE.parts()))
    again = Message.of_parts(parts)
    assert again == WHOLE
    assert isinstance(again.values["because"], Message)
