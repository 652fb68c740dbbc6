"""The signatures of `compute` and `compute_tokens`, and the parameters of methods as their arguments, of the method table and
of client/python's _arguments.py: client/python/src/advantaged/_generated/{names,parameters,signatures}.py."""

import ast
import inspect
import sys
import textwrap

from generators.sources import NOTICE, ROOT, is_required

PACKAGE = "client/python/src/advantaged"
WIDTH = 120
HEAD = f'''"""{{}}

{NOTICE}
"""

'''
TYPES = {"INTEGER": "Whole", "REAL": "Real", "FLAG": "bool", "TEXT": "str", "CONSTANTS": "Mapping[str, float]",
         "TABLES": "Sequence[Union[methods.Table, Mapping[str, Any]]]"}
WORDS = {"INTEGER": "A whole number", "REAL": "A number", "FLAG": "True or False", "TEXT": "A text",
         "CONSTANTS": "Numbers by name", "TABLES": "Tables"}


def describe(parameter, names):
    """A parameter of the methods `names`, in words: what it is, its range, its default."""
    low, high = parameter.get("minimum"), parameter.get("maximum")
    words = WORDS.get(parameter["type"]) or f"One of {', '.join(parameter['choices'])}"
    if high is not None:
        words += f" from {low} to {high}"
    elif low is not None:
        words += f", at least {low}"
    if "default_value" in parameter:
        words += f"; default {parameter['default_value']}"
    elif is_required(parameter):
        words += "; required"
    return f"{parameter['description']}. {words}. For {', '.join(names)}."


def read_parameters(catalogue):
    """By name: the type, and the text of all methods that have it."""
    types, described = {}, {}
    for method in catalogue:
        for parameter in method["parameters"]:
            name = parameter["name"]
            written = (f"names.{name.title()}", tuple(parameter["choices"])) if parameter["choices"] else (
                TYPES[parameter["type"]], ())
            if types.setdefault(name, written) != written:
                sys.exit(f"{method['name']}.{name}: of another type than the parameter {name} of other methods")
            same = described.setdefault(name, {})
            same.setdefault(describe(parameter, ["{}"]), []).append(method["name"])
    texts = {name: " ".join(text.replace("{}", ", ".join(names)) for text, names in same.items())
             for name, same in described.items()}
    return types, texts


def read_arguments():
    """What _arguments.py says: of each class its fields as (name, type, text), and the defaults."""
    classes, defaults = {}, {}
    for node in ast.parse((ROOT / PACKAGE / "_arguments.py").read_text("utf-8")).body:
        if isinstance(node, ast.ClassDef):
            fields = classes[node.name] = []
            for field, following in zip(node.body, node.body[1:]):
                if isinstance(field, ast.AnnAssign):
                    text = " ".join(inspect.cleandoc(following.value.value).split())
                    fields.append((field.target.id, ast.unparse(field.annotation), text))
        elif isinstance(node, ast.AnnAssign) and node.target.id == "DEFAULTS":
            pairs = zip(node.value.keys, node.value.values)
            defaults = {key.value: ast.unparse(value).replace("'", '"') for key, value in pairs}
    return classes, defaults


def write_names(catalogue, types):
    lines = [HEAD.format("The names of the methods and of their choices."), "from typing import Literal\n\n"]
    choices = {"MethodName": [method["name"] for method in catalogue]}
    choices |= {written.removeprefix("names."): values for written, values in types.values() if values}
    for name, values in choices.items():
        inner = textwrap.fill(", ".join(f'"{value}"' for value in values), WIDTH, initial_indent="    ",
                              subsequent_indent="    ")
        lines.append(f"{name} = Literal[\n{inner}]\n")
    return "".join(lines)


def paragraph(text, indent):
    return textwrap.fill(text, WIDTH, initial_indent=indent, subsequent_indent=indent)


def write_parameters(types, texts, fields):
    lines = [HEAD.format("The parameters of methods as arguments of `compute`, and all arguments in words."),
             "from collections.abc import Mapping, Sequence\nfrom typing import Any, TypedDict, Union\n\n"
             "from advantaged import methods\nfrom advantaged._generated import names\n"
             "from advantaged._schedule import Real, Whole\n\n\n"
             "class Parameters(TypedDict, total=False):\n"
             '    """Parameters of methods, where `method` is a name."""\n\n']
    for name, (written, _) in types.items():
        lines.append(f"    {name}: {written}\n" + paragraph(f'"""{texts[name]}"""', "    ") + "\n")
    lines.append('\n\nTEXT = """\n')
    for name, _, text in fields:
        assert '"""' not in text and "\\" not in text, name
        lines.append(textwrap.fill(f"{name}: {text}", WIDTH, subsequent_indent="    ") + "\n")
    return "".join(lines) + '"""\n'


def signature(start, first, fields, defaults):
    """The lines of `start(...) -> Result:`."""
    shown = list(first)
    for argument, written, _ in fields:
        written = ast.unparse(_Unions().visit(ast.parse(written, mode="eval")))
        default = defaults.get(argument, "None")
        if argument == "method":
            shown.append(f"{argument}: {written}")
        else:
            optional = written if default != "None" or written == "Any" else f"{written} | None"
            shown.append(f"{argument}: {optional} = {default}")
    # Between its arguments a line may break, nowhere else.
    text = ", ".join(part.replace(" ", "\0") for part in shown)
    start = f"    {start}("
    return textwrap.fill(f"{text})\0->\0Result:", WIDTH, break_long_words=False, break_on_hyphens=False,
                         initial_indent=start, subsequent_indent=" " * len(start)).replace("\0", " ")


class _Unions(ast.NodeTransformer):
    """Union[X, Y] as X | Y."""

    def visit_Subscript(self, node):
        self.generic_visit(node)
        if isinstance(node.value, ast.Name) and node.value.id == "Union":
            left, *others = node.slice.elts
            for right in others:
                left = ast.BinOp(left, ast.BitOr(), right)
            return left
        return node


DOC = {
    "compute": '''"""Advantages of `rewards`, a number per response: a NumPy array, a torch tensor, a list, or a
        list of lists.

        2-D rewards are [prompt, response]; otherwise `groups` says which responses belong together: a size, sizes,
        or an id per response. `method` is a name with its parameters beside it, or an object of
        `advantaged.methods`.

            client.compute(rewards, groups=16, method="pass_at_k_grpo", k=4).advantages

        Raises InvalidArgument with every violation, DeadlineExceeded, Unavailable, Refused, ... of
        `advantaged.errors`.
        """''',
    "compute_tokens": '''"""`compute` for token-level rewards: both arrays are [response, token]; the rewards of a
        response are summed, and its advantage goes to the tokens in `response_mask`, those in the loss.

        The rewards of all tokens are summed, as trainers do, in the loss or not; `reward_mask`, of the same shape,
        says which. `lengths`, where they are not given, are the tokens in the loss. A response without any is what
        the setting `empty_responses` says: "count" (default) or "drop".
        """'''}
TOKENS = ["self", "token_level_rewards: Any", "response_mask: Any", "*", "reward_mask: Any = None"]


def write_signatures(fields, defaults):
    lines = [HEAD.format("`compute` and `compute_tokens` with every argument."),
             "from collections.abc import Mapping, Sequence\nfrom typing import Any\n\n"
             "from advantaged import _backend, methods, stages\n"
             "from advantaged._arguments import (Arguments, EmptyResponses, Missing, SmallGroup, TrajectoryReward,\n"
             "                                   explained, given)\n"
             "from advantaged._generated import names\nfrom advantaged._schedule import Real, Whole\n"
             "from advantaged.result import Result\n"]
    for name, before, wait in (("Computes", "", ""), ("ComputesAsync", "async ", "await ")):
        lines.append(f'\n\nclass {name}:\n    """What a subclass computes in `_compute`."""\n\n'
                     f"    {before}def _compute(self, rewards: Any, arguments: Arguments) -> Result:\n"
                     f"        raise NotImplementedError\n")
        for function, first in (("compute", ["self", "rewards: Any", "*"]), ("compute_tokens", TOKENS)):
            text = signature(f"{before}def {function}", first, fields, defaults)
            lines.append(f"\n    @explained\n{text}\n        {DOC[function]}\n")
            if function == "compute":
                lines.append(f"        return {wait}self._compute(rewards, given(locals()))\n")
            else:
                lines.append("        arguments = given(locals())\n"
                             "        tokens = _backend.Tokens(token_level_rewards, response_mask, reward_mask)\n"
                             f"        return tokens.broadcast({wait}self._compute(tokens.rewards, "
                             "tokens.arguments(arguments)))\n")
    return "".join(lines)


def write(catalogue, contract):
    del contract
    types, texts = read_parameters(catalogue)
    classes, defaults = read_arguments()
    parameters = [(name, written, texts[name]) for name, (written, _) in types.items()]
    method, *settings = classes["Settings"]
    groups, *arrays = classes["Arrays"]
    known = ", ".join(entry["name"] for entry in catalogue)
    method = (*method[:2], f"{method[2]} There are {known}.")
    fields = [groups, method, *parameters, *arrays, *settings, *classes["Call"]]
    return {f"{PACKAGE}/_generated/names.py": write_names(catalogue, types),
            f"{PACKAGE}/_generated/parameters.py": write_parameters(types, texts, fields),
            f"{PACKAGE}/_generated/signatures.py": write_signatures(fields, defaults)}
