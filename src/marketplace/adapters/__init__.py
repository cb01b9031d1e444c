"""How the outside world is reached: one neighbour per module or package."""
