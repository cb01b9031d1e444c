"""The commands: one for each way of running a marketplace."""

import argparse
import asyncio
import getpass
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

from marketplace.adapters.embedded_postgres import CannotStart
from marketplace.adapters.pg_dump import MEDIA, CannotBackUp, put_back, restore
from marketplace.adapters.postgres.migrations import migrate
from marketplace.application.accounts import CreateAdmin
from marketplace.application.auditing import Verdict
from marketplace.application.leftovers import KEPT_UNUSED
from marketplace.application.marketplace import Marketplace
from marketplace.application.reactions import KINDS, handling_of
from marketplace.domain.accounts import Locale
from marketplace.domain.errors import InvalidFields, MarketplaceError

from .container import Production, database, running, shelf_of
from .demo import load_demo
from .http.app import create_app
from .http.docs import document
from .in_memory import in_memory
from .logs import configure_logs
from .previews import preview
from .serving import serve, work
from .settings import BadSetting, Settings


def run() -> None:
    """Run one command. A fault an operator can mend is one line and status 2, never a traceback."""
    arguments = parser().parse_args()
    try:
        settings = Settings.here()
        configure_logs(settings.log_format)
        COMMANDS[arguments.command](settings, arguments)
    except (BadSetting, CannotBackUp, CannotStart) as fault:
        _fail(str(fault))
    except InvalidFields as invalid:
        _fail("; ".join(f"{each.field}: {each.code}" for each in invalid.problems))
    except MarketplaceError as error:
        _fail(f"{error.code} {error}".strip())
    except KeyboardInterrupt:
        return


def parser() -> argparse.ArgumentParser:
    """What can be typed after ``marketplace``. The help of a group tells what each task does."""
    parser = argparse.ArgumentParser(prog="marketplace")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    tasks: dict[str, argparse.ArgumentParser] = {}
    for name, command in COMMANDS.items():
        offered = TASKS.get(name, {})
        told = "; ".join(f"{task}: {about}" for task, about in offered.items()) or command.__doc__
        made = commands.add_parser(name, help=told, description=command.__doc__)
        if offered:
            group = made.add_subparsers(dest="task", required=True, metavar="task")
            for task, about in offered.items():
                tasks[task] = group.add_parser(task, help=about, description=about)
    for name in ("email", "username", "phone"):
        commands.choices["create-admin"].add_argument(f"--{name}", required=True)
    tasks["reconcile"].add_argument("--dry-run", action="store_true", help="repair nothing")
    tasks["sweep"].add_argument("--dry-run", action="store_true", help="remove nothing")
    tasks["sweep"].add_argument(
        "--unused-for",
        type=_days,
        default=KEPT_UNUSED.days,
        metavar="DAYS",
        help="that long an image is kept that nothing shows (%(default)s)",
    )
    tasks["verify"].add_argument("--anchor", help="the head that an earlier run has told")
    backup = commands.choices["backup"]
    backup.add_argument("--to", type=Path, metavar="FOLDER", help="instead of BACKUP_TO")
    commands.choices["restore"].add_argument("file", type=Path, metavar="FILE")
    locales = [each.value for each in Locale]
    tasks["preview"].add_argument("--locale", choices=locales, help="one language only")
    tasks["preview"].add_argument("--to", metavar="FOLDER", help="default: VAR_DIR/letters")
    return parser


def _serve(settings: Settings, arguments: argparse.Namespace) -> None:
    """serve HTTP; without REDIS_URL also work, without DATABASE_URL also bring the database"""
    serve(settings, _say)


def _work(settings: Settings, arguments: argparse.Namespace) -> None:
    """do what waits in the outbox"""
    work(settings, _say)


def _migrate(settings: Settings, arguments: argparse.Namespace) -> None:
    """bring the database to the newest schema"""
    with database(settings) as ready:
        assert ready.database_url is not None
        migrate(ready.database_url)
    _say("The database has the newest schema")


def _create_admin(settings: Settings, arguments: argparse.Namespace) -> None:
    """make an admin; the password comes from ADMIN_PASSWORD, a prompt or standard input"""
    wanted = CreateAdmin(
        email=arguments.email,
        username=arguments.username,
        phone=arguments.phone,
        password=_password(),
    )
    _with(settings, lambda marketplace: marketplace.accounts.create_admin(wanted))
    _say(f"{wanted.email} is an admin")


def _stock(settings: Settings, arguments: argparse.Namespace) -> None:
    """look after the stock of every store"""

    async def reconcile(marketplace: Marketplace) -> None:
        found = await marketplace.stock.reconcile(repair=not arguments.dry_run)
        for each in found:
            _say(
                f"variant {each.variant_id}: {each.on_hand} on hand, {each.reserved} reserved; "
                f"the ledger says {each.ledger_on_hand} and {each.ledger_reserved}, "
                f"open orders {each.promised}"
            )
        done = "would be " if arguments.dry_run else ""
        _say(f"{len(found)} variants {done}repaired" if found else "Every count agrees")

    _with(settings, reconcile)


def _demo_data(settings: Settings, arguments: argparse.Namespace) -> None:
    """fill an empty marketplace with two stores"""

    async def load(marketplace: Marketplace) -> None:
        for line in await load_demo(marketplace, settings.var_dir):
            _say(line)
        await marketplace.jobs.run_all()

    _with(settings, load)


def _storage(settings: Settings, arguments: argparse.Namespace) -> None:
    """look after the files of images"""

    async def sweep(marketplace: Marketplace) -> None:
        did = "Would remove" if arguments.dry_run else "Removed"
        unused_for = timedelta(days=arguments.unused_for)
        cleared = await marketplace.leftovers.clear(
            dry_run=arguments.dry_run, unused_for=unused_for
        )
        for image in cleared:
            _say(f"{did} image {image.id} of merchant {image.merchant_id}, which nothing shows")
        # Their files are nobody's from here on.
        swept = await marketplace.images.sweep(dry_run=arguments.dry_run)
        for orphan in swept.orphans:
            _say(f"{did} {orphan.key} ({orphan.size} bytes)")
        for lost in swept.missing:
            _say(f"Missing {lost.key} of image {lost.image_id}")
        freed = sum(orphan.size for orphan in swept.orphans)
        _say(f"{did} {len(cleared)} images that nothing shows")
        _say(f"{did} {len(swept.orphans)} files, {freed} bytes; {len(swept.missing)} are missing")

    _with(settings, sweep)


def _images(settings: Settings, arguments: argparse.Namespace) -> None:
    """look after images"""

    async def reprocess(marketplace: Marketplace) -> None:
        again = await marketplace.images.reprocess()
        _say(f"{len(again)} images are made again")

    _with(settings, reprocess)


def _audit(settings: Settings, arguments: argparse.Namespace) -> None:
    """look after the audit book"""
    verdicts: list[Verdict] = []

    async def verify(marketplace: Marketplace) -> None:
        auditing = marketplace.auditing
        found = await auditing.verify(arguments.anchor)
        if found.waiting and not found.faults:
            # What was written since the last seal is compared from now on. Never under a key that
            # may be the wrong one: such a seal would stay.
            await auditing.seal()
            found = await auditing.verify(arguments.anchor)
        verdicts.append(found)
        for fault in found.faults:
            _say(fault)
        if not found.faults:
            _say(f"{found.entries} entries under {found.seals} seals are as they were written")
        if found.signed_from > 1:
            _say(f"Seals before {found.signed_from} are under a forgotten key; it vouches for them")
        if found.head:
            _say(f"head {found.head}")

    _with(settings, verify)
    [verdict] = verdicts
    if verdict.is_foreign:
        _fail(
            "the audit book is sealed with another key, and whole: if SECRET_KEY was replaced, or "
            "this is another installation's book, name its key in SECRET_KEY_PREVIOUS and look "
            "again; if not, all of it was written anew",
            status=1,
        )
    if verdict.faults:
        _fail(f"the audit book was tampered with: {len(verdict.faults)} of its lines", status=1)


def _backup(settings: Settings, arguments: argparse.Namespace) -> None:
    """copy the database, and images in a folder, into BACKUP_TO"""
    said = replace(settings, backup_to=arguments.to.absolute()) if arguments.to else settings
    if said.backup_to is None:
        raise BadSetting("BACKUP_TO is off: say where to with --to FOLDER")

    async def make(marketplace: Marketplace) -> None:
        place = await marketplace.ports.backups.make(marketplace.ports.clock.now())
        _say(f"Backed up to {place}")
        if shelf_of(said.storage_url) is None:
            _say(f"Images are in {said.storage_url}, which is not copied")

    _with(said, make)


def _restore(settings: Settings, arguments: argparse.Namespace) -> None:
    """put a backup into an empty database"""
    file: Path = arguments.file.absolute()
    inward = {kind for kind in KINDS if not handling_of(kind).sends}

    async def pass_over(ready: Settings) -> None:
        async with running(ready) as container:
            await container.marketplace().schedule.pass_over()

    with database(settings, alone=True, migrated=False) as ready:
        assert ready.database_url is not None
        restored = restore(ready.database_url, file, inward)
        migrate(ready.database_url)
        asyncio.run(pass_over(ready))
    _say(f"Restored {restored.tables} tables from {file}")
    if restored.parked:
        _say(
            f"{restored.parked} of {restored.jobs} jobs would tell somebody something once more: "
            "they are parked, see /api/admin/jobs?state=dead"
        )
    shelf = shelf_of(settings.storage_url)
    if shelf is not None and (file.parent / MEDIA).is_dir():
        _say(f"Put back {put_back(file.parent / MEDIA, shelf)} images that were missing")
    else:
        _say(f"Images are in {settings.storage_url}, and are not touched")


def _letters(settings: Settings, arguments: argparse.Namespace) -> None:
    """look at the letters that are sent"""
    folder = Path(arguments.to) if arguments.to else settings.var_dir / "letters"
    locales = (Locale(arguments.locale),) if arguments.locale else tuple(Locale)
    try:
        for file in preview(folder, locales):
            _say(str(file))
    except OSError as fault:
        raise BadSetting(f"cannot write into {folder} ({fault.strerror})") from None


def _check(settings: Settings, arguments: argparse.Namespace) -> None:
    """read the settings and put everything together, without starting anything"""
    embedded = replace(settings, database_url="postgresql:///", secret_key="-" * 48)
    container = Production(settings=settings if settings.database_url else embedded)
    container.check_dependencies()
    container.marketplace()
    _say("The settings are good")


def _openapi(settings: Settings, arguments: argparse.Namespace) -> None:
    """print the OpenAPI document"""
    sys.stdout.buffer.write(document(create_app(Marketplace(in_memory())).app.app.app) + b"\n")


COMMANDS: dict[str, Callable[[Settings, argparse.Namespace], None]] = {
    "serve": _serve,
    "work": _work,
    "migrate": _migrate,
    "create-admin": _create_admin,
    "stock": _stock,
    "audit": _audit,
    "backup": _backup,
    "restore": _restore,
    "demo-data": _demo_data,
    "storage": _storage,
    "images": _images,
    "letters": _letters,
    "check": _check,
    "openapi": _openapi,
}


TASKS = {
    "stock": {"reconcile": "find stock that ledger and open orders do not bear out, and repair it"},
    "audit": {"verify": "find what was altered, removed or slipped in"},
    "storage": {"sweep": "remove what nobody shows or owns any more, and name what is missing"},
    "images": {"reprocess": "make those again that failed or were forgotten"},
    "letters": {"preview": "write each letter into a folder, as it would look"},
}
"""What those commands offer that do nothing by themselves."""


def _with(settings: Settings, act: Callable[[Marketplace], Awaitable[object]]) -> None:
    """Do something with an open marketplace, and close it again."""

    async def acting(ready: Settings) -> None:
        async with running(ready) as container:
            await act(container.marketplace())

    with database(settings) as ready:
        asyncio.run(acting(ready))


def _password() -> str:
    """Never an argument: those can be read by everybody on the machine."""
    if given := os.environ.get("ADMIN_PASSWORD"):
        return given
    if sys.stdin.isatty():
        return getpass.getpass("Password: ")
    return sys.stdin.readline().rstrip("\n")


def _days(said: str) -> int:
    if not said.isascii() or not said.isdigit() or len(said) > 4:
        raise argparse.ArgumentTypeError("a number of days, 0 to 9999")
    return int(said)


def _say(line: str) -> None:
    print(line, flush=True)


def _fail(line: str, status: int = 2) -> NoReturn:
    print(f"marketplace: {line}", file=sys.stderr)
    raise SystemExit(status)
