"""Writes the seeds of corpus/: one small valid input for everything there is to ask for.

    PYTHONPATH=build/generated/python /usr/bin/python3 tests/fuzz/seeds.py

The methods and their parameters come from the contract: run it again after adding one.
"""

import itertools
import pathlib
import struct

from advantaged.v1 import compute_pb2, method_pb2, stages_pb2
from google.protobuf import json_format
from google.protobuf.descriptor import FieldDescriptor

HERE = pathlib.Path(__file__).parent
CORPUS = HERE / "corpus"
# Two groups of four.
OUTCOMES = (1, 0, 0, 1, 0, 0, 1, 0)
REWARDS = (1, 0.25, -3, 1, 0.5, 0, 2, 0)
LENGTHS = (5, 7, 0, 3, 2, 9, 1, 4)


def bitmap(bits):
    return sum(bit << i for i, bit in enumerate(bits)).to_bytes((len(bits) + 7) // 8, "little")


def packed(kind, values):
    return struct.pack(f"<{len(values)}{kind}", *values)


def values_of(field):
    """Values for a parameter of a method."""
    if field.cpp_type == FieldDescriptor.CPPTYPE_ENUM:
        return [value.number for value in field.enum_type.values[1:]]
    if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        return [True]
    if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        return ["a*asin(sqrt(rho_k))"] if field.name == "formula" else ["entropy"]
    return [2] if field.name == "k" else [1]


def methods():
    """(name, MethodSpec): every method with every value of its choices."""
    for method in method_pb2.MethodSpec.DESCRIPTOR.oneofs_by_name["method"].fields:
        parameters = [f for f in method.message_type.fields if f.label != f.LABEL_REPEATED]
        for values in itertools.product(*map(values_of, parameters)):
            spec = method_pb2.MethodSpec()
            message = getattr(spec, method.name)
            message.SetInParent()
            for parameter, value in zip(parameters, values):
                setattr(message, parameter.name, value)
            if method.name == "custom_table":
                message.tables.add(n=4, advantage_correct=(0, 3, 2, 1, 0),
                                   advantage_wrong=(0, -1, -2, -3, 0))
            if method.name == "surrogate":
                message.constants["a"] = 0.5
            words = [str(value) for value in values if not isinstance(value, str)]
            yield "_".join([method.name, *words]).lower(), spec


# Arrays and options, each a request without a method.
FORMS = {
    "floats": {"rewards": REWARDS, "group_size": 4},
    "bytes": {"rewards_float32_le": packed("f", REWARDS),
              "group_sizes_fixed32_le": packed("I", (4, 4)), "reply_form": 2},
    "bits": {"reward_bits": bitmap(OUTCOMES), "response_count": 8, "group_sizes": (5, 3)},
    "ids": {"rewards": REWARDS, "group_ids": (7, 9, 7, 9, 7, 9, 7, 9), "group_statistics": True},
    "ids_bytes": {"rewards": REWARDS,
                  "group_ids_fixed32_le": packed("I", (1, 1, 2, 2, 1, 2, 1, 2))},
    "masked": {"rewards": (float("nan"), *REWARDS[1:]), "group_size": 4,
               "valid": bitmap((0, 1, 1, 1, 0, 1, 1, 0))},
    "outcomes": {"rewards": REWARDS, "group_size": 4, "outcomes": bitmap(OUTCOMES)},
    "threshold": {"rewards": REWARDS, "group_size": 4, "success_threshold": 0.5,
                  "expected_group_size": 4, "zero_unless_mixed": True, "constant_tolerance": 1e-6},
    "lengths": {"rewards": REWARDS, "group_size": 4, "lengths": LENGTHS},
    "lengths_bytes": {"rewards": REWARDS, "group_size": 4,
                      "lengths_fixed32_le": packed("I", LENGTHS)},
    "per_group": {"reward_bits": bitmap(OUTCOMES), "response_count": 8, "group_size": 4,
                  "reply_form": 3, "pass_at": (1, 2, 8), "required_numerics_version": 2},
    "clamp": {"reward_bits": bitmap(OUTCOMES), "response_count": 8, "group_size": 4,
              "valid": bitmap((1, 0, 0, 0, 1, 1, 1, 1)), "small_group": 4},
    "raw": {"rewards": REWARDS, "group_size": 4, "valid": bitmap((1, 0, 0, 0, 1, 1, 1, 1)),
            "small_group": 3},
    "incomplete": {"rewards": REWARDS, "group_sizes": (1, 4, 3), "expected_group_size": 4, "declared_small_group": 4},
    "shaped": {"rewards": REWARDS, "group_size": 4, "outcomes": bitmap(OUTCOMES),
               "shape_rewards": True},
    "trajectories": {"rewards": REWARDS, "group_size": 4, "trajectory_ids": (1, 2, 1, 3, 5, 5, 6, 5),
                     "trajectory_reward": 2, "lengths": LENGTHS},
    "trajectories_bytes": {
        "rewards": REWARDS, "group_size": 4, "trajectory_reward": 3,
        "trajectory_ids_fixed32_le": packed("I", (1, 2, 1, 3, 5, 5, 6, 5)),
        "valid": bitmap((1, 1, 1, 1, 1, 0, 1, 1))},
    "trajectories_bits": {
        "reward_bits": bitmap(OUTCOMES), "response_count": 8, "group_ids": (7, 9, 7, 7, 9, 9, 7, 9),
        "trajectory_ids": (1, 2, 3, 1, 5, 6, 7, 9), "trajectory_reward": 1},
    "run": {"rewards": REWARDS, "group_size": 4, "run": "ppo-1_a"},
    "unobserved": {"rewards": REWARDS, "group_size": 4, "run": "ppo-2", "observe": False},
}

MOMENTS = stages_pb2.BatchMoments(weight=8, mean=0.5, centred_squares=3)
WHITEN = [stages_pb2.Stage(center={}), stages_pb2.Stage(scale={})]
STAGES = {
    "whiten": {"stages": [stages_pb2.Stage(center={}), stages_pb2.Stage(scale={"ddof": 1})]},
    "tokens": {"stages": [stages_pb2.Stage(center={"weighting": 2}),
                          stages_pb2.Stage(scale={"weighting": 2, "epsilon": 1e-8,
                                                  "epsilon_inside_root": True})],
               "lengths": LENGTHS},
    "lite_ppo": {"stages": [stages_pb2.Stage(scale={"spread": 2})]},
    "clip": {"stages": [stages_pb2.Stage(clip={"low": -1, "high": 1}),
                        stages_pb2.Stage(center={}), stages_pb2.Stage(clip={"high": 0.5})]},
    "trajectories": {"stages": [stages_pb2.Stage(center={"weighting": 2}), stages_pb2.Stage(
                         scale={"spread": 2, "weighting": 2}), stages_pb2.Stage(clip={"low": -2})],
                     "lengths": LENGTHS, "trajectory_ids": (1, 2, 1, 3, 5, 7, 6, 5),
                     "trajectory_reward": 3},
    "moments_out": {"stages": WHITEN, "moments_only": True},
    "moments_next": {"stages": WHITEN, "moments_only": True, "batch_moments": [MOMENTS]},
    "moments_all": {"stages": [WHITEN[0], stages_pb2.Stage(clip={"high": 1}), WHITEN[1]],
                    "batch_moments": [MOMENTS, MOMENTS], "reply_form": 2, "group_statistics": True},
    "moments_in": {"stages": [stages_pb2.Stage(center={})], "batch_moments": [MOMENTS],
                   "allow_recentering": True},
}


def requests():
    """(name, request)"""
    for name, method in methods():
        yield f"method_{name}", compute_pb2.ComputeAdvantagesRequest(
            method=method, reward_bits=bitmap(OUTCOMES), response_count=8, group_size=4,
            lengths=LENGTHS)
    for name, fields in FORMS.items():
        request = compute_pb2.ComputeAdvantagesRequest(**fields)
        request.method.max_at_k.k = 2
        if "outcomes" in fields or "success_threshold" in fields:
            request.method.skew_r.SetInParent()
        if "reward_bits" in fields:
            request.method.pass_at_k_grpo.k = 2
        yield f"form_{name}", request
    for name, fields in STAGES.items():
        request = compute_pb2.ComputeAdvantagesRequest(rewards=REWARDS, group_size=4, **fields)
        request.method.grpo.ddof = 1
        yield f"stage_{name}", request


def write(harness, name, content):
    path = CORPUS / harness / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def write_requests():
    for name, request in requests():
        write("compute", name, request.SerializeToString(deterministic=True))
        write("json", name, json_format.MessageToJson(
            request, preserving_proto_field_name=True, indent=None).encode())


def value_text(field, value):
    """A parameter as a query has it."""
    if field.cpp_type == FieldDescriptor.CPPTYPE_ENUM:
        prefix = field.enum_type.values[0].name.removesuffix("UNSPECIFIED")
        return field.enum_type.values_by_number[value].name.removeprefix(prefix).lower()
    return str(value).lower()


def words(message):
    """Every word of the JSON form of a message."""
    for field in message.fields:
        yield field.name
        if field.message_type:
            yield from words(field.message_type)
        if field.enum_type:
            yield from (value.name for value in field.enum_type.values)


def write_words():
    found = dict.fromkeys(words(compute_pb2.ComputeAdvantagesRequest.DESCRIPTOR))
    (HERE / "json.dict").write_text("".join(f'"\\"{word}\\""\n' for word in found))


# Beside every request: what only JSON can say.
JSON = {
    "camel": '{"method":{"passAtKGrpo":{"k":"2"}},"rewardBits":"_-8=",'
             '"responseCount":1.6e1,"groupSize":8}',
    "escapes": '{"run":"\\u0061\\ud83d\\ude00\\n","method":{"rloo":{}},"rewards":[1,0],'
               '"group_size":2}',
    "surrogate": '{"run":"\\ud83d"}',
    "not_utf8": '{"run":"\xff\xc0\x80"}',
    "unknown_field": '{"method":{"rloo":{}},"\xff":1}',
    "unknown_enum": '{"reply_form":"REPLY_FORM_\xc3\xa9"}',
    "wrong_type": '{"rewards":[[1],{},"x",null,true],"method":[]}',
    "out_of_range": '{"group_size":4294967296,"rewards":[1e39,-1e999],"response_count":-1}',
    "twice": '{"group_size":2,"group_size":3,"groupSize":1,"method":{"rloo":{},"grpo":{}}}',
    "null": '{"method":null,"rewards":null}',
    "nested": "[" * 200,
    "nested_objects": '{"method":' * 101 + "{}",
    "nan": '{"method":{"rloo":{}},"rewards":["NaN","-Infinity",0,1],"valid":"DA==",'
           '"group_size":4}',
    "literals": '{"rewards":[NaN,Infinity,.5,0x1,1e,-]}',
    "cut": '{"method":{"rloo"',
    "commas": '{"rewards":[1,0,],"method":{"grpo":{"ddof":1,},},"stages":[{"clip":{"low":1,}},],}',
    "words": '{rewards:[None,inf,0x10,1e999,01],"observe":True,"run":NaN,"small_group":ZERO,"s":{a:b}}',
    "entries": '{"rewards":[1,null,[2],{}],"stages":[null,[],1],"group_ids":[[1,[2]],-1,1.5,"3","0x3"]}',
    "map": '{"method":{"surrogate":{"formula":"a","constants":{"a":null,"a":1,"b":[],"c":"NaN",d:1,}}}}',
    "base64": '{"valid":"@","outcomes":"AR==","reward_bits":"A","rewards_float32_le":"AAAA\\nAAA="}',
    "tail": "{} {}",
    "empty": "",
    "spaces": " \t\r\n{ } \n",
    "bits": '{"method":{"rloo":{}},"group_size":2,"response_count":2400,"reward_bits":"'
            + "A" * 400 + '"}',
}


JSONL = {
    "plain": 'rloo\n{"rewards":[1,0,0,1]}\n\n{"rewards": [0.5, -2.25e-1, 3]}\n',
    "all_keys": 'opo\n{"rewards":[1,0.5,null],"group":"p\\u00e9","outcomes":[1,0,false],'
                '"valid":[true,1,false],"lengths":[9,8,4294967295]}\n',
    "calls": "pass_at_k_grpo k=2 keep_factor_k=true\n" + '{"rewards":[1,0,0,1,1]}\n' * 4,
    "stages": "grpo ddof=1 epsilon=1e-6 --stage center,tokens --stage "
              "scale,rewards,ddof=1,epsilon=0.5,inside_root --stage clip=-1:1 --recenter\n"
              '{"rewards":[1,0,0.5],"lengths":[1,2,3]}\n',
    "tables": 'custom_table tables=[{"n":2,"advantage_correct":[0,1,0],'
              '"advantage_wrong":[0,-1,0]}]\n{"rewards":[1,0]}\n',
    "choice": "max_at_k k=2 variant=leave_one_out scale=unbiased\n" '{"rewards":[3,1,2,-7.5]}\n',
    "shaped": 'skew_r --shape --mixed\n{"rewards":[0.5,0.1,0.2],"outcomes":[1,0,1]}\n',
    "unknown_key": 'rloo\n{"rewards":[1,0],"lenghts":[1,2]}\n',
    "nan": 'rloo\n{"rewards":[NaN, 1]}\n',
    "same_group": 'rloo\n{"rewards":[1,0],"group":"a"}\n{"rewards":[1,0],"group":"a"}\n',
    "small": 'rloo\n{"rewards":[1]}\n',
    "infinite": 'grpo\n{"rewards":[1e39,0]}\n{"rewards":[1,-1e999]}\n',
}

HTTP = {
    "get": "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n",
    "head": "HEAD /readyz HTTP/1.0\r\n\r\n",
    "query": "GET /v1/info?a=b HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip;q=0.5, *\r\nConnection: close\r\n\r\n",
    "absolute": "GET http://[::1]:80/livez HTTP/1.1\r\nHost: a\r\n\r\n",
    "no_host": "GET /livez HTTP/1.1\r\n\r\n",
    "coding": "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "bare_lf": "GET /livez HTTP/1.1\nHost: a\n\n",
    "empty_lines": "\r\n\r\nGET /livez HTTP/1.1\r\nHost: a\r\n\r\n\r\n",
    "many_fields": "GET /livez HTTP/1.1\r\nHost: a\r\n" + "a:\r\n" * 100 + "\r\n",
    "pipelined": "GET /v1/info HTTP/1.1\r\nHost: a\r\n\r\nGET /livez HTTP/1.1\r\nHost: a\r\n\r\n",
    "post": "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n{}\r\n",
    "chunked": "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
               "2;x=y\r\nab\r\n0\r\nTrailer: a\r\n\r\n",
    "continue": "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n\xffab",
    "packets": "GET /li\xffvez HTTP/1.1\r\nHost: a\r\nConnection: keep-al\xffive\r\n\r\n\xffGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "too_long": "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 65\r\n\r\n" + "a" * 65,
    "long_header": "GET /livez HTTP/1.1\r\nHost: a\r\nA: " + "a" * 520 + "\r\n\r\n",
    "wrong_method": "DELETE /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\na",
    "upgrade": "GET /livez HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
    "admitted": "POST /admit HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok",
    "admitted_slowly": "POST /admit HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n\xffok",
    "not_admitted": "POST /admit HTTP/1.1\r\nHost: a\r\nContent-Length: 40\r\ntraceparent: 7\r\n\r\n",
    "admit_chunked": "POST /admit HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "http2": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "folded": "GET /livez HTTP/1.1\r\nHost: a\r\nA: b\r\n c\r\n\r\n",
    "lengths": "GET /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 1\r\n\r\n",
    "no_path": "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    "cut": "GET /livez HT",
}

CONFIG = {
    "all": 'listen = ["127.0.0.1:50051", "unix:/run/a.sock"]\nmax_request_bytes = "256MiB"\n'
           'socket_mode = "0600"\nhttp_listen = "[::1]:9464"\ndrain_delay = 2.5\n'
           'drain_timeout = 20\nlog_level = "warning"\nready_file = \'/run/"ready"\'\n',
    "off": '# off\nhttp_listen = "off" # here\nlisten = "localhost:0"\n',
    "escapes": 'ready_file = """\\u00e9\\t\\\n  x"""\n"log_level" = "info"\n',
    "numbers": "max_request_bytes = 0x10_0000\ndrain_delay = 1e3\ndrain_timeout = -inf\n",
    "unknown_key": 'max_reqest_bytes = 1\n',
    "table": '[listen]\na.b = [{c = 1979-05-27T07:32:00Z}, [[]]]\n',
    "wrong_type": 'listen = [1, true]\nlog_level = 3\nsocket_mode = 0660\n',
    "twice": "drain_delay = 1\ndrain_delay = 2\n",
}


FORMULA = {
    "grpo": "2*asin(sqrt(rho))",
    "shaped": "(2/k)*asin(sqrt(rho_k))",
    "skew_r": "asin(sqrt(rho)) + sqrt(rho*(1-rho))",
    "entropy": "2*asin(sqrt(rho)) + a*entropy(rho)",
    "std": "2*asin(sqrt(rho)) - b*std(rho)",
    "beta": "incomplete_beta(rho, 1/2, k - 1/2)",
    "max_rl": "log(rho)",
    "powers": "-rho^2^a + pow(rho_k, c1) - (1-(1-rho)^k)/k",
    "trigonometry": "sin(rho)*cos(rho) - acos(rho)/atan(exp(rho))",
    "numbers": "1e-3 + .5*rho - 0.25E+1 + 1e308*1e-308",
    "regularizer": "rho - rho*log(rho)",
    "infinite": "1/(rho-0.5) + log(rho-0.25)",
    "spaces": " \t rho\n+ rho_k ",
    "nested": "(" * 62 + "rho" + ")" * 62,
    "too_deep": "-" * 80 + "rho",
    "operations": "rho" + "+rho" * 126,
    "long": "rho" + "*rho/rho" * 70,
    "unknown": "2*asn(sqrt(rh))",
    "unfinished": "2*asin(sqrt(rho)",
    "two_parts": "2*asin(sqrt(rho))\0entropy",
    "all_parts": "(2/k)*asin(sqrt(rho_k))\0a*std(rho)+rho_k\0\x0e\x03\x80",
    "k_above_n": "rho_k\0rho\0\x02\x07\x81",
    "not_ascii": "rho \u00d7 2",
}

DESCRIBE = {
    "formula": "method=surrogate&formula=2*asin(sqrt(rho))%2Bstd(rho)&n=8&points=3",
    "parts": "method=surrogate&formula=rho_k&k=2&regularizer=entropy&regularizer_coefficient=0.5",
    "rho": "method=grpo&epsilon=1e-6&ddof=1&rho=1e-100,0.25,.5,0.9999",
    "choices": "method=max_at_k&k=2&variant=leave_one_out&scale=unbiased&n=5",
    "flag": "method=pass_at_k_rloo&k=2&keep_factor_k=true",
    "stabilized": "method=pass_at_k_variance_stabilized&k=4&n=16&rho=0.5",
    "both": "method=grpo&points=3&rho=0.5",
    "descending": "method=grpo&rho=0.5,0.25",
    "unknown": "method=grpo&lenght=3",
    "twice": "method=grpo&method=rloo",
    "tables": "method=custom_table&tables=%5B%5D",
    "escapes": "method=%67rpo&n=+8&%zz=%",
    "not_utf8": "method=%ff%c0&%ff=1",
    "empty": "&&=&",
}


def write_texts():
    for name, method in methods():
        parts = [f"{field.name}={value_text(field, value)}"
                 for field, value in getattr(method, method.WhichOneof("method")).ListFields()
                 if field.name not in ("tables", "constants")]
        write("describe", name, "&".join(
            [f"method={method.WhichOneof('method')}", "n=4", "points=3", *parts]).encode())
    for name, text in DESCRIBE.items():
        write("describe", name, text.encode())
    for name, text in FORMULA.items():
        write("formula", name, text.encode())
    for name, text in CONFIG.items():
        write("config", name, text.encode())
    for name, text in JSONL.items():
        write("jsonl", name, text.encode())
    for name, text in HTTP.items():
        write("http", name, text.encode("latin-1"))
    for name, text in JSON.items():
        write("json", name, text.encode("latin-1"))


if __name__ == "__main__":
    write_requests()
    write_words()
    write_texts()
