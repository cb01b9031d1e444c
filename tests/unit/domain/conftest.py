"""Properties are tried often enough to find a mistake, and the same way in every run."""

from hypothesis import settings

settings.register_profile("unit", max_examples=60, deadline=None, derandomize=True, database=None)
settings.load_profile("unit")
