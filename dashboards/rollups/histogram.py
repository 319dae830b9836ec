"""Durations as counts in buckets that grow by a constant ratio (pure); two histograms merge by addition.

# Note [Error of a percentile]
Bucket b ≥ 1 holds the seconds from RATIO**(b-1) to below RATIO**b, and a percentile is told as the geometric
middle of its bucket. The true value lies in the same bucket, so it is off by at most the square root of the
ratio: √1.05 = 1.0247, under 2.5 %. A bucket that holds one value tells it exactly, from the sum kept beside it;
so does bucket 0, which holds what took less than a second. Rounding to whole seconds adds half a second.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil, log, sqrt

RATIO = 1.05
# What a percentile can be off by, as a part of the true value; see Note [Error of a percentile].
ERROR = sqrt(RATIO) - 1

_LOG = log(RATIO)


def bucket_of(seconds: int) -> int:
    """Return the bucket of a duration; what took no time at all is in bucket 0."""
    if seconds < 1:
        return 0
    bucket = int(log(seconds) / _LOG) + 1
    # The logarithm may be off by its last digit: the bounds decide.
    while RATIO**bucket <= seconds:
        bucket += 1
    while RATIO ** (bucket - 1) > seconds:
        bucket -= 1
    return bucket


def middle_of(bucket: int) -> int:
    """Return the duration that stands for a bucket, in whole seconds that it can hold."""
    if bucket == 0:
        return 0
    low, high = RATIO ** (bucket - 1), RATIO**bucket
    # Of short durations only few whole seconds lie in a bucket; its middle may be none of them.
    return max(round(sqrt(low * high)), ceil(low))


@dataclass(frozen=True)
class Histogram:
    """Durations in order of their length: what stands for each bucket, and how many there are up to it."""

    values: Sequence[int]
    cumulative: Sequence[int]

    @property
    def count(self) -> int:
        """How many durations there are."""
        return self.cumulative[-1] if self.cumulative else 0

    def at_rank(self, rank: int) -> int:
        """Return the duration of a rank, the shortest having rank 0."""
        return self.values[bisect_right(self.cumulative, rank)]

    def up_to(self, seconds: int) -> int:
        """Return how many took at most so long."""
        position = bisect_right(self.values, seconds)
        return self.cumulative[position - 1] if position else 0


def histogram(buckets: Mapping[int, tuple[int, int]]) -> Histogram:
    """Return the histogram of buckets, each with how many durations it holds and their sum in seconds."""
    filled = sorted((bucket, n, total) for bucket, (n, total) in buckets.items() if n > 0)
    values = [total if n == 1 else middle_of(bucket) for bucket, n, total in filled]
    return Histogram(values, list(accumulate(n for _bucket, n, _total in filled)))
