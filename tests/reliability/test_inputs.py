"""Files of known truth: every shape is read, every fault is said at every door, none misread."""

from __future__ import annotations

import pytest

from tests.reliability.inputs import (
    DOORS,
    FAULTS,
    SHAPES,
    at_the_door,
    campaign,
    shapes_read,
    truth,
)


def test_every_shape_is_read_right():
    assert shapes_read() == dict.fromkeys(SHAPES, "right")


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_every_fault_is_said_at_every_door(door, tmp_path):
    became = {
        name: at_the_door(door, fault(truth()), tmp_path)[0] for name, fault in FAULTS.items()
    }
    assert "silent" not in became.values(), became


def test_sound_prices_are_taken_without_a_word(tmp_path):
    assert at_the_door(DOORS[0], truth(), tmp_path) == ("silent", "")


def test_mutated_files_are_never_misread_and_end_in_no_traceback():
    found, failed = campaign(60, 7)
    assert not failed
    assert sum(found.values()) == 60 and found["right"] and found["refused"]
