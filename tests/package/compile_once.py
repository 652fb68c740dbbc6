"""Compiler launcher: compile_once.py BUILD COMPILER [LAUNCHER...] COMPILER ARGUMENTS...

An object that another build of the same sources has made by the same command is copied from there;
everything else is compiled. So a project that embeds this one is built with its own settings, and what
they leave as it was is not compiled twice. Warnings do not count, for they change no object.

BUILD must be up to date, and have a compile_commands.json.
"""

import filecmp
import json
import pathlib
import shlex
import shutil
import subprocess
import sys


def parts(command, compiler, folder):
    """Of a command as ninja runs it in `folder`: what decides the object, its source, its path."""
    deciding, source, output = [], None, None
    words = iter(command[command.index(compiler):])
    for word in words:
        if word in ("-MT", "-MF"):
            next(words)
        elif word == "-o":
            output = folder / next(words)
        elif word == "-c":
            source = folder / next(words)
        elif word != "-MD" and not word.startswith("-W"):
            deciding.append(word)
    return deciding, source, output


def made_before(build, command, compiler, folder):
    """The object that the same command has made in `build`, or None."""
    embedded = folder / "advantaged"

    def there(path):
        """Where `build` has what the embedding build generates."""
        return build / path.relative_to(embedded) if path.is_relative_to(embedded) else path

    deciding, source, _ = parts(command, compiler, folder)
    source = there(source)
    generated = [pathlib.Path(word) for word in deciding if pathlib.Path(word).is_relative_to(embedded)]
    wanted = [str(there(pathlib.Path(word))) for word in deciding]
    for folder_of_headers in generated:
        for path in folder_of_headers.rglob("*"):
            if path.is_file() and not (there(path).is_file() and filecmp.cmp(path, there(path), shallow=False)):
                return None
    for entry in json.loads((build / "compile_commands.json").read_text(encoding="utf-8")):
        if entry["file"] == str(source):
            before, _, output = parts(shlex.split(entry["command"]), compiler, build)
            if before == wanted and output.is_file() and output.stat().st_mtime >= source.stat().st_mtime:
                return output
    return None


def main():
    build, compiler, command, folder = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3:], pathlib.Path.cwd()
    made = made_before(build, command, compiler, folder) if "-c" in command else None
    if made is None:
        sys.exit(subprocess.run(command, check=False).returncode)
    _, _, output = parts(command, compiler, folder)
    shutil.copyfile(made, output)
    # Ninja asks for the headers that it depends on; it is built only once.
    pathlib.Path(command[command.index("-MF") + 1]).write_text(f"{output}:\n", encoding="utf-8")


main()
