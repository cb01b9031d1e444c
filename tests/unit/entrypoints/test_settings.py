"""Settings: what an operator forgets or gets wrong stops the start, and is named."""

from ipaddress import ip_network

import pytest

from marketplace.entrypoints.settings import BadSetting, Settings

DATABASE = {
    "DATABASE_URL": "postgresql://127.0.0.1/marketplace",
    "SECRET_KEY": "a secret of a test, of enough bytes",
}


def test_whoever_has_a_database_says_where_the_world_finds_it() -> None:
    with pytest.raises(BadSetting, match=r"^PUBLIC_URL is missing"):
        Settings.read(DATABASE)

    settings = Settings.read(DATABASE | {"PUBLIC_URL": "https://shop.example"})
    assert settings.public_url == "https://shop.example"


@pytest.mark.parametrize("everybody", ["0.0.0.0/0", "::/0", "::ffff:0.0.0.0/96", "10.0.0.1,::/0"])
def test_a_proxy_is_not_everybody(everybody: str) -> None:
    with pytest.raises(BadSetting, match=r"^TRUSTED_PROXIES would believe everybody"):
        Settings.read({"TRUSTED_PROXIES": everybody})


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
        ("::ffff:10.0.0.1", "10.0.0.1/32"),
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("2001:db8::/32", "2001:db8::/32"),
    ],
)
def test_a_proxy_is_the_same_in_both_ways_of_writing(said: str, meant: str) -> None:
    assert Settings.read({"TRUSTED_PROXIES": said}).trusted_proxies == (ip_network(meant),)


NUMBER = "whatsapp://106540352242922"
TOKEN = "EAAG-this-is-a-secret-of-a-test-0123456789"


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ({"MESSAGES_URL": NUMBER}, "WHATSAPP_TOKEN is missing: MESSAGES_URL needs it"),
        ({"MESSAGES_URL": NUMBER, "WHATSAPP_TOKEN": "weak"}, "WHATSAPP_TOKEN"),
        ({"MESSAGES_URL": "whatsapp://shop", "WHATSAPP_TOKEN": TOKEN}, "MESSAGES_URL cannot"),
        ({"MESSAGES_URL": "sms://x"}, "MESSAGES_URL does not begin"),
        ({"MESSAGES_URL": "file:"}, "MESSAGES_URL names no folder"),
        ({"WHATSAPP_TOKEN": TOKEN}, "WHATSAPP_TOKEN is set, and MESSAGES_URL does not begin"),
    ],
)
def test_a_way_to_guests_that_cannot_work_stops_the_start(said: dict[str, str], line: str) -> None:
    with pytest.raises(BadSetting) as refused:
        Settings.read(said)

    assert line in str(refused.value)
    assert TOKEN not in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


def test_where_nothing_is_set_messages_wait_in_a_folder() -> None:
    assert Settings.read({"VAR_DIR": "/srv/shop"}).messages_url == "file:/srv/shop/messages"
