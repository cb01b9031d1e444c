"""Merchants: whether a store is open, and which links it may show."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.domain.accounts import AccountId, Locale, Username
from marketplace.domain.errors import BadValue
from marketplace.domain.merchants import (
    BadHours,
    BadLink,
    BadMoment,
    LinkParser,
    Merchant,
    MerchantId,
    MerchantStatus,
    PastMoment,
    PaymentPreference,
    WrongMerchantStatus,
    parse_closing,
    parse_facebook_link,
    parse_hours,
    parse_instagram_link,
    parse_payment_preference,
    parse_whatsapp,
    parse_whatsapp_link,
)
from marketplace.domain.money import Money
from marketplace.domain.phones import COUNTRIES, PhoneNumber
from marketplace.domain.text import BadCharacters, NotOneOf, TooLong

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def a_merchant(country: str = "SA") -> Merchant:
    merchant, _ = Merchant.register(
        id=MerchantId(UUID(int=1)),
        account_id=AccountId(UUID(int=2)),
        username=Username("mona"),
        name="متجر منى",
        phone=PhoneNumber("+966501234567"),
        country=country,
        currency=COUNTRIES[country].currency,
        locale=Locale.ARABIC,
        at=NOW,
    )
    return merchant


def test_a_new_store_is_open_from_the_first_minute() -> None:
    merchant = a_merchant()

    assert merchant.is_open
    assert merchant.accepts_orders(NOW)
    assert merchant.min_order_total == Money.zero("SAR")
    assert merchant.confirm_within_hours == 48


def test_a_store_keeps_the_time_of_its_country() -> None:
    for code, country in COUNTRIES.items():
        assert a_merchant(code).time_zone == country.time_zone


def test_a_store_on_holiday_is_found_and_takes_no_orders_until_it_reopens() -> None:
    merchant = a_merchant()
    merchant.closed_until = NOW + timedelta(days=3)

    assert merchant.is_open
    assert not merchant.accepts_orders(NOW)
    assert not merchant.accepts_orders(merchant.closed_until - SECOND)
    assert merchant.accepts_orders(merchant.closed_until)


def test_a_suspended_store_is_shut_and_says_why() -> None:
    merchant = a_merchant()

    happened = merchant.suspend("counterfeits", NOW)

    assert (merchant.status, merchant.status_reason) == (MerchantStatus.SUSPENDED, "counterfeits")
    assert happened.reason == "counterfeits"
    assert not merchant.is_open
    assert not merchant.accepts_orders(NOW)


def test_a_reactivated_store_is_as_it_was() -> None:
    merchant = a_merchant()
    merchant.suspend("counterfeits", NOW)

    merchant.reactivate(NOW)

    assert merchant == a_merchant()


def test_a_closed_store_forgets_its_keeper() -> None:
    merchant = a_merchant()
    merchant.description = "أهلًا"
    merchant.instagram_link = "https://instagram.com/mona"
    merchant.logo = UUID(int=9)

    merchant.close("asked to", NOW)

    assert merchant.status is MerchantStatus.CLOSED
    assert not merchant.is_open
    assert merchant.logo is None
    for trace in ("mona", "منى", "أهلًا", "501234567"):
        assert trace not in repr(merchant)


def test_a_suspended_store_can_be_closed() -> None:
    merchant = a_merchant()
    merchant.suspend("counterfeits", NOW)

    merchant.close("for good", NOW)

    assert merchant.status is MerchantStatus.CLOSED


@pytest.mark.parametrize("move", ["suspend", "reactivate", "close"])
@pytest.mark.parametrize("status", list(MerchantStatus))
def test_a_store_changes_its_status_only_along_the_ways_there_are(
    status: MerchantStatus, move: str
) -> None:
    ways = {
        ("active", "suspend"),
        ("suspended", "reactivate"),
        ("active", "close"),
        ("suspended", "close"),
    }
    merchant = a_merchant()
    merchant.status = status
    arguments = (NOW,) if move == "reactivate" else ("reason", NOW)

    if (status.value, move) in ways:
        getattr(merchant, move)(*arguments)
        assert merchant.status is not status
    else:
        with pytest.raises(WrongMerchantStatus) as refused:
            getattr(merchant, move)(*arguments)
        assert refused.value.facts == {"status": status}
        assert merchant.status is status


@pytest.mark.parametrize("hours", [1, 48, 168])
def test_an_order_waits_an_hour_to_a_week(hours: int) -> None:
    assert parse_hours(hours) == hours


@pytest.mark.parametrize("hours", [-1, 0, 169, 10**100])
def test_an_order_waits_neither_less_nor_more(hours: int) -> None:
    with pytest.raises(BadHours):
        parse_hours(hours)
    with pytest.raises(ValueError, match="1 to 168"):
        Merchant(
            id=MerchantId(UUID(int=1)),
            account_id=AccountId(UUID(int=2)),
            username=Username("mona"),
            name="Mona",
            whatsapp_phone=PhoneNumber("+966501234567"),
            currency="SAR",
            country="SA",
            locale=Locale.ARABIC,
            time_zone="Asia/Riyadh",
            min_order_total=Money.zero("SAR"),
            confirm_within_hours=hours,
            registered_at=NOW,
        )


def test_a_payment_preference_is_one_of_three() -> None:
    assert parse_payment_preference("both") is PaymentPreference.BOTH
    with pytest.raises(NotOneOf) as refused:
        parse_payment_preference("bitcoin")

    assert refused.value.facts == {"allowed": ["cash_on_delivery", "bank_transfer", "both"]}


# Links


@pytest.mark.parametrize(
    ("parse", "link"),
    [
        (parse_whatsapp_link, "https://wa.me/966501234567"),
        (parse_whatsapp_link, "https://wa.me/966501234567?text=%D8%B3%D9%84%D8%A7%D9%85"),
        (parse_whatsapp_link, "https://api.whatsapp.com/send?phone=966501234567"),
        (parse_whatsapp_link, "https://chat.whatsapp.com/AbCdEf"),
        (parse_instagram_link, "https://instagram.com/mona.store_1"),
        (parse_instagram_link, "https://www.instagram.com/mona/?hl=ar#top"),
        (parse_instagram_link, "https://instagr.am/mona"),
        (parse_facebook_link, "https://www.facebook.com/profile.php?id=1000"),
        (parse_facebook_link, "https://facebook.com/متجر-منى"),
        (parse_facebook_link, "https://fb.me/mona"),
        (parse_facebook_link, "https://m.facebook.com/mona"),
        (parse_facebook_link, "https://ar-ar.facebook.com/mona"),
        (parse_facebook_link, "https://business.facebook.com/mona"),
        (parse_whatsapp_link, "https://web.whatsapp.com/send?phone=966501234567"),
    ],
)
def test_a_link_to_ones_own_page_is_kept_as_it_is(parse: LinkParser, link: str) -> None:
    assert parse(f" {link}\n") == link


@pytest.mark.parametrize("nothing", ["", "  ", "\u200b"])
def test_no_link_at_all_takes_the_link_away(nothing: str) -> None:
    assert parse_whatsapp_link(nothing) == ""


@pytest.mark.parametrize(
    "link",
    [
        "wa.me/966501234567",
        "//wa.me/966501234567",
        "http://wa.me/966501234567",
        "ftp://wa.me/x",
        "javascript:alert(1)//wa.me",
        "data:text/html,https://wa.me",
        "https:wa.me/x",
        "https:/wa.me/x",
        "https:///wa.me/x",
        "https://",
        "https://evil.com/wa.me",
        "https://evil.com/?https://wa.me/",
        "https://evil.com#wa.me",
        "https://wa.me.evil.com/x",
        "https://evilwa.me/x",
        "https://wa.me@evil.com/x",
        "https://evil.com@wa.me/x",
        "https://user:secret@wa.me/x",
        "https://@wa.me/x",
        "https://wa.me:8443/x",
        "https://wa.me:99999/x",
        "https://wa.me:x/x",
        "https://wa.me./x",
        "https://.wa.me/x",
        "https://[::1]/wa.me",
        "https://[wa.me/x",
        "https://wа.me/x",
        "https://wa．me/x",
        "https://evil.com\\@wa.me/x",
        "https://evil.com\\.wa.me/x",
        "https://evil.com%2f.wa.me/x",
        "https://evil.com／.wa.me/x",
        "https://evil.com?.wa.me\\x",
        "https://wa.me/a b",
        "https://wa.me/a\u00a0b",
        "https://wa.me/a\u3000b",
        'https://wa.me/"onmouseover="alert(1)',
        "https://wa.me/<script>",
        "https://wa.me/`x`",
        "https://wa.me:443/x",
        "https://l.wa.me/x",
        "https://x.www.wa.me/x",
        "https://wa.me/\u200ex",
        "https://wa.me/\u061cx",
        "https://wa.me/\ue000",
        "@mona",
    ],
)
def test_a_link_anywhere_else_is_refused(link: str) -> None:
    with pytest.raises(BadLink) as refused:
        parse_whatsapp_link(link)

    assert refused.value.facts == {"hosts": ("wa.me", "whatsapp.com")}


@pytest.mark.parametrize(
    ("parse", "link"),
    [
        (parse_facebook_link, "https://www.facebook.com/l.php?u=https://evil.com"),
        (parse_facebook_link, "https://www.facebook.com/L.PHP?u=evil.com"),
        (parse_facebook_link, "https://www.facebook.com//./l.php?u=evil.com"),
        (parse_facebook_link, "https://www.facebook.com/%6c.php?u=evil.com"),
        (parse_facebook_link, "https://www.facebook.com/x/../l.php?u=evil.com"),
        (parse_facebook_link, "https://l.facebook.com/x?u=evil.com"),
        (parse_facebook_link, "https://lm.facebook.com/x"),
        (parse_facebook_link, "https://www.facebook.com/flx/warn/?u=evil.com"),
        (parse_facebook_link, "https://www.facebook.com/sharer/sharer.php?u=evil.com"),
        (parse_facebook_link, "https://www.facebook.com/mona?next=https%3A%2F%2Fevil.com"),
        (parse_facebook_link, "https://www.facebook.com/mona?next=https%253A%252F%252Fevil.com"),
        (parse_facebook_link, "https://www.facebook.com/mona?next=//evil.com"),
        (parse_instagram_link, "https://l.instagram.com/x?u=evil.com"),
        (parse_instagram_link, "https://www.instagram.com/accounts/login/?next=/mona"),
        (parse_facebook_link, "https://www.facebook.com"),
        (parse_instagram_link, "https://instagram.com"),
        (parse_instagram_link, "https://instagram.com/"),
        (parse_instagram_link, "https://instagram.com/?hl=ar"),
        (parse_instagram_link, "https://instagram.com//"),
        (parse_instagram_link, "https://instagram.com/#mona"),
        (parse_whatsapp_link, "https://wa.me/"),
        (parse_whatsapp_link, "https://wa.me/?text=hello"),
    ],
)
def test_a_link_that_leads_elsewhere_or_to_nobody_is_refused(parse: LinkParser, link: str) -> None:
    with pytest.raises(BadLink):
        parse(link)


def test_what_is_to_be_written_to_a_store_may_have_a_link_in_it() -> None:
    link = "https://wa.me/966501234567?text=https://souq.example/sara"

    assert parse_whatsapp_link(link) == link


@pytest.mark.parametrize(
    ("said", "link"),
    [
        ("@mona.store_1", "https://instagram.com/mona.store_1"),
        (" @Mona\u200b ", "https://instagram.com/Mona"),
        ("HTTPS://WWW.Instagram.com/Mona", "https://www.instagram.com/Mona"),
    ],
)
def test_a_profile_is_found_however_it_is_written(said: str, link: str) -> None:
    assert parse_instagram_link(said) == link


@pytest.mark.parametrize("said", ["@", "@mona/../x", "@mona?x", "@منى", "@" + "x" * 31, "mona"])
def test_not_everything_behind_an_at_is_a_profile(said: str) -> None:
    with pytest.raises(BadLink):
        parse_instagram_link(said)


@pytest.mark.parametrize(
    ("country", "said", "link"),
    [
        ("SA", "050 123 4567", "https://wa.me/966501234567"),
        ("EG", "+20 10 1234 5678", "https://wa.me/201012345678"),
        ("SA", "https://wa.me/966501234567", "https://wa.me/966501234567"),
        ("SA", "", ""),
    ],
)
def test_whatsapp_is_found_by_number_or_link(country: str, said: str, link: str) -> None:
    assert parse_whatsapp(said, country) == link


def test_a_store_reopens_in_the_future() -> None:
    later = NOW + SECOND

    assert parse_closing(later, NOW) == later
    assert parse_closing("", NOW) is None
    for past in (NOW, NOW - SECOND, datetime.min.replace(tzinfo=UTC)):
        with pytest.raises(PastMoment):
            parse_closing(past, NOW)
    with pytest.raises(BadMoment):
        parse_closing(datetime.min.replace(tzinfo=timezone(timedelta(hours=14))), NOW)


def test_a_link_is_text_like_any_other() -> None:
    with pytest.raises(BadCharacters):
        parse_whatsapp_link("https://wa.me/a\tb")
    with pytest.raises(BadCharacters):
        parse_whatsapp_link("https://wa.me/\u202egnp.exe")
    with pytest.raises(TooLong):
        parse_whatsapp_link("https://wa.me/" + "x" * 300)


PIECES = st.sampled_from(
    ["evil.com", "\\", "/", "@", ":", "?", "#", ".", "%2f", "／", "。", "-", "["]
)


@given(st.lists(PIECES, max_size=6).map("".join), st.booleans())
def test_no_link_leads_a_browser_to_another_host(middle: str, prefix: bool) -> None:
    """Browsers take a backslash for a slash, and end the host at the first of ``/ ? #``."""
    said = f"https://{middle}wa.me/x" if prefix else f"https://wa.me{middle}"
    try:
        link = parse_whatsapp_link(said)
    except BadValue:
        return

    host = link.replace("\\", "/").removeprefix("https://")
    for end in "/?#":
        host = host.partition(end)[0]
    host = host.rpartition("@")[2].partition(":")[0].lower()
    assert host == "wa.me" or host.endswith(".wa.me")
