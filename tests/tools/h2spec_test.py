"""h2spec, which asks for every rule of HTTP/2 whether the server keeps it.

gRPC keeps not all of them: h2spec_known.txt lists those that it does not. A line too many there is no fault, because
some depend on which of two frames comes first.
"""

import pathlib
import xml.etree.ElementTree

from tool import run

KNOWN = pathlib.Path(__file__).with_name("h2spec_known.txt")


def broken(report):
    """Lines "SECTION: what was done" of the rules that were not kept, and the number of all."""
    cases = list(xml.etree.ElementTree.parse(report).iter("testcase"))
    return {f"{case.get('package')}: {case.get('classname')}" for case in cases
            if case.find("error") is not None or case.find("failure") is not None}, len(cases)


def test_no_rule_is_broken_that_is_not_known(server, tmp_path):
    host, port = server.grpc[0].split(":")
    done = run("h2spec", "--host", host, "--port", port, "--timeout", 2, "--junit-report", tmp_path / "report.xml")
    found, cases = broken(tmp_path / "report.xml")
    assert cases > 100, done.stdout
    known = set(KNOWN.read_text(encoding="utf-8").splitlines())
    assert not found - known
    # And it serves as before.
    assert run("grpcurl", "-plaintext", server.grpc[0], "grpc.health.v1.Health/Check").returncode == 0
