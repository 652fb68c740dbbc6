"""Nanoseconds a response of an in-process call, against the size of the batch and of its groups."""

from report.programs import GoogleBenchmarks

EXPLANATION = (
    "Growth: a call costs some two microseconds whatever its size, so a response of a small batch is dear; from 4096 "
    "responses on the curves are flat until results leave the cache, which at 16Mi costs new pages besides. A group "
    "costs something of its own, since an in-process call keeps statistics of each: that is why small groups are dear. "
    "Real rewards in groups of 512 to 4096 (affine) cost up to four times those of 256: fewer groups than a vector has "
    "lanes are in a stretch, and the lanes left over repeat the last group; taking such groups alone would end that. "
    "Ranks of more than 512 go one group after the other.")
KINDS = {"batch": "responses in the batch, groups of 16", "group": "responses in a group, batches of 1Mi"}


def growth(settings, tell):
    """{kind: {shape: [(size, ns a response)]}}"""
    tell("growth with batch and group size")
    program = GoogleBenchmarks(settings.build, "calls", settings.growth_seconds)
    rates = program.measure(*[name for name in program.names() if name.startswith("growth/")])
    curves = {kind: {} for kind in KINDS}
    for name, per_second in rates.items():
        _, shape, kind, size = name.split("/")
        curves[kind].setdefault(shape, []).append((int(size), 1e9 / per_second))
    return curves
