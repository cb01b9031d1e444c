"""A marketplace inside this process, with nothing but the standard library."""

import secrets

from marketplace.adapters.letters import TemplateLetters
from marketplace.adapters.memory.neighbours import (
    MemoryAccessTokens,
    MemoryBackups,
    MemoryBell,
    MemoryImageProcessor,
    MemoryImageStore,
    MemoryMailer,
    MemoryMessenger,
    MemoryPasswordHasher,
    MemorySealing,
    MemoryThrottle,
    MemoryWebhookSender,
)
from marketplace.adapters.memory.store import MemoryStore
from marketplace.adapters.memory.unit_of_work import MemoryUnitOfWork
from marketplace.adapters.memory.views import MemoryViews
from marketplace.adapters.system import SystemClock, SystemIds, SystemSecrets
from marketplace.application.ports import Clock, Mailer, Messenger, Ports, Site
from marketplace.application.watching import StoreWatch


def in_memory(
    *,
    clock: Clock | None = None,
    mailer: Mailer | None = None,
    messenger: Messenger | None = None,
) -> Ports:
    """
    Every port in memory.

    Pass a ``MemoryMailer`` to read the letters afterwards, and a ``MemoryMessenger`` to read what
    guests were told.
    """
    store, ids, clock = MemoryStore(), SystemIds(), clock or SystemClock()
    watch = StoreWatch(alone=True)
    return Ports(
        begin=lambda: MemoryUnitOfWork(store, ids, MemoryBell(), watch),
        views=MemoryViews(store),
        clock=clock,
        ids=ids,
        secrets=SystemSecrets(secrets.token_bytes(32)),
        sealing=MemorySealing(),
        passwords=MemoryPasswordHasher(),
        throttle=MemoryThrottle(clock),
        access_tokens=MemoryAccessTokens(),
        images=MemoryImageStore(clock=clock),
        processor=MemoryImageProcessor(),
        letters=TemplateLetters(),
        mailer=mailer or MemoryMailer(),
        messenger=messenger or MemoryMessenger(),
        webhooks=MemoryWebhookSender(),
        watch=watch,
        backups=MemoryBackups(),
        site=Site(),
    )
