"""Orders in options say which option."""

import numpy as np

from strategy.hedge.options.option_roll import contract_name, contract_parts
from strategy.hedge.options.options import Strike
from strategy.today.orders import _contract


def test_the_parts_of_a_contract_are_read_back_from_its_name():
    expiry = np.datetime64("2025-04-17")
    assert contract_parts(contract_name(Strike(1, False, 5587.54), expiry)) == {
        **{"right": "put", "strike": 5587.5, "expiry": "2025-04-17"}
    }
    assert contract_parts(contract_name(Strike(-1, True, 6500.0), expiry))["right"] == "call"
    assert contract_parts("inverse fund") is None


def test_an_order_is_in_the_option_bought_last_on_its_leg_by_then():
    labels = {
        (3, 10): "+put 95.0 2021-03-19",
        (3, 40): "+put 90.0 2021-06-18",
        (4, 20): "-put 80.0 2021-03-19",
    }
    kind = [("leg", int), ("session", int), ("raw_price", float)]
    sold = np.array([(3, 30, 1.25)], dtype=kind)[0]
    assert _contract(sold, labels) == {
        **{"right": "put", "strike": 95.0, "expiry": "2021-03-19", "premium": 1.25}
    }
    core = np.array([(0, 30, 100.0)], dtype=kind)[0]
    assert _contract(core, labels) is None
