"""Filter flags: their order, what they make, what they refuse."""

import subprocess
import sys

import click
import pytest
from click.shell_completion import ShellComplete
from google.protobuf.json_format import MessageToDict

from observe.flags import (
    OrderedCommand,
    filter_options,
    filters_of,
    parse_filters,
)
from observe.switches import Switch


def lists(text: str) -> dict[str, list[object]]:
    allow, deny = parse_filters(text)
    made = {"allow": allow, "deny": deny}
    return {
        name: [MessageToDict(each, preserving_proto_field_name=True) for each in filters]
        for name, filters in made.items()
        if filters
    }


@pytest.mark.parametrize(
    ("text", "allow"),
    [
        ("", None),
        ("--from-pod a --to-port 53", [{"source_pod": ["a"], "destination_port": ["53"]}]),
        ("--pod a --pod b", [{"source_pod": ["a", "b"]}, {"destination_pod": ["a", "b"]}]),
        (
            "--pod a --verdict DROPPED",
            [
                {"source_pod": ["a"], "verdict": ["DROPPED"]},
                {"destination_pod": ["a"], "verdict": ["DROPPED"]},
            ],
        ),
        ("--pod=a/ -A=false", [{"source_pod": ["a/"]}, {"destination_pod": ["a/"]}]),
        ("-n x", [{"source_pod": ["x/"]}, {"destination_pod": ["x/"]}]),
        ("-n x --pod p", [{"source_pod": ["x/p"]}, {"destination_pod": ["x/p"]}]),
        ("-n x --service s", [{"source_service": ["x/s"]}, {"destination_service": ["x/s"]}]),
        ("--from-namespace x --from-pod p", [{"source_pod": ["x/p"]}]),
        ("--from-namespace x --from-pod x/p", [{"source_pod": ["x/p"]}]),
        ("--to-namespace x --to-namespace y", [{"destination_pod": ["x/", "y/"]}]),
        ("--from-pod q/p --from-all-namespaces", [{"source_pod": ["q/p"]}]),
        ("-A", [{"source_pod": ["/"]}, {"destination_pod": ["/"]}]),
        ("-4 -6=true", [{"ip_version": ["IPv4", "IPv6"]}]),
        ("--ipv4=v4 --ipv6=false", [{"ip_version": ["IPv4"]}]),
        ("--ip-version 6 --ip-version none", [{"ip_version": ["IPv6", "IP_NOT_USED"]}]),
        ("--encrypted=false", [{"encrypted": [False]}]),
        ("--unencrypted", [{"encrypted": [False]}]),
        ("--reply", [{"reply": [True]}]),
        (
            "-t trace:to-proxy",
            [{"event_type": [{"type": 4, "match_sub_type": True, "sub_type": 1}]}],
        ),
        ("-t 4:7", [{"event_type": [{"type": 4, "match_sub_type": True, "sub_type": 7}]}]),
        ("-t l7", [{"event_type": [{"type": 129}]}]),
        ("--tcp-flags psh,ACK", [{"tcp_flags": [{"PSH": True, "ACK": True}]}]),
        ("--identity 0x10", [{"source_identity": [16]}, {"destination_identity": [16]}]),
        ("--from-workload Deployment/", [{"source_workload": [{"kind": "Deployment"}]}]),
        ("--from-workload a/b/c", [{"source_workload": [{"kind": "a", "name": "b/c"}]}]),
        ("--http-header a:b:c", [{"http_header": [{"key": "a", "value": "b:c"}]}]),
        ("--cel-expression 1", [{"experimental": {"cel_expression": ["1"]}}]),
        (
            "--ip ::1 --namespace x",
            [
                {"source_ip": ["::1"], "source_pod": ["x/"]},
                {"destination_ip": ["::1"], "destination_pod": ["x/"]},
            ],
        ),
    ],
)
def test_flags_make_filters(text: str, allow: list[object] | None) -> None:
    assert lists(text) == ({"allow": allow} if allow else {})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("--not --verdict DROPPED", {"deny": [{"verdict": ["DROPPED"]}]}),
        (
            "--from-pod a --not --from-pod b --from-pod c",
            {"allow": [{"source_pod": ["a", "c"]}], "deny": [{"source_pod": ["b"]}]},
        ),
        (
            "--not --port 53 --not --verdict AUDIT",
            {
                "deny": [
                    {"source_port": ["53"], "verdict": ["AUDIT"]},
                    {"destination_port": ["53"], "verdict": ["AUDIT"]},
                ]
            },
        ),
        ("--not=false --uuid u", {"allow": [{"uuid": ["u"]}]}),
        (
            "--not -A --uuid u",
            {
                "allow": [{"uuid": ["u"]}],
                "deny": [{"source_pod": ["/"]}, {"destination_pod": ["/"]}],
            },
        ),
        ("--not --encrypted", {"deny": [{"encrypted": [True]}]}),
        (
            "--not --pod a --from-pod b",
            {
                "allow": [{"source_pod": ["b"]}],
                "deny": [{"source_pod": ["a"]}, {"destination_pod": ["a"]}],
            },
        ),
    ],
)
def test_not_sends_the_next_flag_to_the_denied(text: str, expected: object) -> None:
    assert lists(text) == expected


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("--verdict NOPE", ("--verdict", "'NOPE'")),
        ("--drop-reason-desc ''", ("--drop-reason-desc", "''")),
        ("--type bogus", ("--type", "'bogus'")),
        ("--type trace:nowhere", ("--type", "'nowhere'", "trace")),
        ("--type 99999999999", ("--type", "'99999999999'")),
        ("--tcp-flags syn,nope", ("--tcp-flags", "'NOPE'")),
        ("--traffic-direction up", ("--traffic-direction", "'up'")),
        ("--identity nobody", ("--identity", "'nobody'", "kube-apiserver")),
        ("--identity 4294967296", ("--identity", "'4294967296'")),
        ("--ip-trace-id 0", ("--ip-trace-id", "'0'")),
        ("--http-header x", ("--http-header", "'x'")),
        ("--encrypted=maybe", ("--encrypted", "'maybe'")),
        ("--not", ("--not",)),
        ("--uuid u --not", ("--not",)),
        ("--not --not --port 80", ("--not",)),
        ("--pod", ("--pod",)),
        ("--nosuch", ("--nosuch",)),
        ("--pod a --from-pod b", ("--pod", "--from-pod")),
        ("--namespace a --to-pod b", ("--namespace", "--to-pod")),
        ("--namespace a -A", ("--namespace", "--all-namespaces")),
        ("--encrypted --unencrypted", ("--encrypted", "--unencrypted")),
        ("--from-namespace a --from-pod b/c", ("'b/c'", "'a'")),
        ("--allowlist nope", ("--allowlist", "'nope'")),
        ("--denylist '{\"nosuch\": 1}'", ("--denylist", "nosuch")),
        ("--denylist '[]'", ("--denylist", "'[]'")),
        ("--pod 'a", ("No closing quotation",)),
        ("stray", ("stray",)),
    ],
)
def test_nonsense_is_refused_by_name_and_value(text: str, named: tuple[str, ...]) -> None:
    with pytest.raises(click.UsageError) as refusal:
        parse_filters(text)
    assert all(name in refusal.value.format_message() for name in named)


def test_a_switch_leaves_alone_what_follows_it() -> None:
    command = OrderedCommand(
        "observe",
        params=[*filter_options(), Switch(["-f", "--follow"]), click.Argument(["rest"], nargs=-1)],
    )
    ctx = command.make_context("observe", ["--encrypted", "flows", "-fA", "--", "--not"])
    assert ctx.params["rest"] == ("flows", "--not")
    assert ctx.params["follow"] is True
    assert len(filters_of(ctx)[0]) == 2


@pytest.mark.parametrize(
    ("args", "offered"),
    [
        (["--verdict"], "DROPPED"),
        (["--type"], "trace:to-proxy"),
        (["--drop-reason-desc"], "POLICY_DENIED"),
        (["--identity"], "kube-apiserver"),
        (["--protocol"], "icmpv6"),
        (["--tcp-flags"], "SYN"),
    ],
)
def test_names_are_offered_for_completion(args: list[str], offered: str) -> None:
    command = OrderedCommand("observe", params=list(filter_options()))
    complete = ShellComplete(command, {}, "observe", "_COMPLETE")
    found = complete.get_completions(args, offered[:2].lower())
    assert offered in [item.value for item in found]


def test_help_needs_neither_protobuf_nor_grpc() -> None:
    heavy = ("google.protobuf", "grpc", "re2", "cel_expr_python", "sqlite_utils")
    script = (
        "import sys, click, observe.flags as flags\n"
        "command = flags.OrderedCommand('x', params=flags.filter_options())\n"
        "command.get_help(click.Context(command))\n"
        f"sys.exit(repr([name for name in {heavy} if name in sys.modules] or ''))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert ran.stderr == "''\n"


def test_raw_lists_add_to_what_flags_make() -> None:
    raw = '{"source_pod": ["a"]} {"sourcePod": ["b"]}'
    made = lists(f"--uuid u --allowlist '{raw}' --denylist '{{}}'")
    allowed = [{"uuid": ["u"]}, {"source_pod": ["a"]}, {"source_pod": ["b"]}]
    assert made == {"allow": allowed, "deny": [{}]}
