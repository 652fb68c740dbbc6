"""POST /v1/compute takes JSON that says one thing: whatever else it holds is refused, every place of it named."""

import base64
import http.client
import json

import pytest
from running_server import PATIENCE
from transports import post, post_head, read_all, read_status, send

RLOO = '"method": {"rloo": {}}'
FLAT = 'one flat list, and their groups stand beside it: {"rewards": [1, 0, 0, 1], "group_size": 2}'
WHOLE = "must be a whole number from 0 to 4294967295"


def violations(server, body):
    """(field, description) of each, as listed; the answer is a 400 whose message tells the first."""
    code, _, value = post(server, body.encode() if isinstance(body, str) else body)
    assert code == 400, value
    refusal = read_status(value)
    assert (refusal.code, refusal.details["ErrorInfo"].reason) == (3, "INVALID_REQUEST")
    listed = [(v.field, v.description) for v in refusal.details["BadRequest"].field_violations]
    assert listed[0][1].split(";")[0] in refusal.message
    return listed


def computed(server, body):
    code, _, value = post(server, body.encode())
    assert code == 200, value
    return value


# The body, and all that is wrong with it: fields, and what must be said of each.
CASES = {
    "null among rewards": (
        f'{{{RLOO}, "rewards": [1, null, 0, 1, null, 1], "group_size": 2}}',
        {"rewards[1]": "null; must be a number", "rewards[4]": "valid masks it out"}),
    "null among integers": (f'{{{RLOO}, "rewards": [1, 0], "group_ids": [7, null]}}',
                            {"group_ids[1]": f"null; {WHOLE}"}),
    "null among messages": ('{"stages": [{"center": {}}, null]}', {"stages[1]": "null; must be an object"}),
    "null as an entry of a map": (
        '{"method": {"surrogate": {"formula": "a*rho", "constants": {"a": null, "b": 1}}}}',
        {"method.surrogate.constants[a]": "null; must be a number"}),
    "rewards in lists": (f'{{{RLOO}, "rewards": [[1, 0], [0, 1]]}}', {"rewards[0]": FLAT, "rewards[1]": FLAT}),
    "lists in other lists": ('{"group_ids": [1, [2, 3], 4, []]}', {"group_ids[1]": "a list", "group_ids[3]": "a list"}),
    "objects in lists": ('{"lengths": [{"a": [1, {}]}, 2]}', {"lengths[0]": "an object; must be a whole number"}),
    "lists of messages in lists": ('{"stages": [[{"center": {}}]]}', {"stages[0]": "a list; must be an object"}),
    "a field twice": (f'{{{RLOO}, "group_size": 2, "group_size": 4}}', {"group_size": "is given twice"}),
    "a field under both its names": (f'{{{RLOO}, "group_size": 2, "groupSize": 2}}', {"group_size": "is given twice"}),
    "a field twice, once as null": ('{"group_size": null, "group_size": 4}', {"group_size": "is given twice"}),
    "a list twice": ('{"rewards": [1], "rewards": [0]}', {"rewards": "is given twice"}),
    "a field twice further inside": (
        '{"stages": [{"clip": {"low": 1, "low": 2}}]}', {"stages[0].clip.low": "is given twice"}),
    "a name of a map twice": (
        '{"method": {"surrogate": {"constants": {"a": 1, "b": 2, "a": 1}}}}',
        {"method.surrogate.constants[a]": "is given twice"}),
    "two methods": ('{"method": {"rloo": {}, "grpo": {}}}', {"method": "both rloo and grpo"}),
    "a comma behind the last reward": (f'{{{RLOO}, "rewards": [1, 0, ]}}', {"rewards": "comma behind the last entry"}),
    "a comma behind the last field": (f'{{{RLOO}, "group_size": 2,\n}}', {"": "comma behind the last field"}),
    "a comma behind the last field inside": (
        '{"method": {"grpo": {"ddof": 1,}}}', {"method.grpo": "comma behind the last field"}),
    "commas, and what else is wrong": (
        '{"rewards": [1, null,], "group_size": "x",}',
        {"rewards[1]": "null", "rewards": "comma", "group_size": WHOLE, "": "comma"}),
    "bare NaN": ('{"rewards": [NaN, 1, NaN]}', {"rewards[0]": 'NaN; must be a number; write "NaN", in quotes',
                                                "rewards[2]": 'write "NaN"'}),
    "bare infinities": ('{"rewards": [Infinity, -Infinity, inf]}',
                        {"rewards[0]": 'write "Infinity"', "rewards[1]": 'write "-Infinity"',
                         "rewards[2]": 'write "Infinity"'}),
    "bare NaN further inside": (
        '{"stages": [{"scale": {"epsilon": NaN}}]}', {"stages[0].scale.epsilon": 'write "NaN", in quotes'}),
    "NaN in another spelling": ('{"rewards": ["nan", "-inf"]}',
                                {"rewards[0]": 'write "NaN"', "rewards[1]": 'write "-Infinity"'}),
    "words of Python": ('{"observe": True, "rewards": [None]}',
                        {"observe": "True; must be true or false; write true", "rewards[0]": "None; must be a number"}),
    "names without quotes": ('{rewards: [1, 0]}', {"rewards": "a name without quotes"}),
    "choices without quotes": ('{"small_group": ZERO}', {"small_group": '"SMALL_GROUP_POLICY_ZERO"?'}),
    "hexadecimal": ('{"rewards": ["0x10", 0x10]}', {"rewards[0]": '"0x10"; must be a number',
                                                    "rewards[1]": "0x10; must be a number"}),
    "hexadecimal for an integer": ('{"group_size": "0x10"}', {"group_size": f'"0x10"; {WHOLE}'}),
    "numbers as nobody writes them": (
        '{"rewards": ["1_000", "+1", "01", " 1", "1 ", "", "1e", ".5"]}',
        {f"rewards[{i}]": "a number" for i in range(8)}),
    "numbers as JSON does not have them": ('{"rewards": [01, +1, .5, 1., 1e]}',
                                           {f"rewards[{i}]": "a number" for i in range(5)}),
    "integers with a fraction": ('{"group_size": 2.5, "pass_at": [1, 1.5]}',
                                 {"group_size": f"2.5; {WHOLE}", "pass_at[1]": f"1.5; {WHOLE}"}),
    "integers out of range": (
        '{"group_size": -1, "group_ids": [4294967295, 4294967296, 1e10, 99999999999999999999, -0.5]}',
        {"group_size": "-1", "group_ids[1]": "4294967296", "group_ids[2]": "1e10",
         "group_ids[3]": "99999999999999999999", "group_ids[4]": "-0.5"}),
    "integers in quotes out of range": ('{"group_size": "4294967296"}', {"group_size": WHOLE}),
    "rewards beyond float32": ('{"rewards": [3e38, 1e39, "-1e39", 400000000000000000000000000000000000000]}',
                               {"rewards[1]": "1e39; must be a number, at most 3.4028235e+38",
                                "rewards[2]": "-1e39", "rewards[3]": "4000000"}),
    "numbers beyond double": ('{"success_threshold": 1e999, "rewards": [1, -1e999]}',
                              {"success_threshold": "1e999; must be a number, at most 1.797", "rewards[1]": "-1e999"}),
    "true as a reward": ('{"rewards": [true, 0, false]}',
                         {"rewards[0]": "true; must be a number; write 1", "rewards[2]": "write 0"}),
    "a number as a flag": ('{"shape_rewards": 1, "observe": "true"}',
                           {"shape_rewards": "1; must be true or false", "observe": "write true, without quotes"}),
    "a list where there is none": ('{"outcomes": [1, 0], "group_size": [2], "method": []}',
                                   {"outcomes": "a bitmap, as base64 text", "group_size": f"a list; {WHOLE}",
                                    "method": "a list; must be an object"}),
    "no list where there is one": ('{"rewards": 1, "stages": {"center": {}}, "pass_at": "4"}',
                                   {"rewards": "1; must be a list, each entry a number",
                                    "stages": "an object; must be a list, each entry an object", "pass_at": "a list"}),
    "text where there is none": ('{"method": "grpo", "run": 7}', {"method": '"grpo"; must be an object',
                                                                  "run": "7; must be text in quotes"}),
    "no map where there is one": ('{"method": {"surrogate": {"constants": [1]}}}',
                                  {"method.surrogate.constants": "a list; must be an object"}),
    "an object in a map": ('{"method": {"surrogate": {"constants": {"a": {}}}}}',
                           {"method.surrogate.constants[a]": "an object; must be a number"}),
    "choices that are none": (
        '{"small_group": "clamp_k", "reply_form": "BYTES", "trajectory_reward": 1.5}',
        {"small_group": 'did you mean "SMALL_GROUP_POLICY_CLAMP_K"?',
         "reply_form": '"REPLY_FORM_ADVANTAGES_FLOAT32_LE"', "trajectory_reward": "1.5; must be one of"}),
    "unknown fields": ('{"group_siz": 2, "method": {"grpo": {"dof": [1, null]}}, "x": {"y": 1}}',
                       {"group_siz": 'is not a field of the request; did you mean "group_size"?',
                        "method.grpo.dof": '"ddof"?', "x": "is not a field"}),
    "junk in base64": ('{"valid": "@", "outcomes": "AQ=", "reward_bits": "AQ\\n", "rewards_float32_le": "AAAA A=="}',
                       {"valid": '"@"; must be a bitmap', "outcomes": '"AQ="', "reward_bits": "base64",
                        "rewards_float32_le": "must be bytes, as base64 text"}),
    "base64 with bits too many": ('{"valid": "AR=="}', {"valid": '"AR=="'}),
    "no object": ("[1, 0]", {"": "must be an object"}),
    "text alone": ('"rewards"', {"": "must be an object"}),
    "nothing but NaN": ("NaN", {"": "must be an object"}),
    "an empty body": ("", {"": "unexpected end of input"}),
    "two requests": (f"{{{RLOO}}}\n{{{RLOO}}}", {"": "line 2, column 1: "}),
    "too deep": ('{"x": ' + "[" * 100000, {"x": "not a field", "": "nested in more than 100"}),
}


@pytest.mark.parametrize("body, expected", CASES.values(), ids=CASES.keys())
def test_everything_wrong_is_named(shared, body, expected):
    found = violations(shared, body)
    assert [field for field, _ in found] == list(expected)
    for (field, description), said in zip(found, expected.values()):
        assert said in description, field
        assert "TYPE_" not in description


def test_a_hundred_places_are_listed_and_the_others_counted(shared):
    *listed, last = violations(shared, json.dumps({"rewards": [None] * 1000}))
    assert [field for field, _ in listed] == [f"rewards[{i}]" for i in range(100)]
    assert last == ("", "and 900 more")
    *listed, last = violations(shared, '{"rewards": [' + "NaN, " * 1000 + "1]}")
    assert len(listed) == 100 and last == ("", "and 900 more")


def test_wrong_text_does_not_hide_what_is_wrong_with_values(shared):
    (first, description), (second, syntax) = violations(shared, '{"rewards": [null, 1}')
    assert (first, second) == ("rewards[0]", "rewards[2]")
    assert description.startswith("null") and syntax.startswith("not JSON: line 1, column 21")


def test_a_mistake_within_a_text_is_none(shared):
    for run in ("NaN", ",]", 'a\\"NaN, ]', "\\\\"):
        (field, _), = violations(shared, f'{{{RLOO}, "rewards": [1, 0], "group_size": 2, "run": "{run}"}}')
        assert field == "run"
    found = violations(shared, f'{{{RLOO}, "rewards": [NaN], "group_size": 2, "run": "a, ] NaN \\" [NaN,]"}}')
    assert [field for field, _ in found] == ["rewards[0]"]


def test_a_query_is_refused(shared):
    body = f'{{{RLOO}, "rewards": [1, 0], "group_size": 2}}'.encode()
    connection = http.client.HTTPConnection(shared.http, timeout=PATIENCE)
    connection.request("POST", "/v1/compute?group_size=2", body, {"Content-Type": "application/json"})
    response = connection.getresponse()
    value = json.loads(response.read())
    connection.close()
    assert response.status == 400 and "behind" in value["message"]
    assert read_status(value).details["BadRequest"].field_violations[0].field == "query"


@pytest.mark.parametrize("coding, code", [("gzip", 415), ("x-unheard", 415), ("identity, gzip", 415),
                                          ("identity", 200), ("Identity", 200)])
def test_a_coded_body_is_refused_unread(shared, coding, code):
    body = f'{{{RLOO}, "rewards": [1, 0], "group_size": 2}}'.encode()
    assert post(shared, body, **{"Content-Encoding": coding})[0] == code
    if code == 415:
        text = read_all(send(shared, post_head(len(body), f"\nContent-Encoding: {coding}")))
        assert text.startswith(b"HTTP/1.1 415") and b"Content-Encoding" in text


def test_two_codings_are_two(shared):
    text = read_all(send(shared, post_head(2, "\nContent-Encoding: identity\nContent-Encoding: br"), b"{}"))
    assert text.startswith(b"HTTP/1.1 415")


def test_what_protobuf_s_mapping_allows_is_read(shared):
    expected = computed(shared, f'{{{RLOO}, "rewards": [1, 0, 0.5, 0], "group_size": 2, "pass_at": [1]}}')["advantages"]
    for body in (f'{{{RLOO}, "rewards": ["1", 0e5, "0.5", -0], "groupSize": 2.0, "lengths": null, "observe": null}}',
                 f' {{ "method" : {{ "rloo" : {{ }} }} ,\r\n\t"rewards":[1e0,0,5E-1,0], "group_size" : "2" }}\n',
                 f'{{{RLOO}, "rewards": [1, 0, 0.5, 1e-99], "groupSize": 2e0, "small_group": 1, "reply_form": null}}'):
        assert computed(shared, body)["advantages"] == expected


def test_every_alphabet_of_base64_is_read(shared):
    # The float -1.0 has bytes 00 00 80 bf; 0x3effffff has ff ff ff 3e.
    raw = bytes.fromhex("000080bf" "ffffff3e")
    for text in (base64.b64encode(raw), base64.urlsafe_b64encode(raw), base64.b64encode(raw).rstrip(b"=")):
        value = computed(shared, '{"method": {"reinforce": {}}, "group_size": 2, '
                                 f'"rewards_float32_le": "{text.decode()}"}}')
        assert value["advantages"] == [-1, 0.49999997]


def test_rewards_are_rounded_once(shared):
    # Halfway between two floats but for its last digits: a double in between would round to the even one.
    value = computed(shared, '{"method": {"reinforce": {}}, "group_size": 2, '
                             '"rewards": [1.00000005960464477539063, 1]}')
    assert value["advantages"] == [1.0000001, 1]
