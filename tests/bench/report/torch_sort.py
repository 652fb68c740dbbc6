"""max@K beside the same in PyTorch (torch_baseline.py), where PyTorch is."""

import pathlib
import subprocess

from report import rows
from report.pairs import NotMeasured, alternate, compare
from report.programs import Failed, GoogleBenchmarks


class Torch:
    """PyTorch in its own Python."""

    def __init__(self, python):
        script = pathlib.Path(__file__).with_name("torch_baseline.py")
        self.process = subprocess.Popen([python, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.version = self.process.stdout.readline().removeprefix("ready: ").strip()

    def rate(self, n):
        """Rewards a second in groups of n."""
        self.process.stdin.write(f"{n}\n")
        self.process.stdin.flush()
        if not (line := self.process.stdout.readline()):
            raise Failed(f"torch_baseline.py ended, exit {self.process.wait()}")
        return float(line)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def _has_torch(python):
    return subprocess.run([python, "-c", "import torch"], stderr=subprocess.DEVNULL, check=False).returncode == 0


def torch_sort(settings, tell):
    """Rows, and a note that says which PyTorch; without one, rows that say so."""
    if not _has_torch(settings.torch_python):
        missing = NotMeasured(f"no PyTorch in {pathlib.Path(settings.torch_python).name}")
        return {f"torch/{n}": missing for n in rows.RANK_GROUPS}, None
    program = GoogleBenchmarks(settings.build, "rank", settings.kernel_seconds)
    torch = Torch(settings.torch_python)
    results = {}
    try:
        for n in rows.RANK_GROUPS:
            tell(f"max_at_k beside torch.sort, groups of {n}")
            torch.rate(n)  # the first sort of a size pays for its memory
            name = f"max_at_k/{n}"
            results[f"torch/{n}"] = compare(*alternate(settings.rounds, lambda n=n: torch.rate(n),
                                                       lambda name=name: program.measure(name)[name]))
    finally:
        torch.close()
    return results, f"torch.sort: {torch.version}, one thread."
