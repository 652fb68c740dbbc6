"""What is promised of speed: the rows of the report, in its order.

`explanation` is for people: why a target is missed, kept here by hand and printed below the table.
"""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Row:
    id: str
    quantity: str
    baseline: str
    must: float | None = None
    aim: float | None = None
    lower_is_better: bool = False
    explanation: str = ""


ECHO_SIZES = {"256Ki": 1 << 18, "1Mi": 1 << 20, "4Mi": 1 << 22}
THROUGHPUT_SIZES = {"16Ki": 1 << 14, "64Ki": 1 << 16, **ECHO_SIZES}
THROUGHPUT_TARGETS = {"16Ki": (0.9, 1.0), "64Ki": (0.85, 0.95)}
KERNEL_GROUPS = (8, 16, 64)
RANK_GROUPS = (16, 256, 65536)
PYTHON_SIZES = (4096, 16384)
# Name: responses, whether rewards are 0 and 1, whether groups are ids (0, 0, … 1, 1, …) rather than a size.
CLIENT_CALLS = {"64": (64, False, False), "16Ki": (1 << 14, False, True), "16Ki_binary": (1 << 14, True, True),
                "64Ki": (1 << 16, False, True), "64Ki_binary": (1 << 16, True, True)}
LOCAL_SIZES = (4096, 16384)
ECHO = "echo of the same bytes"

SMALL_CALLS = (
    "three runs on machines of this kind had 1.08, 1.09 and 1.15, while A/A went up to 1.12 in the last: a call of some "
    "120 µs is mostly the machine's switching between two processes.")
HANDED_OVER = (
    "batches above `--inline-responses` are handed to a thread of the pool and back, which the echo is not. Under `perf` "
    "a quarter of the server's time at 64Ki floats is the switching of threads (`finish_task_switch` 17 %, "
    "`_raw_spin_unlock_irqrestore` 8 %), the kernel of the table 9 %, the copy of the request 4 %; with bits the count "
    "takes 14 % and the tally of kinds 10 %. A higher limit would spare it, and make one caller's large batch delay "
    "everybody's small ones (ADR 0013); a tally made while counting would help bits.")
STORES = (
    "we take it that the kernel's stores read each line of memory before they write it and those of memcpy (`rep movsb` "
    "at this size) do not, so that three bytes move for two; no counters of the processor were at hand. Asking for lines "
    "ahead gained up to 9 % and was not kept; stores past the cache might gain, and lose for who reads the advantages "
    "next. On another machine (AMD EPYC) the ratios were 0.80, 1.12 and 1.10.")
PYTHON = (
    "to read the batch, write the request and read the reply takes 27 µs of Python and NumPy in a loop of its own, and some "
    "200 µs between calls, when gRPC and the server have had the processor's caches (user time by getrusage; no page "
    "faults). From 64Ki responses on the smaller messages pay for it.")
STATISTICS = (
    "the statistics of each group are made besides, which the two lines of NumPy leave out.")
IDS = (
    "ids that stand in order, the baseline, are now found to be contiguous and cost a look; shuffled ones are gathered "
    "and scattered at random over 4 MiB arrays, 16 bytes a response, as before. What would help: choosing advantages "
    "of 0/1 rewards by group in the order of the responses, without a list of members.")
MEMORY = (
    "a plateau all the same: every tenth after the first has the same peak to a hundredth (A/A), and the bound holds. "
    "Presumably the first minute did not have the three largest batches at once.")


def _remote():
    for name, where in (("tcp", "TCP"), ("unix", "Unix socket")):
        yield Row(f"p50/{name}", f"p50 of 256 floats, 1 client, {where}", ECHO, 1.10, 1.05, True,
                  SMALL_CALLS)
    for size in THROUGHPUT_SIZES:
        yield Row(f"throughput/{size}", f"throughput, {size} floats, 1 client, TCP", ECHO,
                  *THROUGHPUT_TARGETS.get(size, (0.65, 0.80)), explanation=HANDED_OVER)
    for size in ECHO_SIZES:
        yield Row(f"cpu/{size}", f"server CPU per float, {size} floats", ECHO, 1.6, 1.3, True)
    for size in ECHO_SIZES:
        yield Row(f"bits/{size}", f"bits in, per-group out, {size} responses", "echo of as many floats", 4, 8,
                  explanation=HANDED_OVER)
    yield Row("clients", "throughput, 64 clients at once, 8 groups of 8", "echo under the same clients", 0.8, 0.9)


def _kernels():
    for n in KERNEL_GROUPS:
        yield Row(f"table/{n}", f"table kernel, groups of {n}, 64 MiB", "memcpy, one thread", 0.8, 0.95, explanation=STORES)
    for n in KERNEL_GROUPS:
        yield Row(f"affine/{n}", f"affine kernel, groups of {n}, 64 MiB", "memcpy, one thread", 0.6, 0.8)
    for n in KERNEL_GROUPS:
        yield Row(f"table_scalar/{n}", f"table kernel, groups of {n}, 32 KiB", "its scalar target", 4, 8)
    for n in KERNEL_GROUPS:
        yield Row(f"affine_avx2/{n}", f"affine kernel, groups of {n}, 32 KiB, AVX2", "its scalar target", 2, 2)
        yield Row(f"affine_avx512/{n}", f"affine kernel, groups of {n}, 32 KiB, AVX-512", "its scalar target", 3, 4)


def _rank():
    for n in RANK_GROUPS:
        yield Row(f"rank/{n}", f"max_at_k, groups of {n}", "std::sort and the formula", 3, 5)
    for n in RANK_GROUPS:
        yield Row(f"torch/{n}", f"max_at_k, groups of {n}", "torch.sort and the formula", 3, 5)


def _python():
    for size in PYTHON_SIZES:
        yield Row(f"python_loop/{size}", f"remote call from Python, {size} responses in groups of 8",
                  "NumPy, a loop over groups", 30, 50)
    for size in PYTHON_SIZES:
        yield Row(f"python_vectorised/{size}", f"remote call from Python, {size} responses in groups of 8",
                  "NumPy, one array of groups")


def _client():
    stub = "the generated stub, its message made before"
    yield Row("client/64", "time of compute(), 64 responses, Python", stub, lower_is_better=True)
    for name, (size, binary, _) in CLIENT_CALLS.items():
        if name != "64":
            yield Row(f"client/{name}", f"time of compute(), {size} {'0/1' if binary else 'real'} rewards, dense ids, Python",
                      stub, 1.2, 1.1, True, PYTHON)
    yield Row("client/uuids", "time to number 16384 uuid strings of 1024 groups", "np.unique", 0.25, 0.2, True)
    for size in LOCAL_SIZES:
        yield Row(f"local/{size}", f"time of compute() in-process, {size} responses, without statistics",
                  "NumPy, count and look up", 1, 0.7, True)
        yield Row(f"local_statistics/{size}", f"time of compute() in-process, {size} responses",
                  "NumPy, count and look up", 1, 0.7, True, STATISTICS)


ROWS = [
    *_remote(), *_kernels(), *_rank(), *_python(), *_client(),
    Row("ids", "group_ids shuffled, 1Mi responses in groups of 8, in-process", "the same batch in order", 0.6, 0.8,
        explanation=IDS),
    Row("memory", "largest resident memory after the first tenth of the mixed load", "largest before", 1.1, 1.0, True,
        MEMORY),
]
