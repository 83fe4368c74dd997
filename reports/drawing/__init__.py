"""Drawing: SVG, palette, the registry of charts, pictures."""
