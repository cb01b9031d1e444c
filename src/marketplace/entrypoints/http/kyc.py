"""Papers, over HTTP: a merchant hands them in, an admin judges them."""

from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, MultipartBody

from marketplace.application.kyc import HandInPapers, JudgePapers, KycService
from marketplace.domain.accounts import Actor, Role
from marketplace.domain.kyc import (
    MOST_DOCUMENT_BYTES,
    MOST_DOCUMENTS,
    Decision,
    DocumentId,
    DocumentNotFound,
    DocumentType,
    Submission,
)
from marketplace.domain.merchants import (
    KycStatus,
    MerchantId,
    MerchantNotFound,
    WrongKycStatus,
    WrongMerchantStatus,
)

from .images import AROUND_A_FILE
from .shapes import (
    Cursor,
    Include,
    Input,
    Limit,
    Listed,
    Moment,
    Output,
    StrictRequest,
    paging,
    words,
)

_SUFFIXES = {
    DocumentType.JPEG: "jpg",
    DocumentType.PNG: "png",
    DocumentType.WEBP: "webp",
    DocumentType.PDF: "pdf",
}


class PapersIn(Input, frozen=True, kw_only=True):
    """
    One to three ``documents``: JPEG, PNG, WebP or PDF, of at most 10 MiB each.

    ``registration_number`` is that of the commercial register or of a national identity card.
    """

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "legal_name": "مؤسسة سارة للأزياء",
        "registration_number": "1010-123456",
        "documents": ["(the file)"],
    }

    legal_name: str
    registration_number: str
    documents: list[UploadFile]

    async def wanted(self, acting: Actor) -> HandInPapers:
        return HandInPapers(
            acting=acting,
            legal_name=self.legal_name,
            registration_number=self.registration_number,
            documents=[await each.read() for each in self.documents],
        )


class JudgementIn(Input, frozen=True, kw_only=True):
    """The merchant is told the ``reason``; to reject papers takes one."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "decision": "rejected",
        "reason": "صورة السجل التجاري غير واضحة",
    }

    decision: Annotated[str, words(Decision)]
    reason: str | None = None

    def wanted(self, acting: Actor, merchant_id: UUID) -> JudgePapers:
        return JudgePapers(**self.said(), acting=acting, merchant_id=MerchantId(merchant_id))


class DocumentOut(Output, frozen=True, kw_only=True):
    """A file by its content, ``size`` in bytes."""

    id: UUID
    media_type: DocumentType
    size: int


class PapersOut(Output, frozen=True, kw_only=True):
    """
    Papers, and what became of them.

    ``kyc_status`` is what they make of the merchant: ``pending`` until somebody of the role
    ``reviewer`` has decided, and why if there was a ``reason``.
    """

    id: UUID
    kyc_status: KycStatus
    legal_name: str
    registration_number: str
    documents: list[DocumentOut]
    submitted_at: Moment
    decided_at: Moment | None
    reviewer: Role | None
    reason: str

    @classmethod
    def of(cls, submission: Submission) -> Self:
        return cls.told(
            submission,
            documents=[] if submission.forgotten_at else submission.documents,
            reviewer=None if submission.decision is None else Role.ADMIN,
        )


class JudgedPapersOut(PapersOut, frozen=True, kw_only=True):
    """
    Papers as admins see them.

    ``decided_by`` is the account of who judged. Of a merchant who has left, ``forgotten_at`` some
    time, neither names and numbers nor documents are kept.
    """

    merchant_id: UUID
    decided_by: UUID | None
    forgotten_at: Moment | None


class PapersController(Controller):
    path = "/me/kyc"

    @get()
    async def mine(
        self,
        request: StrictRequest,
        kyc: NamedDependency[KycService],
        limit: Limit = 20,
        cursor: Cursor = None,
        include: Include = "",
    ) -> Listed[PapersOut]:
        """List the papers one has handed in."""
        of = request.list_of()
        page = await kyc.mine(request.user, paging(limit, cursor, of, include))
        return Listed.of(page, PapersOut.of, of)

    @post(
        request_max_body_size=MOST_DOCUMENTS * MOST_DOCUMENT_BYTES + AROUND_A_FILE,
        problems=(WrongKycStatus,),
    )
    async def hand_in(
        self,
        request: StrictRequest,
        data: MultipartBody[PapersIn],
        kyc: NamedDependency[KycService],
    ) -> PapersOut:
        """Hand in papers; they wait until an admin has looked at them."""
        return PapersOut.of(await kyc.hand_in(await data.wanted(request.user)))


class JudgingController(Controller):
    @post(
        "/merchants/{id:uuid}/kyc",
        status_code=200,
        problems=(MerchantNotFound, WrongKycStatus, WrongMerchantStatus),
    )
    async def judge(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        data: JSONBody[JudgementIn],
        kyc: NamedDependency[KycService],
    ) -> JudgedPapersOut:
        """Approve or reject the papers that wait."""
        return JudgedPapersOut.of(await kyc.judge(data.wanted(request.user, id)))

    @get("/kyc-documents/{id:uuid}", problems=(DocumentNotFound,))
    async def open(
        self, request: StrictRequest, id: FromPath[UUID], kyc: NamedDependency[KycService]
    ) -> Response[bytes]:
        """Look at a document; the audit book says who did."""
        opened = await kyc.open(request.user, DocumentId(id))
        kind = opened.document.media_type
        return Response(
            opened.content,
            media_type=kind.value,
            headers={
                # Whatever a stranger has put into it, no browser shows it as a page of ours.
                "content-disposition": f'attachment; filename="{id}.{_SUFFIXES[kind]}"',
                "content-security-policy": "default-src 'none'; sandbox",
                "cross-origin-resource-policy": "same-origin",
                "x-content-type-options": "nosniff",
                "cache-control": "no-store",
            },
        )
