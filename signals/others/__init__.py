"""Rules of other markets: breadth, small caps, technology, gold, dollar, oil, bitcoin, funds."""
