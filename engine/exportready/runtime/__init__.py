"""The program's surroundings: the cache, its own code, its shipped files, and debugging."""
