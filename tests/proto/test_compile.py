import subprocess
import sys


def test_committed_modules_are_as_generated() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "proto.compile", "--check"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
