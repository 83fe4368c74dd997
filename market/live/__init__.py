"""Live data: one module a source, behind one protocol, and what becomes of what they answer."""
