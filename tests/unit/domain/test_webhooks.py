"""Webhooks: whom we call, how we sign, when we try again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from marketplace.domain.errors import BadValue
from marketplace.domain.merchants import MerchantId
from marketplace.domain.webhooks import (
    FAILING_FOR,
    RETRIES,
    TRIES_KEPT,
    BadWebhookUrl,
    Delivery,
    DeliveryDue,
    DeliveryId,
    DeliveryStatus,
    Endpoint,
    EndpointId,
    Failure,
    SealedSecret,
    Try,
    WhyDisabled,
    is_public,
    may_be_called,
    new_secret,
    parse_webhook_url,
    signed_headers,
)

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
FAILED = Try(at=NOW, failure=Failure.TIMEOUT)

NOT_PUBLIC = """
    0.0.0.0 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.8.8.8 169.254.169.254
    172.16.0.1 172.31.255.255 192.0.0.170 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1
    203.0.113.9 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
    :: ::1 ::ffff:8.8.8.8 ::ffff:127.0.0.1 ::7f00:1 64:ff9b::8.8.8.8 64:ff9b::7f00:1 64:ff9b:1::1
    100::1 2001::1 2001:db8::1 2002:7f00:1:: 3fff::1 5f00::1 fc00::1 fd12::1 fe80::1 fe80::1%eth0
    fec0::1 ff02::1 2001:4860:4860::8888%eth0
""".split()
PUBLIC = """
    8.8.8.8 1.1.1.1 93.184.215.14 100.63.255.255 100.128.0.1 172.15.0.1 172.32.0.1 192.0.1.1
    2001:4860:4860::8888 2606:4700:4700::1111 2a00:1450:4001:80b::200e
""".split()


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_of_ours_is_never_called(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet_may_be_called(address: str) -> None:
    assert is_public(ip_address(address))


def test_one_bad_address_among_good_ones_is_enough() -> None:
    target = parse_webhook_url("https://erp.example/hooks")

    assert may_be_called(target, [ip_address("8.8.8.8")], loopback=False)
    assert not may_be_called(target, map(ip_address, ("8.8.8.8", "10.0.0.1")), loopback=False)
    assert not may_be_called(target, [], loopback=False)
    assert not may_be_called(target, [], loopback=True)


@pytest.mark.parametrize("url", ["http://erp.example/", "https://erp.example:22/"])
def test_a_stranger_is_called_by_https_and_at_a_port_of_the_web(url: str) -> None:
    assert not may_be_called(parse_webhook_url(url), [ip_address("8.8.8.8")], loopback=True)


def test_a_developer_may_have_the_own_machine_called_and_nothing_else() -> None:
    target = parse_webhook_url("http://localhost:9000/hooks")
    own, neighbour = ip_address("127.0.0.1"), ip_address("192.168.1.7")

    assert may_be_called(target, [own, ip_address("::1")], loopback=True)
    assert not may_be_called(target, [own], loopback=False)
    assert not may_be_called(target, [own, neighbour], loopback=True)
    assert not may_be_called(target, [neighbour], loopback=True)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("https://erp.example", "https://erp.example/"),
        (" https://ERP.example:8443/a?b=c%20d ", "https://erp.example:8443/a?b=c%20d"),
        ("https://متجر.example/hook", "https://xn--pgbep1f.example/hook"),
        ("https://[2606:4700:4700::1111]/x", "https://[2606:4700:4700::1111]/x"),
    ],
)
def test_a_url_is_told_as_it_is_called(said: str, told: str) -> None:
    assert parse_webhook_url(said).url == told
    assert parse_webhook_url(told).url == told


@pytest.mark.parametrize(
    "said",
    [
        "ftp://erp.example/",
        "javascript:alert(1)",
        "//erp.example/",
        "erp.example/hooks",
        "https:///hooks",
        "https://user:secret@erp.example/",
        "https://@erp.example/",
        "https://erp.example\\@10.0.0.1/",
        "https://erp.example/#part",
        "https://erp.example:/",
        "https://erp.example:0/",
        "https://erp.example:99999/",
        "https://erp.example:port/",
        "https://erp .example/",
        "https://erp.example/a b",
        "https://erp.example/\r\nHost:x",
        "https://erp.example/<script>",
        "https://[::1%25eth0]/",
        "https://[v1.x]/",
        "https://erp..example/",
        "https://-.example/",
        "https://" + "a" * 600 + ".example/",
        "https://erp.example/مسار",
        "",
    ],
)
def test_what_is_no_plain_address_is_refused(said: str) -> None:
    with pytest.raises(BadValue):
        parse_webhook_url(said)


@given(st.text())
def test_whatever_somebody_types_is_an_address_or_refused(said: str) -> None:
    for text in (said, f"https://{said}", f"https://erp.example/{said}"):
        try:
            target = parse_webhook_url(text)
        except BadValue:
            continue
        assert target.url.isascii()
        assert parse_webhook_url(target.url) == target


def test_a_call_is_signed_as_the_standard_says() -> None:
    now, secret = datetime.now(UTC), new_secret(b"x" * 32)
    body = '{"type":"order.placed","data":{"customer_name":"سارة"}}'.encode()

    headers = dict(signed_headers([secret], "an id", now, body))

    assert Webhook(secret).verify(body, headers)["type"] == "order.placed"
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body + b" ", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body, headers | {"webhook-id": "another id"})
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret(b"y" * 32)).verify(body, headers)


def test_of_several_signatures_any_one_proves_it() -> None:
    now, secrets = datetime.now(UTC), [new_secret(bytes([each]) * 32) for each in range(3)]

    headers = dict(signed_headers(secrets, "an id", now, b"{}"))

    assert headers["webhook-signature"].count("v1,") == 3
    for secret in secrets:
        assert Webhook(secret).verify(b"{}", headers) == {}


def test_a_delivery_is_tried_for_three_days_and_then_given_up() -> None:
    delivery, first = a_delivery()
    at = first.at

    waits = []
    while (due := delivery.tried(replace(FAILED, at=at), 0.5)) is not None:
        assert due.at == at
        waits.append(due.due_at - at)
        at = due.due_at
        assert (due.turn, delivery.next_at) == (delivery.turn, at)

    assert waits == [each * 1.1 for each in RETRIES]
    assert timedelta(days=3) < at - NOW < timedelta(days=4)
    assert (delivery.status, delivery.next_at, delivery.failures) == ("failed", None, 10)
    assert delivery.ended_at == at


def test_a_delivery_that_was_answered_is_over() -> None:
    delivery, _ = a_delivery()
    delivery.tried(FAILED, 0)

    assert delivery.tried(Try(at=NOW, status=204), 0) is None

    assert (delivery.status, delivery.ended_at) == (DeliveryStatus.DELIVERED, NOW)
    assert len(delivery.tries) == 2


def test_whoever_says_to_be_gone_is_not_asked_again() -> None:
    delivery, _ = a_delivery()

    assert delivery.tried(Try(at=NOW, failure=Failure.STATUS, status=410), 0) is None

    assert delivery.status is DeliveryStatus.FAILED


def test_what_is_sent_again_begins_anew_and_stays_the_same_event() -> None:
    delivery, first = a_delivery()
    delivery.give_up(FAILED)
    event_id = delivery.event_id

    again = delivery.send_again(NOW)

    assert again.turn > first.turn
    assert (delivery.status, delivery.failures, delivery.ended_at) == ("pending", 0, None)
    assert delivery.event_id == event_id


def test_only_the_last_tries_are_kept() -> None:
    delivery, _ = a_delivery()
    for number in range(3 * TRIES_KEPT):
        delivery.tried(replace(FAILED, took=number), 0)
        delivery.send_again(NOW)

    assert len(delivery.tries) == TRIES_KEPT
    assert delivery.tries[-1].took == 3 * TRIES_KEPT - 1


def test_days_of_nothing_but_failure_end_the_calls() -> None:
    endpoint = an_endpoint()

    assert endpoint.failed(NOW, is_gone=False) is None
    assert endpoint.failed(NOW + FAILING_FOR - timedelta(1), is_gone=False) is None
    disabled = endpoint.failed(NOW + FAILING_FOR, is_gone=False)

    assert disabled is not None
    assert (disabled.why, endpoint.is_enabled) == (WhyDisabled.FAILING, False)
    assert endpoint.failed(NOW + 2 * FAILING_FOR, is_gone=False) is None


def test_one_success_in_between_is_enough() -> None:
    endpoint = an_endpoint()
    endpoint.failed(NOW, is_gone=False)

    assert endpoint.is_noteworthy(True, NOW)
    endpoint.answered()

    assert not endpoint.is_noteworthy(True, NOW)
    assert endpoint.failed(NOW + FAILING_FOR, is_gone=False) is None
    assert endpoint.is_enabled


def test_a_former_secret_signs_for_a_while() -> None:
    endpoint = an_endpoint()

    endpoint.rotate(b"second", timedelta(hours=24), NOW)
    assert [each.sealed for each in endpoint.signing(NOW)] == [b"second", b"first"]

    later = NOW + timedelta(hours=24)
    assert [each.sealed for each in endpoint.signing(later)] == [b"second"]


def test_a_secret_that_is_known_to_others_ends_at_once() -> None:
    endpoint = an_endpoint()
    endpoint.rotate(b"second", timedelta(hours=24), NOW)

    endpoint.rotate(b"third", timedelta(0), NOW)

    assert [each.sealed for each in endpoint.signing(NOW)] == [b"third"]


def test_whoever_rotates_again_and_again_does_not_sign_with_everything() -> None:
    endpoint = an_endpoint()
    for number in range(9):
        endpoint.rotate(bytes([number]), timedelta(hours=24), NOW)

    assert [each.sealed for each in endpoint.signing(NOW)] == [b"\x08", b"\x07", b"\x06"]


def test_an_address_that_cannot_be_read_names_the_ports() -> None:
    with pytest.raises(BadWebhookUrl) as refused:
        parse_webhook_url("erp.example")

    assert refused.value.facts == {"ports": [443, 8443]}


def an_endpoint() -> Endpoint:
    return Endpoint(
        id=EndpointId(UUID(int=1)),
        merchant_id=MerchantId(UUID(int=2)),
        url="https://erp.example/hooks",
        events=("*",),
        secrets=(SealedSecret(sealed=b"first"),),
        created_at=NOW,
        updated_at=NOW,
    )


def a_delivery() -> tuple[Delivery, DeliveryDue]:
    return Delivery.send(
        id=DeliveryId(UUID(int=3)),
        endpoint_id=EndpointId(UUID(int=1)),
        merchant_id=MerchantId(UUID(int=2)),
        event_id=UUID(int=4),
        event="order.placed",
        body="{}",
        at=NOW,
    )
