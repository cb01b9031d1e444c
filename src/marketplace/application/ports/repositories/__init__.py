"""Collections, one file per concept."""
