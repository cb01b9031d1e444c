"""The book of who did what."""

from sqlalchemy.dialects.postgresql import insert

from marketplace.application import ports
from marketplace.domain.audit import AuditEntry

from .. import tables
from ..repository import values_of
from ..rows import to_row
from ..statements import compiled
from ..transaction import Transaction


class PostgresAuditBook(ports.AuditBook):
    table = tables.audit_entries

    _added = compiled(insert(table).values(values_of(table)).returning(table.c.id))

    def __init__(self, connection: Transaction) -> None:
        self._connection = connection

    async def add(self, entry: AuditEntry, /) -> None:
        self._added.tell(self._connection, **to_row(entry, self.table))
