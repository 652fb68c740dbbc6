"""The folders of C++ sources, which of them include which, and which may (tests/style/folders.txt)."""

import collections
import pathlib
import re

TABLE = "tests/style/folders.txt"
SOURCE = re.compile(r"^(base|core|server|cli|client)/.*\.(h|cc)$")
INCLUDE = re.compile(r'^\s*#\s*include\s*["<]([^">]+)[">]', re.MULTILINE)
# One folder each, whatever lies in it: what is installed, and the clients.
WHOLE = ("core/include", "client/cpp", "client/python_local")


def folder_of(path):
    """The folder of a source. The files right in server/ are a folder too, which stands on those in it."""
    for folder in WHOLE:
        if path.startswith(folder + "/"):
            return folder
    return str(pathlib.PurePosixPath(path).parent)


def included_folder(name):
    """The folder of a file as an include names it, or None if it is none of ours."""
    if name.startswith("advantaged/"):
        if name.endswith(".pb.h"):
            return "proto"
        return "client/cpp" if name.startswith("advantaged/client/") else "core/include"
    return folder_of(name) if re.match(r"(base|core|server|cli|client)/", name) else None


def read_includes(files):
    """{folder: {folder that it includes: [(path, name) of each such include]}}, of {path: text}."""
    graph = {}
    for path, text in sorted(files.items()):
        if not SOURCE.match(path):
            continue
        arrows = graph.setdefault(folder_of(path), collections.defaultdict(list))
        for name in INCLUDE.findall(text):
            other = included_folder(name)
            if other is not None and other != folder_of(path):
                arrows[other].append((path, name))
                graph.setdefault(other, collections.defaultdict(list))
    return graph


def read_table(files):
    """{folder: (those it stands on, what it is)} in the order of the table, and complaints about its form."""
    table, complaints = {}, []
    for number, line in enumerate(files.get(TABLE, "").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) != 3 or not cells[0] or not cells[2]:
            complaints.append(f"{TABLE}:{number}: not `folder | stands on | what it is`")
        elif cells[0] in table:
            complaints.append(f"{TABLE}:{number}: {cells[0]} has a line already")
        else:
            table[cells[0]] = (cells[1].split(), cells[2])
    return table, complaints


def find_circle(graph):
    """A circle in {folder: folders}, as the list of its folders, or None."""
    done, way = set(), []

    def visit(folder):
        if folder in way:
            return way[way.index(folder):] + [folder]
        if folder in done:
            return None
        way.append(folder)
        for other in sorted(graph.get(folder, ())):
            if circle := visit(other):
                return circle
        done.add(way.pop())
        return None

    return next(filter(None, map(visit, sorted(graph))), None)


def reachable(graph):
    """{folder: all that it gets to} of {folder: folders} without a circle."""
    result = {}

    def visit(folder):
        if folder not in result:
            result[folder] = set().union(*({other} | visit(other) for other in graph.get(folder, ())))
        return result[folder]

    for folder in graph:
        visit(folder)
    return result


def reduce(graph):
    """`graph`, which has no circle, without the arrows that follow from others."""
    far = reachable(graph)
    return {folder: [other for other in sorted(others)
                     if not any(other in far[between] for between in others if between != other)]
            for folder, others in graph.items()}


def check(files):
    """Complaints: of includes that the table does not allow, and of a table that says more or less than it has to."""
    includes = read_includes(files)
    table, complaints = read_table(files)
    complaints += [f"{TABLE}: {folder} has no line" for folder in sorted(set(includes) - set(table))]
    complaints += [f"{TABLE}: no source lies in {folder}" for folder in table if folder not in includes]
    allowed = {folder: [other for other in others if other in table] for folder, (others, _) in table.items()}
    for folder, (others, _) in table.items():
        complaints += [f"{TABLE}: {folder} stands on {other}, which has no line"
                       for other in others if other not in table]
    if circle := find_circle(allowed):
        return complaints + [f"{TABLE}: a circle: {' -> '.join(circle)}"]
    far, needed = reachable(allowed), reduce(allowed)
    for folder, arrows in includes.items():
        for other, found in sorted(arrows.items()):
            if folder in table and other in table and other not in far[folder]:
                complaints += [f"{path}: includes {name}: {folder} does not stand on {other} ({TABLE})"
                               for path, name in found]
    for folder, others in allowed.items():
        complaints += [f"{TABLE}: that {folder} stands on {other} follows from the other lines"
                       for other in others if other not in needed[folder]]
        complaints += [f"{TABLE}: no file of {folder} includes {other}"
                       for other in needed[folder] if folder in includes and other not in includes[folder]]
    return complaints
