"""The JSON result: written, read back, compared."""
