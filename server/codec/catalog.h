// The method table on the wire.
#ifndef ADVANTAGED_SERVER_CODEC_CATALOG_H_
#define ADVANTAGED_SERVER_CODEC_CATALOG_H_

#include "advantaged/v1/catalog.pb.h"

namespace advantaged {

// One MethodDescription per row, in the order of the table.
void EncodeMethodTable(v1::ListMethodsResponse& response);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_CODEC_CATALOG_H_
