"""Batches over what the server takes in one message: an error that names both sizes and the setting, in every client."""

import re

import pytest

LIMIT = 8 << 10
SAID = re.compile(rf"the request has (\d+) bytes; this server accepts {LIMIT} \(--max-request-bytes\)")


def request(count):
    return {"method": {"rloo": {}}, "rewards": [0.5, 0.25] * (count // 2), "group_size": 2}


def assert_serves(driver):
    """Whatever was refused, the next batch is answered."""
    assert driver.ask(request(2))["advantages"].tolist() == [0.25, -0.25]
    driver.finish()


def calls(server):
    return server.metrics().sum("grpc_server_started_total", grpc_method="ComputeAdvantages")


@pytest.mark.parametrize("count, sent", [(2100, 1), (1_200_000, 0)], ids=["refused once", "never sent"])
def test_a_batch_over_the_limit(start, drive, count, sent):
    server = start(f"--max-request-bytes={LIMIT}")
    driver = drive(server.grpc[0])
    answer = driver.ask(request(count))
    assert answer.get("error") == "RESOURCE_EXHAUSTED", answer
    said = SAID.search(answer["message"])
    assert said and 4 * count < int(said[1]) < 4 * count + 200, answer["message"]
    # Above 4 MiB the client asks for the limit first.
    assert calls(server) == sent == server.metrics().value("advantaged_rejected_total", reason="too_large")
    assert_serves(driver)


def test_a_batch_that_grpc_itself_refuses(start, drive):
    """Above twice the limit and 1 MiB no code of the server sees it."""
    driver = drive(start(f"--max-request-bytes={LIMIT}").grpc[0])
    answer = driver.ask(request(600_000))
    assert answer.get("error") == "RESOURCE_EXHAUSTED", answer
    assert re.search(r"larger than max \(\d{7} vs\. \d{7}\) \(--max-request-bytes\)", answer["message"]), answer
    assert_serves(driver)
