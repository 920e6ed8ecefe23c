"""Taking the time."""

import time
from collections.abc import Callable


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def p(taken: list[float], percent: int) -> str:
    """A percentile in milliseconds."""
    ordered = sorted(taken)
    at = min(len(ordered) - 1, round(len(ordered) * percent / 100))
    return f"{ordered[at] * 1e3:.0f} ms"
