"""What a sweep file says: keys, axes, constraints, and the grid that they make."""
