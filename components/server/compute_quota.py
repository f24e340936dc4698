"""How much computing one client is granted: seconds of it, not requests.

Every address has a bucket of LIMIT_BURST seconds of computing that fills at LIMIT_RATE seconds a second. Only what
has to be computed is taken from it, by whoever starts it: what is in the cache, or under way already, is free, so sixty
phones behind one address may open one link. Before it starts, a picture is charged what it should take at most, lest
a hundred of them start at once; when it has ended, or is given up, what it did not take is given back. Whoever's
bucket is empty is refused, and told when it no longer is.

The buckets are in the shared Redis where there is one, else each worker has its share of them.

(The package `limits` counts whole hits within windows of time and takes nothing back; a hit of a thousand units is a
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

MAX_CLIENTS = 10_000  # whose buckets a worker remembers; one that is forgotten is full

IPV6_SITE_SHARE = 8.0  # addresses' worth of computing that a /48 of IPv6 has: whoever has one has 65,536 of /64
MAX_DEBT_BURSTS = 100  # bursts: nothing that can be asked for costs as much

# KEYS: the bucket. ARGV: rate, burst, what is to be taken (given back, if negative), 1 if it may be refused, and
# what may be owed at most. What stands there and cannot be ours is as good as nothing.
# Returns the seconds to wait, 0 if taken.
TAKE = """
local rate, burst, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local clock = redis.call("TIME")
local now = clock[1] + clock[2] / 1e6
local kept = redis.call("HMGET", KEYS[1], "level", "at")
local level, at = tonumber(kept[1]), tonumber(kept[2])
local most = tonumber(ARGV[5])
if not (level and at and level >= -most and level <= burst and at >= 0 and at <= now + 60) then
    level, at = burst, now
end
level = math.min(burst, level + math.max(0, now - at) * rate)
if ARGV[4] == "1" and level <= 0 then return tostring(math.max(-level / rate, 0.001)) end
level = math.max(-most, math.min(burst, level - cost))
redis.call("HSET", KEYS[1], "level", tostring(level), "at", string.format("%.6f", now))
redis.call("EXPIRE", KEYS[1], math.ceil((burst - level) / rate) + 1)
return "0"
"""


class QuotaExceeded(Exception):
    """A client has used up what it is granted; `wait` is in how many whole seconds it may ask again."""

    def __init__(self, wait: float) -> None:
        self.wait = max(1, math.ceil(wait))
        times = "in a second" if self.wait == 1 else f"in {self.wait} seconds"
        super().__init__(
            f"Too much is being computed for your network address at present; this can be computed {times}. "
            "What others have looked at already is shown at once."
        )


class ComputeQuota:
    """The buckets of all addresses. rate: seconds of computing a second, 0 for no limits; burst: seconds.

    workers: among how many processes the buckets are divided where nothing is shared."""

    def __init__(self, rate: float, burst: float, workers: int = 1, shared: RedisClient | None = None) -> None:
        self.rate, self.burst, self.workers = rate, burst, workers
        self._shared_take: Any = shared.script(TAKE) if shared else None
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # level, and when it was so
        self._lock = threading.Lock()

    def reserve(self, address: str | None, seconds: float, refusable: bool = True) -> Charge:
        """Takes seconds from an address's bucket, unless it is empty; returns the charge, to be settled when the CPU
        time is known. Raises Exhausted, but not for what goes on with work that was admitted (refusable=False)."""
        if not self.rate:
            return Charge(lambda seconds: None, seconds)
        names = {client_key(address): 1.0} | ({wide: IPV6_SITE_SHARE} if (wide := ipv6_site_key(address)) else {})
        for place, (name, share) in enumerate(names.items()):
            if wait := self._take(name, seconds / share, refusable):
                for taken, part in [*names.items()][:place]:
                    self._take(taken, -seconds / part, False)
                metrics.count("refused_total")
                raise QuotaExceeded(wait)
        return Charge(lambda more: self._settle(names, more), seconds)

    def _settle(self, names: Mapping[str, float], rest: float) -> None:
        if rest:
            for name, share in names.items():
                self._take(name, rest / share, False)

    def _take(self, name: str, seconds: float, refusable: bool) -> float:
        """Takes (or, if negative, gives back) and returns 0; or the seconds until something is there again."""
        if self._shared_take is not None:
            try:
                args = [self.rate, self.burst, seconds, int(refusable), MAX_DEBT_BURSTS * self.burst]
                wait = float(self._shared_take(keys=[f"limits:{name}"], args=args))
                return min(wait, MAX_DEBT_BURSTS * self.burst / self.rate) if wait > 0 else 0.0
            except Unavailable:  # then each worker has buckets of its own
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
    """The name of an address's bucket. A client has a whole /64 of IPv6; what is no address shares one bucket."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return "none"
    if isinstance(found, ipaddress.IPv6Address):
        found = found.ipv4_mapped or ipaddress.ip_network((found.packed[:8] + bytes(8), 64)).network_address
    return hashlib.sha256(found.packed).hexdigest()[:16]


def ipv6_site_key(address: str | None) -> str | None:
    """The name of the bucket that a whole /48 of IPv6 shares; None for what is no such address."""
    try:
        found = ipaddress.IPv6Address(address or "")
    except ValueError:
        return None
    return None if found.ipv4_mapped else "site" + hashlib.sha256(found.packed[:6]).hexdigest()[:16]
