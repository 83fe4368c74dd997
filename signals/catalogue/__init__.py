"""What a rule is, how it is registered, found and evaluated."""
