// A batch as the bytes of a ComputeAdvantagesRequest, written by hand: fields of a message may
// come in any order, so its arrays follow what protobuf wrote of everything else, and are copied
// once.
#ifndef ADVANTAGED_CLIENT_CPP_ENCODING_H_
#define ADVANTAGED_CLIENT_CPP_ENCODING_H_

#include "advantaged/client/batch.h"
#include "client/cpp/forms.h"
#include "client/cpp/request_bytes.h"

namespace advantaged::client {

// At most how many bytes the arrays of a batch take in a request, whatever their lengths.
std::size_t MostArrayBytes(const Batch& batch, const Forms& forms);

// Appends the arrays of the batch, of whatever lengths they are. There must be room for
// MostArrayBytes.
void WriteArrays(const Batch& batch, const Forms& forms, RequestBytes& out);

}  // namespace advantaged::client

#endif  // ADVANTAGED_CLIENT_CPP_ENCODING_H_
