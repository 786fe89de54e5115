"""YAML to rules, or every mistake with file and line."""
