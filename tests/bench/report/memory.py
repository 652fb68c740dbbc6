"""Resident memory of the server under a mixture of sizes, 256 to 4Mi floats, from three clients at once."""

import subprocess
import time

from report.pairs import Comparison
from report.programs import Failed, advantaged, serving

SIZES = [1 << power for power in range(8, 23, 2)]
SAMPLE_SECONDS = 0.1
# What a call needs is about twice its request and twice its answer (docs/operations.md, "Memory"), beside 22 MiB of an
# idle process and 128 MiB of messages that are kept.
BOUND_MIB = 22 + 128 + 3 * 4 * 4 * SIZES[-1] / (1 << 20)


def _client(settings, address, first):
    order = SIZES[first:] + SIZES[:first]
    return subprocess.Popen(
        [settings.build / "bin/advctl", "bench", "--server", address, "--method", "grpo", "--responses",
         ",".join(map(str, order)), "--group-size", "16", "--rewards", "real", "--form", "bytes", "--reply", "bytes",
         "--clients", "1", "--loop", "closed", "--warm-up", "0", "--seconds", str(settings.memory_seconds / 80),
         "--no-check", "--output", "json"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def memory(settings, tell):
    """The largest seen in each tenth of the time: all after the first, beside the first; A/A is each to the one before
    it. The samples are for the figure."""
    tell(f"memory, {settings.memory_seconds:g} s")
    samples = []
    with serving(advantaged(settings.build)) as server:
        clients = [_client(settings, server.addresses[0], 3 * i) for i in range(3)]
        try:
            begin = time.monotonic()
            while (now := time.monotonic() - begin) < settings.memory_seconds:
                samples.append((now, server.resident_mib()))
                for i, client in enumerate(clients):
                    if client.poll() not in (None, 0):
                        raise Failed(f"advctl bench exits {client.returncode} under the mixed load")
                    if client.poll() == 0:
                        clients[i] = _client(settings, server.addresses[0], 3 * i)
                time.sleep(SAMPLE_SECONDS)
        finally:
            for client in clients:
                client.kill()
                client.wait()
    peaks = peaks_by_tenth(samples, settings.memory_seconds)
    comparison = Comparison((max(peaks[1:]) / peaks[0],), tuple(b / a for a, b in zip(peaks[1:], peaks[2:])))
    return {"memory": comparison}, samples


def peaks_by_tenth(samples, seconds):
    tenths = [[mib for at, mib in samples if i <= 10 * at / seconds < i + 1] for i in range(10)]
    if not all(tenths):
        raise Failed("a tenth of the mixed load without a sample of memory")
    return [max(tenth) for tenth in tenths]
