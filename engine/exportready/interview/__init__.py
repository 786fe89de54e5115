"""What to ask people, and how their replies come into account.yaml. No talking: that is the command line's."""
