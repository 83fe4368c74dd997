"""Claims: what a claims file says, and how its mistakes are explained."""
