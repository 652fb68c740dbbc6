"""The image that `make image` has built: what is in it, and that it serves as it will: as its user, with a root that is
read-only and without capabilities."""

import gzip
import json
import os
import pathlib
import re
import signal
import stat
import subprocess
import time
import urllib.request

import pytest
from project import SOURCE, VERSION

FOLDER = pathlib.Path(os.environ["ADVANTAGED_IMAGE_FOLDER"])
ROOT = pathlib.Path(os.environ["ADVANTAGED_IMAGE_ROOT"])
CONFIG = json.loads((FOLDER / "config.json").read_text(encoding="utf-8"))
SETTINGS = CONFIG["config"]
SPDX = json.loads((FOLDER / "advantaged.spdx.json").read_text(encoding="utf-8"))
IMAGE = os.environ["ADVANTAGED_IMAGE"]
PODMAN = str(FOLDER / "podman")
PAGE = (SOURCE / "docs/image.md").read_text(encoding="utf-8")
PATIENCE = 120
# As a runtime of containers starts it: its own mounts, a root nobody can write, a user without rights.
ENTER = ('mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && '
         'exec setpriv --no-new-privs --bounding-set=-all,+sys_chroot,+setuid,+setgid chroot --userspec=65532:65532 --groups= "$0" "$@"')


def command(*words):
    return ["unshare", "--mount", "--propagation", "private", "sh", "-c", ENTER, str(ROOT), *words]


def environment():
    return dict(entry.split("=", 1) for entry in SETTINGS["Env"])


def run(*words):
    """A program of the image, inside."""
    return subprocess.run(command(*words), env=environment(), capture_output=True, text=True, timeout=PATIENCE, check=False)


def files():
    return [path for path in ROOT.rglob("*") if path.is_file() and not path.is_symlink()]


def assert_without_rights(process):
    status = pathlib.Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    assert re.search(r"^Uid:\s+65532\s+65532\s+65532\s+65532$", status, re.MULTILINE)
    assert re.search(r"^CapEff:\s+0+$", status, re.MULTILINE) and re.search(r"^NoNewPrivs:\s+1$", status, re.MULTILINE)


@pytest.fixture
def server():
    """(process, address of gRPC, address of HTTP), on free ports of the loopback."""
    process = subprocess.Popen(command(*SETTINGS["Entrypoint"], "--listen=127.0.0.1:0", "--http-listen=127.0.0.1:0",
                                       "--drain-delay=0"), env=environment(), stderr=subprocess.PIPE, text=True)
    addresses = {}
    deadline = time.monotonic() + PATIENCE
    while {"grpc", "http"} - set(addresses):
        line = process.stderr.readline()
        assert line and time.monotonic() < deadline, "no server in the image"
        found = re.fullmatch(r"(grpc|http) on (\S+)", json.loads(line)["message"])
        if found:
            addresses[found[1]] = found[2]
    yield process, addresses["grpc"], addresses["http"]
    process.kill()
    process.wait()


def test_configuration():
    assert SETTINGS["User"] == "65532:65532"
    assert SETTINGS["Entrypoint"] == ["/usr/bin/advantaged"] and not SETTINGS.get("Cmd")
    assert SETTINGS["StopSignal"] in ("SIGTERM", "15")
    assert set(SETTINGS["ExposedPorts"]) == {"50051/tcp", "9464/tcp"}
    labels = SETTINGS["Labels"]
    assert labels["org.opencontainers.image.version"] == VERSION
    assert re.fullmatch(r"[0-9a-f]{40}(-modified)?", labels["org.opencontainers.image.revision"])


def test_listens_where_containers_are_reached():
    printed = run("/usr/bin/advantaged", "--print-config").stdout
    assert 'listen = ["0.0.0.0:50051"]  # environment' in printed
    assert 'http_listen = "0.0.0.0:9464"  # environment' in printed


def test_serves_read_only_without_rights_and_ends_in_order(server):
    process, grpc, http = server
    assert_without_rights(process.pid)
    inside = run("/usr/bin/advctl", "doctor", "--server", grpc)
    assert inside.returncode == 0, inside.stdout + inside.stderr
    outside = subprocess.run([SOURCE / "build/bin/advctl", "ping", "--server", grpc], capture_output=True, text=True,
                             timeout=PATIENCE, check=False)
    assert outside.returncode == 0 and f"advantaged {VERSION}" in outside.stdout, outside.stderr
    with urllib.request.urlopen(f"http://{http}/metrics", timeout=PATIENCE) as page:
        assert f'version="{VERSION}"' in page.read().decode()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=PATIENCE) == 0


def test_a_container_runtime_starts_it_as_the_page_says():
    """With the flags of docs/image.md, on the image's own addresses, in a network of its own."""
    flags = re.sub(r"-p \S+", "", re.search(r"^docker run (--read-only .*) advantaged:", PAGE, re.MULTILINE)[1]).split()
    assert {"--read-only", "--cap-drop"} <= set(flags)
    name = f"advantaged-{os.getpid()}"
    # Not every machine lets podman raise its limits to what it takes by default.
    limits = ["--ulimit=nofile=8192:8192", "--ulimit=nproc=1024:1024"]
    process = subprocess.Popen([PODMAN, "run", f"--name={name}", "--network=none", *limits, *flags, IMAGE,
                                "--drain-delay=0"], stderr=subprocess.PIPE, text=True)
    try:
        said = [""]
        while '"grpc on 0.0.0.0:50051"' not in said[-1]:
            said.append(process.stderr.readline())
            assert said[-1], said
        number = subprocess.run([PODMAN, "inspect", "--format={{.State.Pid}}", name], check=True, stdout=subprocess.PIPE,
                                text=True).stdout.strip()
        assert_without_rights(number)
        for check in ("ping", "doctor"):
            subprocess.run([PODMAN, "exec", name, "/usr/bin/advctl", check], check=True, timeout=PATIENCE)
        subprocess.run([PODMAN, "stop", f"--time={PATIENCE}", name], check=True, timeout=2 * PATIENCE)
        assert process.wait(timeout=PATIENCE) == 0
    finally:
        subprocess.run([PODMAN, "rm", "--force", "--time=0", name], check=False, timeout=PATIENCE)
        process.wait(timeout=PATIENCE)


def test_nothing_to_write_or_to_gain():
    for path in ROOT.rglob("*"):
        mode = path.lstat()
        if not stat.S_ISLNK(mode.st_mode):
            assert mode.st_uid == 0 and not mode.st_mode & (stat.S_ISUID | stat.S_ISGID | stat.S_IWOTH), path


def test_no_shell_no_interpreter_no_package_manager():
    programs = {path.name for path in files() if os.access(path, os.X_OK) and ".so" not in path.name}
    assert programs == {"advantaged", "advctl"}


def test_every_file_is_known():
    """Of a package in the list, or ours."""
    status = ROOT / "var/lib/dpkg/status.d"
    of_packages = {line.split("  ", 1)[1] for sums in status.glob("*.md5sums")
                   for line in sums.read_text(encoding="utf-8").splitlines()}
    ours = {"usr/bin/advantaged", "usr/bin/advctl", "etc/passwd", "etc/group", "etc/nsswitch.conf"}
    unknown = {str(path.relative_to(ROOT)) for path in files()} - of_packages - ours
    assert not {path for path in unknown if not path.startswith(("var/lib/dpkg/status.d/", "usr/share/doc/advantaged/"))}
    listed = {package["name"] for package in SPDX["packages"]}
    assert {path.name for path in status.iterdir() if path.suffix != ".md5sums"} <= listed
    assert "libgrpc++1.51" in listed and "libhwy-dev" in listed  # linked, and compiled in


def test_spdx():
    """What SPDX 2.3 asks of a document, by SPDX's own tools; and every package has its place in it."""
    subprocess.run([FOLDER / "venv/bin/pyspdxtools", "--infile", FOLDER / "advantaged.spdx.json"], check=True)
    assert SPDX["spdxVersion"] == "SPDX-2.3"
    identifiers = [package["SPDXID"] for package in SPDX["packages"]]
    known = {*identifiers, "SPDXRef-DOCUMENT"}
    ends = [(relation["spdxElementId"], relation["relatedSpdxElement"]) for relation in SPDX["relationships"]]
    assert all(one in known and other in known for one, other in ends)
    assert {other for _, other in ends} == set(identifiers)


def test_size_is_what_the_page_says():
    total = sum(path.stat().st_size for path in files())
    compressed = len(gzip.compress((FOLDER / "advantaged.tar").read_bytes()))
    print(f"{total / 2**20:.1f} MiB in {len(files())} files, {compressed / 2**20:.1f} MiB compressed")
    said = re.search(r"\*\*(\d+) MiB\*\* in \d+ files, (\d+) MiB compressed", PAGE)
    # Debian's updates and our commits move it a little.
    assert [total / 2**20, compressed / 2**20] == pytest.approx([float(said[1]), float(said[2])], abs=1.5)
