//! What can go wrong.

use std::fmt;
use std::ops::Range;
use std::time::Duration;

use tonic::Code;

/// Why a call has no answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The request is wrong. Lists everything that is; sending it again changes nothing.
    #[error("{}", ViolationList(violations))]
    InvalidArgument {
        /// Each field of [`Batch`](crate::Batch) and what is wrong with it; the first 100, then a count.
        violations: Vec<Violation>,
    },

    /// The server has another numerics version than the batch requires.
    #[error("{message}")]
    FailedPrecondition {
        /// Both versions.
        message: String,
    },

    /// The server was full, and stayed so as long as the deadline allowed.
    #[error("{target} is busy: {message} (it asks to try again in {} ms)", retry_after.as_millis())]
    Refused {
        /// Who refused.
        target: String,
        /// How long the server asked to wait before the next try.
        retry_after: Duration,
        /// What the server is full of.
        message: String,
    },

    /// The request is larger than the server takes. Sending it again changes nothing.
    #[error("{message}")]
    TooLarge {
        /// How large it is, how large it may be, and the setting of the server that says so.
        message: String,
    },

    /// The deadline passed, all tries and waits included.
    #[error("no answer from {target} within {:.3} s{}", deadline.as_secs_f64(), LastReason(last))]
    DeadlineExceeded {
        /// Who was asked; of several replicas, all.
        target: String,
        /// The deadline of the call.
        deadline: Duration,
        /// Why the last try failed, e.g. that there was no connection; `None` if it was still waiting.
        last: Option<String>,
    },

    /// The server could not be reached, or the connection was lost, at every try.
    #[error("{target} is unavailable after {attempts} attempts: {message}")]
    Unavailable {
        /// Who was asked; of several replicas, all.
        target: String,
        /// How many times.
        attempts: u32,
        /// Why the last try failed.
        message: String,
    },

    /// Any other status.
    #[error("{target} answers {code:?}: {message}")]
    Rpc {
        /// Who answered.
        target: String,
        /// The canonical code.
        code: Code,
        /// What the server says.
        message: String,
    },

    /// The reply does not fit the request: the server does not keep the contract.
    #[error("unusable reply: {message}")]
    Reply {
        /// What does not fit.
        message: String,
    },

    /// The target, or what the builder was told, is not usable.
    #[error("{option}: {message}")]
    Configuration {
        /// What was set.
        option: String,
        /// What is wrong with it, and what would be right.
        message: String,
    },
}

/// What a description can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MentionKind {
    /// Something that this version of the client does not know.
    Unknown,
    /// A group, by its index in the batch.
    Group,
    /// A trajectory, by its id.
    Trajectory,
    /// A row, by its index in the batch.
    Row,
    /// The offending value.
    Value,
}

/// Where a description names something of the batch.
#[derive(Clone, Debug, PartialEq)]
pub struct Mention {
    /// What is named.
    pub kind: MentionKind,
    /// Index of the group or of the row, the trajectory's id, or the offending value.
    pub number: f64,
    /// The group's id, where the batch has ids.
    pub group_id: Option<u32>,
    /// Bytes of the description, e.g. those of `group 3`; empty where it was cut before them.
    pub range: Range<usize>,
}

/// One field and what is wrong with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    /// Path from the batch, e.g. `rewards[17]` or `method.pass_at_k_grpo.k`.
    pub field: String,
    /// What is wrong, beginning with the offending value, and what would be right.
    pub description: String,
    /// What the description names, in its order; empty from an older server.
    pub mentions: Vec<Mention>,
}

impl Violation {
    /// Without mentions.
    pub fn new(field: impl Into<String>, description: impl Into<String>) -> Violation {
        Violation { field: field.into(), description: description.into(), mentions: Vec::new() }
    }
}

impl Error {
    /// The canonical code that says the same.
    pub fn code(&self) -> Code {
        match self {
            Error::InvalidArgument { .. } | Error::Configuration { .. } => Code::InvalidArgument,
            Error::FailedPrecondition { .. } => Code::FailedPrecondition,
            Error::Refused { .. } | Error::TooLarge { .. } => Code::ResourceExhausted,
            Error::DeadlineExceeded { .. } => Code::DeadlineExceeded,
            Error::Unavailable { .. } => Code::Unavailable,
            Error::Rpc { code, .. } => *code,
            Error::Reply { .. } => Code::Internal,
        }
    }

    /// What is wrong with the request; empty for other errors.
    pub fn violations(&self) -> &[Violation] {
        match self {
            Error::InvalidArgument { violations } => violations,
            _ => &[],
        }
    }

    pub(crate) fn invalid(field: impl Into<String>, description: impl Into<String>) -> Error {
        Error::InvalidArgument { violations: vec![Violation::new(field, description)] }
    }

    pub(crate) fn reply(message: impl Into<String>) -> Error {
        Error::Reply { message: message.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.field.as_str() {
            "" => write!(f, "{}", self.description),
            field => write!(f, "{field}: {}", self.description),
        }
    }
}

struct ViolationList<'a>(&'a [Violation]);

impl fmt::Display for ViolationList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, violation) in self.0.iter().enumerate() {
            let separator = if i == 0 { "" } else { "; " };
            write!(f, "{separator}{violation}")?;
        }
        Ok(())
    }
}

struct LastReason<'a>(&'a Option<String>);

impl fmt::Display for LastReason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(reason) => write!(f, "; last: {reason}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_say_what_where_and_what_next() {
        let violations = vec![Violation::new("rewards[3]", "NaN is not finite"), Violation::new("", "and 7 more")];
        let refused = Error::Refused {
            target: "http://a:1".to_owned(),
            retry_after: Duration::from_millis(40),
            message: "256 calls wait".to_owned(),
        };
        let late = |last| Error::DeadlineExceeded {
            target: "unix:/run/a.sock".to_owned(),
            deadline: Duration::from_millis(1500),
            last,
        };
        let cases = [
            (Error::InvalidArgument { violations }, "rewards[3]: NaN is not finite; and 7 more"),
            (refused, "http://a:1 is busy: 256 calls wait (it asks to try again in 40 ms)"),
            (late(None), "no answer from unix:/run/a.sock within 1.500 s"),
            (
                late(Some("no connection: refused".to_owned())),
                "no answer from unix:/run/a.sock within 1.500 s; last: no connection: refused",
            ),
        ];
        for (error, text) in cases {
            assert_eq!(error.to_string(), text);
        }
    }
}
