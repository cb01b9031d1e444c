"""What one can do with a marketplace. Knows the domain and its own ports, and nobody else."""
