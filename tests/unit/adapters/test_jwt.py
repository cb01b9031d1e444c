"""Access tokens: what proves a session, and everything that must not."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.adapters.jwt import JwtAccessTokens
from marketplace.adapters.system import SystemIds
from marketplace.domain.accounts import Role, SignInRequired

from ..contracts.access_tokens import NOON, AccessTokensContract, a_session

OLD, NEW, FOREIGN = b"o" * 32, b"n" * 32, b"f" * 32
HEADER = {"alg": "HS256", "kid": "new", "typ": "JWT"}


def the_tokens(**changed: Any) -> JwtAccessTokens:
    said: dict[str, Any] = {
        "keys": {"old": OLD, "new": NEW},
        "current": "new",
        "issuer": "https://souq.example",
        "audience": "https://souq.example/api",
        "ids": SystemIds(),
    }
    return JwtAccessTokens(**{**said, **changed})


def claims(**changed: object) -> dict[str, object]:
    said: dict[str, object] = {
        "iss": "https://souq.example",
        "aud": "https://souq.example/api",
        "sub": str(a_session().account_id),
        "sid": str(a_session().id),
        "jti": "01900000-0000-7000-8000-000000000001",
        "typ": "access",
        "iat": int(NOON.timestamp()),
        "exp": int(NOON.timestamp()) + 900,
    }
    said.update(changed)
    return {name: value for name, value in said.items() if value is not ...}


def signed(
    payload: object, header: object = HEADER, key: bytes = NEW, algorithm: str = "sha256"
) -> str:
    """A token made by hand: nothing stops us from putting anything into it."""
    parts = [
        part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, payload)
    ]
    body = b".".join(encoded(part) for part in parts)
    return (body + b"." + encoded(hmac.digest(key, body, algorithm))).decode()


def encoded(part: bytes) -> bytes:
    return base64.urlsafe_b64encode(part).rstrip(b"=")


def head(**changed: object) -> dict[str, object]:
    return {**HEADER, **changed}


class TestJwtAccessTokens(AccessTokensContract):
    @pytest.fixture
    def tokens(self) -> JwtAccessTokens:
        return the_tokens()

    def test_the_token_of_an_admin_lasts_five_minutes(self, tokens: JwtAccessTokens) -> None:
        token = tokens.issue(a_session(), Role.ADMIN, NOON)

        assert tokens.session_of(token, NOON + timedelta(minutes=4, seconds=58)) == a_session().id
        with pytest.raises(SignInRequired):
            tokens.session_of(token, NOON + timedelta(minutes=5))

    def test_a_token_says_what_it_is_and_nothing_about_the_person(
        self, tokens: JwtAccessTokens
    ) -> None:
        header, payload, _ = tokens.issue(a_session(), Role.MERCHANT, NOON).split(".")

        said = json.loads(base64.urlsafe_b64decode(payload + "=="))
        assert json.loads(base64.urlsafe_b64decode(header + "==")) == HEADER
        assert set(said) == set(claims())
        assert {name: said[name] for name in said if name != "jti"} == claims(jti=...)

    def test_a_token_made_by_hand_as_we_make_them_is_good(self, tokens: JwtAccessTokens) -> None:
        assert tokens.session_of(signed(claims()), NOON) == a_session().id

    def test_a_token_is_good_until_its_key_is_taken_away(self, tokens: JwtAccessTokens) -> None:
        token = the_tokens(current="old").issue(a_session(), Role.MERCHANT, NOON)

        assert tokens.session_of(token, NOON) == a_session().id
        with pytest.raises(SignInRequired):
            the_tokens(keys={"new": NEW}).session_of(token, NOON)

    def test_a_clock_that_is_a_little_behind_does_not_refuse_a_new_token(
        self, tokens: JwtAccessTokens
    ) -> None:
        token = tokens.issue(a_session(), Role.MERCHANT, NOON)

        assert tokens.session_of(token, NOON - timedelta(seconds=4)) == a_session().id

    def test_a_token_from_the_future_is_refused(self, tokens: JwtAccessTokens) -> None:
        token = tokens.issue(a_session(), Role.MERCHANT, NOON + timedelta(minutes=1))

        with pytest.raises(SignInRequired):
            tokens.session_of(token, NOON)

    def test_the_system_clock_does_not_matter(self, tokens: JwtAccessTokens) -> None:
        """The time is told; a test that lives in 2030 or 1990 sees what a user sees today."""
        past = NOON.replace(year=1990)
        token = tokens.issue(a_session(), Role.MERCHANT, past)

        assert tokens.session_of(token, past) == a_session().id

    @pytest.mark.parametrize("missing", sorted(claims()))
    def test_a_token_without_one_of_its_claims_is_refused(
        self, tokens: JwtAccessTokens, missing: str
    ) -> None:
        with pytest.raises(SignInRequired):
            tokens.session_of(signed(claims(**{missing: ...})), NOON)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"typ": "refresh"},
            {"typ": "password-reset"},
            {"typ": ["access"]},
            {"typ": None},
            {"aud": "https://other.example"},
            {"aud": ["https://souq.example/api"]},
            {"aud": []},
            {"aud": {}},
            {"iss": "https://other.example"},
            {"iss": ["https://souq.example"]},
            {"exp": "9999999999"},
            {"exp": [9999999999]},
            {"exp": True},
            {"exp": None},
            {"exp": 9999999999.5},
            {"exp": float("inf")},
            {"exp": float("nan")},
            {"exp": {}},
            {"exp": -1},
            {"iat": "0"},
            {"iat": [0]},
            {"iat": None},
            {"iat": True},
            {"iat": float("-inf")},
            {"iat": 10**30},
            {"sub": 5},
            {"sub": None},
            {"jti": 5},
            {"jti": None},
            {"sid": 5},
            {"sid": None},
            {"sid": []},
            {"sid": ""},
            {"sid": "not a uuid"},
            {"sid": {"hex": "0" * 32}},
        ],
        ids=repr,
    )
    def test_a_token_with_a_wrong_claim_is_refused(
        self, tokens: JwtAccessTokens, wrong: dict[str, object]
    ) -> None:
        with pytest.raises(SignInRequired):
            tokens.session_of(signed(claims(**wrong)), NOON)

    @pytest.mark.parametrize(
        "header",
        [
            head(alg="none"),
            head(alg="None"),
            head(alg="HS384"),
            head(alg="RS256"),
            head(alg="hs256"),
            head(alg=["HS256"]),
            head(alg={}),
            head(alg=None),
            {"kid": "new"},
            {"alg": "HS256"},
            head(kid="foreign"),
            head(kid=""),
            head(kid=None),
            head(kid=["new"]),
            head(kid={}),
            head(kid="../../dev/null"),
            head(kid="new' OR '1'='1"),
            head(crit=["exp"]),
            head(crit=[]),
            head(crit="b64"),
            head(b64=False, crit=["b64"]),
            head(b64=False),
            [],
            "HS256",
            None,
            b"\xff\xfe",
            b"{",
            b"",
            b'{"alg":' * 200,
        ],
        ids=repr,
    )
    def test_a_token_with_a_wrong_header_is_refused(
        self, tokens: JwtAccessTokens, header: object
    ) -> None:
        with pytest.raises(SignInRequired):
            tokens.session_of(signed(claims(), header), NOON)

    @pytest.mark.parametrize("inserted", ["jwk", "jku", "x5u", "x5c"])
    def test_a_key_that_a_token_brings_along_counts_for_nothing(
        self, tokens: JwtAccessTokens, inserted: str
    ) -> None:
        key = {"kty": "oct", "k": encoded(FOREIGN).decode(), "kid": "new"}

        with pytest.raises(SignInRequired):
            tokens.session_of(signed(claims(), head(**{inserted: key}), FOREIGN), NOON)

    def test_a_foreign_signature_is_refused(self, tokens: JwtAccessTokens) -> None:
        with pytest.raises(SignInRequired):
            tokens.session_of(signed(claims(), key=FOREIGN), NOON)
        with pytest.raises(SignInRequired):
            tokens.session_of(signed(claims(), key=OLD), NOON)
        with pytest.raises(SignInRequired):
            tokens.session_of(signed(claims(), head(alg="HS512"), algorithm="sha512"), NOON)

    @pytest.mark.parametrize(
        "payload",
        [
            b"[" * 10_000,
            b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
            b"[" * 1300,
            b'{"a":' * 250 + b"1" + b"}" * 250,
            b"\xff",
            b"",
            b"null",
            b"[]",
            b'"access"',
        ],
        ids=lambda payload: repr(payload[:8]) + str(len(payload)),
    )
    def test_a_monstrous_payload_is_refused(self, tokens: JwtAccessTokens, payload: bytes) -> None:
        with pytest.raises(SignInRequired):
            tokens.session_of(signed(payload), NOON)

    @pytest.mark.parametrize(
        "change",
        [
            lambda token: token + "=",
            lambda token: token + "==",
            lambda token: token + "\n",
            lambda token: " " + token,
            lambda token: token + ".",
            lambda token: token.replace(".", "..", 1),
            lambda token: token.rpartition(".")[0] + ".",
            lambda token: token.rpartition(".")[0],
            lambda token: "Bearer " + token,
            lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
            lambda token: token.upper(),
            lambda token: token + "\u0660",
            lambda token: token + "A" * 100_000,
        ],
    )
    def test_a_token_has_one_spelling(self, tokens: JwtAccessTokens, change: Any) -> None:
        token = tokens.issue(a_session(), Role.MERCHANT, NOON)

        with pytest.raises(SignInRequired):
            tokens.session_of(change(token), NOON)

    @given(st.text(alphabet='abcxyzABC019-_.={}[]"\u0660\ud800', max_size=60))
    def test_whatever_is_said_instead_of_a_token_is_refused(self, said: str) -> None:
        with pytest.raises(SignInRequired):
            the_tokens().session_of(said, NOON)

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
            max_leaves=5,
        ),
        st.sampled_from(sorted(claims())),
    )
    def test_whatever_stands_in_a_claim_is_refused_or_right(self, value: object, name: str) -> None:
        try:
            session = the_tokens().session_of(signed(claims(**{name: value})), NOON)
        except SignInRequired:
            return

        assert session == a_session().id

    def test_a_short_key_stops_the_start(self) -> None:
        with pytest.raises(ValueError, match="32 bytes"):
            the_tokens(keys={"new": b"n" * 31})

    def test_a_missing_key_stops_the_start(self) -> None:
        with pytest.raises(ValueError, match="signing key"):
            the_tokens(current="newer")

    def test_the_signature_is_that_of_rfc_7515(self, tokens: JwtAccessTokens) -> None:
        token = tokens.issue(a_session(), Role.MERCHANT, NOON)
        body, _, signature = token.rpartition(".")

        expected = hmac.new(NEW, body.encode(), hashlib.sha256).digest()
        assert signature.encode() == encoded(expected)
