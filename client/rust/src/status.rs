//! From a gRPC status to an error, and to what may be done about it.

use std::error::Error as StdError;
use std::time::Duration;

use prost::Message;
use tonic::{Code, Status};

use crate::error::{Error, Mention, MentionKind, Violation};
use crate::proto::rpc;

/// Why an attempt failed, by what may be done about it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Failure {
    /// Nothing was sent: there was no connection.
    NoConnection(String),
    /// The connection was lost or the call was dropped by the server: it may have been computed, or not.
    Lost(String),
    /// Nothing was computed, and after this time it may be.
    Refused { retry_after: Duration, message: String },
    /// The deadline passed.
    Late,
    /// Every try would fail like this one.
    Final(Error),
}

/// Why the call failed. Tells apart what the server said from what happened on the way: a status that tonic made of an
/// error carries it as its source.
pub(crate) fn failure(status: &Status, target: &str) -> Failure {
    let mut cause = status.source();
    let mut innermost = None;
    let mut connecting = false;
    while let Some(error) = cause {
        if error.is::<tonic::TimeoutExpired>() {
            return Failure::Late;
        }
        connecting |= error.is::<tonic::ConnectError>();
        innermost = Some(error.to_string());
        cause = error.source();
    }
    match innermost {
        Some(reason) if connecting => Failure::NoConnection(reason),
        Some(reason) => Failure::Lost(reason),
        None => said_by_server(status, target),
    }
}

fn said_by_server(status: &Status, target: &str) -> Failure {
    let pushback =
        status.metadata().get("grpc-retry-pushback-ms").and_then(|value| value.to_str().ok()?.parse::<i64>().ok());
    // Details that cannot be read add nothing to code and message.
    let mut full = rpc::Status::decode(status.details()).unwrap_or_default();
    full.code = status.code() as i32;
    full.message = status.message().to_owned();
    of_details(&full, pushback, target)
}

/// The same for the status of one item of a stream, which has no trailers.
pub(crate) fn of_details(status: &rpc::Status, pushback_ms: Option<i64>, target: &str) -> Failure {
    let message = status.message.clone();
    let target = target.to_owned();
    Failure::Final(match Code::from_i32(status.code) {
        Code::InvalidArgument => Error::InvalidArgument { violations: violations(status) },
        Code::FailedPrecondition => Error::FailedPrecondition { message },
        Code::DeadlineExceeded => return Failure::Late,
        Code::Unavailable | Code::Cancelled => return Failure::Lost(message),
        Code::ResourceExhausted => match retry_after(status, pushback_ms) {
            Some(retry_after) => return Failure::Refused { retry_after, message },
            // gRPC's own refusal, with both sizes, before any code of the server runs.
            None if message.contains("larger than max") => {
                Error::TooLarge { message: format!("{message} (--max-request-bytes)") }
            }
            None if is_too_large(status, pushback_ms) => Error::TooLarge { message },
            None => Error::Rpc { target, code: Code::ResourceExhausted, message },
        },
        code => Error::Rpc { target, code, message },
    })
}

/// How long to wait. A pushback below 0 forbids another try; without one, RetryInfo says.
fn retry_after(status: &rpc::Status, pushback_ms: Option<i64>) -> Option<Duration> {
    if let Some(milliseconds) = pushback_ms {
        return u64::try_from(milliseconds).ok().map(Duration::from_millis);
    }
    let info = detail::<rpc::RetryInfo>(status, "google.rpc.RetryInfo")?;
    info.retry_delay.and_then(|delay| Duration::try_from(delay).ok())
}

fn is_too_large(status: &rpc::Status, pushback_ms: Option<i64>) -> bool {
    let is_for_good = pushback_ms.is_some() && detail::<rpc::RetryInfo>(status, "google.rpc.RetryInfo").is_none();
    is_for_good
        || detail::<rpc::ErrorInfo>(status, "google.rpc.ErrorInfo")
            .is_some_and(|info| info.reason == "REQUEST_TOO_LARGE")
}

fn violations(status: &rpc::Status) -> Vec<Violation> {
    let listed = detail::<rpc::BadRequest>(status, "google.rpc.BadRequest").unwrap_or_default().field_violations;
    if listed.is_empty() {
        return vec![Violation::new("", status.message.clone())];
    }
    let mut violations: Vec<Violation> = listed
        .into_iter()
        .map(|violation| Violation::new(field_of_batch(&violation.field), violation.description))
        .collect();
    let mentions = detail::<rpc::Mentions>(status, "advantaged.rpc.Mentions").unwrap_or_default().mentions;
    for one in mentions {
        if let Some(violation) = violations.get_mut(one.violation as usize) {
            violation.mentions.push(mention(&one, &violation.description));
        }
    }
    violations
}

fn mention(sent: &rpc::mentions::Mention, description: &str) -> Mention {
    let range = sent.begin as usize..sent.end as usize;
    Mention {
        kind: match sent.kind() {
            rpc::mentions::Kind::Unspecified => MentionKind::Unknown,
            rpc::mentions::Kind::Group => MentionKind::Group,
            rpc::mentions::Kind::Trajectory => MentionKind::Trajectory,
            rpc::mentions::Kind::Row => MentionKind::Row,
            rpc::mentions::Kind::Value => MentionKind::Value,
        },
        number: sent.number,
        group_id: sent.group_id,
        range: if description.get(range.clone()).is_some() { range } else { 0..0 },
    }
}

fn detail<M: Message + Default>(status: &rpc::Status, name: &str) -> Option<M> {
    let any = status.details.iter().find(|any| any.type_url.ends_with(&format!("/{name}")))?;
    M::decode(any.value.as_slice()).ok()
}

/// The field as the caller knows it: which form an array took on the wire was this client's choice.
fn field_of_batch(field: &str) -> String {
    let end = field.find(['[', '.']).unwrap_or(field.len());
    let (name, path) = field.split_at(end);
    let name = match name {
        "reward_bits" | "response_count" => "rewards",
        name => name.trim_end_matches("_float32_le").trim_end_matches("_fixed32_le"),
    };
    format!("{name}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use prost_types::Any;

    fn any(name: &str, message: &impl Message) -> Any {
        Any { type_url: format!("type.googleapis.com/google.rpc.{name}"), value: message.encode_to_vec() }
    }

    fn retry_info(milliseconds: u64) -> Any {
        let delay = prost_types::Duration::try_from(Duration::from_millis(milliseconds)).unwrap();
        any("RetryInfo", &rpc::RetryInfo { retry_delay: Some(delay) })
    }

    fn exhausted(details: Vec<Any>, message: &str) -> rpc::Status {
        rpc::Status { code: Code::ResourceExhausted as i32, message: message.to_owned(), details }
    }

    #[test]
    fn fields_are_named_as_the_caller_knows_them() {
        for (wire, known) in [
            ("rewards_float32_le[17]", "rewards[17]"),
            ("reward_bits[17]", "rewards[17]"),
            ("response_count", "rewards"),
            ("group_ids_fixed32_le", "group_ids"),
            ("lengths_fixed32_le[2]", "lengths[2]"),
            ("method.pass_at_k_grpo.k", "method.pass_at_k_grpo.k"),
            ("stages[0].center", "stages[0].center"),
        ] {
            assert_eq!(field_of_batch(wire), known);
        }
    }

    #[test]
    fn a_refusal_says_how_long_and_the_trailer_decides() {
        let busy = exhausted(vec![retry_info(40)], "full");
        let wait = |milliseconds| Failure::Refused {
            retry_after: Duration::from_millis(milliseconds),
            message: "full".to_owned(),
        };
        assert_eq!(of_details(&busy, None, "t"), wait(40));
        assert_eq!(of_details(&busy, Some(25), "t"), wait(25));
        assert!(matches!(of_details(&busy, Some(-1), "t"), Failure::Final(Error::Rpc { .. })));
    }

    #[test]
    fn too_large_is_known_by_reason_by_pushback_and_by_the_words_of_grpc() {
        let info = rpc::ErrorInfo { reason: "REQUEST_TOO_LARGE".to_owned(), ..Default::default() };
        let by_grpc = "Received message larger than max (1025 vs. 1024)";
        for (status, pushback_ms, text) in [
            (exhausted(vec![any("ErrorInfo", &info)], "1025 bytes"), None, "1025 bytes".to_owned()),
            (exhausted(vec![], "1025 bytes"), Some(-1), "1025 bytes".to_owned()),
            (exhausted(vec![], by_grpc), None, format!("{by_grpc} (--max-request-bytes)")),
        ] {
            let expected = Failure::Final(Error::TooLarge { message: text });
            assert_eq!(of_details(&status, pushback_ms, "t"), expected);
        }
        let other = of_details(&exhausted(vec![], "quota"), None, "t");
        assert!(matches!(other, Failure::Final(Error::Rpc { .. })));
    }

    #[test]
    fn every_violation_is_listed_and_details_that_are_not_there_are_not_missed() {
        let field =
            |field: &str| rpc::bad_request::FieldViolation { field: field.to_owned(), description: "wrong".to_owned() };
        let bad = rpc::BadRequest { field_violations: vec![field("reward_bits"), field("pass_at[1]")] };
        let mut status = rpc::Status {
            code: Code::InvalidArgument as i32,
            message: "two".to_owned(),
            details: vec![any("BadRequest", &bad)],
        };
        let fields = |status: &rpc::Status| -> Vec<String> {
            violations(status).into_iter().map(|violation| violation.to_string()).collect()
        };
        assert_eq!(fields(&status), ["rewards: wrong", "pass_at[1]: wrong"]);
        status.details.clear();
        assert_eq!(fields(&status), ["two"]);
    }
}
