"""Words and numbers: formats, fields, languages."""
