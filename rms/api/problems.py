"""A refusal that a program can react to, raised anywhere below a view of the API."""

from flask import Response

from rms.web.problems import problem


class Problem(Exception):
    """What `web.problems.problem` is to say."""

    def __init__(self, status: int, detail: str, *, kind: str | None = None, **more) -> None:
        super().__init__(detail)
        self.status, self.detail, self.kind, self.more = status, detail, kind, more

    def reply(self) -> Response:
        return problem(self.status, self.detail, kind=self.kind, **self.more)
