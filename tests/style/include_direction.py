"""Libraries stay in the folders that need them, and folders are entered by their doors (which folder may include which:
folders.py).

All headers of Debian's packages lie in one folder, so a stray include of gRPC in
the core would compile. This is what stops it.
"""

import re

import checker

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.MULTILINE)
GENERATED = re.compile(r"\.pb\.h$")
CORE = re.compile(r"^(core/|advantaged/\w+\.h$)")

# (files, what they must not include, why). Expressions for the start of the path and
# of the include.
RULES = [
    (r"base/(?!fields\.h$)", r"^(?!base/|sys/)\w+/", "what all rooms share stands on the standard library and the system"),
    (r"base/fields\.h$", r"^(?!base/|google/protobuf/)\w+/", "what is of the contract's fields stands on protobuf alone"),
    ("core/", r"^base/fields\.h$", "the core knows no transport"),
    ("core/", r"^(grpc|grpcpp|google|prometheus)/|\.pb\.h$", "the core knows no transport"),
    ("core/", r"^(absl|nlohmann|spdlog|fmt|CLI|toml\+\+)/", "the core needs a compiler only"),
    (r"core/(?!(formula|surrogate)/\w+\.cc$)", r"^(boost|tao)/",
     "header-only libraries stay inside the sources of core/formula/ and core/surrogate/"),
    (r"core/(?!kernels/\w+(\.cc|-inl\.h)$)", r"^hwy/",
     "Highway stays inside the sources of core/kernels/"),
    ("cli/", r"^server/(?!codec/handler\.h$)", "advctl reaches a server over the wire, or --local its handler"),
    (r"(cli/(?!command_line\.cc$)|server/(?!config/command_line\.cc$))", r"^CLI/",
     "flags are data: parsing CLI11 takes ten seconds, and one file of a program does it"),
    ("(base|core|server|client|cli)/", r"^tests/", "tests are not shipped"),
    ("", r"\.(cc|cpp|cu)$", "sources are not included, main.cc least of all"),
]
ROOTED = re.compile(r"^(base|core|server|client|cli|tests|advantaged)/")


def check_file(path, text):
    includes = [(quote, name) for quote, name in INCLUDE.findall(text)]
    for room, forbidden, reason in RULES:
        for _, name in includes:
            if re.match(room, path) and re.search(forbidden, name):
                yield f"{path}: includes {name}: {reason}"
    for quote, name in includes:
        if quote == '"' and not ROOTED.match(name):
            yield f'{path}: includes "{name}": name the path from the repository root'
    # The contract meets the core in one folder.
    if path.startswith("server/") and not path.startswith("server/codec/"):
        if any(GENERATED.search(n) for _, n in includes) and any(
                CORE.match(n) for _, n in includes):
            yield f"{path}: includes both core/ and *.pb.h: that is for server/codec/"


def check(files):
    return [
        complaint for path, text in files.items()
        if path.endswith((".h", ".cc", ".cu", ".cuh"))
        # The consumers are other projects: they see the installed headers.
        and not re.match(r"tests/package/\w+_consumer/", path)
        for complaint in check_file(path, text)
    ]


def including(path, *names):
    return {path: "".join(f"#include {name}\n" for name in names)}


if __name__ == "__main__":
    pb = '"advantaged/v1/compute.pb.h"'
    checker.main(
        check,
        good={
            **including("base/names.h", "<string>", '"base/text.h"'),
            **including("core/methods/rloo.cc", "<cmath>", '"base/text.h"', '"core/kernels/affine.h"'),
            **including("core/engine/engine.cc", '"advantaged/advantaged.h"', '"core/engine/engine.h"'),
            **including("core/formula/compile.cc", "<tao/pegtl.hpp>", "<boost/math/special_functions/beta.hpp>"),
            **including("core/kernels/table.cc", "<hwy/highway.h>", '"core/kernels/rows-inl.h"'),
            **including("core/kernels/rows-inl.h", "<hwy/highway.h>"),
            **including("server/codec/request.cc", '"core/engine/engine.h"', pb),
            **including("server/grpc/service.cc", '"server/codec/codec.h"', pb, "<grpcpp/grpcpp.h>"),
            **including("server/worker.cc", '"core/engine/engine.h"', "<prometheus/counter.h>"),
            **including("client/cpp/client.cc", pb),
            **including("client/python_local/src/module.cc", "<advantaged/advantaged.h>",
                        '"client/python_local/src/array.h"'),
            **including("cli/command_line.cc", "<CLI/CLI.hpp>"),
            **including("cli/local.cc", '"client/cpp/client.h"', '"core/engine/engine.h"'),
            **including("tests/core/engine_test.cc", '"core/engine/engine.h"', "<gtest/gtest.h>"),
        },
        bad={
            "core in base": including("base/names.h", '"core/engine/engine.h"'),
            "protobuf in base": including("base/names.h", "<google/protobuf/message.h>"),
            "the contract in base": including("base/fields.h", pb),
            "fields of the contract in core": including("core/a.cc", '"base/fields.h"'),
            "gRPC in base": including("base/names.h", "<grpcpp/grpcpp.h>"),
            "gRPC in core": including("core/engine/engine.cc", "<grpcpp/grpcpp.h>"),
            "protobuf in core": including("core/a.h", "<google/protobuf/any.h>"),
            "metrics in core": including("core/methods/a.cc", "<prometheus/counter.h>"),
            "contract in core": including("core/a.cc", pb),
            "a dependency in core": including("core/a.cc", '"absl/types/span.h"'),
            "a library in a header of formula": including("core/formula/compile.h", "<tao/pegtl.hpp>"),
            "a library in a method": including("core/methods/a.cc", "<boost/math/constants/constants.hpp>"),
            "vectors in a header of kernels": including("core/kernels/table.h", "<hwy/highway.h>"),
            "vectors in a method": including("core/methods/a.cc", "<hwy/highway.h>"),
            "core and contract outside codec": including(
                "server/grpc/service.cc", '"core/engine/engine.h"', pb),
            "public core header and contract outside codec": including(
                "server/grpc/service.cc", '"advantaged/advantaged.h"', pb),
            "server in cli": including("cli/main.cc", '"server/codec/codec.h"'),
            "CLI11 in a command": including("cli/ping_command.cc", "<CLI/CLI.hpp>"),
            "a test in cli": including("cli/main.cc", '"tests/cli/a.h"'),
            "main included": including("tests/cli/a_test.cc", '"cli/main.cc"'),
            "relative path": including("core/engine/engine.cc", '"engine.h"'),
        })
