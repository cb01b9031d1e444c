"""``python -m benchmarks``: start everybody, ask, stop everybody, and say what came out."""

import argparse
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from urllib.parse import parse_qs, urlsplit

from marketplace.adapters.embedded_postgres import CannotStart, EmbeddedPostgres

from .contestants import Stage, a_secret, on_stage
from .data import Server, Size
from .processes import Failed
from .report import Result, as_json
from .rounds import Pace, played
from .scenarios import SCENARIOS


def main() -> None:
    signal.signal(signal.SIGTERM, _leave)
    arguments = _arguments()
    try:
        _bench(arguments)
    except (Failed, CannotStart) as fault:
        sys.exit(f"benchmarks: {fault}")
    except KeyboardInterrupt:
        sys.exit(130)


def _bench(said: argparse.Namespace) -> None:
    kept: Path = said.folder.absolute()
    size = Size(**{name: getattr(said, name) for name in Size.__slots__})
    pace = Pace(rounds=said.rounds, seconds=said.seconds, connections=said.connections)
    with EmbeddedPostgres(kept) as url:
        stage = Stage(
            server=_server(url, kept),
            size=size,
            workers=said.workers,
            kept=kept,
            secret=a_secret(),
            baseline=said.baseline.absolute() if said.baseline else None,
        )
        print(f"{size}; {said.workers} workers each, {pace.connections} connections")
        print(f"{pace.rounds} rounds of {pace.seconds:g} s; medians of the rounds", flush=True)
        results = []
        with on_stage(stage) as contestants:
            for name in said.scenario or SCENARIOS:
                rounds = list(played(SCENARIOS[name], contestants, stage, pace))
                results.append(Result.of(name, SCENARIOS[name], rounds))
                print("\n".join(results[-1].table()), flush=True)
        report = kept / "report.json"
        report.write_bytes(as_json(results, size=str(size), workers=said.workers, pace=pace))
        print(f"\nAll of it is in {report}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("scenario", nargs="*", help=f"of {', '.join(SCENARIOS)}; all")
    parser.add_argument(
        "--baseline",
        type=Path,
        default=os.environ.get("BASELINE") or None,
        help="the folder of the baseline; BASELINE, or none",
    )
    parser.add_argument("--folder", type=Path, default=Path("var/benchmarks"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each contestant in a round")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--stores", type=int, default=1000)
    parser.add_argument("--products", type=int, default=100, help="of each store")
    parser.add_argument("--orders", type=int, default=200, help="of each store")
    parser.add_argument("--crowd", type=int, default=200_000, help="orders of one more store")
    parser.add_argument("--sizes", type=int, default=0, help="of each photo, besides its preview")
    said = parser.parse_args()
    for unknown in set(said.scenario) - set(SCENARIOS):
        parser.error(f"there is no scenario {unknown}")
    return said


def _server(url: str, kept: Path) -> Server:
    [sockets] = parse_qs(urlsplit(url).query)["host"]
    head = (kept / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0]
    return Server(process=int(head), sockets=Path(sockets))


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    main()
