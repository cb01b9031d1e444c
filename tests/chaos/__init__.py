"""Chaos: everything is broken, by the seed, while guests place orders; then the books are read."""
