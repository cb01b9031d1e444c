"""Calls to strangers, by httpcore: each goes to an address that was looked at, and nowhere else."""

import asyncio
import socket
import ssl
import unicodedata
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from typing import cast

import httpcore

from marketplace.application.ports import Answered, WebhookSender
from marketplace.domain.webhooks import Failure, HostNotAllowed, Target, may_be_called
from marketplace.domain.webhooks.addresses import Address

PATIENCE = 15.0
"""Seconds from the look for an address to the end of the answer."""
MOST_BYTES = 4096
"""Of an answer that are read; what comes behind them is left where it is."""
SHOWN = 500
"""Characters of it that are kept."""
RESOLVERS = 4
"""Names that are looked up side by side."""

Resolve = Callable[[str, int], Awaitable[Sequence[Address]]]


class HttpWebhookSender(WebhookSender):
    """
    A connection for each call, which ends with it.

    The addresses of a host are looked up once for each call, looked at, and connected to as they
    are: nobody asks for the name a second time, so it cannot have another meaning by then. The
    certificate has to be that of the name. Nothing is taken from the environment, neither proxies
    nor certificates, and no redirect is followed.

    ``tls`` is what is trusted; ``loopback`` lets this machine be called, for whoever develops.
    """

    def __init__(
        self,
        *,
        loopback: bool = False,
        tls: ssl.SSLContext | None = None,
        resolve: Resolve | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self._loopback = loopback
        self._tls = tls or httpcore.default_ssl_context()
        self._resolvers = ThreadPoolExecutor(RESOLVERS, "webhook-names")
        self._resolve = resolve or self._looked_up
        self._patience = patience

    async def check(self, target: Target, /) -> None:
        try:
            async with asyncio.timeout(self._patience):
                await self._allowed(target)
        except TimeoutError:
            raise HostNotAllowed from None

    async def send(self, target: Target, headers: Mapping[str, str], body: bytes, /) -> Answered:
        try:
            async with asyncio.timeout(self._patience):
                return await self._call(target, headers, body)
        except HostNotAllowed:
            return Answered(failure=Failure.NOT_ALLOWED)
        except (TimeoutError, httpcore.TimeoutException):
            return Answered(failure=Failure.TIMEOUT)
        except httpcore.ConnectError as error:
            failed = Failure.TLS if _is_about_tls(error) else Failure.UNREACHABLE
            return Answered(failure=failed)
        except (ssl.SSLError, httpcore.NetworkError, OSError) as error:
            failed = Failure.TLS if _is_about_tls(error) else Failure.UNREACHABLE
            return Answered(failure=failed)
        except (httpcore.ProtocolError, ValueError):
            return Answered(failure=Failure.PROTOCOL)

    def close(self) -> None:
        """Whoever looks up a name finishes by itself."""
        self._resolvers.shutdown(wait=False, cancel_futures=True)

    async def _call(self, target: Target, headers: Mapping[str, str], body: bytes) -> Answered:
        said = {
            "content-type": "application/json",
            "user-agent": "marketplace-webhooks/1",
            "accept": "*/*",
            **headers,
        }
        there = _Checked(await self._allowed(target), target)
        async with (
            httpcore.AsyncConnectionPool(
                ssl_context=self._tls,
                network_backend=there,
                max_keepalive_connections=0,
                http1=True,
                http2=False,
            ) as pool,
            pool.stream("POST", target.url, headers=list(said.items()), content=body) as response,
        ):
            read = b""
            async for chunk in response.aiter_stream():
                read += chunk[: MOST_BYTES - len(read)]
                if len(read) >= MOST_BYTES:
                    break
            status = response.status
        is_success = 200 <= status < 300
        return Answered(
            failure=None if is_success else Failure.STATUS, status=status, answer=_legible(read)
        )

    async def _allowed(self, target: Target) -> Sequence[Address]:
        """The addresses of the host, or ``HostNotAllowed``."""
        addresses = await self._resolve(target.host, target.port)
        if not may_be_called(target, addresses, loopback=self._loopback):
            raise HostNotAllowed
        return addresses

    async def _looked_up(self, host: str, port: int) -> Sequence[Address]:
        def look() -> Sequence[Address]:
            try:
                found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            except (OSError, UnicodeError):
                return ()
            return tuple(dict.fromkeys(ip_address(str(each[4][0])) for each in found))

        return await asyncio.get_running_loop().run_in_executor(self._resolvers, look)


class _Checked(httpcore.AsyncNetworkBackend):
    """Connects to these addresses of a target, one after the other, and to nothing else."""

    def __init__(self, addresses: Sequence[Address], target: Target) -> None:
        self._addresses = addresses
        self._target = target
        # Without anyio, which comes with httpx, this would be a class that only complains.
        self._network = cast(httpcore.AsyncNetworkBackend, httpcore.AnyIOBackend())

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's name
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        if (host, port) != (self._target.host, self._target.port):
            raise HostNotAllowed
        failed: httpcore.ConnectError | None = None
        for address in self._addresses:
            try:
                return await self._network.connect_tcp(
                    str(address), port, timeout=timeout, socket_options=socket_options
                )
            except httpcore.ConnectError as error:
                failed = error
        raise failed or httpcore.ConnectError("no address")

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's name
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise HostNotAllowed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def _is_about_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _legible(read: bytes) -> str:
    """What can be shown of an answer: on one line, without anything that acts on its reader."""
    text = read.decode("utf-8", "replace")
    kept = (
        " " if each.isspace() else each
        for each in text
        if each.isspace() or unicodedata.category(each)[0] != "C"
    )
    return " ".join("".join(kept).split())[:SHOWN]
