"""The quota of computing time of each client, in CPU seconds and not in requests.

Each address has a bucket of LIMIT_BURST seconds that fills at LIMIT_RATE seconds a second. Only a computation takes
from it, by the client that starts it: streams in the cache, or already under way, are free, so sixty phones behind one
address may open one link. The maximum cost is reserved when a computation starts, and the unused part is refunded when
it ends. This prevents one client from starting many computations at once. A client whose bucket is empty is refused,
with the time after which it may try again.

The buckets are in the shared Redis if there is one; otherwise each worker process has its share of them.

(The package `limits` counts whole hits within windows of time and refunds nothing; a hit of a thousand units is a
thousand entries in its moving window. A bucket that may be overdrawn and refunded is the few lines below.)
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from components.core.metering import Charge
from components.operations import metrics
from components.operations.redis_client import RedisClient, Unavailable

MAX_CLIENTS = 10_000  # whose buckets a worker stores; a bucket that was dropped counts as full

IPV6_SITE_SHARE = 8.0  # quotas of a /48 of IPv6, which contains 65,536 networks of /64
MAX_DEBT_BURSTS = 100  # bursts: no request costs as much

# KEYS: the bucket. ARGV: rate, burst, the seconds to take (negative: refund), 1 if it may be refused, and the
# largest debt. An invalid stored bucket counts as full. Returns the seconds to wait, 0 if taken.
TAKE = """
local rate, burst, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local clock = redis.call("TIME")
local now = clock[1] + clock[2] / 1e6
local stored = redis.call("HMGET", KEYS[1], "level", "at")
local level, at = tonumber(stored[1]), tonumber(stored[2])
local max_debt = tonumber(ARGV[5])
if not (level and at and level >= -max_debt and level <= burst and at >= 0 and at <= now + 60) then
    level, at = burst, now
end
level = math.min(burst, level + math.max(0, now - at) * rate)
if ARGV[4] == "1" and level <= 0 then return tostring(math.max(-level / rate, 0.001)) end
level = math.max(-max_debt, math.min(burst, level - cost))
redis.call("HSET", KEYS[1], "level", tostring(level), "at", string.format("%.6f", now))
redis.call("EXPIRE", KEYS[1], math.ceil((burst - level) / rate) + 1)
return "0"
"""


class QuotaExceeded(Exception):
    """A client has used up its quota; `wait` is the time in whole seconds after which it may try again."""

    def __init__(self, wait: float) -> None:
        self.wait = max(1, math.ceil(wait))
        times = "in a second" if self.wait == 1 else f"in {self.wait} seconds"
        super().__init__(
            f"Too much is being computed for your network address at present; this can be computed {times}. "
            "What others have looked at already is shown at once."
        )


class ComputeQuota:
    """The buckets of all clients.

    rate: CPU seconds a second, 0 for no limits; burst: CPU seconds; workers: the number of processes among which the
    buckets are divided without a shared Redis.
    """

    def __init__(self, rate: float, burst: float, workers: int = 1, shared: RedisClient | None = None) -> None:
        self.rate, self.burst, self.workers = rate, burst, workers
        self._shared_take: Any = shared.script(TAKE) if shared else None
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # level, and its time
        self._lock = threading.Lock()

    def reserve(self, address: str | None, seconds: float, refusable: bool = True) -> Charge:
        """Take seconds from a client's bucket, unless it is empty; return the charge, which is settled later.

        Raises QuotaExceeded, except for the continuation of work that was admitted (refusable=False).
        """
        if not self.rate:
            return Charge(lambda seconds: None, seconds)
        names = {client_key(address): 1.0} | ({wide: IPV6_SITE_SHARE} if (wide := ipv6_site_key(address)) else {})
        for index, (name, weight) in enumerate(names.items()):
            if wait := self._take(name, seconds / weight, refusable):
                for reserved, reserved_weight in [*names.items()][:index]:
                    self._take(reserved, -seconds / reserved_weight, False)
                metrics.REFUSED.inc()
                raise QuotaExceeded(wait)
        return Charge(lambda difference: self._adjust(names, difference), seconds)

    def _adjust(self, names: Mapping[str, float], seconds: float) -> None:
        if seconds:
            for name, weight in names.items():
                self._take(name, seconds / weight, False)

    def _take(self, name: str, seconds: float, refusable: bool) -> float:
        """Take seconds (refund them, if negative) and return 0; or return the seconds until it may be tried again."""
        if self._shared_take is not None:
            try:
                args = [self.rate, self.burst, seconds, int(refusable), MAX_DEBT_BURSTS * self.burst]
                wait = float(self._shared_take(keys=[f"limits:{name}"], args=args))
                return min(wait, MAX_DEBT_BURSTS * self.burst / self.rate) if wait > 0 else 0.0
            except Unavailable:  # fall back to the buckets of this worker
                pass
        return self._take_here(name, seconds, refusable)

    def _take_here(self, name: str, seconds: float, refusable: bool) -> float:
        rate, burst = self.rate / self.workers, self.burst / self.workers
        now = time.monotonic()
        with self._lock:
            level, at = self._buckets.pop(name, (burst, now))
            level = min(burst, level + (now - at) * rate)
            taken = level > 0 or not refusable
            self._buckets[name] = (min(burst, level - seconds) if taken else level), now
            if len(self._buckets) > MAX_CLIENTS:
                self._buckets.popitem(last=False)
        return 0.0 if taken else max(-level / rate, 1e-3)


def client_key(address: str | None) -> str:
    """Return the name of a client's bucket. A client has a whole /64 of IPv6; anything that is no address shares one
    bucket.
    """
    try:
        ip = ipaddress.ip_address(address or "")
    except ValueError:
        return "none"
    if isinstance(ip, ipaddress.IPv6Address):
        ip = ip.ipv4_mapped or ipaddress.ip_network((ip.packed[:8] + bytes(8), 64)).network_address
    return hashlib.sha256(ip.packed).hexdigest()[:16]


def ipv6_site_key(address: str | None) -> str | None:
    """Return the name of the bucket that a whole /48 of IPv6 shares; None for other addresses."""
    try:
        ip = ipaddress.IPv6Address(address or "")
    except ValueError:
        return None
    return None if ip.ipv4_mapped else "site" + hashlib.sha256(ip.packed[:6]).hexdigest()[:16]
