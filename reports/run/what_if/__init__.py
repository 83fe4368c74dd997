"""What if: the sliders of a report, the figures of every cell, packed, and what draws them."""
