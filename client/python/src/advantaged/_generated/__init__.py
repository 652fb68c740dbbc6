"""Written by scripts/generate_signatures.py (`make generate`) of the method table and of _arguments.py."""
