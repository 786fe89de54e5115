"""The values that pass between rooms: frozen, without I/O, and importing only each other."""
