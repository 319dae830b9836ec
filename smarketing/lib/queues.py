"""In which order a worker looks into its queues: deadlines first, the others in turn."""

# A sweep is short and a second apart from the next, so that the others are not kept waiting.
FIRST = "sla"


class DeadlinesFirst:
    """The order of the queues, as Celery's transport asks for it (``queue_order_strategy``)."""

    def __init__(self) -> None:
        self.queues: list[str] = []

    def update(self, queues: list[str]) -> None:
        """Take over the queues that are read from now on."""
        self.queues = list(queues)

    def consume(self, count: int) -> list[str]:
        """Return the first queues, in the order in which they are asked."""
        return sorted(self.queues, key=lambda queue: queue != FIRST)[:count]

    def rotate(self, used: str) -> None:
        """Let the queue that gave something be the last."""
        if used in self.queues:
            self.queues.remove(used)
            self.queues.append(used)
