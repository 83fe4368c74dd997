"""Plan files: YAML read, checked against the models, explained; the JSON Schema."""
