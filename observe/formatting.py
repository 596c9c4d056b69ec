"""Options that say how things are shown."""

from collections.abc import Sequence
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING

import click

from observe.layout import Option, SwitchOption
from observe.printers import CSV_COLUMNS, OUTPUTS
from observe.printers.layouts import DEFAULT, LAYOUTS
from observe.streams import wants_colour

if TYPE_CHECKING:
    from observe.printers.style import Style

SECTION = "Output"
EVENT_OUTPUTS = tuple(name for name, output in OUTPUTS.items() if not output.only_flows)
"""The outputs that can show agent and debug events."""


def format_options(outputs: Sequence[str] = tuple(OUTPUTS)) -> list[click.Option]:
    """Make the options for everything that is printed."""
    shown = [name for name in outputs if name != "tab"]
    return [
        Option(
            SECTION,
            "--output",
            "-o",
            type=click.Choice(outputs, case_sensitive=False),
            default="compact",
            metavar="OUTPUT",
            help=f"One of {', '.join(shown)} (default compact).",
        ),
        SwitchOption(SECTION, "--print-node-name", help="Show where it was seen."),
        Option(
            SECTION,
            "--time-format",
            type=click.Choice(tuple(LAYOUTS), case_sensitive=False),
            metavar="FORMAT",
            help=f"One of {', '.join(LAYOUTS)} (default {DEFAULT}, of csv RFC3339Nano).",
        ),
        zone_option(),
    ]


def zone_option() -> click.Option:
    """Make the option of the time zone, in which times are read and shown."""
    return Option(
        SECTION,
        "--time-zone",
        metavar="ZONE",
        default="utc",
        help="utc (default), local, or a name such as Europe/Berlin; for --since too.",
    )


def flow_format_options() -> list[click.Option]:
    """Make the options for flows alone."""
    return [
        Option(
            SECTION,
            "--columns",
            metavar="NAME,…",
            help=f"Columns of csv, or fields' paths (default {', '.join(CSV_COLUMNS)}).",
        ),
        Option(
            SECTION,
            "--color",
            metavar="WHEN",
            default="auto",
            help="auto (default), always or never.",
        ),
        SwitchOption(SECTION, "--numeric", help="Addresses instead of names."),
        SwitchOption(
            SECTION, "--ip-translation", default=True, help="Names instead of addresses (default)."
        ),
        SwitchOption(SECTION, "--print-policy-names", help="Show which policies decided."),
        SwitchOption(
            SECTION, "--print-identities", default=True, help="Show identities (default)."
        ),
        Option(SECTION, "--field-mask", metavar="PATH,…", multiple=True, help=MASK_HELP),
        SwitchOption(
            SECTION,
            "--use-default-field-masks",
            default=True,
            help="Ask a server only for what is shown (default).",
        ),
    ]


MASK_HELP = "Fields to ask for, as in the schema: time,source.pod_name; for JSON outputs."


def style_of(ctx: click.Context) -> "Style":
    """Read how a parsed command shows things; click.UsageError for nonsense."""
    from observe.printers.clock import clock
    from observe.printers.style import COLOURED, PLAIN, Style

    given = ctx.params
    default = "RFC3339Nano" if given["output"] == "csv" else DEFAULT
    return Style(
        clock=clock(given["time_format"] or default, zone_of(ctx)),
        palette=COLOURED if wants_colour(given.get("color", "never")) else PLAIN,
        translate=given.get("ip_translation", True) and not given.get("numeric", False),
        node_name=given["print_node_name"],
        policy_names=given.get("print_policy_names", False),
        identities=given.get("print_identities", True),
        debug=given["debug"],
        columns=_columns(ctx),
    )


def zone_of(ctx: click.Context) -> tzinfo | None:
    """Read the time zone; None is that of this machine."""
    name = ctx.params["time_zone"]
    if name.lower() in ("utc", "local"):
        return UTC if name.lower() == "utc" else None
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        raise click.UsageError(f"--time-zone: {name!r} is no time zone") from None


def mask_of(ctx: click.Context) -> list[str]:
    """List the fields to ask for that are named."""
    output = ctx.params["output"]
    named = [path for text in ctx.params["field_mask"] for path in text.split(",") if path]
    if named and OUTPUTS[output].words:
        raise click.UsageError(f"--field-mask cannot be combined with --output {output}")
    return named


def enough_for(ctx: click.Context, style: "Style") -> list[str]:
    """List the fields that the output shows, where others need not be sent; none: all are."""
    from observe.printers import fields_shown

    return (
        fields_shown(ctx.params["output"], style) if ctx.params["use_default_field_masks"] else []
    )


def _columns(ctx: click.Context) -> tuple[str, ...]:
    text = ctx.params.get("columns")
    if text is None:
        return CSV_COLUMNS
    if ctx.params["output"] != "csv":
        raise click.UsageError("--columns is for --output csv")
    from observe.printers.columns import column

    names = tuple(text.split(","))
    try:
        for name in names:
            column(name)
    except ValueError as error:
        raise click.UsageError(f"--columns: {error}") from None
    return names
