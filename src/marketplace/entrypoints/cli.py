"""The command line's door: it opens with the core alone, and says what is missing."""

import sys


def main() -> None:
    """Run ``marketplace <command>``."""
    try:
        from .commands import run
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("marketplace"):
            raise
        remedy = "in the folder of the project, pip install '.[all]'"
        sys.exit(f"marketplace: {missing.name} is not installed: {remedy}")
    run()
