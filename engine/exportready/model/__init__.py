"""Every value that passes between rooms: frozen, without I/O, importing nothing of the house."""
