"""Read rules from YAML, or report every mistake with file and line."""
