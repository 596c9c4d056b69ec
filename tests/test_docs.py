"""The documents say what is: tables as in the code, commands that parse, links that lead on."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import pytest

from docs.tables import DOCUMENTS, MARKED, TABLES, contexts
from tests.command_lines import parse, written
from tests.relays import RelayProcess

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "bench" / "README.md"])
PACKAGES = ("agent", "observe", "proto", "relay", "tui")
LINK = re.compile(r"\]\(([^)\s]+)\)")
FILES = re.compile(r"\.(crt|key|pem|jsonl|jsonl\.gz|toml)$")


def text(name: str) -> str:
    return (ROOT / name).read_text()


def test_tables_are_as_the_code_gives_them() -> None:
    check = [sys.executable, "-m", "docs.tables", "--check"]
    done = subprocess.run(check, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_every_table_stands_in_a_document() -> None:
    shown = {name for document in DOCUMENTS for _, name, _ in MARKED.findall(text(document))}
    assert shown == set(TABLES)


def test_every_option_is_documented() -> None:
    documented = set(re.findall(r"--[a-z0-9-]+", text("README.md") + text("docs/commands.md")))
    options = {
        name
        for context in contexts()
        for parameter in context.command.params
        if isinstance(parameter, click.Option)
        for name in parameter.opts
        if name.startswith("--")
    }
    assert len(options) > 50
    assert options - documented == set()


def commands() -> Iterator[tuple[str, list[str]]]:
    for page in PAGES:
        for argv in written(page.read_text()):
            yield page.name, argv


@pytest.mark.parametrize(
    ("page", "argv"), [pytest.param(p, a, id=f"{p}: {' '.join(a)[:60]}") for p, a in commands()]
)
def test_every_command_in_a_document_parses(
    page: str, argv: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for word in argv:
        if FILES.search(word):
            (tmp_path / word).touch()
    parse(argv)


def test_a_wrong_command_in_a_document_would_be_found() -> None:
    [argv] = written("```console\n$ observe --no-such-flag | head\noutput\n```\n")
    with pytest.raises(click.UsageError, match="no-such-flag"):
        parse(argv)


def anchors(page: str) -> set[str]:
    heads = re.findall(r"^#+ (.*)$", page, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text()) if "://" not in link]
    for link in links:
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target.read_text()), link


@contextmanager
def demo_agent(address: str) -> Iterator[None]:
    words = ["-m", "palomar", "agent", "demo", "--relay", address, "--rate", "200"]
    with subprocess.Popen([sys.executable, *words], cwd=ROOT, stderr=subprocess.DEVNULL) as agent:
        try:
            yield
        finally:
            agent.terminate()


def test_the_script_in_the_readme_runs(tmp_path: Path) -> None:
    [script] = re.findall(r"^```python\n(.*?)^```", text("README.md"), re.MULTILINE | re.DOTALL)
    assert "localhost:4245" in script
    with RelayProcess(tmp_path) as relay, demo_agent(relay.address):
        command = [sys.executable, "-c", script.replace("localhost:4245", relay.address)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "flows are stored" in done.stdout
    assert done.stdout.count(" to ") == 5


def test_the_table_of_dependencies_names_each() -> None:
    section = (
        text("ARCHITECTURE.md").partition("## Dependencies")[2].partition("For development")[0]
    )
    named = set(
        re.findall(r"[\w-]+", " ".join(re.findall(r"^\| ([\w, -]+?) \|", section, re.MULTILINE)))
    )
    project = tomllib.loads(text("pyproject.toml"))["project"]
    wanted = {re.split("[=<>]", dependency)[0] for dependency in project["dependencies"]}
    assert named - {"package"} == wanted


def test_the_table_of_components_names_every_module() -> None:
    table = text("ARCHITECTURE.md").partition("## Components")[2].partition("\nImports")[0]
    named = set(re.findall(r"`([\w./]+)`", table))
    rooms = {
        path.name.removesuffix(".py") + "/" * path.is_dir()
        for package in PACKAGES
        for path in (ROOT / package).iterdir()
        if path.suffix == ".py" or (path.is_dir() and [*path.glob("*.py")])
    }
    kept_quiet = {name for name in rooms if name.startswith("__") or "_pb2" in name}
    assert rooms - kept_quiet - named == set()
    assert named - rooms - {*PACKAGES, "palomar.py"} == set()
