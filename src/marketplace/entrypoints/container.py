"""The only place where ports meet adapters."""

import secrets
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from hmac import digest
from pathlib import Path

from dependency_injector import containers, providers

from marketplace.adapters.argon2 import Argon2PasswordHasher
from marketplace.adapters.embedded_postgres import AlreadyRunning, EmbeddedPostgres
from marketplace.adapters.jwt import JwtAccessTokens
from marketplace.adapters.letters import TemplateLetters
from marketplace.adapters.mail.mailboxes import ConsoleMailer, FolderMailer
from marketplace.adapters.mail.smtp import KEPT_FOR, SmtpMailer
from marketplace.adapters.memory.neighbours import MemoryThrottle
from marketplace.adapters.messages import FirstMessenger, MailMessenger
from marketplace.adapters.messages.mailboxes import ConsoleMessenger, FolderMessenger
from marketplace.adapters.messages.whatsapp import WhatsAppMessenger
from marketplace.adapters.pg_dump import PgDumpBackups
from marketplace.adapters.pillow import PillowImageProcessor
from marketplace.adapters.postgres.migrations import migrate
from marketplace.adapters.postgres.pool import make_pool
from marketplace.adapters.postgres.unit_of_work import PostgresUnitOfWork
from marketplace.adapters.postgres.views import PostgresViews
from marketplace.adapters.postgres.watch import PostgresLookout
from marketplace.adapters.redis_throttle import RedisThrottle
from marketplace.adapters.sealing import AesSealing
from marketplace.adapters.storage.folder import FolderImageStore
from marketplace.adapters.system import SystemClock, SystemIds, SystemSecrets
from marketplace.adapters.taskiq import TaskiqBell, make_broker
from marketplace.adapters.webhooks import HttpWebhookSender
from marketplace.application.marketplace import Marketplace
from marketplace.application.ports import (
    Clock,
    Ids,
    ImageStore,
    Mailer,
    Messenger,
    Ports,
    Site,
    Throttle,
)
from marketplace.application.watching import StoreWatch

from .leaving import handed_over
from .settings import Settings, kept


def make_image_store(url: str) -> ImageStore:
    """A folder, or a bucket where the address begins with ``s3://``."""
    if url.startswith("s3://"):
        # An extra of its own, for those who keep images in a bucket.
        from marketplace.adapters.storage.s3 import S3ImageStore

        return S3ImageStore(url)
    return FolderImageStore(Path(url))


def make_backups(url: str, to: Path | None, keep: int, storage_url: str) -> PgDumpBackups:
    """Of images, too, where they are in a folder; a bucket has its own way of keeping them."""
    return PgDumpBackups(url, to, keep, shelf_of(storage_url))


def shelf_of(storage_url: str) -> Path | None:
    """The folder of the images, if that is where they are."""
    return None if storage_url.startswith("s3://") else Path(storage_url)


def make_mailer(url: str, sender: str) -> Mailer:
    """By scheme: ``smtp:``, ``smtps:``, ``console:``, or ``file:`` and a folder."""
    scheme, _, rest = url.partition(":")
    if scheme == "console":
        return ConsoleMailer(sender)
    if scheme == "file":
        return FolderMailer(Path(rest.removeprefix("//")), sender)
    return SmtpMailer(url, sender, kept_for=KEPT_FOR)


def make_messenger(url: str, token: str, mailer: Mailer) -> FirstMessenger:
    """
    By scheme: ``mail:``, ``console:``, ``file:`` and a folder, or ``whatsapp:``.

    A guest who gave a mailbox gets letters; where there is WhatsApp only if it does not reach them.
    """
    scheme, _, rest = url.partition(":")
    mail = MailMessenger(mailer)
    if scheme == "whatsapp":
        return FirstMessenger(WhatsAppMessenger(url, token), mail)
    ways: list[Messenger] = [mail]
    if scheme == "console":
        ways.append(ConsoleMessenger())
    elif scheme == "file":
        ways.append(FolderMessenger(Path(rest.removeprefix("//"))))
    return FirstMessenger(*ways)


def make_access_tokens(secret_key: str, previous: Sequence[str], ids: Ids) -> JwtAccessTokens:
    """Signed with the one key, and read under the previous ones too."""
    keys = {key_id(each): each.encode() for each in (secret_key, *previous)}
    return JwtAccessTokens(
        keys=keys,
        current=key_id(secret_key),
        issuer="marketplace",
        audience="marketplace",
        ids=ids,
    )


def make_throttle(redis_url: str | None, clock: Clock) -> Throttle:
    """Where there is no Redis there is one process, and it counts by itself."""
    here = MemoryThrottle(clock)
    return RedisThrottle(redis_url, here) if redis_url else here


def key_id(secret_key: str) -> str:
    """What a key is called in a token: every process says the same, and nobody learns the key."""
    return digest(secret_key.encode(), b"marketplace: the id of a key", "sha256").hex()[:8]


def make_secrets(secret_key: str, previous: Sequence[str]) -> SystemSecrets:
    return SystemSecrets(*(each.encode() for each in (secret_key, *previous)))


def make_sealing(secret_key: str, previous: Sequence[str]) -> AesSealing:
    return AesSealing(*(each.encode() for each in (secret_key, *previous)))


class Production(containers.DeclarativeContainer):
    """Every neighbour in earnest. Nothing is opened here: ``running`` opens and closes."""

    settings = providers.Dependency(instance_of=Settings)

    clock = providers.Singleton(SystemClock)
    ids = providers.Singleton(SystemIds)
    secrets = providers.Singleton(
        make_secrets, settings.provided.secret_key, settings.provided.secret_key_previous
    )
    sealing = providers.Singleton(
        make_sealing, settings.provided.secret_key, settings.provided.secret_key_previous
    )
    broker = providers.Singleton(make_broker, settings.provided.redis_url)
    bell = providers.Singleton(TaskiqBell, broker)
    watch = providers.Singleton(StoreWatch, alone=False)
    pool = providers.Singleton(make_pool, settings.provided.database_url)
    unit_of_work = providers.Factory(PostgresUnitOfWork, pool, ids, bell, watch)
    lookout = providers.Singleton(PostgresLookout, pool, watch)
    views = providers.Singleton(PostgresViews, pool)
    passwords = providers.Singleton(Argon2PasswordHasher)
    throttle = providers.Singleton(make_throttle, settings.provided.redis_url, clock)
    access_tokens = providers.Singleton(
        make_access_tokens,
        settings.provided.secret_key,
        settings.provided.secret_key_previous,
        ids,
    )
    images = providers.Singleton(make_image_store, settings.provided.storage_url)
    processor = providers.Singleton(PillowImageProcessor)
    letters = providers.Singleton(TemplateLetters)
    mailer = providers.Singleton(
        make_mailer, settings.provided.email_url, settings.provided.email_from
    )
    messenger = providers.Singleton(
        make_messenger,
        settings.provided.messages_url,
        settings.provided.whatsapp_token,
        mailer,
    )
    webhooks = providers.Singleton(
        HttpWebhookSender, loopback=settings.provided.webhooks_to_loopback
    )
    site = providers.Singleton(
        Site, public_url=settings.provided.public_url, media_url=settings.provided.media_url
    )
    backups = providers.Singleton(
        make_backups,
        settings.provided.database_url,
        settings.provided.backup_to,
        settings.provided.backup_keep,
        settings.provided.storage_url,
    )
    ports = providers.Singleton(
        Ports,
        begin=unit_of_work.provider,
        views=views,
        clock=clock,
        ids=ids,
        secrets=secrets,
        sealing=sealing,
        passwords=passwords,
        throttle=throttle,
        access_tokens=access_tokens,
        images=images,
        processor=processor,
        letters=letters,
        mailer=mailer,
        messenger=messenger,
        webhooks=webhooks,
        watch=watch,
        backups=backups,
        site=site,
    )
    marketplace = providers.Singleton(Marketplace, ports)


@contextmanager
def database(
    settings: Settings, *, alone: bool = False, migrated: bool = True
) -> Iterator[Settings]:
    """
    Settings with a database and a key: the given ones, or those of this machine.

    The embedded PostgreSQL runs inside the block, below ``var_dir``, and is ``migrated``. Where
    another process runs it already, that one is used, unless the caller has to be ``alone``.
    """
    if settings.database_url is not None:
        yield settings
        return
    with ExitStack() as stack:
        try:
            url = stack.enter_context(EmbeddedPostgres(settings.var_dir))
        except AlreadyRunning as running:
            if alone or running.url is None:
                raise
            url = running.url
        if migrated:
            migrate(url)
        key = settings.secret_key or kept(
            settings.var_dir / "secret-key", lambda: secrets.token_urlsafe(48)
        )
        yield replace(settings, database_url=url, secret_key=key)


@asynccontextmanager
async def running(settings: Settings) -> AsyncGenerator[Production]:
    """
    A composed marketplace whose neighbours are open inside the block.

    A database that is away is no reason not to start: it is waited for in the background, and until
    it is there every answer is ``Unavailable``.
    """
    container = Production(settings=settings)
    container.check_dependencies()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(handed_over)
        pool = container.pool()
        await pool.open(wait=False)
        stack.push_async_callback(pool.close)
        stack.callback(container.passwords().close)
        stack.callback(container.processor().close)
        stack.push_async_callback(container.bell().close)
        stack.push_async_callback(container.messenger().close)
        stack.callback(container.webhooks().close)
        mailer = container.mailer()
        if isinstance(mailer, SmtpMailer):
            stack.push_async_callback(mailer.close)
        throttle = container.throttle()
        if isinstance(throttle, RedisThrottle):
            stack.push_async_callback(throttle.close)
        yield container
