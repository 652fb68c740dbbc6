"""Rust's methods: client/rust/src/method/generated.rs, and an example of each for the tests."""

import json
import re
import textwrap

from generators.sources import NOTICE, in_order, is_required

WIDTH = 120


def snake_to_camel(name):
    return "".join(part.title() for part in name.split("_"))


def argument(parameter, field, contract):
    """The type of a constructor's argument, and the value of the field from it."""
    name = parameter["name"]
    kind = parameter["type"]
    if kind == "CHOICE":
        return contract.type_of(field).rpartition(".")[2], f"{name}.into()"
    if kind == "CONSTANTS":
        return ("impl IntoIterator<Item = (&'a str, f64)>",
                f"{name}.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()")
    if kind == "TABLES":
        return "Vec<Table>", name
    if kind == "TEXT":
        return "impl Into<String>", f"Some({name}.into())"
    return {"INTEGER": "u32", "REAL": "f64", "FLAG": "bool"}[kind], f"Some({name})"


def set_field(name, value):
    return name if name == value else f"{name}: {value}"


def constructor(method, message, parameters, contract):
    """With the parameters that the method cannot do without, and the constants of a formula."""
    taken = [(parameter, *argument(parameter, field, contract)) for parameter, field in parameters
             if is_required(parameter) or parameter["type"] == "CONSTANTS"]
    lifetime = "<'a>" if any("'a" in written for _, written, _ in taken) else ""
    arguments = ", ".join(f"{parameter['name']}: {written}" for parameter, written, _ in taken)
    fields = ", ".join(set_field(parameter["name"], value) for parameter, _, value in taken)
    rest = "..Default::default()" if len(taken) < len(parameters) else ""
    inner = ", ".join(part for part in (fields, rest) if part)
    says = " ".join([contract.comment(f"MethodSpec.{method['name']}"),
                     *(f"`{name}`: {contract.comment(f'{message}.{name}')}"
                       for name in (parameter["name"] for parameter, _, _ in taken)), f"See [`{message}`]."])
    text = textwrap.fill(says.replace("[a-z_][a-z0-9_]*", "`[a-z_][a-z0-9_]*`"), WIDTH, initial_indent="    /// ",
                         subsequent_indent="    /// ", break_long_words=False, break_on_hyphens=False)
    built = f"{message} {{ {inner} }}" if taken else f"{message}::default()" if parameters else f"{message} {{}}"
    return (f"{text}\n    pub fn {method['name']}{lifetime}({arguments}) -> Method {{\n        {built}.into()\n    }}\n")


def types_within(message, contract):
    """Paths in the crate of the messages and enums that are nested in a method's message."""
    module = re.sub(r"(?<!^)(?=[A-Z])", "_", message).lower()
    entry = contract.messages[message]
    nested = [inner.name for inner in [*entry.nested_type, *entry.enum_type]
              if not (hasattr(inner, "options") and getattr(inner.options, "map_entry", False))]
    return [f"{module}::{name}" for name in nested]


def example(parameter, field, contract):
    """The value of a field from the parameter's example."""
    text, kind = parameter["example"], parameter["type"]
    if kind == "CHOICE":
        return f"{contract.type_of(field).rpartition('.')[2]}::{snake_to_camel(text)}.into()"
    if kind == "CONSTANTS":
        pairs = ", ".join(f'("{name}".to_owned(), {float(value)})' for name, value in
                          (pair.split("=") for pair in text.split(",")))
        return f"[{pairs}].into()"
    if kind == "TABLES":
        numbers = [[float(number) for number in side.split(",")] for side in re.findall(r"\(([-0-9.,]+)\)", text)]
        assert text.count("(") == 3, "one table"
        tables = (f"Table {{ n: {len(numbers[0]) - 1}, advantage_correct: vec!{numbers[0]}, "
                  f"advantage_wrong: vec!{numbers[1]} }}")
        return f"vec![{tables}]"
    return f'Some({json.dumps(text)}.to_owned())' if kind == "TEXT" else (
        f"Some({float(text) if kind == 'REAL' else text})")


def write(catalogue, contract):
    names, constructors, samples, messages, nested = [], [], [], [], set()
    for method, message, parameters in in_order(catalogue, contract):
        names.append(f'    "{method["name"]}" {message},\n')
        messages.append(message)
        constructors.append(constructor(method, message, parameters, contract))
        nested.update(types_within(message, contract))
        for _, field in parameters:
            outer, _, inner = contract.type_of(field).rpartition(".")
            if inner in contract.enums:
                messages.append(inner)
        fields = ", ".join(set_field(field.name, example(parameter, field, contract)) for parameter, field in parameters)
        samples.append(f'        "{method["name"]}" => {message} {{ {fields} }}.into(),\n' if fields else
                       f'        "{method["name"]}" => {message} {{}}.into(),\n')
    used = ", ".join(sorted({*messages, *nested}))
    return {"client/rust/src/method/generated.rs": f"""//! The methods and their constructors.
//!
//! {NOTICE}

{textwrap.fill(f"pub use crate::proto::{{{used}}};", WIDTH, subsequent_indent="    ", break_on_hyphens=False)}

use super::Method;

methods! {{
{"".join(names)}}}

/// One constructor for each method, with the parameters it cannot do without.
///
/// The others keep their defaults. To set them, write the message of the method:
///
/// ```
/// use advantaged_client::{{Method, method::Grpo}};
///
/// let paper = Method::grpo();
/// let verl = Method::from(Grpo {{ ddof: Some(1), epsilon: Some(1e-6) }});
/// assert_eq!(paper.name(), verl.name());
/// ```
impl Method {{
{chr(10).join(constructors)}}}
""", "client/rust/tests/server/samples.rs": f"""//! A method of each name with every parameter set, for groups of four.
//!
//! {NOTICE}

use advantaged_client::Method;
use advantaged_client::method::*;

pub fn method(name: &str) -> Method {{
    match name {{
{"".join(samples)}        other => panic!("no method {{other}}: make generate"),
    }}
}}
"""}
