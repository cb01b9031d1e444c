"""Every set of papers that was handed in."""

from datetime import datetime

import sqlalchemy as sa

from marketplace.application import ports
from marketplace.domain.kyc import (
    DocumentId,
    DocumentNotFound,
    Submission,
    SubmissionId,
    SubmissionNotFound,
)
from marketplace.domain.merchants import MerchantId

from .. import tables
from ..repository import PostgresRepository
from ..rows import from_row
from ..statements import compiled, given, shown


class PostgresSubmissions(PostgresRepository[SubmissionId, Submission], ports.Submissions):
    table, entity, missing = tables.kyc_submissions, Submission, SubmissionNotFound

    _theirs = table.c.merchant_id == given("merchant", sa.Uuid)
    _of_merchant = compiled(sa.select(*shown(table)).where(_theirs).order_by(table.c.id))
    _waiting = compiled(
        sa.select(*shown(table)).where(
            _theirs, table.c.decision.is_(None), table.c.forgotten_at.is_(None)
        )
    )
    _documents = tables.kyc_documents
    _with_document = compiled(
        sa.select(*shown(table)).where(
            table.c.id
            == sa.select(_documents.c.submission_id)
            .where(_documents.c.id == given("document", sa.Uuid))
            .scalar_subquery()
        )
    )
    _forgotten = compiled(
        sa.update(table)
        .where(_theirs, table.c.forgotten_at.is_(None))
        .values(
            legal_name="",
            registration_number="",
            reason="",
            forgotten_at=given("at", tables.Time),
            version=table.c.version + 1,
        )
        .returning(table.c.id)
    )

    async def waiting(self, merchant_id: MerchantId, /) -> Submission:
        return self._found(await self._waiting.first(self._connection, merchant=merchant_id))

    async def of_merchant(self, merchant_id: MerchantId, /) -> list[Submission]:
        rows = await self._of_merchant.run(self._connection, merchant=merchant_id)
        return [from_row(row, Submission) for row in rows]

    async def with_document(self, document_id: DocumentId, /) -> Submission:
        row = await self._with_document.first(self._connection, document=document_id)
        if row is None:
            raise DocumentNotFound
        return from_row(row, Submission)

    async def forget(self, merchant_id: MerchantId, at: datetime, /) -> None:
        await self._forgotten.run(self._connection, merchant=merchant_id, at=at)
