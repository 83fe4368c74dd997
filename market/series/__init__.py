"""The catalogue: what each series is, when its figures become known, and for how long they hold."""
