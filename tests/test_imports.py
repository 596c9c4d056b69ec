"""No module needs itself: imports, those inside of functions too, make no circles."""

from graphlib import TopologicalSorter

import grimp
import pytest


@pytest.mark.parametrize("package", ["agent", "observe", "proto", "relay", "tui"])
def test_imports_make_no_circle(package: str) -> None:
    graph = grimp.build_graph(package, exclude_type_checking_imports=True, cache_dir=None)
    imports = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    assert len(imports) > 10
    TopologicalSorter(imports).prepare()  # raises CycleError, which names the circle
