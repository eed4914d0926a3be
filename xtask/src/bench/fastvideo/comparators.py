"""FastVideo's two comparators, run in this process on one case.

In: a checkout of FastVideo, or its git directory. Out: what each comparator of the two commits below
decides: exit code, normalized records, table, and the records that it stores. Nothing of FastVideo
is kept here; the Hub and pandas, which a comparison does not need, are stood in for.
"""

import contextlib
import datetime
import io
import os
import subprocess
import sys
import types

COMMITS = {
    "seed": "1c80371b27a79eb9258a0222f069bc46ddecb88e",
    "fastvideo": "2f3d4074064e4d86f99dc784ebbaa296e6f5925f",
}
MODULES = {
    "seed": {"hf_store": "fastvideo/tests/performance/hf_store.py"},
    "fastvideo": {
        "fastvideo.performance.hf_store": "fastvideo/performance/hf_store.py",
        "fastvideo.performance.metric_policy": "fastvideo/performance/metric_policy.py",
    },
}
NOW = "2026-10-01T00:00:00+00:00"
COMPARATOR = "fastvideo/tests/performance/compare_baseline.py"


class Comparator:
    """One of the two, compiled once and run as often as there are cases."""

    def __init__(self, checkout, name):
        self.name = name
        self.code = {module: self._compile(checkout, path) for module, path in MODULES[name].items()}
        self.main = self._compile(checkout, COMPARATOR)
        stand_in()

    def _compile(self, checkout, path):
        folder = os.path.join(checkout, ".git")
        git_dir = folder if os.path.exists(folder) else checkout
        show = ["git", f"--git-dir={git_dir}", "show", f"{COMMITS[self.name]}:{path}"]
        return compile(subprocess.run(show, check=True, capture_output=True).stdout, path, "exec")

    def run(self, case, root):
        """The outcome of a case whose files are below `root`; the text of the error of a crash."""
        variables = {
            **case["env"],
            "PERFORMANCE_TRACKING_ROOT": os.path.join(root, "history"),
            "PERF_REPORTS_DIR": os.path.join(root, "reports"),
        }
        output = io.StringIO()
        with environment(variables), contextlib.redirect_stdout(output):
            try:
                module = self._load()
                module["RESULTS_DIR"] = os.path.join(root, "results")
                return self._compare(module)
            except Exception as error:
                return {"crash": f"{type(error).__name__}: {error}"}

    def _load(self):
        for module, code in self.code.items():
            loaded = types.ModuleType(module)
            sys.modules[module] = loaded
            exec(code, loaded.__dict__)
        module = {"__name__": "compare_baseline", "__file__": os.path.abspath(COMPARATOR)}
        exec(self.main, module)
        return module

    def _compare(self, module):
        normalized, stored, markdown = [], [], []
        module["sync_from_hf"] = lambda *_, **__: None
        module["upload_record"] = lambda path, *_, **__: stored.append(path)
        module["_write_normalized_artifact"] = lambda record: normalized.append(dict(record))
        module["_emit_markdown_summary"] = lambda text, commit: markdown.append(text)
        module["datetime"] = Clock
        code = module["main"]()
        root = module["TRACKING_ROOT"]
        return {"exit_code": code, "normalized": normalized,
                "stored": [os.path.relpath(path, root) for path in stored], "markdown": "".join(markdown)}


class Clock:
    """The clock of a comparator, which stands still."""

    @staticmethod
    def now(zone=None):
        return datetime.datetime.fromisoformat(NOW)


def stand_in():
    """Modules that the comparators import and a comparison does not use."""
    frame = type("DataFrame", (), {})
    pandas = types.ModuleType("pandas")
    pandas.DataFrame = pandas.Series = frame
    hub = types.ModuleType("huggingface_hub")
    hub.HfApi = hub.snapshot_download = hub.CommitOperationAdd = None
    hub.constants = types.ModuleType("huggingface_hub.constants")
    hub.constants.ENDPOINT = "https://huggingface.co"
    package = types.ModuleType("fastvideo")
    package.__path__ = []
    performance = types.ModuleType("fastvideo.performance")
    performance.__path__ = []
    sys.modules.update({"pandas": pandas, "huggingface_hub": hub,
                        "huggingface_hub.constants": hub.constants, "fastvideo": package,
                        "fastvideo.performance": performance})


@contextlib.contextmanager
def environment(variables):
    """Exactly these variables, and the path."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update({"PATH": before.get("PATH", ""), **variables})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
