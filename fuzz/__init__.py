"""Random tries of the program itself: hostile files (python -m fuzz) and evidence taken away (python -m fuzz.silent_pass)."""
