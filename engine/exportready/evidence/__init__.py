"""Bytes to records, without opinions. One reader a format; `snapshot` opens the folder or zip and picks the reader."""
