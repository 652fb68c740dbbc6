"""No file names a folder of the machine it was written on."""

import re

import checker

# In pieces, so that this file passes its own check.
FOLDERS = ["/" + "work/", "/" + "root/", "/" + "home/", "/" + "tmp/bash_jobs", "/" + "Users/"]
PATTERN = re.compile(r"(?<![\w.*~})-])(" + "|".join(map(re.escape, FOLDERS)) + ")")


def check(files):
    return [
        f"{path}:{number}: names {found[1]}"
        for path, text in files.items()
        for number, line in enumerate(text.splitlines(), 1)
        if (found := PATTERN.search(line))
    ]


if __name__ == "__main__":
    checker.main(
        check,
        good={"a.md": "docs/work/a.md, ../root/x, /tmp/x and $ROOT" + FOLDERS[0].strip("/")},
        bad={folder: {"a.md": f"see `{folder}x`"} for folder in FOLDERS})
