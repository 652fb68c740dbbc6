"""Nanoseconds a response of an in-process call, against the size of the batch and of its groups."""

from report.programs import GoogleBenchmarks

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
