"""A server says everything in other words: groups, rows, trajectories and values arrive as numbers all the same."""

import pytest
from other_words import OTHER, OtherWords

GROUPS = [4, 4, 9, 9]  # ids
WRONG = {
    "a value": (
        {"method": {"rloo": {}}, "rewards": [1, 0, 0.5, 1], "group_size": 2, "zero_unless_mixed": True},
        "rewards[2]", [("value", 0.5, None), ("group", 1, None)]),
    "a group with its id": (
        {"method": {"rloo": {}}, "rewards": [1, 0, 1], "group_ids": [4, 4, 9]},
        "group_ids[2]", [("group", 1, 9)]),
    "a trajectory of two groups": (
        {"method": {"rloo": {}}, "rewards": [1, 0, 1, 0], "group_ids": GROUPS, "trajectory_ids": [0, 7, 7, 3]},
        "trajectory_ids[2]",
        [("trajectory", 7, None), ("group", 1, 9), ("row", 1, None), ("trajectory", 7, None), ("group", 0, 4)]),
    "rewards of one trajectory": (
        {"method": {"rloo": {}}, "rewards": [1, 0, 1, 0], "group_ids": GROUPS, "trajectory_ids": [5, 5, 6, 7]},
        "rewards[1]", [("value", 0, None), ("row", 0, None), ("trajectory", 5, None)]),
}


@pytest.fixture(params=["as it is", "in other words"])
def said(request, server, drive):
    """What a driver says of a request that is refused."""
    with server.stub() as stub:
        other = OtherWords(stub)
        driver = drive(server.grpc[0] if request.param == "as it is" else other.address)

        def ask(question):
            violation, = driver.ask(question)["violations"]
            assert (OTHER in violation["description"]) == (request.param == "in other words")
            return violation

        yield ask
        driver.finish()
        other.stop()


@pytest.mark.parametrize("case", WRONG)
def test_numbers_do_not_depend_on_the_words(said, case):
    question, field, mentions = WRONG[case]
    violation = said(question)
    assert violation["field"] == field
    assert [(one["kind"], one["number"], one["group_id"]) for one in violation["mentions"]] == mentions
    for one in violation["mentions"]:
        number = f"{one['number']:g}"  # in the client's own words, or in the server's
        assert number in one["text"] or one["text"].endswith(f"Nr. {one['number'] + 1000:g}")
