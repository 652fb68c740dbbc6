"""What scripts/generate.py writes: a module each, whose `write` gives texts by their paths in the repository."""
