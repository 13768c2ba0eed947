"""The app as it is served, with a line of time for every run of a page.

``python -m benchmarks.timed_app PORT`` serves ``app.py`` and appends to the file ``times`` of the data folder what each
run took inside the server: seconds on the clock and of its own thread's processor time.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from streamlit.runtime.scriptrunner import script_runner
from streamlit.web import cli

from benchmarks.measure import ROOT
from tracker.catalog import data_folder

FILE = "times"
_RUN = "exec_func_with_error_handling"  # of Streamlit 1.67, which has no public place to measure


def main() -> None:
    """Serve until ended."""
    run = getattr(script_runner, _RUN)

    def timed(*args: Any, **kwargs: Any) -> Any:
        clock, processor = time.perf_counter(), time.thread_time()
        try:
            return run(*args, **kwargs)
        finally:
            with (data_folder() / FILE).open("a") as lines:
                lines.write(f"{time.perf_counter() - clock} {time.thread_time() - processor}\n")

    setattr(script_runner, _RUN, timed)
    cli.main(["run", str(ROOT / "app.py"), "--server.port", sys.argv[1]])


if __name__ == "__main__":
    main()
