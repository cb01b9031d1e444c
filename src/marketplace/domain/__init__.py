"""The business, in plain Python: no await, no third party."""
