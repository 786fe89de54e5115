"""account.yaml: its shape, reading and writing it, the questions, the replies."""
