"""Taking the time."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Client = TypeVar("Client")


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def p(taken: list[float], percent: int) -> str:
    """A percentile in milliseconds."""
    ordered = sorted(taken)
    at = min(len(ordered) - 1, round(len(ordered) * percent / 100))
    return f"{ordered[at] * 1e3:.0f} ms"


def together(
    clients: Sequence[Client], work: Callable[[Client, int], object], each: int
) -> tuple[float, list[float]]:
    """How many a second were done by all clients at once, and the seconds of each."""

    def at(client: Client) -> list[float]:
        return [seconds(lambda: work(client, number)) for number in range(each)]  # noqa: B023

    with ThreadPoolExecutor(len(clients)) as pool:
        started = time.perf_counter()
        taken = [one for some in pool.map(at, clients) for one in some]
    return len(taken) / (time.perf_counter() - started), taken
