"""Half a minute of what `make chaos` does for five."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SEED, SECONDS = 20300101, 30


def test_whatever_breaks_nothing_that_was_acknowledged_is_lost() -> None:
    command = [sys.executable, "-m", "tests.chaos", "--seed", str(SEED), "--seconds", str(SECONDS)]

    ran = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=400)

    assert ran.returncode == 0, ran.stdout + ran.stderr
