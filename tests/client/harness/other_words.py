"""A server that says everything in other words than the real one: what a client says of lines and ids then comes from
numbers."""

import grpc
from advantaged.rpc import status_pb2
from refusing_server import ServerBefore

DETAILS = "grpc-status-details-bin"
OTHER = "¡ñ!"  # bytes and characters differ
KINDS = {1: "Gruppe", 2: "Bahn", 3: "Zeile", 4: "Wert"}


def in_other_words(status):
    """Another message, other descriptions, and other names at the places that are mentioned."""
    result = status_pb2.Status.FromString(status)
    result.message = OTHER
    details = {detail.type_url.rsplit(".", 1)[-1]: detail for detail in result.details}
    if "BadRequest" not in details:
        return result.SerializeToString()
    bad_request = status_pb2.BadRequest.FromString(details["BadRequest"].value)
    mentions = status_pb2.Mentions()
    if "Mentions" in details:
        mentions.MergeFromString(details["Mentions"].value)
    for index, violation in enumerate(bad_request.field_violations):
        words = OTHER
        for mention in mentions.mentions:
            if mention.violation != index:
                continue
            mention.begin = len(words.encode())
            words += f"{KINDS[mention.kind]} Nr. {mention.number + 1000:g}"
            mention.end = len(words.encode())
            words += OTHER
        violation.description = words
    details["BadRequest"].value = bad_request.SerializeToString()
    if "Mentions" in details:
        details["Mentions"].value = mentions.SerializeToString()
    return result.SerializeToString()


class OtherWords(ServerBefore):
    """A server that answers like the real one, in other words."""

    def ComputeAdvantages(self, request, context):
        try:
            answer = self.stub.ComputeAdvantages(request)
        except grpc.RpcError as error:
            status, = (value for key, value in error.trailing_metadata() if key == DETAILS)
            context.set_trailing_metadata(((DETAILS, in_other_words(status)),))
            context.abort(error.code(), OTHER)
        for warning in answer.warnings:
            warning.message = OTHER
        return answer
