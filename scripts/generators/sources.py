"""What the generators read: the method table, and the contract with its comments."""

import json
import pathlib
import subprocess
import tempfile

from google.protobuf import descriptor_pb2

ROOT = pathlib.Path(__file__).resolve().parents[2]
CATALOGUE = "tests/catalogue/methods.json"
NOTICE = "Written by scripts/generate.py (`make generate`): edit what it reads."


def read_catalogue(path=ROOT / CATALOGUE):
    """The methods of ListMethodsResponse; types of parameters by their last words, whole numbers as int."""
    methods = json.loads(path.read_text("utf-8"))["methods"]
    for method in methods:
        for parameter in method["parameters"]:
            parameter["type"] = parameter["type"].removeprefix("PARAMETER_TYPE_")
            for bound in {"minimum", "maximum"} & parameter.keys():
                number = parameter[bound]
                parameter[bound] = int(number) if number == int(number) else number
    return methods


class Contract:
    """Messages and enums of the contract by their full names without the package, e.g. "MaxAtK.Variant"."""

    def __init__(self):
        with tempfile.NamedTemporaryFile(suffix=".protoset") as protoset:
            files = sorted((ROOT / "proto").rglob("*.proto"))
            subprocess.run(["protoc", f"--proto_path={ROOT / 'proto'}", "--include_imports", "--include_source_info",
                            f"--descriptor_set_out={protoset.name}", *files], check=True)
            described = descriptor_pb2.FileDescriptorSet.FromString(protoset.read())
        self.messages, self.enums, self.comments = {}, {}, {}
        for file in described.file:
            texts = {tuple(place.path): place.leading_comments for place in file.source_code_info.location}
            for kind, entries in ((4, file.message_type), (5, file.enum_type)):
                for i, entry in enumerate(entries):
                    self._add(entry.name, entry, (kind, i), texts)

    def _add(self, name, entry, path, texts):
        self.comments[name] = texts.get(path, "")
        if isinstance(entry, descriptor_pb2.EnumDescriptorProto):
            self.enums[name] = entry
            return
        self.messages[name] = entry
        for i, field in enumerate(entry.field):
            self.comments[f"{name}.{field.name}"] = texts.get((*path, 2, i), "")
        for kind, entries in ((3, entry.nested_type), (4, entry.enum_type)):
            for i, inner in enumerate(entries):
                self._add(f"{name}.{inner.name}", inner, (*path, kind, i), texts)

    def comment(self, name):
        """Of a message or a field ("MaxAtK.k"), in one line."""
        return " ".join(self.comments[name].split())

    def type_of(self, field):
        """The name in this contract of the message or enum that a field holds, or "" for another package's."""
        return field.type_name.removeprefix(".advantaged.v1.")

    def method_message(self, method):
        """The name of a method's message, e.g. "SkewR" of "skew_r"."""
        return next(self.type_of(field) for field in self.messages["MethodSpec"].field if field.name == method)

    def fields(self, message):
        return {field.name: field for field in self.messages[message].field}


def in_order(catalogue, contract):
    """(method, its message's name, its parameters with their fields in the order of the message)."""
    for method in catalogue:
        message = contract.method_message(method["name"])
        parameters = {parameter["name"]: parameter for parameter in method["parameters"]}
        yield method, message, [(parameters[name], field) for name, field in contract.fields(message).items()]


def is_required(parameter):
    return "default_value" not in parameter and not parameter["may_be_omitted"]
