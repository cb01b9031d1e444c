"""What all access tokens must do. Subclass and provide a ``tokens`` fixture."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from marketplace.application.ports import AccessTokens
from marketplace.domain.accounts import AccountId, Role, Session, SessionId, SignInRequired

NOON = datetime(2030, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)


def a_session(number: int = 1) -> Session:
    return Session.open(
        id=SessionId(UUID(int=number)),
        account_id=AccountId(UUID(int=1000 + number)),
        refresh_hash=bytes(32),
        user_agent="",
        at=NOON,
    )


class AccessTokensContract:
    """The sentences."""

    def test_a_token_proves_its_session(self, tokens: AccessTokens) -> None:
        mine, theirs = a_session(1), a_session(2)
        token = tokens.issue(mine, Role.MERCHANT, NOON)
        other = tokens.issue(theirs, Role.ADMIN, NOON)

        assert tokens.session_of(token, NOON) == mine.id
        assert tokens.session_of(other, NOON) == theirs.id

    def test_no_two_tokens_are_the_same(self, tokens: AccessTokens) -> None:
        session = a_session()

        issued = {tokens.issue(session, Role.MERCHANT, NOON) for _ in range(10)}

        assert len(issued) == 10

    def test_the_token_of_a_merchant_lasts_a_quarter_of_an_hour(self, tokens: AccessTokens) -> None:
        session = a_session()
        token = tokens.issue(session, Role.MERCHANT, NOON)

        assert tokens.session_of(token, NOON + timedelta(minutes=14, seconds=58)) == session.id
        with pytest.raises(SignInRequired):
            tokens.session_of(token, NOON + timedelta(minutes=15))

    @pytest.mark.parametrize(
        "nonsense", ["", ".", "..", "a.b.c", "ملف", "\ud800", "\x00", "x" * 10**6]
    )
    def test_nonsense_proves_nothing(self, tokens: AccessTokens, nonsense: str) -> None:
        with pytest.raises(SignInRequired):
            tokens.session_of(nonsense, NOON)
