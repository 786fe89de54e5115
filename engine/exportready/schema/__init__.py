"""YAML with positions, shapes of data, dates and times."""
