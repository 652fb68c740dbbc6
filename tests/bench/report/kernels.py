"""Rows from the C++ benchmarks: kernels, rank, ids."""

from report import rows
from report.pairs import NotMeasured, alternate, compare
from report.programs import GoogleBenchmarks


def _alternate(settings, program, baseline, candidates):
    """Comparison of each candidate by name."""
    before, after = alternate(settings.rounds, lambda: program.measure(baseline), lambda: program.measure(*candidates))
    return {name: compare([b[baseline] for b in before], [a[name] for a in after]) for name in candidates}


def memory(settings, tell):
    program = GoogleBenchmarks(settings.build, "kernels", settings.kernel_seconds)
    tell("kernels beside memcpy, 64 MiB")
    names = {f"{row}/{n}": f"{kernel}/n={n}/64MiB" for row, kernel in (("table", "table"), ("affine", "grpo"))
             for n in rows.KERNEL_GROUPS}
    found = _alternate(settings, program, "memcpy/64MiB", list(names.values()))
    return {row: found[name] for row, name in names.items()}


def instruction_sets(settings, tell):
    program = GoogleBenchmarks(settings.build, "kernels", settings.kernel_seconds)
    listed = program.names()
    results = {}
    for n in rows.KERNEL_GROUPS:
        tell(f"kernels beside their scalar targets, groups of {n}")
        targets = [name.split("/")[-1] for name in listed if name.startswith(f"table/n={n}/32KiB/")]
        best, scalar = targets[0], targets[-1]
        results[f"table_scalar/{n}"] = _alternate(
            settings, program, f"table/n={n}/32KiB/{scalar}", [f"table/n={n}/32KiB/{best}"]).popitem()[1]
        wanted = {"avx2": next((t for t in targets if t == "AVX2"), None),
                  "avx512": next((t for t in targets if t.startswith("AVX3")), None)}
        present = {row: f"grpo/n={n}/32KiB/{target}" for row, target in wanted.items() if target}
        found = _alternate(settings, program, f"grpo/n={n}/32KiB/{scalar}", list(present.values())) if present else {}
        for row in wanted:
            results[f"affine_{row}/{n}"] = (found[present[row]] if row in present
                                            else NotMeasured("this CPU, or this build, has no such instructions"))
    return results


def rank(settings, tell):
    program = GoogleBenchmarks(settings.build, "rank", settings.kernel_seconds)
    results = {}
    for n in rows.RANK_GROUPS:
        tell(f"max_at_k, groups of {n}")
        results[f"rank/{n}"] = _alternate(settings, program, f"std_sort/{n}", [f"max_at_k/{n}"])[f"max_at_k/{n}"]
    return results


def ids(settings, tell):
    tell("group ids")
    program = GoogleBenchmarks(settings.build, "calls", settings.kernel_seconds)
    shuffled = "form/real/ids_shuffled"
    return {"ids": _alternate(settings, program, "form/real/ids_in_order", [shuffled])[shuffled]}
