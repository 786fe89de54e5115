"""What a run needs of its machine: kept work, shipped files."""
