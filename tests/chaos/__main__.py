"""``python -m tests.chaos``: break everything for a while, and say whether anything was lost."""

import argparse
import secrets
import sys

from .run import run


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", default="", help="what is broken, and when; by chance")
    parser.add_argument("--seconds", type=float, default=300.0)
    said = parser.parse_args()
    seed = int(said.seed) if said.seed else secrets.randbelow(1_000_000)
    print(f"seed {seed}, {said.seconds:g} seconds", flush=True)
    found = run(seed, said.seconds, lambda line: print(line, flush=True))
    for each in found[:50]:
        print(each)
    sys.exit(f"seed {seed}: {len(found)} promises were broken" if found else 0)


if __name__ == "__main__":
    main()
