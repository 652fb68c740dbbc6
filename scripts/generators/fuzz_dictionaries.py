"""The fuzzers' words: tests/fuzz/json.dict of a request as JSON, describe.dict of a query of /v1/describe."""


def words_of(contract, message, seen):
    """Names of fields and choices of a message, depth first, each once."""
    for field in contract.messages[message].field:
        seen.setdefault(field.name)
        kind = contract.type_of(field)
        if kind in contract.enums:
            for value in contract.enums[kind].value:
                seen.setdefault(value.name)
        elif kind in contract.messages:
            words_of(contract, kind, seen)
    return seen


def write(catalogue, contract):
    words = words_of(contract, "ComputeAdvantagesRequest", {})
    # A name of JSON in its quotes, in a string of C.
    json = "".join('"\\"' + word + '\\""\n' for word in words)
    parameters = dict.fromkeys(parameter["name"] for method in catalogue for parameter in method["parameters"])
    choices = dict.fromkeys(choice for method in catalogue for parameter in method["parameters"]
                            for choice in parameter["choices"])
    query = ["method=", *(f"&{name}=" for name in ("n", "points", "rho", *parameters)),
             *dict.fromkeys([method["name"] for method in catalogue] + list(choices)), "true", "false", "%2B", "%20"]
    return {"tests/fuzz/json.dict": json, "tests/fuzz/describe.dict": "".join(f'"{word}"\n' for word in query)}
