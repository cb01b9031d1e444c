"""What becomes of a merchant's papers: handed in, looked at, judged, told of, and removed."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from marketplace.domain.accounts import Actor, Role
from marketplace.domain.audit import Action, AuditEntry, AuditEntryId, Facts
from marketplace.domain.errors import Conflict, Form
from marketplace.domain.images import ImageNotFound
from marketplace.domain.kyc import (
    Decision,
    Document,
    DocumentId,
    DocumentNotFound,
    DocumentType,
    KycDecided,
    Submission,
    SubmissionId,
    parse_decision,
    parse_document,
    parse_documents,
    parse_registration_number,
)
from marketplace.domain.merchants import (
    KycStatus,
    Merchant,
    MerchantClosed,
    MerchantId,
    MerchantStatus,
)
from marketplace.domain.notifications import Topic
from marketplace.domain.text import Missing, line, prose

from .merchants import selling
from .notifications import sent, slip_for, wants_mail
from .once import aside
from .ports import (
    BeginUnitOfWork,
    Clock,
    Ids,
    ImageStore,
    JobId,
    LetterKind,
    Letters,
    Mailer,
    Page,
    Paging,
    UnitOfWork,
    Views,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandInPapers:
    """A merchant shows who they are; ``documents`` are the bytes of one to three files."""

    acting: Actor
    legal_name: str
    registration_number: str
    documents: Sequence[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgePapers:
    """An admin approves of papers, or rejects them for a reason, which the merchant is told."""

    acting: Actor
    merchant_id: MerchantId
    decision: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedDocument:
    """A document with its bytes."""

    document: Document
    content: bytes


@dataclass(frozen=True, slots=True)
class KycService:
    """The life of papers, one method per use case or reaction. Each reaction may run twice."""

    begin: BeginUnitOfWork
    views: Views
    clock: Clock
    ids: Ids
    images: ImageStore
    letters: Letters
    mailer: Mailer

    async def hand_in(self, wanted: HandInPapers) -> Submission:
        """
        Put papers before the admins; ``WrongKycStatus`` while others wait, or once approved.

        The bytes are stored before the row: a file without a row is harmless, the other way is not.
        """
        merchant_id = selling(wanted.acting)
        with Form() as form:
            legal_name = form.read("legal_name", line(200), wanted.legal_name)
            number = form.read(
                "registration_number", parse_registration_number, wanted.registration_number
            )
            form.read("documents", parse_documents, wanted.documents)
            kinds = [
                form.read(f"documents[{place}]", parse_document, content)
                for place, content in enumerate(wanted.documents)
            ]
        with aside():
            async with self.begin() as market:
                # Asked before anything is stored: nobody fills the shelf with what is refused.
                (await market.merchants.get(merchant_id)).hand_in_papers()
        documents = [
            self._named(merchant_id, kind, content)
            for kind, content in zip(kinds, wanted.documents, strict=True)
        ]
        for document, content in zip(documents, wanted.documents, strict=True):
            await self.images.put(document.key, content)
        try:
            async with self.begin() as market:
                merchant = await market.merchants.hold(merchant_id)
                before: Facts = {"kyc_status": merchant.kyc_status}
                submission, submitted = Submission.hand_in(
                    merchant,
                    id=SubmissionId(self.ids.new()),
                    legal_name=legal_name,
                    registration_number=number,
                    documents=documents,
                    at=self.clock.now(),
                )
                await market.merchants.save(merchant)
                await market.submissions.add(submission, submitted)
                after: Facts = {
                    "kyc_status": merchant.kyc_status,
                    "submission_id": str(submission.id),
                }
                await self._audit(
                    market, Action.KYC_SUBMITTED, wanted.acting, merchant_id, before, after
                )
        except Conflict:
            # Nothing was stored that leads to them, and they are nobody's business.
            await self._remove(documents)
            raise
        return submission

    async def mine(self, acting: Actor, paging: Paging) -> Page[Submission]:
        return await self.views.submissions(selling(acting), paging)

    async def judge(self, wanted: JudgePapers) -> Submission:
        """Approve or reject what waits; ``WrongKycStatus`` if nothing does."""
        wanted.acting.must_be(Role.ADMIN)
        with Form() as form:
            decision = form.read("decision", parse_decision, wanted.decision)
            reason = form.read("reason", prose(1000), wanted.reason or "")
            if decision is Decision.REJECTED and reason == "":
                form.refuse("reason", Missing())
        async with self.begin() as market:
            merchant = await market.merchants.hold(wanted.merchant_id)
            before: Facts = {"kyc_status": merchant.kyc_status}
            merchant.must_have_papers()
            submission = await market.submissions.waiting(merchant.id)
            decided = submission.decide(
                merchant, decision, reason, wanted.acting.account_id, self.clock.now()
            )
            await market.merchants.save(merchant)
            await market.submissions.save(submission, decided)
            after: Facts = {
                "kyc_status": merchant.kyc_status,
                "submission_id": str(submission.id),
            }
            await self._audit(market, _JUDGED[decision], wanted.acting, merchant.id, before, after)
        return submission

    async def open(self, acting: Actor, document_id: DocumentId) -> OpenedDocument:
        """Look at a document, which is written into the book first, or ``DocumentNotFound``."""
        acting.must_be(Role.ADMIN)
        async with self.begin() as market:
            submission = await market.submissions.with_document(document_id)
            document = submission.document(document_id)
            after: Facts = {"document_id": str(document_id), "submission_id": str(submission.id)}
            await self._audit(
                market,
                Action.DOCUMENT_VIEWED,
                acting,
                submission.merchant_id,
                {},
                after,
            )
        try:
            content = await self.images.get(document.key)
        except ImageNotFound:
            raise DocumentNotFound from None
        return OpenedDocument(document=document, content=content)

    async def note_kyc_decision(self, event: KycDecided, job: JobId) -> None:
        """A slip in the merchant's inbox."""
        async with self.begin() as market:
            submission = await market.submissions.get(event.submission_id)
            merchant = await market.merchants.get(event.merchant_id)
        if merchant.status is MerchantStatus.CLOSED:
            return
        kind, told = _told(submission, merchant)
        wording = self.letters.write(kind, merchant.locale, told)
        slip = slip_for(merchant, Topic.KYC_DECISION, submission.id, wording, self.ids, self.clock)
        async with self.begin() as market:
            await market.notifications.add(slip)

    async def mail_kyc_decision(self, event: KycDecided, job: JobId) -> None:
        async with self.begin() as market:
            if not await wants_mail(market, event.merchant_id, Topic.KYC_DECISION):
                return
            submission = await market.submissions.get(event.submission_id)
            merchant = await market.merchants.get(event.merchant_id)
            account = await market.accounts.get(merchant.account_id)
        kind, told = _told(submission, merchant)
        await sent(self.mailer, self.letters, account, job, kind, told)

    async def remove_papers(self, event: MerchantClosed, job: JobId) -> None:
        """Take the files of a merchant who has left from the shelf; what is gone stays gone."""
        async with self.begin() as market:
            submissions = await market.submissions.of_merchant(event.merchant_id)
        for submission in submissions:
            await self._remove(submission.documents)

    def _named(self, merchant_id: MerchantId, kind: DocumentType, content: bytes) -> Document:
        document_id = DocumentId(self.ids.new())
        return Document(
            id=document_id,
            key=f"private/kyc/{merchant_id}/{document_id}",
            media_type=kind,
            size=len(content),
        )

    async def _remove(self, documents: Sequence[Document]) -> None:
        for document in documents:
            await self.images.delete(document.key)

    async def _audit(
        self,
        market: UnitOfWork,
        action: Action,
        acting: Actor,
        merchant_id: UUID,
        before: Facts,
        after: Facts,
    ) -> None:
        entry = AuditEntry.of(
            action,
            id=AuditEntryId(self.ids.new()),
            at=self.clock.now(),
            actor=acting,
            subject_type="merchant",
            subject_id=merchant_id,
            before=before,
            after=after,
        )
        await market.audit.add(entry)


_JUDGED = {Decision.APPROVED: Action.KYC_APPROVED, Decision.REJECTED: Action.KYC_REJECTED}
_TOLD_BY = {
    KycStatus.APPROVED: LetterKind.KYC_APPROVED,
    KycStatus.REJECTED: LetterKind.KYC_REJECTED,
}


def _told(submission: Submission, merchant: Merchant) -> tuple[LetterKind, dict[str, str]]:
    facts = {"username": merchant.username, "store": merchant.name, "reason": submission.reason}
    return _TOLD_BY[submission.kyc_status], facts
