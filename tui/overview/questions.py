"""What the overview asks about the flows of a range: all in one request."""

from google.protobuf.duration_pb2 import Duration

from proto import aggregate_pb2
from proto.aggregate_pb2 import AggregateRequest, AggregateResponse, Answer, Question

ROWS = 30
"""Groups asked for of what a table shows."""

CODES = 300
"""Groups asked for of what is added up to classes of codes."""


def ask(request: AggregateRequest, step_seconds: int) -> AggregateRequest:
    """Put the questions into a request."""
    for question in QUESTIONS.values():
        request.questions.add().CopyFrom(question)
    request.questions[0].step.CopyFrom(Duration(seconds=step_seconds))
    return request


def answers(response: AggregateResponse) -> dict[str, Answer]:
    """Give the answers by the names of their questions."""
    return dict(zip(QUESTIONS, response.answers, strict=True))


QUESTIONS: dict[str, Question] = {
    "verdicts": Question(by=["verdict"]),
    "drops": Question(by=["drop_reason", "policy"], order=aggregate_pb2.DROPS, limit=ROWS),
    "talkers": Question(by=["source.workload", "destination.workload"], limit=ROWS),
    "services": Question(
        by=["kind", "server.service"], order=aggregate_pb2.REQUESTS, limit=ROWS, latency=True
    ),
    "codes": Question(by=["server.service", "http_code"], order=aggregate_pb2.FLOWS, limit=CODES),
    "lookups": Question(by=["dns_query", "dns_rcode"], order=aggregate_pb2.ERRORS, limit=ROWS),
}
"""The questions by their names."""
