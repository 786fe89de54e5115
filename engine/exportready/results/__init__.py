"""Write the JSON result, read it back, and compare two."""
