"""Questions are counted, typed, spoken or recorded alike, with those that are asked in chats."""

from clara.core.errors import TooManyRequests
from clara.ops.limits import Rate, RateLimiter


async def count_question(limiter: RateLimiter, owner_id: str) -> None:
    """Count a learner's question; raise TooManyRequests where it is one too many this minute."""
    allowance = await limiter.hit(Rate.CHAT, owner_id)
    if allowance is not None and not allowance.allowed:
        raise TooManyRequests(
            f"At most {allowance.limit} questions a minute. Try again in {allowance.reset_s} s.",
            retry_after_s=allowance.reset_s,
        )
