//! The contract as generated code: the messages of package `advantaged.v1`, each documented by its .proto file.
//!
//! Most of them are met here as they are: [`Summary`], [`GroupStatistics`], [`MethodDescription`], the messages of the
//! methods. [`Batch`](crate::Batch) stands for [`ComputeAdvantagesRequest`], and
//! [`Response`](crate::Response) for [`ComputeAdvantagesResponse`].

pub use v1::*;

/// The contract as a serialized `google.protobuf.FileDescriptorSet`, for reflection.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/contract.bin"));

// Formulas such as Sum[j](L_j) look like links.
#[allow(rustdoc::broken_intra_doc_links)]
mod v1 {
    tonic::include_proto!("advantaged.v1");
}

/// Error details on the wire: `google.rpc.Status` and what it carries.
pub mod rpc {
    tonic::include_proto!("advantaged.rpc");
}
