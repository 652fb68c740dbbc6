#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod batch;
mod client;
mod connections;
mod dense_ids;
mod error;
pub mod method;
mod options;
pub mod proto;
mod request;
mod response;
mod retry;
mod stage;
mod status;
mod stream;
mod target;
#[cfg(feature = "tls")]
mod tls;
mod wire;

pub use batch::Batch;
pub use client::Client;
pub use dense_ids::DenseIds;
pub use error::{Error, Mention, MentionKind, Violation};
pub use method::Method;
pub use options::Builder;
pub use proto::{
    BatchMoments, GroupOutcome, GroupStatistics, MethodDescription, SmallGroupPolicy, Stage, Summary, TrajectoryReward,
    Warning,
};
pub use response::Response;
pub use stream::{Replies, StreamItem, StreamReply};
#[cfg(feature = "tls")]
pub use tls::Tls;
/// The status codes of [`Error::code`].
pub use tonic::Code;
