"""What PostgreSQL refuses, in the words of the domain. What is not in a table here is a bug."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import psycopg
from psycopg import errors

from marketplace.domain.accounts import EmailTaken, PhoneTaken, UsernameTaken
from marketplace.domain.blocked_phones import AlreadyBlocked
from marketplace.domain.categories import CategoryNotFound, CategoryTaken
from marketplace.domain.errors import ChangedMeanwhile, MarketplaceError, Unavailable
from marketplace.domain.imports import ImportRunning
from marketplace.domain.slugs import SlugTaken
from marketplace.domain.variants import SkuTaken

CONSTRAINTS: Mapping[str, type[MarketplaceError]] = {
    "uq_accounts_email": EmailTaken,
    "uq_accounts_username": UsernameTaken,
    "uq_accounts_phone": PhoneTaken,
    "uq_merchants_username": UsernameTaken,
    "uq_products_slug": SlugTaken,
    "uq_variants_sku": SkuTaken,
    "uq_categories_merchant_id_slug": SlugTaken,
    "uq_categories_name": CategoryTaken,
    "fk_products_category": CategoryNotFound,
    # Two have said at the same time that an upload is complete.
    "pk_images": ChangedMeanwhile,
    "uq_imports_unfinished": ImportRunning,
    # Two have sealed the audit book at the same time.
    "pk_audit_seals": ChangedMeanwhile,
    "uq_blocked_phones_phone": AlreadyBlocked,
}
"""What it means to run into a constraint, by its name."""

# In every language that PostgreSQL tells of it: the store, and the SKU in lower case.
_KEY = re.compile(r"\)=\([0-9a-f-]{36}, (.*)\)", re.DOTALL)

_LOST_RACES = (errors.SerializationFailure, errors.DeadlockDetected)
# An OperationalError is a lost connection, a timeout, a full pool or a full disk. The others end
# a session as well, from the server's side.
_OUTAGES = (
    psycopg.OperationalError,
    errors.IdleInTransactionSessionTimeout,
    errors.ReadOnlySqlTransaction,
    errors.TransactionTimeout,
)


class DatabaseUnavailable(Unavailable):
    """PostgreSQL does not answer, or not in time."""


@contextmanager
def translated() -> Iterator[None]:
    """Have everything PostgreSQL raises inside mean something, or be the crash that it is."""
    try:
        yield
    except psycopg.Error as error:
        meaning = _meaning(error)
        if meaning is None:
            raise
        raise meaning from error


def is_stale(error: BaseException | None) -> bool:
    """
    Whether a connection goes by what it has prepared, and the server does so no more.

    Somebody has changed a type under it, or a pooler has put another server behind it. Only a new
    connection is a remedy: until then the same statement fails each time.
    """
    if isinstance(error, errors.InvalidSqlStatementName):
        return True
    # By where it was raised: others are called so too, and the words are in the server's language.
    return (
        isinstance(error, errors.FeatureNotSupported)
        and error.diag.source_function == "RevalidateCachedQuery"
    )


def _meaning(error: psycopg.Error) -> MarketplaceError | None:
    if isinstance(error, _LOST_RACES):
        return ChangedMeanwhile()
    if isinstance(error, _OUTAGES) or is_stale(error):
        return DatabaseUnavailable(retry_after=1)
    meant = CONSTRAINTS.get(error.diag.constraint_name or "")
    if meant is None:
        return None
    key = _KEY.search(error.diag.message_detail or "")
    return meant(sku=key[1]) if meant is SkuTaken and key else meant()
