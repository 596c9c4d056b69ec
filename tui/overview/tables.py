"""The tables of the overview, made of the answers of the source."""

import re
from collections import Counter
from collections.abc import Callable, Sequence

from observe.figures import seconds_of, span
from proto.aggregate_pb2 import AggregateCoverage, Answer, Group
from proto.timestamps import SECOND, to_ns
from tui.behind import flags, in_cel, of_server, one_way
from tui.quantities import count, rate, share
from tui.widgets.plot import Series
from tui.widgets.ranking import AND, ARROW, Row, Table

Answers = dict[str, Answer]

TONES = {"DROPPED": "drop", "ERROR": "error", "AUDIT": "error"}
"""How verdicts are meant; all others are plain."""


def verdicts(answers: Answers, coverage: AggregateCoverage) -> Table:
    """How many flows met each verdict."""
    groups = answers["verdicts"].groups
    rows = [
        Row(
            group.values[0] or "unknown",
            (count(flows := group.counts.flows), share(flows, coverage.flows)),
            flows / max(coverage.flows, 1),
            TONES.get(group.values[0], ""),
            flags("--verdict", group.values[0] or "VERDICT_UNKNOWN"),
        )
        for group in groups
    ]
    return Table(("flows", "share"), tuple(rows), "no flows")


def drops(answers: Answers, coverage: AggregateCoverage) -> Table:
    """Why flows were dropped, and by whose policy."""
    groups = [group for group in answers["drops"].groups if group.counts.dropped]
    total = sum(group.counts.dropped for group in groups) + answers["drops"].rest.dropped
    rows = [_drop(group, total) for group in groups]
    return Table(("flows", "share"), tuple(rows), "nothing was dropped")


def _drop(group: Group, total: int) -> Row:
    reason, policy = group.values
    dropped = group.counts.dropped
    why = ("--drop-reason-desc", reason) if reason else ()
    who = ("--cel-expression", _denied_by(policy)) if policy else ()
    return Row(
        AND.join(filter(None, (_reason(reason), policy))),
        (count(dropped), share(dropped, total)),
        dropped / total,
        "drop",
        flags("--verdict", "DROPPED", *why, *who),
    )


def _reason(reason: str) -> str:
    """Name a reason; the verdict of a policy is told without one, before the drop itself is."""
    said = reason.removeprefix("DROP_REASON_")
    return said if said not in ("", "UNKNOWN") else "no reason"


def _denied_by(policies: str) -> str:
    """Write a CEL expression for flows that one of the policies denied: `namespace/name,…`."""
    first = policies.partition(",")[0]
    namespace, _, name = first.rpartition("/")
    wanted = f"p.name == {in_cel(name)} && p.namespace == {in_cel(namespace)}"
    sides = (f"_flow.{side}_denied_by.exists(p, {wanted})" for side in ("egress", "ingress"))
    return " || ".join(sides)


def talkers(answers: Answers, coverage: AggregateCoverage) -> Table:
    """Who sent most to whom."""
    groups = answers["talkers"].groups
    most = max((group.counts.flows for group in groups), default=0)
    rows = [
        Row(
            ARROW.join(group.values),
            (count(group.counts.flows), rate(_per_second(group.counts.flows, coverage))),
            group.counts.flows / most,
            "drop" if group.counts.dropped == group.counts.flows else "",
            one_way("workload", *group.values),
        )
        for group in groups
    ]
    return Table(("flows", "rate"), tuple(rows), "nobody")


def services(answers: Answers, coverage: AggregateCoverage) -> Table:
    """What HTTP came to, service by service: classes of codes, and how long responses took."""
    codes: dict[str, Counter[str]] = {}
    for group in answers["codes"].groups:
        service, code = group.values
        if code:
            codes.setdefault(service, Counter())[code[0]] += group.counts.flows
    groups = [group for group in answers["services"].groups if group.values[0] == "http"]
    most = max((group.counts.requests for group in groups), default=0)
    rows = [
        _service(group, codes.get(group.values[1], Counter()), most, coverage) for group in groups
    ]
    headings = ("req", "p50", "p95", "p99", "2xx", "4xx", "5xx", "3xx")
    return Table(headings, tuple(rows), "no HTTP")


def _service(group: Group, codes: Counter[str], most: int, coverage: AggregateCoverage) -> Row:
    latency = group.latency if group.HasField("latency") else None
    spans = (latency.p50_ns, latency.p95_ns, latency.p99_ns) if latency else ()
    return Row(
        group.values[1],
        (
            rate(_per_second(group.counts.requests, coverage)),
            *([span(ns) for ns in spans] or ["·"] * 3),
            *(count(codes[digit]) if codes[digit] else "·" for digit in "2453"),
        ),
        group.counts.requests / max(most, 1),
        "error" if codes["5"] else "",
        of_server("service", group.values[1], "--protocol", "http"),
    )


def lookups(answers: Answers, coverage: AggregateCoverage) -> Table:
    """Which names could not be looked up, and why."""
    groups = [
        group
        for group in answers["lookups"].groups
        if group.counts.errors and group.values[1] not in ("", "NOERROR")
    ]
    most = max((group.counts.errors for group in groups), default=0)
    rows = [
        Row(
            group.values[0],
            (count(group.counts.errors), group.values[1]),
            group.counts.errors / most,
            "error",
            flags("--dns-query", f"^{re.escape(group.values[0])}$"),
        )
        for group in groups
    ]
    return Table(("failed", "code"), tuple(rows), "every name was found")


def series(answers: Answers, coverage: AggregateCoverage) -> Series:
    """Make rates of the steps, the incomplete ones at both ends by what of them is in the range."""
    answer = answers["verdicts"]
    step_ns = answer.step.ToNanoseconds()
    if not step_ns or not answer.groups:
        return Series()
    first_ns = to_ns(answer.first_step)
    begins, ends = to_ns(coverage.since), to_ns(coverage.until)
    flows = [sum(column) for column in zip(*(group.steps for group in answer.groups), strict=True)]
    dropped = next((g.steps for g in answer.groups if g.values[0] == "DROPPED"), [0] * len(flows))
    spans = [
        min(first_ns + (at + 1) * step_ns, ends + 1) - max(first_ns + at * step_ns, begins)
        for at in range(len(flows))
    ]
    end_ns = first_ns + len(flows) * step_ns
    return Series(_rates(flows, spans), _rates(dropped, spans), first_ns, end_ns)


def _rates(numbers: Sequence[int], spans_ns: Sequence[int]) -> tuple[float, ...]:
    least = max(spans_ns) // 4
    return tuple(
        number * SECOND / max(span_ns, least, 1)
        for number, span_ns in zip(numbers, spans_ns, strict=True)
    )


def _per_second(number: int, coverage: AggregateCoverage) -> float:
    """Give the rate of a number of flows over the range."""
    return number / seconds_of(coverage)


TABLES: dict[str, tuple[str, Callable[[Answers, AggregateCoverage], Table]]] = {
    "verdicts": ("Verdicts", verdicts),
    "drops": ("Drops by reason, policy", drops),
    "lookups": ("DNS failures", lookups),
    "talkers": ("Top talkers", talkers),
    "services": ("HTTP by service", services),
}
"""The tables of the overview by their names, with their titles."""
