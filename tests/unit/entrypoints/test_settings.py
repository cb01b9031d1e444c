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
