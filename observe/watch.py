"""What the commands do: ask a server or a file, print, and say what there is to say at the end."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from observe.connection import connect
from observe.errors import ObserveError
from observe.formatting import enough_for, mask_of, style_of
from observe.printers import OUTPUTS, printer_for
from observe.request import flows_request
from observe.selecting import DEFAULT_LAST, wanted
from observe.show import Show
from observe.streams import errors, hang_up, is_terminal, output
from proto.escape import escape
from proto.flow_pb2 import FlowFilter
from proto.observer_pb2 import GetAgentEventsRequest, GetDebugEventsRequest, GetFlowsRequest

if TYPE_CHECKING:
    from proto.client import Through

MANY = 2_000
"""From how many flows on they are printed by workers, which take a while to begin."""

Batches = Iterable[Sequence[Any]]
Request = GetFlowsRequest | GetAgentEventsRequest | GetDebugEventsRequest


class Watch:
    """One command line at work: its choices, its printer and its streams.

    `kind` is that of all responses where there is only one, such as `agent_event`.
    """

    def __init__(self, ctx: click.Context, kind: str = "") -> None:
        given = ctx.params
        self.ctx = ctx
        self.wanted = wanted(ctx)
        self.style = style_of(ctx)
        self.path: str = given["input_file"] or ""
        if self.wanted.follow and not OUTPUTS[given["output"]].follows:
            raise click.UsageError(f"--follow cannot be combined with --output {given['output']}")
        self._default = 0 if self.path else DEFAULT_LAST
        self._silent: bool = given["silent_errors"]
        eager = self.wanted.follow or self.path == "-"
        self._make = partial(Show, given["output"], printer_for(given["output"], self.style))
        self.show = self._make(output(eager), errors(self._silent), kind)

    def flows(self, allow: Sequence[FlowFilter], deny: Sequence[FlowFilter]) -> None:
        """Show flows."""
        mask = mask_of(self.ctx)
        request = flows_request(self.wanted, allow, deny, mask, default=self._default)
        enough = [] if mask or self.path else enough_for(self.ctx, self.style)
        with self._through(request) as through:
            more = {"enough": enough, "through": through}
            self._ask(request, lambda client: partial(client.responses, **more))

    def agent_events(self) -> None:
        """Show agent events."""
        self._ask(
            self.wanted.ask(GetAgentEventsRequest(), self._default),
            lambda client: client.agent_events,
        )

    def debug_events(self) -> None:
        """Show debug events."""
        self._ask(
            self.wanted.ask(GetDebugEventsRequest(), self._default),
            lambda client: client.debug_events,
        )

    def _through(self, request: GetFlowsRequest) -> "AbstractContextManager[Through | None]":
        """Have batches go through workers that print, where there may be many."""
        few = 0 < request.number < MANY or request.follow
        if few or self.path or is_terminal() or not OUTPUTS[self.ctx.params["output"]].apart:
            return nullcontext()
        from observe.spread import spread

        return spread(self.show, self._make)

    def _ask(self, request: Request, method: Callable[[Any], Callable[..., Batches]]) -> None:
        if self.path:
            self._from_file(request)
        else:
            self._from_server(request, method)
        nothing = self.ctx.params["exit_status"] and not self.show.shown
        if self.show.failed or nothing:
            self.ctx.exit(1)

    def _from_file(self, request: Request) -> None:
        from observe.filesource import FileSource
        from proto.filters import InvalidFilter

        source = FileSource(self.path)
        request.follow = False  # a file ends, and its end is the end
        try:
            self._run(source.responses(request), source.hint)
        except ObserveError as error:
            raise click.ClickException(escape(str(error))) from None
        except InvalidFilter as error:
            raise click.UsageError(str(error)) from None
        finally:
            for line in source.notes():
                self._say(line)

    def _from_server(
        self, request: Request, method: Callable[[Any], Callable[..., Batches]]
    ) -> None:
        from observe.hint import of_server
        from proto.failure import TransportError

        try:
            with connect(self.ctx, self._say) as client:
                batches = method(client)(request, on_reconnect=self._say)
                self._run(batches, lambda: of_server(client, self.show.missing))
        except (ObserveError, TransportError) as error:
            raise click.ClickException(escape(str(error))) from None

    def _run(self, batches: Batches, hint: Callable[[], str]) -> None:
        """Print to the end. Ctrl-C, or a reader that has enough, ends it without a word."""
        try:
            try:
                self.show.run(batches, self.wanted.stops_after)
            finally:
                self.show.close()
            if not self.show.shown and not self.wanted.follow:
                self._say(hint())
        except KeyboardInterrupt:
            pass
        except BrokenPipeError:
            hang_up()
        except OSError as error:
            hang_up()
            raise click.ClickException(f"cannot write: {error.strerror}") from None

    def _say(self, line: str) -> None:
        """Tell a person something, unless errors are to be silent."""
        if not self._silent:
            click.echo(escape(" ".join(line.split())), err=True)
