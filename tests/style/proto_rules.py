"""The contract keeps its rules: read from the descriptor set, comments included.

Much of this is what buf's STANDARD and COMMENTS check too (`make lint-proto`); here
it needs no Go, and two rules are our own: no 64-bit integers, which JSON turns into
strings, and in every message the numbers of what an older server may ignore.
"""

import argparse
import pathlib
import re
import subprocess
import tempfile

import checker
from google.protobuf import descriptor_pb2 as pb

SIXTY_FOUR_BITS = {
    pb.FieldDescriptorProto.Type.Value(f"TYPE_{name}"): name.lower()
    for name in ("INT64", "UINT64", "SINT64", "FIXED64", "SFIXED64")
}
# First and last number of the fields that a server ignores where it does not know them; all others it refuses.
IGNORABLE = (500, 599)
LOWER_SNAKE = re.compile(r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")
PASCAL = re.compile(r"^[A-Z][A-Za-z0-9]*$")

# Field numbers within FileDescriptorProto and its parts, from which source locations are made.
FILE_MESSAGE, FILE_ENUM, FILE_SERVICE = 4, 5, 6
MESSAGE_FIELD, MESSAGE_NESTED, MESSAGE_ENUM, MESSAGE_ONEOF = 2, 3, 4, 8
ENUM_VALUE, SERVICE_METHOD = 2, 2


def upper_snake(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).upper()


class FileCheck:
    """Collects the complaints about one .proto file."""

    def __init__(self, file):
        self.file = file
        self.complaints = []
        self.comments = {
            tuple(location.path): location.leading_comments.strip()
            for location in file.source_code_info.location
        }
        for i, message in enumerate(file.message_type):
            self.message(message, (FILE_MESSAGE, i), "")
        for i, enum in enumerate(file.enum_type):
            self.enum(enum, (FILE_ENUM, i), "")
        for i, service in enumerate(file.service):
            self.service(service, (FILE_SERVICE, i))

    def complain_unless(self, condition, name, text):
        if not condition:
            self.complaints.append(f"{self.file.name}: {name}: {text}")

    def commented(self, name, path):
        self.complain_unless(self.comments.get(path), name, "no comment above it")

    def message(self, message, path, outer):
        name = outer + message.name
        if message.options.map_entry:
            return
        self.commented(name, path)
        self.complain_unless(PASCAL.match(message.name), name, "not PascalCase")
        for i, field in enumerate(message.field):
            self.field(field, path + (MESSAGE_FIELD, i), f"{name}.{field.name}")
        if self.file.package == "advantaged.v1":
            first, last = IGNORABLE
            self.complain_unless(
                any(one.start <= first and last < one.end for one in message.reserved_range), name,
                f"lacks: reserved {first} to {last};")
        synthetic = {f.oneof_index for f in message.field if f.proto3_optional}
        for i, oneof in enumerate(message.oneof_decl):
            if i not in synthetic:
                self.commented(f"{name}.{oneof.name}", path + (MESSAGE_ONEOF, i))
                self.complain_unless(LOWER_SNAKE.match(oneof.name), f"{name}.{oneof.name}",
                                     "not lower_snake_case")
        for i, nested in enumerate(message.nested_type):
            self.message(nested, path + (MESSAGE_NESTED, i), name + ".")
        for i, enum in enumerate(message.enum_type):
            self.enum(enum, path + (MESSAGE_ENUM, i), name + ".")

    def field(self, field, path, name):
        self.commented(name, path)
        self.complain_unless(LOWER_SNAKE.match(field.name), name, "not lower_snake_case")
        if self.file.package == "advantaged.v1":
            self.complain_unless(field.type not in SIXTY_FOUR_BITS, name,
                                 f"{SIXTY_FOUR_BITS.get(field.type)} is a string in JSON")

    def enum(self, enum, path, outer):
        self.commented(outer + enum.name, path)
        self.complain_unless(PASCAL.match(enum.name), outer + enum.name, "not PascalCase")
        prefix = upper_snake(enum.name) + "_"
        for i, value in enumerate(enum.value):
            name = f"{outer}{enum.name}.{value.name}"
            self.commented(name, path + (ENUM_VALUE, i))
            self.complain_unless(value.name.startswith(prefix), name, f"lacks the prefix {prefix}")
            self.complain_unless((value.number == 0) == value.name.endswith("_UNSPECIFIED"), name,
                                 "the value 0, and no other, ends in _UNSPECIFIED")
        self.complain_unless(enum.value[0].number == 0, outer + enum.name, "0 is not first")

    def service(self, service, path):
        self.commented(service.name, path)
        self.complain_unless(service.name.endswith("Service"), service.name,
                             "does not end in Service")
        for i, rpc in enumerate(service.method):
            name = f"{service.name}.{rpc.name}"
            self.commented(name, path + (SERVICE_METHOD, i))
            self.complain_unless(PASCAL.match(rpc.name), name, "not PascalCase")
            for kind, actual in (("Request", rpc.input_type), ("Response", rpc.output_type)):
                expected = f".{self.file.package}.{rpc.name}{kind}"
                self.complain_unless(actual == expected, name, f"{actual} is not {expected}")


def own_files(descriptor_set):
    return [f for f in descriptor_set.file if f.package.split(".")[0] == "advantaged"]


def check(descriptor_set):
    files = own_files(descriptor_set)
    if not files or not any(f.source_code_info.location for f in files):
        return ["no file of ours with source locations in the descriptor set"]
    return [complaint for file in files for complaint in FileCheck(file).complaints]


GOOD = """
syntax = "proto3";
package advantaged.v1;
// The service.
service ThingService {
  // Gets things.
  rpc GetThing(GetThingRequest) returns (GetThingResponse);
}
// Asks.
message GetThingRequest {
  reserved 500 to 599;
  // Which kind.
  MaxAtKScale scale = 1;
  // How many.
  optional uint32 max_count = 2;
  // One of them.
  oneof choice {
    // A number.
    double number = 3;
  }
}
// Answers.
message GetThingResponse {
  reserved 4, 500 to 599;
  // What there is.
  message Thing {
    reserved 500 to 599;
  }
  // All of them by name.
  map<string, Thing> things = 1;
}
// The scale.
enum MaxAtKScale {
  // Not said.
  MAX_AT_K_SCALE_UNSPECIFIED = 0;
  // None.
  MAX_AT_K_SCALE_NONE = 1;
}
"""

# Each is the good sample with one replacement.
BAD = {
    "message without the reserved numbers": ("GetThingRequest {\n  reserved 500 to 599;", "GetThingRequest {"),
    "message that reserves fewer": ("reserved 4, 500 to 599;", "reserved 4, 500 to 598;"),
    "nested message without them": ("    reserved 500 to 599;", ""),
    "service without comment": ("// The service.", ""),
    "rpc without comment": ("// Gets things.", ""),
    "message without comment": ("// Answers.", ""),
    "field without comment": ("// How many.", ""),
    "field with an empty comment": ("// How many.", "//"),
    "oneof without comment": ("// One of them.", ""),
    "field in a oneof without comment": ("// A number.", ""),
    "enum without comment": ("// The scale.", ""),
    "enum value without comment": ("// None.", ""),
    "zero value not unspecified": ("MAX_AT_K_SCALE_UNSPECIFIED", "MAX_AT_K_SCALE_ANY"),
    "enum value without prefix": ("MAX_AT_K_SCALE_NONE", "SCALE_NONE"),
    "request of another name": ("GetThingRequest", "ThingQuery"),
    "response of another name": ("GetThingResponse", "Thing"),
    "64-bit field": ("optional uint32", "optional uint64"),
    "camelCase field": ("max_count", "maxCount"),
    "service without suffix": ("ThingService", "Things"),
}


def compile_sample(protoc, text):
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "sample.proto").write_text(text, encoding="utf-8")
        subprocess.run([protoc, "-I", folder, "--include_source_info",
                        f"--descriptor_set_out={folder}/set", "sample.proto"], check=True)
        return pb.FileDescriptorSet.FromString(pathlib.Path(folder, "set").read_bytes())


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--protoc", required=True)
    parser.add_argument("--protoset", required=True)
    args = parser.parse_args()
    checker.self_check(
        check,
        good=compile_sample(args.protoc, GOOD),
        bad={name: compile_sample(args.protoc, GOOD.replace(*change))
             for name, change in BAD.items()})
    protoset = pb.FileDescriptorSet.FromString(pathlib.Path(args.protoset).read_bytes())
    report_on = ", ".join(f.name for f in own_files(protoset))
    checker.report(check(protoset), report_on)
