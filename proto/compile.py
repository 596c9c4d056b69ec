"""Generate the Python modules and type stubs from the `.proto` files: `python -m proto.compile`.

With `--check` nothing is written: exit status 1 says that a committed module is not what its
`.proto` file gives. The generator's version (grpcio-tools in `pyproject.toml`) is the floor of
grpcio and protobuf at run time.
"""

import re
import sys
import tempfile
from importlib import resources
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLUGINS = ("mypy", "mypy_grpc")


def arguments(sources: list[Path], target: Path) -> list[str]:
    """Give the command line of protoc that writes the modules of `sources` below `target`."""
    binaries = Path(sys.executable).parent
    served = [s for s in sources if re.search(r"^service ", s.read_text(), re.MULTILINE)]
    names = [str(s.relative_to(ROOT)) for s in (served if target.name == "grpc" else sources)]
    kinds = ("grpc_python", "mypy_grpc") if target.name == "grpc" else ("python", "mypy")
    return [
        "protoc",
        f"-I{ROOT}",
        f"-I{resources.files('grpc_tools') / '_proto'}",
        *(f"--plugin=protoc-gen-{p}={binaries / f'protoc-gen-{p}'}" for p in PLUGINS),
        *(f"--{kind}_out={'quiet:' if kind in PLUGINS else ''}{target}" for kind in kinds),
        *names,
    ]


def generate() -> dict[str, bytes]:
    """Run the generator; give the content of each generated file by its name in `proto/`."""
    from grpc_tools import protoc

    sources = sorted((ROOT / "proto").glob("*.proto"))
    found: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for part in ("messages", "grpc"):
            target = Path(scratch) / part
            target.mkdir()
            if protoc.main(arguments(sources, target)):
                raise SystemExit("protoc failed")
            found |= {f.name: f.read_bytes() for f in (target / "proto").iterdir()}
    return found


def main() -> None:
    """Write the generated files, or with `--check` compare them with those committed."""
    made = generate()
    kept = {f.name: f for f in (ROOT / "proto").glob("*_pb2*") if f.is_file()}
    if "--check" not in sys.argv[1:]:
        for name in kept.keys() - made.keys():
            kept[name].unlink()
        for name, content in made.items():
            (ROOT / "proto" / name).write_bytes(content)
        return
    stale = {n for n in made if n not in kept or kept[n].read_bytes() != made[n]}
    stale |= kept.keys() - made.keys()
    if stale:
        named = ", ".join(sorted(stale))
        raise SystemExit(f"not as generated: {named}; run python -m proto.compile")


if __name__ == "__main__":
    main()
