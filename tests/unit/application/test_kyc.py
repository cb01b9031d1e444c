"""Papers: handed in once, judged once, told of, looked at on record, and removed."""

from dataclasses import replace
from uuid import uuid4

import pytest

from marketplace.adapters.memory.neighbours import MemoryImageStore
from marketplace.application.kyc import HandInPapers
from marketplace.application.ports import LetterKind, Paging
from marketplace.domain.accounts import WrongRole
from marketplace.domain.audit import Action
from marketplace.domain.errors import InvalidFields
from marketplace.domain.kyc import Decision, DocumentId, DocumentNotFound
from marketplace.domain.merchants import (
    KycStatus,
    MerchantId,
    MerchantNotFound,
    WrongKycStatus,
    WrongMerchantStatus,
)
from marketplace.domain.notifications import Topic
from tests.unit.world import NOBODYS, PIXELS, World

PDF = b"%PDF-1.7 a commercial register"


async def test_papers_that_are_handed_in_wait(world: World) -> None:
    mona = await world.a_merchant("mona")

    papers = await world.papers(mona, PIXELS, PDF, registration_number=" ١٠١٠ ١٢٣٤٥٦ ")

    assert papers.kyc_status is KycStatus.PENDING
    assert papers.registration_number == "1010123456"
    assert (await world.merchant(mona)).kyc_status is KycStatus.PENDING
    assert [each.media_type for each in papers.documents] == ["image/jpeg", "application/pdf"]
    assert [world.shelf.shelf[each.key] for each in papers.documents] == [PIXELS, PDF]
    assert all(each.key.startswith("private/kyc/") for each in papers.documents)


async def test_the_book_tells_of_papers_and_not_what_is_in_them(world: World) -> None:
    mona = await world.a_merchant("mona")

    papers = await world.papers(mona)

    [entry] = world.audited(Action.KYC_SUBMITTED)
    assert (entry.actor_id, entry.subject_id) == (mona.actor.account_id, mona.merchant_id)
    assert entry.before == {"kyc_status": "not_submitted"}
    assert entry.after == {"kyc_status": "pending", "submission_id": str(papers.id)}


async def test_no_others_are_taken_while_papers_wait_or_once_they_are_approved(
    world: World,
) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant("mona")
    await world.papers(mona)
    shelf = dict(world.shelf.shelf)

    with pytest.raises(WrongKycStatus) as waiting:
        await world.papers(mona)
    await world.judge(boss, mona, "approved")
    with pytest.raises(WrongKycStatus) as approved:
        await world.papers(mona)

    assert waiting.value.facts == {"kyc_status": "pending"}
    assert approved.value.facts == {"kyc_status": "approved"}
    assert world.shelf.shelf == shelf


async def test_what_was_rejected_can_be_handed_in_again(world: World) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant("mona")
    first = await world.papers(mona)
    await world.judge(boss, mona, "rejected", "not readable")

    second = await world.papers(mona)
    await world.judge(boss, mona, "approved")

    mine = await world.marketplace.kyc.mine(mona.actor, Paging())
    assert [each.id for each in mine.items] == [second.id, first.id]
    assert [each.decision for each in mine.items] == [Decision.APPROVED, Decision.REJECTED]
    assert mine.items[1].reason == "not readable"
    assert mine.items[1].decided_by == boss.account_id
    assert mine.items[1].decided_at == world.clock.now()
    assert (await world.merchant(mona)).kyc_status is KycStatus.APPROVED


async def test_papers_are_ones_own(world: World) -> None:
    mona, hind = await world.a_merchant("mona"), await world.a_merchant("hind")
    await world.papers(mona)

    assert (await world.marketplace.kyc.mine(hind.actor, Paging())).items == ()


async def test_every_mistake_is_named_and_nothing_is_kept(world: World) -> None:
    mona = await world.a_merchant("mona")
    counted = world.counted()

    with pytest.raises(InvalidFields) as refused:
        await world.papers(
            mona, PIXELS, b"MZ", b"", PIXELS, legal_name=" ", registration_number="10/10"
        )

    assert {each.field: each.code for each in refused.value.problems} == {
        "legal_name": "missing",
        "registration_number": "bad-registration-number",
        "documents": "wrong-number-of-documents",
        "documents[1]": "bad-document",
        "documents[2]": "bad-document",
    }
    assert world.counted() == counted
    assert world.shelf.shelf == {}


async def test_papers_without_documents_are_none(world: World) -> None:
    mona = await world.a_merchant("mona")

    with pytest.raises(InvalidFields) as refused:
        await world.marketplace.kyc.hand_in(
            HandInPapers(acting=mona.actor, legal_name="x", registration_number="123", documents=[])
        )

    assert [each.code for each in refused.value.problems] == ["wrong-number-of-documents"]


async def test_the_bytes_are_there_before_the_row_and_go_if_it_cannot_be(world: World) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant("mona")

    class Meanwhile(MemoryImageStore):
        async def put(self, key: str, content: bytes, /) -> None:
            await super().put(key, content)
            await world.marketplace.admin.close(boss, mona.merchant_id)

    shelf = Meanwhile()
    with pytest.raises(WrongMerchantStatus):
        await world.with_(images=shelf).kyc.hand_in(
            HandInPapers(
                acting=mona.actor, legal_name="x", registration_number="123", documents=[PIXELS]
            )
        )

    assert shelf.shelf == {}


async def test_only_what_waits_is_judged(world: World) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant("mona")

    with pytest.raises(WrongKycStatus):
        await world.judge(boss, mona, "approved")
    await world.papers(mona)
    await world.judge(boss, mona, "approved")
    with pytest.raises(WrongKycStatus):
        await world.judge(boss, mona, "rejected", "changed my mind")
    with pytest.raises(MerchantNotFound):
        await world.judge(boss, replace(mona, merchant_id=MerchantId(NOBODYS)), "approved")

    assert (await world.merchant(mona)).kyc_status is KycStatus.APPROVED


@pytest.mark.parametrize(
    ("decision", "reason", "bad"),
    [
        ("rejected", "", {"reason": "missing"}),
        ("rejected", " \u200b", {"reason": "missing"}),
        ("pending", "", {"decision": "not-one-of"}),
        ("approved", "\0", {"reason": "bad-characters"}),
        ("rejected", "x" * 1001, {"reason": "too-long"}),
    ],
)
async def test_a_judgement_is_one_of_two_and_a_rejection_has_a_reason(
    world: World, decision: str, reason: str, bad: dict[str, str]
) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant("mona")
    await world.papers(mona)

    with pytest.raises(InvalidFields) as refused:
        await world.judge(boss, mona, decision, reason)

    assert {each.field: each.code for each in refused.value.problems} == bad
    assert (await world.merchant(mona)).kyc_status is KycStatus.PENDING


@pytest.mark.parametrize(
    ("decision", "kind", "action"),
    [
        ("approved", LetterKind.KYC_APPROVED, Action.KYC_APPROVED),
        ("rejected", LetterKind.KYC_REJECTED, Action.KYC_REJECTED),
    ],
)
async def test_the_merchant_is_told_once_by_slip_and_letter(
    world: World, decision: str, kind: LetterKind, action: Action
) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant("mona")
    papers = await world.papers(mona)
    await world.judge(boss, mona, decision, "الصورة غير واضحة")

    await world.do_without_finishing()
    world.clock.pass_(world.clock.now() - world.clock.now().replace(year=2029))
    await world.run_jobs()

    [slip] = await world.inbox(mona)
    [letter] = world.letters_to(mona.email, kind)
    assert (slip.topic, slip.subject_id) == (Topic.KYC_DECISION, papers.id)
    assert "الصورة غير واضحة" in slip.body
    assert "الصورة غير واضحة" in letter.text
    [entry] = world.audited(action)
    assert entry.actor_id == boss.account_id
    assert (entry.before, entry.after["kyc_status"]) == ({"kyc_status": "pending"}, decision)
    assert "الصورة" not in str(entry)


async def test_a_document_is_opened_on_record(world: World) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant("mona")
    [document] = (await world.papers(mona, PDF)).documents

    opened = await world.marketplace.kyc.open(boss, document.id)

    assert (opened.content, opened.document) == (PDF, document)
    [entry] = world.audited(Action.DOCUMENT_VIEWED)
    assert (entry.actor_id, entry.subject_id) == (boss.account_id, mona.merchant_id)
    assert entry.after["document_id"] == str(document.id)


async def test_a_document_that_is_not_there_is_not_found(world: World) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant("mona")
    [document] = (await world.papers(mona)).documents
    world.shelf.shelf.clear()

    for missing in (document.id, DocumentId(uuid4())):
        with pytest.raises(DocumentNotFound):
            await world.marketplace.kyc.open(boss, missing)


async def test_a_merchant_neither_judges_nor_opens(world: World) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant("mona")
    [document] = (await world.papers(mona)).documents

    with pytest.raises(WrongRole):
        await world.judge(mona.actor, mona, "approved")
    with pytest.raises(WrongRole):
        await world.marketplace.kyc.open(mona.actor, document.id)
    with pytest.raises(WrongRole):
        await world.marketplace.kyc.mine(boss, Paging())


async def test_papers_do_not_outlast_their_merchant(world: World) -> None:
    boss, mona, hind = (
        await world.an_admin(),
        await world.a_merchant("mona"),
        await world.a_merchant("hind"),
    )
    await world.papers(mona)
    await world.judge(boss, mona, "rejected", "منى is not the name on it")
    [document] = (await world.papers(mona, PDF)).documents
    [kept] = (await world.papers(hind)).documents

    await world.marketplace.admin.close(boss, mona.merchant_id)
    await world.do_without_finishing()

    assert list(world.shelf.shelf) == [kept.key]
    file = await world.marketplace.admin.merchant(boss, mona.merchant_id)
    assert len(file.submissions) == 2
    for submission in file.submissions:
        assert submission.forgotten_at == world.clock.now()
        assert (submission.legal_name, submission.registration_number) == ("", "")
        assert submission.reason == ""
    with pytest.raises(DocumentNotFound):
        await world.marketplace.kyc.open(boss, document.id)
    with pytest.raises(WrongKycStatus):
        await world.judge(boss, mona, "approved")
    hers = await world.marketplace.kyc.mine(hind.actor, Paging())
    assert hers.items[0].legal_name == "مؤسسة منى"


async def test_files_are_removed_though_the_shelf_was_away(world: World) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant("mona")
    await world.papers(mona)
    await world.marketplace.admin.close(boss, mona.merchant_id)

    class Away(MemoryImageStore):
        async def delete(self, key: str, /) -> None:
            raise OSError

    await world.with_(images=Away(world.shelf.shelf)).jobs.run_all()
    assert world.shelf.shelf
    world.clock.pass_(world.clock.now().replace(year=2031) - world.clock.now())
    await world.run_jobs()

    assert world.shelf.shelf == {}


async def test_nobody_who_has_left_is_told(world: World) -> None:
    boss, mona = await world.an_admin(), await world.a_merchant("mona")
    await world.papers(mona)
    await world.judge(boss, mona, "approved")
    await world.marketplace.admin.close(boss, mona.merchant_id)

    await world.run_jobs()

    assert world.letters_to(mona.email, LetterKind.KYC_APPROVED) == []
