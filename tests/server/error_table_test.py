"""Bad input, case by case and over every transport: INVALID_ARGUMENT, the field's path, the offending value.

Each case is the request as text, then the path of one violation and what its
description must contain.
"""

import pytest
from advantaged.v1 import compute_pb2
from google.protobuf import text_format
from transports import TRANSPORTS

INVALID_ARGUMENT = 3
FAILED_PRECONDITION = 9

CASES = {
    # What batch it is.
    "empty batch": ("method { rloo {} } group_size: 2", "rewards", ""),
    "empty packed array": ("method { rloo {} } rewards: [] group_size: 2", "rewards", ""),
    "no bits": ("method { rloo {} } response_count: 4 group_size: 2", "rewards", ""),
    "two forms of the rewards": (
        r'method { rloo {} } rewards: [1, 0] rewards_float32_le: "\0\0\0\0\0\0\0\0" group_size: 2',
        "rewards_float32_le", ""),
    "rewards and bits": (
        r'method { rloo {} } rewards: [1, 0] reward_bits: "\1" response_count: 2 group_size: 2',
        "rewards", "reward_bits"),
    "bits without a count": (r'method { rloo {} } reward_bits: "\1" group_size: 2',
                             "response_count", ""),
    "count beside rewards": ("method { rloo {} } rewards: [1, 0] response_count: 3 group_size: 2",
                             "response_count", "3"),

    # Groups.
    "no groups": ("method { rloo {} } rewards: [1, 0]", "group_size", ""),
    "two forms of groups": (
        "method { rloo {} } rewards: [1, 0] group_size: 2 group_sizes: [2]", "group_size", ""),
    "two forms of sizes": (
        r'method { rloo {} } rewards: [1, 0] group_sizes: [2] group_sizes_fixed32_le: "\2\0\0\0"',
        "group_sizes_fixed32_le", ""),
    "two forms of ids": (
        r'method { rloo {} } rewards: [1] group_ids: [1] group_ids_fixed32_le: "\1\0\0\0"',
        "group_ids_fixed32_le", ""),
    "size that does not divide": ("method { rloo {} } rewards: [1, 0, 1] group_size: 2",
                                  "group_size", "2"),
    "sizes that sum to less": ("method { rloo {} } rewards: [1, 0, 1] group_sizes: [2]",
                               "group_sizes", "2"),
    "sizes that sum to more": ("method { rloo {} } rewards: [1, 0, 1] group_sizes: [2, 2]",
                               "group_sizes", "4"),
    "sizes that sum to 2^32": (
        "method { rloo {} } rewards: [1, 0] group_sizes: [2147483648, 2147483650]",
        "group_sizes[0]", "2147483648"),
    "group size 0": ("method { rloo {} } rewards: [1, 0] group_size: 0", "group_size", "0"),
    "group size 0 among sizes": ("method { rloo {} } rewards: [1, 0] group_sizes: [2, 0]",
                                 "group_sizes[1]", "0"),
    "group of one": ("method { rloo {} } rewards: [1, 0] group_size: 1", "group_size", "1"),
    "group of one among sizes": ("method { grpo {} } rewards: [1, 0, 1] group_sizes: [2, 1]",
                                 "group_sizes[1]", "1"),
    "group of one by id": ("method { grpo {} } rewards: [1, 0, 1] group_ids: [7, 9, 7]",
                           "group_ids[1]", "9"),
    "other count than expected": (
        "method { rloo {} } rewards: [1, 0, 1, 0] group_size: 4 expected_group_size: 8",
        "group_size", "8"),
    "other count than expected among sizes": (
        "method { rloo {} } rewards: [1, 0, 1, 0, 1] group_sizes: [2, 3] expected_group_size: 2",
        "group_sizes[1]", "3"),
    "other count than expected by id": (
        "method { rloo {} } rewards: [1, 0, 1, 0, 1] group_ids: [5, 5, 6, 6, 6] "
        "expected_group_size: 2", "group_ids[2]", "3"),
    "expected size 0": (
        "method { rloo {} } rewards: [1, 0] group_size: 2 expected_group_size: 0",
        "expected_group_size", "0"),

    # Values.
    "NaN": ("method { rloo {} } rewards: [1, nan] group_size: 2", "rewards[1]", "nan"),
    "infinity": ("method { rloo {} } rewards: [inf, 0] group_size: 2", "rewards[0]", "inf"),
    "negative infinity": ("method { rloo {} } rewards: [1, 0, 0, -inf] group_size: 2",
                          "rewards[3]", "-inf"),
    "NaN in bytes": (
        r'method { rloo {} } rewards_float32_le: "\0\0\300\177\0\0\0\0" group_size: 2',
        "rewards_float32_le[0]", "nan"),
    "NaN beside a masked one": (
        r'method { rloo {} } rewards: [nan, nan, 1, 0] valid: "\16" group_size: 4',
        "rewards[1]", "nan"),
    "NaN under outcomes": (
        r'method { grpo {} } rewards: [1, nan] outcomes: "\1" group_size: 2', "rewards[1]", "nan"),
    "unknown outcome": (
        "method { pass_at_k_rloo { k: 1 } } rewards: [1, 0.25] group_size: 2",
        "rewards[1]", "0.25"),
    "result beyond float32": (
        "method { rloo {} } rewards: [3e38, -3e38, 3e38, -3e38] group_size: 2", "rewards[0]", ""),
    "result beyond float32 in a later group": (
        "method { rloo {} } rewards: [1, 0, 3e38, -3e38] group_size: 2", "rewards[2]", ""),

    # Trajectories.
    "two forms of trajectory ids": (
        r'method { reinforce {} } rewards: [1] trajectory_ids: [1] '
        r'trajectory_ids_fixed32_le: "\1\0\0\0" group_size: 1', "trajectory_ids_fixed32_le", ""),
    "trajectory ids of another number": (
        "method { rloo {} } rewards: [1, 0] trajectory_ids: [1] group_size: 2",
        "trajectory_ids", "1 id for 2 rows"),
    "rows of one response that differ": (
        "method { rloo {} } rewards: [1, 0, 0.5] trajectory_ids: [8, 9, 8] group_size: 3",
        "rewards[2]", "0.5, but row 0 of trajectory 8 has 1"),
    "rows of one response, as bytes, in two groups": (
        r'method { reinforce {} } rewards: [1, 1] trajectory_ids_fixed32_le: "\7\0\0\0\7\0\0\0" '
        "group_size: 1", "trajectory_ids_fixed32_le[1]", "trajectory 7 is in group 1"),
    "sum of bits": (
        r'method { rloo {} } reward_bits: "\1" response_count: 3 trajectory_ids: [8, 9, 8] '
        "trajectory_reward: TRAJECTORY_REWARD_SUM group_size: 3", "trajectory_reward", "reward_bits"),
    "unknown trajectory reward": (
        "method { rloo {} } rewards: [1, 0] trajectory_ids: [8, 9] trajectory_reward: 77 "
        "group_size: 2", "trajectory_reward", "77"),
    "trajectory reward without ids": (
        "method { rloo {} } rewards: [1, 0] trajectory_reward: TRAJECTORY_REWARD_LAST group_size: 2",
        "trajectory_reward", "trajectory_ids"),

    # The method.
    "no method": ("rewards: [1, 0] group_size: 2", "method", ""),
    "empty method": ("method {} rewards: [1, 0] group_size: 2", "method", ""),
    "k missing": ("method { pass_at_k_grpo {} } rewards: [1, 0] group_size: 2",
                  "method.pass_at_k_grpo.k", ""),
    "k of 0": ("method { pass_at_k_grpo { k: 0 } } rewards: [1, 0] group_size: 2",
               "method.pass_at_k_grpo.k", "0"),
    "k above n": ("method { pass_at_k_grpo { k: 3 } } rewards: [1, 0] group_size: 2",
                  "method.pass_at_k_grpo.k", "3"),
    "k above the n of one group": (
        "method { pass_at_k_reinforce { k: 3 } } rewards: [1, 0, 1, 1, 0] group_sizes: [3, 2]",
        "method.pass_at_k_reinforce.k", "group 1 "),
    "k above the n of one id": (
        "method { max_at_k { k: 2 } } rewards: [1, 0, 1] group_ids: [4, 4, 8]",
        "method.max_at_k.k", "id 8"),
    "leave one out with k = n": (
        "method { max_at_k { k: 2 variant: VARIANT_LEAVE_ONE_OUT } } rewards: [1, 0] group_size: 2",
        "method.max_at_k.k", "2"),
    "negative std coefficient": (
        "method { std_regularized { std_coefficient: -0.5 } } rewards: [1, 0] group_size: 2",
        "method.std_regularized.std_coefficient", "-0.5"),
    "NaN entropy coefficient": (
        "method { entropy_regularized { entropy_coefficient: nan } } rewards: [1, 0] group_size: 2",
        "method.entropy_regularized.entropy_coefficient", "nan"),
    "infinite gamma": (
        "method { focal { gamma: inf base: BASE_METHOD_GRPO } } rewards: [1, 0] group_size: 2",
        "method.focal.gamma", "inf"),
    "negative positive weight": (
        "method { weighted_reinforce { positive_weight: -1 } } rewards: [1, 0] group_size: 2",
        "method.weighted_reinforce.positive_weight", "-1"),
    "negative epsilon": (
        "method { grpo { epsilon: -1e-6 } } rewards: [1, 0] group_size: 2",
        "method.grpo.epsilon", "-1e-06"),
    "ddof of 2": ("method { grpo { ddof: 2 } } rewards: [1, 0] group_size: 2",
                  "method.grpo.ddof", "2"),
    "base missing": ("method { focal { gamma: 1 } } rewards: [1, 0] group_size: 2",
                     "method.focal.base", ""),
    "unknown base": ("method { biased_pass_at_k { k: 2 base: 77 } } rewards: [1, 0] group_size: 2",
                     "method.biased_pass_at_k.base", "77"),
    "unknown variant": ("method { max_at_k { k: 1 variant: 77 } } rewards: [1, 0] group_size: 2",
                        "method.max_at_k.variant", "77"),
    "unknown scale": ("method { max_at_k { k: 1 scale: 77 } } rewards: [1, 0] group_size: 2",
                      "method.max_at_k.scale", "77"),
    "custom table without a needed n": (
        "method { custom_table { tables { n: 3 advantage_correct: [0, 1, 1, 1] "
        "advantage_wrong: [0, 0, 0, 0] } } } rewards: [1, 0] group_size: 2",
        "method.custom_table.tables", "n = 2"),
    "custom table with NaN": (
        "method { custom_table { tables { n: 2 advantage_correct: [0, nan, 1] "
        "advantage_wrong: [0, 0, 0] } } } rewards: [1, 0] group_size: 2",
        "method.custom_table.tables[0].advantage_correct[1]", "nan"),
    "custom table of another length": (
        "method { custom_table { tables { n: 2 advantage_correct: [0, 1] "
        "advantage_wrong: [0, 0, 0] } } } rewards: [1, 0] group_size: 2",
        "method.custom_table.tables[0].advantage_correct", "2"),
    "custom table twice for one n": (
        "method { custom_table { tables { n: 1 advantage_correct: [0, 1] advantage_wrong: [0, 0] } "
        "tables { n: 1 advantage_correct: [0, 1] advantage_wrong: [0, 0] } } } "
        "rewards: [1] group_size: 1", "method.custom_table.tables[1].n", "1"),
    "custom table for n = 0": (
        "method { custom_table { tables { n: 0 advantage_correct: [0] advantage_wrong: [0] } } } "
        "rewards: [1] group_size: 1", "method.custom_table.tables[0].n", "0"),
    "no custom table": ("method { custom_table {} } rewards: [1, 0] group_size: 2",
                        "method.custom_table.tables", ""),
    "opo without lengths": ("method { opo {} } rewards: [1, 0] group_size: 2", "lengths", ""),
    "opo without any token": (
        "method { opo {} } rewards: [1, 0] lengths: [0, 0] group_size: 2", "lengths[0]", "0"),

    # Options.
    "threshold with outcomes": (
        r'method { grpo {} } rewards: [1, 0] outcomes: "\1" success_threshold: 0.5 group_size: 2',
        "success_threshold", "0.5"),
    "threshold with bits": (
        r'method { grpo {} } reward_bits: "\1" response_count: 2 success_threshold: 0.5 '
        "group_size: 2", "success_threshold", "0.5"),
    "threshold of NaN": ("method { grpo {} } rewards: [1, 0] success_threshold: nan group_size: 2",
                         "success_threshold", "nan"),
    "shaping where it does not apply": (
        "method { rloo {} } rewards: [1, 0] shape_rewards: true group_size: 2",
        "shape_rewards", "rloo"),
    "shaping without outcomes": (
        "method { skew_r {} } rewards: [1, 0.25] shape_rewards: true group_size: 2",
        "rewards[1]", "0.25"),
    "zero unless mixed without outcomes": (
        "method { grpo {} } rewards: [1, 0.25] zero_unless_mixed: true group_size: 2",
        "rewards[1]", "0.25"),
    "negative tolerance": ("method { grpo {} } rewards: [1, 0] constant_tolerance: -1 group_size: 2",
                           "constant_tolerance", "-1"),
    "infinite tolerance": (
        "method { grpo {} } rewards: [1, 0] constant_tolerance: inf group_size: 2",
        "constant_tolerance", "inf"),
    "unknown policy": ("method { grpo {} } rewards: [1, 0] small_group: 77 group_size: 2",
                       "small_group", "77"),
    "small group that is an error": (
        r'method { rloo {} } rewards: [1, 0] valid: "\1" small_group: SMALL_GROUP_POLICY_ERROR '
        "group_size: 2", "small_group", "group 0 has 1 "),
    "threshold that is 0 in float32": (
        "method { grpo {} } rewards: [1, 0] success_threshold: 1e-60 group_size: 2",
        "success_threshold", "1e-60 is 0 in float32"),
    "threshold beyond float32": (
        "method { grpo {} } rewards: [1, 0] success_threshold: -1e39 group_size: 2",
        "success_threshold", "-1e+39 is beyond float32"),
    "unknown policy of declared groups": (
        "method { grpo {} } rewards: [1, 0] declared_small_group: 77 group_size: 2",
        "declared_small_group", "77"),
    "incomplete group": (
        "method { grpo {} } rewards: [1, 0, 1] group_sizes: [2, 1] expected_group_size: 2",
        "group_sizes[1]", "declared_small_group"),
    "unknown form": ("method { grpo {} } rewards: [1, 0] reply_form: 77 group_size: 2",
                     "reply_form", "77"),
    "pass at 0": ("method { grpo {} } rewards: [1, 0] pass_at: [1, 0] group_size: 2",
                  "pass_at[1]", "0"),
    "pass at the same twice": (
        "method { grpo {} } rewards: [1, 0] pass_at: [2, 4, 2] group_size: 2", "pass_at[2]", "2"),
    "too many pass at": (
        "method { grpo {} } rewards: [1, 0] pass_at: %s group_size: 2" % list(range(1, 34)),
        "pass_at", "33"),
    "a pair per group of real rewards": (
        "method { grpo {} } rewards: [1, 0.25] reply_form: REPLY_FORM_ADVANTAGES_PER_GROUP "
        "group_size: 2", "rewards[1]", "0.25"),
    "a pair per group of opo": (
        "method { opo {} } rewards: [1, 0] lengths: [1, 1] "
        "reply_form: REPLY_FORM_ADVANTAGES_PER_GROUP group_size: 2", "reply_form", "opo"),
    "a pair per group of shaped rewards": (
        r'method { skew_r {} } rewards: [1, 0.25] outcomes: "\1" shape_rewards: true '
        "reply_form: REPLY_FORM_ADVANTAGES_PER_GROUP group_size: 2", "reply_form", ""),

    # Arrays.
    "stray bits in valid": (
        r'method { rloo {} } rewards: [1, 0, 1] valid: "\17" group_size: 3', "valid[0]", "15"),
    "stray bits in outcomes": (
        r'method { grpo {} } rewards: [1, 0, 1] outcomes: "\17" group_size: 3', "outcomes[0]", "15"),
    "stray bits in rewards": (
        r'method { rloo {} } reward_bits: "\17" response_count: 3 group_size: 3',
        "reward_bits[0]", "15"),
    "a byte too many in valid": (
        r'method { rloo {} } rewards: [1, 0] valid: "\3\0" group_size: 2', "valid", "2"),
    "a byte too few in outcomes": (
        r'method { grpo {} } rewards: [1, 0, 1, 0, 1, 0, 1, 0, 1] outcomes: "\3" group_size: 9',
        "outcomes", "1"),
    "bytes too few in bits": (
        r'method { rloo {} } reward_bits: "\3" response_count: 16 group_size: 2',
        "reward_bits", "1"),
    "7 bytes of rewards": (
        r'method { rloo {} } rewards_float32_le: "\0\0\0\0\0\0\0" group_size: 2',
        "rewards_float32_le", "7"),
    "3 bytes of sizes": (
        r'method { rloo {} } rewards: [1, 0] group_sizes_fixed32_le: "\2\0\0"',
        "group_sizes_fixed32_le", "3"),
    "5 bytes of ids": (
        r'method { rloo {} } rewards: [1, 0] group_ids_fixed32_le: "\2\0\0\0\1"',
        "group_ids_fixed32_le", "5"),
    "6 bytes of lengths": (
        r'method { opo {} } rewards: [1, 0] lengths_fixed32_le: "\2\0\0\0\1\0" group_size: 2',
        "lengths_fixed32_le", "6"),
    "two forms of lengths": (
        r'method { opo {} } rewards: [1] lengths: [1] lengths_fixed32_le: "\1\0\0\0" group_size: 1',
        "lengths_fixed32_le", ""),
    "ids of another length": ("method { rloo {} } rewards: [1, 0] group_ids: [1, 1, 1]",
                              "group_ids", "3"),
    "lengths of another length": (
        "method { opo {} } rewards: [1, 0] lengths: [1] group_size: 2", "lengths", "1"),

    # Operator fields.
    "run with a capital": ('method { rloo {} } rewards: [1, 0] group_size: 2 run: "Grpo"',
                           "run", '"grpo"'),
    "run with a quote": (r'method { rloo {} } rewards: [1, 0] group_size: 2 run: "a\"b"',
                         "run", r'a"b'),
    "run with an end of line": (r'method { rloo {} } rewards: [1, 0] group_size: 2 run: "a\n"',
                                "run", "a\n"),
    "run of 33": (f'method {{ rloo {{}} }} rewards: [1, 0] group_size: 2 run: "{"r" * 33}"',
                  "run", "33"),
}


def parse(text):
    return text_format.Parse(text, compute_pb2.ComputeAdvantagesRequest())


@pytest.fixture(params=TRANSPORTS, name="transport")
def make_transport(request, shared, stub):
    return TRANSPORTS[request.param](shared, stub)


@pytest.mark.parametrize("text, field, value", CASES.values(), ids=CASES.keys())
def test_refused(transport, text, field, value):
    refusal = transport.compute(parse(text))
    assert refusal.code == INVALID_ARGUMENT, refusal
    assert refusal.details["ErrorInfo"].reason == "INVALID_REQUEST"
    assert refusal.details["ErrorInfo"].domain == "advantaged"
    violations = refusal.details["BadRequest"].field_violations
    assert any(v.field == field and value.lower() in v.description.lower() for v in violations), (
        violations)
    # The message alone names the first one.
    assert violations[0].field in refusal.message


def test_every_violation_is_listed(transport):
    text = ("method { pass_at_k_grpo { k: 0 } } rewards: [1, nan] group_size: 3 "
            "constant_tolerance: -1 small_group: 77")
    refusal = transport.compute(parse(text))
    fields = {v.field for v in refusal.details["BadRequest"].field_violations}
    assert {"method.pass_at_k_grpo.k", "group_size", "constant_tolerance", "small_group"} <= fields


def test_the_same_violations_over_every_transport(shared, stub):
    for text, _, _ in CASES.values():
        refusals = [make(shared, stub).compute(parse(text)) for make in TRANSPORTS.values()]
        assert str(refusals[0]) == str(refusals[1])  # NaN is among the values


def test_a_hundred_violations_are_listed_and_the_others_counted(transport):
    request = parse("method { rloo {} } group_size: 2")
    request.rewards.extend([float("nan")] * 1000)
    refusal = transport.compute(request)
    assert refusal.code == INVALID_ARGUMENT
    *listed, last = refusal.details["BadRequest"].field_violations
    assert [v.field for v in listed] == [f"rewards[{i}]" for i in range(100)]
    assert all("nan" in v.description for v in listed)
    assert (last.field, last.description) == ("", "and 900 more")


def test_group_without_valid_response_is_no_error(stub):
    request = parse(r'method { rloo {} } rewards: [nan, inf, 1, 0] valid: "\14" group_size: 2 '
                    "group_statistics: true")
    response = stub.ComputeAdvantages(request)
    assert list(response.advantages) == [0, 0, 1, -1]
    assert list(response.group_statistics.n) == [0, 2]
    assert response.summary.empty_groups == 1


def test_other_numerics_version(transport):
    refusal = transport.compute(parse("method { rloo {} } rewards: [1, 0] group_size: 2 "
                                      "required_numerics_version: 999"))
    assert refusal.code == FAILED_PRECONDITION
    assert "999" in refusal.message
    assert refusal.details["ErrorInfo"].reason == "NUMERICS_VERSION_MISMATCH"
