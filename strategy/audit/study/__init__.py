"""The event study of one claim: events, what followed, what chance would have done, the verdict."""
