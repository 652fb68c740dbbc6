"""How a client connects: target, deadline, retries, TLS."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import re
import ssl
import stat
import sys
import warnings
from types import FrameType
from typing import Any, Literal

import grpc

from advantaged import _suggest
from advantaged.errors import wrong

_SERVICE = "advantaged.v1.AdvantageService"
_UNLIMITED = -1
_LONGEST = 1e8  # three years; what gRPC takes has an end
_LARGEST_INT = 2**31 - 1
# Of gRPC's names, those whose address has a port, and those that are something else.
_SCHEME = re.compile(r"(?:(dns|ipv4|ipv6|unix|unix-abstract|vsock|xds):(?://[^/]*/(?!/))?)?(.*)", re.DOTALL)
_WITHOUT_PORT = ("unix", "unix-abstract", "vsock", "xds")
_HOST_PORT = re.compile(r"(?:\[[^\[\]]+\]|[^\s:/\[\]]+):(\d+)")


@dataclasses.dataclass(frozen=True)
class Tls:
    """TLS, and mTLS with a certificate of the client's own. PEM bytes."""

    root_certificates: bytes | None = None
    """Whom to trust; None: what gRPC finds on the system."""
    private_key: bytes | None = None
    certificate_chain: bytes | None = None
    server_name: str | None = None
    """The name the server's certificate must have, where it is not the target's."""

    def __post_init__(self) -> None:
        for name in ("root_certificates", "private_key", "certificate_chain"):
            value = getattr(self, name)
            if value is not None and not (isinstance(value, bytes) and b"-----BEGIN " in value):
                # Not the value: it may be a key.
                raise wrong(f"tls.{name}", f"{type(value).__name__} that is not PEM; it must be the bytes of a PEM file")
        if (self.private_key is None) != (self.certificate_chain is None):  # which gRPC ends the process for
            missing = "private_key" if self.private_key is None else "certificate_chain"
            raise wrong(f"tls.{missing}", "not set; a client's own certificate needs both, key and chain")

    @classmethod
    def from_environment(cls) -> Tls | None:
        """What ADVANTAGED_CLIENT_TLS_CA, ADVANTAGED_CLIENT_TLS_KEY and ADVANTAGED_CLIENT_TLS_CERTIFICATE (paths of PEM
        files) and ADVANTAGED_CLIENT_TLS_SERVER_NAME say; None where none of them is set."""
        values: dict[str, Any] = {}
        paths: dict[str, str] = {}
        for field, name in (("root_certificates", "CA"), ("private_key", "KEY"), ("certificate_chain", "CERTIFICATE")):
            variable = f"ADVANTAGED_CLIENT_TLS_{name}"
            if path := os.environ.get(variable):
                paths[field] = path
                try:
                    values[field] = _read_file(path)
                except OSError as error:
                    raise wrong(variable, f"{path}: {error.strerror}") from error
        if server_name := os.environ.get("ADVANTAGED_CLIENT_TLS_SERVER_NAME"):
            values["server_name"] = server_name
        if not values:
            return None
        tls = cls(**values)
        if tls.private_key is not None:
            _check_pair(paths["certificate_chain"], paths["private_key"])
        return tls

    def credentials(self) -> grpc.ChannelCredentials:
        """As gRPC takes them."""
        return grpc.ssl_channel_credentials(self.root_certificates, self.private_key, self.certificate_chain)


@dataclasses.dataclass(frozen=True)
class ClientOptions:
    """Options of `Client` and `AsyncClient`."""

    deadline: float = 60.0
    """Seconds for one call, retries and waits included."""
    wait_for_ready: bool | None = None
    """Whether a call waits, until its deadline, for a server that cannot be reached yet, so that training goes on
    when a server restarts. Default: True, without a fallback."""
    fallback: Literal["local"] | None = None
    """"local": the in-process core answers what no server does; needs advantaged[local]."""
    tls: Tls | None = None
    """Default: what `Tls.from_environment()` says, except for Unix sockets, which are plain unless it is given here."""
    max_attempts: int = 5
    """Of a call whose connection is lost, 1 (no retry) to 5."""
    max_connection_age: float = 300.0
    """Seconds after which a call connects anew: to the addresses that the target's name has by then, so that replicas
    that were added get their share, and with TLS as the files that the environment names have it by then. Calls on
    their way are not disturbed. math.inf: never, nor over Unix sockets."""

    def __post_init__(self) -> None:
        check_deadline(self.deadline)
        if self.fallback not in (None, "local"):
            hint = _suggest.hint(self.fallback, ("local",))
            raise wrong("fallback", f"{self.fallback!r}; it must be None or 'local'{hint}")
        if self.max_attempts not in range(1, 6):
            raise wrong("max_attempts", f"{self.max_attempts!r}; it must be from 1 to 5")
        if not self.max_connection_age > 0:
            raise wrong("max_connection_age", f"{self.max_connection_age!r}; it must be seconds, above 0")

    @property
    def waits(self) -> bool:
        """`wait_for_ready`, decided."""
        return self.fallback is None if self.wait_for_ready is None else self.wait_for_ready

    def channel_arguments(self) -> list[tuple[str, Any]]:
        """For gRPC's channel."""
        arguments: list[tuple[str, Any]] = [
            ("grpc.service_config", json.dumps(self.service_config())),
            # A call larger than this buffer is silently never retried; gRPC's default is 256 KiB.
            ("grpc.per_rpc_retry_buffer_size", _LARGEST_INT),
            # The server's limit is the one that counts, and its error says so in words.
            ("grpc.max_send_message_length", _UNLIMITED),
            ("grpc.max_receive_message_length", _UNLIMITED),
            # Clusters export http_proxy for downloads; a service beside the trainer is not behind it.
            ("grpc.enable_http_proxy", 0),
            # A dead peer is noticed in 80 s. The server sends away who asks more often than every 10 s.
            ("grpc.keepalive_time_ms", 60_000),
            ("grpc.keepalive_timeout_ms", 20_000),
            ("grpc.keepalive_permit_without_calls", 1),
            ("grpc.http2.max_pings_without_data", 0),
            # A server that restarts is found soon after it is back.
            ("grpc.initial_reconnect_backoff_ms", 200),
            ("grpc.min_reconnect_backoff_ms", 1_000),
            ("grpc.max_reconnect_backoff_ms", 5_000),
            # Each channel has its own connections, which end with it.
            ("grpc.use_local_subchannel_pool", 1),
            # Replicas come back under new addresses; gRPC would ask for them every 30 s at most.
            ("grpc.dns_min_time_between_resolutions_ms", 2_000),
        ]
        if self.tls is not None and self.tls.server_name is not None:
            arguments.append(("grpc.ssl_target_name_override", self.tls.server_name))
        return arguments

    def service_config(self) -> dict[str, Any]:
        """Balancing over all healthy addresses of the target, and gRPC's own retries of lost connections.

        Refusals (RESOURCE_EXHAUSTED) are not among them: nothing was computed then, and the client tries again as
        often as the deadline allows.
        """
        policy: dict[str, Any] = {"name": [{"service": _SERVICE}], "waitForReady": self.waits}
        if self.max_attempts > 1:
            policy["retryPolicy"] = {
                "maxAttempts": self.max_attempts, "initialBackoff": "0.1s", "maxBackoff": "1s",
                "backoffMultiplier": 2, "retryableStatusCodes": ["UNAVAILABLE", "CANCELLED"]}
        return {
            "loadBalancingConfig": [{"round_robin": {}}],
            "healthCheckConfig": {"serviceName": ""},
            "methodConfig": [policy],
        }


def _read_file(path: str) -> bytes:
    """The bytes of a regular file. Raises OSError also where it is none: a named pipe would be waited for, and a device
    may have no end."""
    # Where there are no named pipes in the file system there is no such flag.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "is not a regular file")
        return file.read()


def _check_pair(certificate: str, key: str) -> None:
    """Raises InvalidArgument unless the file `key` has the private key of the file `certificate`, not encrypted."""
    try:
        # The password: that of an encrypted key, which gRPC cannot use, would be asked for at the terminal.
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(certificate, key, password="")
    except (OSError, ValueError) as error:  # an SSLError, too
        raise wrong("ADVANTAGED_CLIENT_TLS_KEY", f"{key}: is not the unencrypted private key of {certificate}") from error


TARGET, OTHER_TARGET = "ADVANTAGED_TARGET", "ADVANTAGED_SERVER"


def target_of_environment() -> str | None:
    """ADVANTAGED_TARGET, else ADVANTAGED_SERVER, its older name in advctl; None where neither is set. Warns where both
    are, and differ."""
    target, other = os.environ.get(TARGET) or None, os.environ.get(OTHER_TARGET) or None
    if target and other and target != other:
        warnings.warn(f"advantaged: {TARGET}={target} counts, not {OTHER_TARGET}={other}", RuntimeWarning,
                      level_of_caller())
    return target or other


def level_of_caller() -> int:
    """For warnings.warn by who calls this: the first line outside of this package."""
    level = 1
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__", "").startswith("advantaged."):
        level += 1
        frame = frame.f_back
    return level


def check_deadline(seconds: float) -> float:
    """`seconds` if a call can have so long."""
    if not 0 < seconds < _LONGEST:
        raise wrong("deadline", f"{seconds!r}; it must be seconds, above 0 and below {_LONGEST:g}")
    return seconds


def check_target(target: str) -> str:
    """`target` if it can be one: host:port, unix:/path, ipv4:a:p,b:p, dns:///host:port ..."""
    remedy = "write host:port, as in 127.0.0.1:50051, or unix:/path"
    if not isinstance(target, str) or not target:
        raise wrong("target", f"{target!r} is no address: {remedy}")
    if re.match(r"https?://", target):
        bare = re.sub(r"^https?://|/$", "", target)
        raise wrong("target", f"{target!r} is a URL: write {bare!r}" +
                    (" and give tls=Tls()" if target.startswith("https") else ""))
    scheme, addresses = _SCHEME.fullmatch(target).groups()  # type: ignore[union-attr]
    if scheme in _WITHOUT_PORT:
        if not addresses.strip("/"):
            raise wrong("target", f"{target!r} is no address: {remedy}")
        return target
    for address in addresses.split(",") if scheme in ("ipv4", "ipv6") else [addresses]:
        port = _HOST_PORT.fullmatch(address)
        if port is None:
            raise wrong("target", f"{target!r} is no address: {address!r} has no host and port; {remedy}")
        if not 1 <= int(port[1]) <= 65535:
            raise wrong("target", f"{target!r}: port {port[1]}; it must be from 1 to 65535")
    return target
