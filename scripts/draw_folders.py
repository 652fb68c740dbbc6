#!/usr/bin/env python3
"""Draws which folder of C++ includes which, docs/figures/folders.svg, and writes the table of them into
docs/architecture.md.

    scripts/draw_folders.py      (or: make folders)

The arrows are those of the includes, without those that follow from others. Folders stand above those they include.
"""

import pathlib
import re
import subprocess

import folder_graph

ROOT = pathlib.Path(__file__).resolve().parent.parent
FIGURE = "docs/figures/folders.svg"
PAGE = "docs/architecture.md"
SECTION = re.compile(r"(<!-- rooms begin -->\n).*?(<!-- rooms end -->)", re.DOTALL)
COLOURS = {"base": "#6b7280", "proto": "#6b7280", "core": "#2563eb", "server": "#b45309", "client": "#7c3aed",
           "cli": "#15803d"}
WIDTH, HEIGHT, FLOOR, GAP, MARGIN = 7, 26, 66, 14, 16  # of a letter, a box, from floor to floor, between boxes, around
SWEEPS = 24


def floors_of(graph):
    """{folder: its floor}: one above the highest that it includes."""
    floors = {}

    def visit(folder):
        if folder not in floors:
            floors[folder] = max((visit(other) + 1 for other in graph[folder]), default=0)
        return floors[folder]

    for folder in sorted(graph):
        visit(folder)
    return floors


class Layout:
    """Places on floors. An arrow over several floors has a bend, a node without a box, on each between."""

    def __init__(self, graph):
        floors = floors_of(graph)
        self.floors = [[] for _ in range(max(floors.values(), default=0) + 1)]
        for folder in sorted(graph):
            self.floors[floors[folder]].append(folder)
        self.above, self.below = {}, {}
        self.ways = {}
        for folder in sorted(graph):
            for other in sorted(graph[folder]):
                way = [folder]
                for floor in range(floors[folder] - 1, floors[other], -1):
                    bend = (folder, other, floor)
                    self.floors[floor].append(bend)
                    way.append(bend)
                way.append(other)
                self.ways[folder, other] = way
                for upper, lower in zip(way, way[1:]):
                    self.below.setdefault(upper, []).append(lower)
                    self.above.setdefault(lower, []).append(upper)
        self.x = {}
        for floor in self.floors:
            self.spread(floor, {node: 0 for node in floor})
        for sweep in range(SWEEPS):
            down = sweep % 2 == 0
            for floor in reversed(self.floors) if down else self.floors:
                self.order(floor, self.above if down else self.below)
        left = min(self.x[node] - self.width(node) / 2 for node in self.x)
        for node in self.x:
            self.x[node] = round(self.x[node] - left + MARGIN)

    @staticmethod
    def width(node):
        return len(node) * WIDTH + 18 if isinstance(node, str) else 6

    def order(self, floor, neighbours):
        """Each node near the middle of its neighbours."""
        wanted = {}
        for node in floor:
            near = [self.x[other] for other in neighbours.get(node, ())]
            wanted[node] = sum(near) / len(near) if near else self.x[node]
        floor.sort(key=lambda node: (wanted[node], str(node)))
        self.spread(floor, wanted)

    def spread(self, floor, wanted):
        """As near to where they are wanted as boxes in this order may stand, by least squares."""
        blocks = []  # [nodes, offsets of their middles from the first one's, where the first is wanted]
        for node in floor:
            block = [[node], [0], wanted[node]]
            while blocks and self.end(blocks[-1]) + self.width(block[0][0]) / 2 + GAP > block[2]:
                before = blocks.pop()
                shift = before[1][-1] + (self.width(before[0][-1]) + self.width(block[0][0])) / 2 + GAP
                nodes = before[0] + block[0]
                offsets = before[1] + [shift + offset for offset in block[1]]
                block = [nodes, offsets, sum(wanted[n] - o for n, o in zip(nodes, offsets)) / len(nodes)]
            blocks.append(block)
        for nodes, offsets, start in blocks:
            for node, offset in zip(nodes, offsets):
                self.x[node] = start + offset

    def end(self, block):
        return block[2] + block[1][-1] + self.width(block[0][-1]) / 2

    def size(self):
        return (max(self.x[node] + self.width(node) / 2 for node in self.x) + MARGIN,
                (len(self.floors) - 1) * FLOOR + HEIGHT + 2 * MARGIN)

    def y(self, floor):
        return (len(self.floors) - 1 - floor) * FLOOR + MARGIN + HEIGHT // 2


def colour_of(folder):
    return COLOURS[folder.split("/")[0]]


def arrow(layout, ys, folder, other):
    """A smooth line from under the box of `folder` to above that of `other`."""
    points = [(layout.x[node], ys[node]) for node in layout.ways[folder, other]]
    points[0] = (points[0][0], points[0][1] + HEIGHT // 2)
    points[-1] = (points[-1][0], points[-1][1] - HEIGHT // 2 - 3)
    path = f"M{points[0][0]} {points[0][1]}"
    for (x1, y1), (x2, y2) in zip(points, points[1:]):
        bend = (y2 - y1) // 2
        path += f"C{x1} {y1 + bend} {x2} {y2 - bend} {x2} {y2}"
    head = f'marker-end="url(#{folder.split("/")[0]})"'
    return f'<path d="{path}" stroke="{colour_of(folder)}" {head}><title>{folder} → {other}</title></path>'


def draw(files):
    """The picture of {path: text} as SVG."""
    includes = folder_graph.read_includes(files)
    graph = folder_graph.reduce({folder: sorted(others) for folder, others in includes.items()})
    layout = Layout(graph)
    ys = {node: layout.y(i) for i, floor in enumerate(layout.floors) for node in floor}
    width, height = map(round, layout.size())
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
             f'height="{height}" font-family="sans-serif" font-size="12">',
             "<!-- Written by scripts/draw_folders.py: do not edit. -->",
             f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
             "<defs>"]
    lines += [f'<marker id="{kind}" viewBox="0 0 6 6" refX="3" refY="3" markerWidth="6" markerHeight="6" orient="auto">'
              f'<path d="M0 0L6 3L0 6z" fill="{colour}"/></marker>' for kind, colour in COLOURS.items()]
    lines += ["</defs>", '<g fill="none" stroke-opacity="0.55">']
    lines += [arrow(layout, ys, folder, other) for folder, other in sorted(layout.ways)]
    lines += ["</g>", '<g text-anchor="middle">']
    for folder in sorted(graph):
        box = layout.width(folder)
        left, top = round(layout.x[folder] - box / 2), ys[folder] - HEIGHT // 2
        lines += [f'<rect x="{left}" y="{top}" width="{box}" height="{HEIGHT}" rx="5" fill="#ffffff" '
                  f'stroke="{colour_of(folder)}" stroke-width="1.5"/>',
                  f'<text x="{layout.x[folder]}" y="{ys[folder] + 4}" fill="{colour_of(folder)}">{folder}</text>']
    return "\n".join(lines + ["</g>", "</svg>", ""])


def section(files):
    """What stands between the markers of the page."""
    table, _ = folder_graph.read_table(files)
    rows = [f"| `{folder}/` | {what} | {', '.join(f'`{other}/`' for other in others)} |"
            for folder, (others, what) in table.items()]
    return "\n".join(["![Folders, and which include which](figures/folders.svg)", "",
                      "| folder | what it is | stands on |", "|---|---|---|", *rows, ""])


def fill(page, files):
    return SECTION.sub(lambda match: f"{match[1]}{section(files)}{match[2]}", page)


def check_fresh(files):
    """Complaints about a picture or a table that is not of these files."""
    complaints = []
    if files.get(FIGURE) != draw(files):
        complaints.append(f"{FIGURE} is not what the includes say: run `make folders`")
    page = files.get(PAGE, "")
    if not SECTION.search(page) or fill(page, files) != page:
        complaints.append(f"{PAGE} does not have the table of {folder_graph.TABLE}: run `make folders`")
    return complaints


def main():
    listing = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                             check=True, capture_output=True, text=True).stdout
    files = {}
    for path in listing.split("\0"):
        if (folder_graph.SOURCE.match(path) or path in (folder_graph.TABLE, PAGE)) and (ROOT / path).is_file():
            files[path] = (ROOT / path).read_text(encoding="utf-8")
    (ROOT / FIGURE).write_text(draw(files), encoding="utf-8")
    (ROOT / PAGE).write_text(fill(files[PAGE], files), encoding="utf-8")


if __name__ == "__main__":
    main()
