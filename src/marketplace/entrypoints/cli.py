"""The command line's door: it opens with the core alone, and says what is missing."""

import sys


def main() -> None:
    """Run ``marketplace <command>``."""
    try:
        from .commands import run
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("marketplace"):
            raise
        sys.exit(f"marketplace: {missing.name} is not installed: pip install 'marketplace[all]'")
    run()
