"""Dockerfile, .dockerignore and docker-compose.yaml against the project and the server. The image itself: `make image`."""

import fnmatch
import os
import re
import subprocess

import pytest
import yaml
from project import SOURCE, VERSION

DOCKERFILE = (SOURCE / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((SOURCE / "docker-compose.yaml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
SETTINGS = subprocess.run([os.environ["ADVANTAGED_BINARY"], "--print-config"], capture_output=True, text=True,
                          check=True).stdout
FLAGS = set(re.findall(r"^(\w+) = ", SETTINGS, re.MULTILINE))


def test_version_is_the_projects():
    assert set(re.findall(r"advantaged:([\d.]+)|VERSION=([\d.]+)", DOCKERFILE)) == {(VERSION, ""), ("", VERSION)}
    assert SERVICES["advantaged"]["image"] == f"advantaged:{VERSION}"


def test_image_listens_on_the_ports_it_exposes():
    environment = dict(re.findall(r"(ADVANTAGED_\w+)=(\S+)", DOCKERFILE.split("FROM scratch")[1]))
    assert {name.removeprefix("ADVANTAGED_").lower() for name in environment} <= FLAGS
    ports = {address.rsplit(":", 1)[1] for address in environment.values()}
    assert ports == set(re.search(r"^EXPOSE (.*)$", DOCKERFILE, re.MULTILINE)[1].split()) == {"50051", "9464"}
    assert re.search(r"^USER 65532:65532$", DOCKERFILE, re.MULTILINE)
    assert re.search(r"^STOPSIGNAL SIGTERM$", DOCKERFILE, re.MULTILINE)


def copied():
    """Paths that the Dockerfile takes from the project."""
    lines = re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE)
    return [word for line in lines for word in line.split()[:-1]]


@pytest.mark.parametrize("path", copied())
def test_copied_paths_exist_and_are_let_in(path):
    assert (SOURCE / path).exists()
    lines = [line for line in (SOURCE / ".dockerignore").read_text(encoding="utf-8").splitlines() if line.startswith("!")]
    assert any(path == line[1:] or path.startswith(line[1:] + "/") for line in lines), path


def test_nothing_of_the_build_or_of_git_is_let_in():
    lines = (SOURCE / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")][0] == "*"
    assert not any(fnmatch.fnmatch(name, line[1:]) for line in lines if line.startswith("!") for name in ("build", ".git"))


def test_mounts_of_compose_exist():
    for name, service in SERVICES.items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert (SOURCE / source).exists() if source.startswith("./") else source in COMPOSE["volumes"], (name, volume)


def test_compose_is_reached_from_this_machine_only():
    for service in SERVICES.values():
        assert all(port.startswith("127.0.0.1:") for port in service["ports"])


def test_compose_fits_server_prometheus_and_grafana():
    ours = SERVICES["advantaged"]
    assert {name.removeprefix("ADVANTAGED_").lower() for name in ours["environment"]} <= FLAGS
    drain = sum(float(re.search(rf"^drain_{name} = ([\d.]+)", SETTINGS, re.MULTILINE)[1]) for name in ("delay", "timeout"))
    assert drain + 2 <= float(ours["stop_grace_period"].removesuffix("s"))
    scrape = yaml.safe_load((SOURCE / "deploy/prometheus/prometheus.yml").read_text(encoding="utf-8"))["scrape_configs"][0]
    assert scrape["static_configs"] == [{"targets": ["advantaged:9464"]}] and scrape["job_name"] == "advantaged"
    provisioning = SOURCE / "deploy/grafana/provisioning"
    source, = yaml.safe_load((provisioning / "datasources/prometheus.yaml").read_text(encoding="utf-8"))["datasources"]
    assert source["url"] == "http://prometheus:9090"
    provider, = yaml.safe_load((provisioning / "dashboards/advantaged.yaml").read_text(encoding="utf-8"))["providers"]
    folder = provider["options"]["path"]
    assert f"./deploy/grafana/dashboards:{folder}:ro" in SERVICES["grafana"]["volumes"]
