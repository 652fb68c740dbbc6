"""Makes the root of the image: the two programs and what they use of Debian's packages.

    collect.py --build BUILD --root ROOT

Taken are the shared libraries that the dynamic linker loads for the programs (ldd), for each package
they are of its copyright file, and of base-files the licenses and the name of the system. Each such
package stands in var/lib/dpkg/status.d, as scanners of images read it: NAME has dpkg's entry, and
NAME.md5sums the files that are in the image. What the programs were compiled with (headers, and
archives linked in) is in usr/share/doc/advantaged/compiled-in, entries of the same kind: no file of
these packages is in the image, their code is.
"""

import argparse
import hashlib
import pathlib
import re
import shutil
import subprocess

PROGRAMS = ["advantaged", "advctl"]
USER = 65532
# What the image has of base-files.
BASE_FILES = ["/etc/debian_version", "/usr/lib/os-release", "/usr/share/common-licenses"]
# Files of our own, besides the programs: a name for the user, and that /etc/hosts counts.
OWN = {
    "etc/passwd": f"advantaged:x:{USER}:{USER}:advantaged:/nonexistent:/usr/sbin/nologin\n",
    "etc/group": f"advantaged:x:{USER}:\n",
    "etc/nsswitch.conf": "hosts: files dns\n",
}


def run(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def owners(paths):
    """{path: package} of installed files. dpkg knows a file as /lib/... or as /usr/lib/..."""
    names = {form: path for path in paths for form in (path, path.removeprefix("/usr"), "/usr" + path)}
    # It fails where it does not know a name, and every path here has one that it does not know.
    answer = subprocess.run(["dpkg-query", "--search", *names], check=False, text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL).stdout
    found = {}
    for line in answer.splitlines():
        packages, _, name = line.rpartition(": ")
        if name in names:
            found[names[name]] = packages.split(",")[0].split(":")[0]
    missing = set(paths) - set(found)
    assert not missing, f"of no Debian package: {sorted(missing)}"
    return found


def libraries(programs):
    """Paths of the shared libraries that these load, the dynamic linker among them, as they are asked for."""
    listed = run("ldd", *map(str, programs))
    assert "not found" not in listed, listed
    return sorted(set(re.findall(r"(?:=> |^\s)(/\S+)", listed, re.MULTILINE)))


def headers(build):
    """Paths of the headers outside the project that the programs, not the tests, were compiled with."""
    found = set()
    ours = False
    for line in run("ninja", "-C", str(build), "-t", "deps").splitlines():
        if not line.startswith(" "):
            ours = not line.startswith("tests/")
        elif ours and line.strip().startswith("/usr/"):
            found.add(str(pathlib.Path(line.strip()).resolve()))
    return sorted(found)


class Image:
    """The root of an image that is being made."""

    def __init__(self, root):
        self.root = root.resolve()
        self.files = {}  # package: paths below root
        for folder in ("lib", "lib64"):  # as in Debian
            (root / "usr" / folder).mkdir(parents=True)
            (root / folder).symlink_to(f"usr/{folder}")

    def add(self, package, source):
        """Copies a file of a package to the same place, what a link leads to in its place."""
        place = self.root / str(source).lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        # Through lib -> usr/lib: lists of files name it where it stands.
        place = place.parent.resolve() / place.name
        shutil.copyfile(source, place)
        place.chmod(0o755 if pathlib.Path(source).stat().st_mode & 0o100 else 0o644)
        self.files.setdefault(package, []).append(place)

    def describe(self):
        status = self.root / "var/lib/dpkg/status.d"
        status.mkdir(parents=True)
        for package, files in self.files.items():
            (status / package).write_text(run("dpkg-query", "--status", package), encoding="utf-8")
            sums = [f"{hashlib.md5(path.read_bytes()).hexdigest()}  {path.relative_to(self.root)}\n" for path in
                    sorted(files)]
            (status / f"{package}.md5sums").write_text("".join(sums), encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True, type=pathlib.Path, help="folder of the build, with bin/")
    parser.add_argument("--root", required=True, type=pathlib.Path, help="folder to make; must not exist")
    arguments = parser.parse_args()
    image = Image(arguments.root)
    programs = [arguments.build / "bin" / name for name in PROGRAMS]

    for path, package in owners(libraries(programs)).items():
        image.add(package, path)
    for package in sorted(image.files):
        # Some share the folder of another package, by a link.
        image.add(package, f"/usr/share/doc/{package}/copyright")
    for name in BASE_FILES:
        for source in sorted(filter(pathlib.Path.is_file, [pathlib.Path(name), *pathlib.Path(name).rglob("*")])):
            image.add("base-files", source)
    image.add("base-files", "/usr/share/doc/base-files/copyright")
    image.describe()

    binaries = image.root / "usr/bin"
    binaries.mkdir()
    for program in programs:
        run("strip", "-o", str(binaries / program.name), str(program))
    for name, content in OWN.items():
        (image.root / name).write_text(content, encoding="utf-8")
    (image.root / "etc/os-release").symlink_to("../usr/lib/os-release")
    documents = image.root / "usr/share/doc/advantaged"
    (documents / "compiled-in").mkdir(parents=True)
    shutil.copyfile("LICENSE", documents / "copyright")
    for package in sorted(set(owners(headers(arguments.build)).values())):
        (documents / "compiled-in" / package).write_text(run("dpkg-query", "--status", package), encoding="utf-8")


if __name__ == "__main__":
    main()
