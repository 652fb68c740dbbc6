"""Written by scripts/generate.py (`make generate`) of the method table and the contract."""
