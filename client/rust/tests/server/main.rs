//! The client against real servers, and against servers of these tests that refuse, break off or speak TLS.

mod catalog;
mod examples;
mod fake;
mod forms;
mod moments;
mod process;
mod refusals;
#[rustfmt::skip]
mod samples;
mod streams;
#[cfg(feature = "tls")]
mod tls;
mod too_large;
mod trouble;
mod violations;
