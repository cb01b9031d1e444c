"""Settings: the environment, read once into something that cannot change."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

from marketplace.adapters import files
from marketplace.adapters.mail import parse_sender
from marketplace.adapters.mail.smtp import SmtpMailer
from marketplace.adapters.messages.whatsapp import WhatsAppMessenger

SHORTEST_KEY = 32
"""Bytes of ``SECRET_KEY`` (RFC 7518, 3.2: a key as long as the hash)."""
FEWEST_LETTERS = 8
"""Different characters of ``SECRET_KEY``: 32 random ones, hexadecimal ones too, have more."""


_WITH_HOST = ("http", "https", "smtp", "smtps", "redis", "rediss")


class BadSetting(Exception):
    """A setting is missing, weak or unreadable; the message is one line for the operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """
    Everything an operator decides. ``.env.example`` says what each is for.

    Without ``database_url`` a whole marketplace runs on this machine, below ``var_dir``.
    """

    host: str
    port: int
    var_dir: Path
    demo: bool
    database_url: str | None
    redis_url: str | None
    secret_key: str
    secret_key_previous: tuple[str, ...]
    allowed_hosts: tuple[str, ...]
    cors_allowed_origins: tuple[str, ...]
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...]
    public_url: str
    media_url: str
    storage_url: str
    email_url: str
    email_from: str
    messages_url: str
    whatsapp_token: str
    webhooks_to_loopback: bool
    page_cache: int
    job_lease: timedelta
    backup_to: Path | None
    backup_keep: int
    log_format: str

    @classmethod
    def here(cls) -> "Settings":
        """Those of this process and this folder: the environment, and below it ``.env``."""
        said = {name: value for name, value in dotenv_values(".env").items() if value is not None}
        return cls.read(said | dict(os.environ))

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """From variables of these names in capitals, empty ones being absent. ``BadSetting``."""
        said = {name: value.strip() for name, value in environment.items() if value.strip()}
        host, port = said.get("HOST", "127.0.0.1"), _port(said.get("PORT", "8000"))
        local = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104
        local = f"[{local}]" if ":" in local else local
        public_url = _url(said, "PUBLIC_URL", f"http://{local}:{port}", "http", "https")
        var_dir = Path(said.get("VAR_DIR", "var")).absolute()
        database_url = _url(said, "DATABASE_URL", "", "postgresql", "postgres") or None
        settings = cls(
            host=host,
            port=port,
            var_dir=var_dir,
            # Never into a database that somebody else may be using.
            demo=_switch(said, "DEMO") and database_url is None,
            database_url=database_url,
            redis_url=_url(said, "REDIS_URL", "", "redis", "rediss", "unix") or None,
            secret_key=said.get("SECRET_KEY", ""),
            secret_key_previous=_list(said, "SECRET_KEY_PREVIOUS"),
            allowed_hosts=_list(said, "ALLOWED_HOSTS"),
            cors_allowed_origins=_list(said, "CORS_ALLOWED_ORIGINS"),
            trusted_proxies=tuple(map(_network, _list(said, "TRUSTED_PROXIES"))),
            public_url=public_url,
            media_url=_url(said, "MEDIA_URL", f"{public_url}/media", "http", "https"),
            storage_url=_storage(said, str(var_dir / "media")),
            email_url=_email(said, f"file:{var_dir / 'mail'}"),
            email_from=_sender(said),
            messages_url=_messages(said, f"file:{var_dir / 'messages'}"),
            whatsapp_token=said.get("WHATSAPP_TOKEN", ""),
            webhooks_to_loopback=_switch(said, "WEBHOOKS_TO_LOOPBACK"),
            page_cache=_megabytes(said, "PAGE_CACHE", 32),
            job_lease=timedelta(seconds=_number(said, "JOB_LEASE", 20, 2, 600)),
            backup_to=_folder(said, "BACKUP_TO", None if database_url else var_dir / "backups"),
            backup_keep=_number(said, "BACKUP_KEEP", 7, 1, 1000),
            log_format=_one_of(said, "LOG_FORMAT", "text", "json"),
        )
        settings.check()
        if database_url is not None and "PUBLIC_URL" not in said:
            raise BadSetting("PUBLIC_URL is missing: with a DATABASE_URL it must be set")
        return settings

    def check(self) -> None:
        """Refuse what would be unsafe outside of one's own machine. ``BadSetting``."""
        if self.secret_key and len(self.secret_key.encode()) < SHORTEST_KEY:
            raise BadSetting(f"SECRET_KEY is too short: it needs at least {SHORTEST_KEY} bytes")
        if any(len(each.encode()) < SHORTEST_KEY for each in self.secret_key_previous):
            raise BadSetting(
                f"SECRET_KEY_PREVIOUS has a key that is too short: {SHORTEST_KEY} bytes at least"
            )
        if self.secret_key and len(set(self.secret_key)) < FEWEST_LETTERS:
            raise BadSetting("SECRET_KEY can be guessed: it repeats a few characters")
        if any(len(set(each)) < FEWEST_LETTERS for each in self.secret_key_previous):
            raise BadSetting("SECRET_KEY_PREVIOUS has a key that repeats a few characters")
        if self.database_url is not None and not self.secret_key:
            raise BadSetting("SECRET_KEY is missing: with a DATABASE_URL it must be set")


def kept(file: Path, make: Callable[[], str]) -> str:
    """A secret of this installation: made once, readable by its owner alone."""
    if not file.exists():
        files.put(file, make().encode())
    return file.read_text().strip()


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise BadSetting(f"PORT is not a port number: {text}")
    return int(text)


def _sender(said: Mapping[str, str]) -> str:
    sender = said.get("EMAIL_FROM", "no-reply@marketplace.example")
    try:
        parse_sender(sender)
    except ValueError:
        raise BadSetting(f"EMAIL_FROM is not an e-mail address: {sender}") from None
    return sender


def _storage(said: Mapping[str, str], default: str) -> str:
    place = said.get("STORAGE_URL", default)
    if place.startswith("s3:") and not urlsplit(place).netloc:
        raise BadSetting("STORAGE_URL names no bucket: s3://bucket/prefix")
    return place


def _email(said: Mapping[str, str], default: str) -> str:
    url = _url(said, "EMAIL_URL", default, "smtp", "smtps", "console", "file")
    if url.startswith("smtp"):
        try:
            SmtpMailer(url, _sender(said))
        except ValueError as error:
            raise BadSetting(f"EMAIL_URL cannot be used: {error}") from None
    return url


def _messages(said: Mapping[str, str], default: str) -> str:
    url = _url(said, "MESSAGES_URL", default, "mail", "whatsapp", "console", "file")
    token = said.get("WHATSAPP_TOKEN", "")
    if url.startswith("whatsapp:"):
        try:
            WhatsAppMessenger(url, token)
        except ValueError as error:
            if not token:
                raise BadSetting("WHATSAPP_TOKEN is missing: MESSAGES_URL needs it") from None
            raise BadSetting(f"MESSAGES_URL cannot be used: {error}") from None
    elif token:
        raise BadSetting("WHATSAPP_TOKEN is set, and MESSAGES_URL does not begin with whatsapp://")
    if url.startswith("file:") and not url.removeprefix("file:").strip("/"):
        raise BadSetting("MESSAGES_URL names no folder: file:/a/folder")
    return url


def _switch(said: Mapping[str, str], name: str) -> bool:
    text = said.get(name, "0").lower()
    if text not in ("0", "1", "false", "true", "no", "yes"):
        raise BadSetting(f"{name} is neither 0 nor 1: {text}")
    return text in ("1", "true", "yes")


def _megabytes(said: Mapping[str, str], name: str, default: int) -> int:
    """In bytes; ``off`` is none."""
    text = said.get(name, str(default)).lower()
    if text == "off":
        return 0
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= 100_000):
        raise BadSetting(f"{name} is neither off nor a number of megabytes: {text}")
    return int(text) * 1024 * 1024


def _number(said: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = said.get(name, str(default))
    if not (text.isascii() and text.isdigit() and least <= int(text[:9]) <= most):
        raise BadSetting(f"{name} is not a number from {least} to {most}: {text}")
    return int(text)


def _folder(said: Mapping[str, str], name: str, default: Path | None) -> Path | None:
    text = said.get(name)
    if text is None:
        return default
    return None if text.lower() == "off" else Path(text).absolute()


def _list(said: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in said.get(name, "").split(",") if each.strip())


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        network = ip_network(text)
    except ValueError:
        raise BadSetting(f"TRUSTED_PROXIES is not an address or a network: {text}") from None
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    if mapped is not None and network.prefixlen >= 96:
        # An IPv4 proxy, as a socket that listens for both kinds sees it: we see it as what it is.
        network = IPv4Network((mapped, network.prefixlen - 96))
    if network.prefixlen == 0:
        raise BadSetting(f"TRUSTED_PROXIES would believe everybody: {text}")
    return network


def _one_of(said: Mapping[str, str], name: str, *words: str) -> str:
    word = said.get(name, words[0])
    if word not in words:
        raise BadSetting(f"{name} is none of {', '.join(words)}: {word}")
    return word


def _url(said: Mapping[str, str], name: str, default: str, *schemes: str) -> str:
    # The value may hold a password: an error names the setting, never what is in it.
    url = said.get(name, default)
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise BadSetting(f"{name} is not an address") from None
    if parts.scheme not in schemes:
        raise BadSetting(f"{name} does not begin with one of {', '.join(schemes)}")
    if parts.scheme in _WITH_HOST and not has_host:
        raise BadSetting(f"{name} names no host")
    return url.rstrip("/")
