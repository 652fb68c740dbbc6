//! What a refused or lost call comes to.

use std::time::{Duration, Instant};

use advantaged_client::proto::rpc;
use advantaged_client::{Batch, Client, Error, Method};
use prost::Message;
use tonic::metadata::MetadataMap;
use tonic::{Code, Status};

use crate::fake::Fake;

const REWARDS: [f32; 2] = [0.5, 0.25];

fn batch() -> Batch<'static> {
    Batch::new(&REWARDS).group_size(2)
}

fn busy(pushback_ms: &str) -> Status {
    let mut trailers = MetadataMap::new();
    trailers.insert("grpc-retry-pushback-ms", pushback_ms.parse().unwrap());
    let delay = prost_types::Duration { seconds: 0, nanos: 20_000_000 };
    let info = rpc::RetryInfo { retry_delay: Some(delay) };
    let any = prost_types::Any {
        type_url: "type.googleapis.com/google.rpc.RetryInfo".to_owned(),
        value: info.encode_to_vec(),
    };
    let details = rpc::Status { code: 8, message: "full".to_owned(), details: vec![any] };
    Status::with_details_and_metadata(Code::ResourceExhausted, "full", details.encode_to_vec().into(), trailers)
}

#[tokio::test]
async fn a_refusal_with_pushback_is_waited_out_and_changes_nothing() {
    let fake = Fake::new(|call| if call < 7 { Err(busy("20")) } else { Ok(()) });
    let client = Client::connect(fake.serve()).unwrap();
    let start = Instant::now();
    let response = client.compute(&batch(), Method::rloo()).await.unwrap();
    assert_eq!(response.advantages, REWARDS);
    assert!(start.elapsed() >= Duration::from_millis(7 * 20));
    let calls = fake.calls();
    assert_eq!(calls.len(), 8);
    for call in &calls {
        assert_eq!(call.request, calls[0].request);
        assert_eq!((&call.previous_attempts, call.request.observe), (&None, None));
    }
}

#[tokio::test]
async fn a_refusal_beyond_the_deadline_is_the_error() {
    let fake = Fake::new(|_| Err(busy("86400000")));
    let client = Client::connect(fake.serve()).unwrap();
    let error = client.compute(&batch(), Method::rloo()).await.unwrap_err();
    let day = Duration::from_secs(24 * 3600);
    assert!(matches!(&error, Error::Refused { retry_after, .. } if *retry_after == day), "{error}");
    assert_eq!(fake.calls().len(), 1);
}

#[tokio::test]
async fn a_refusal_that_forbids_another_try_is_not_tried_again() {
    for status in [busy("-1"), Status::resource_exhausted("a quota")] {
        let fake = Fake::new(move |_| Err(status.clone()));
        let client = Client::connect(fake.serve()).unwrap();
        let error = client.compute(&batch(), Method::rloo()).await.unwrap_err();
        assert!(matches!(&error, Error::Rpc { code: Code::ResourceExhausted, .. }), "{error}");
        assert_eq!(fake.calls().len(), 1);
    }
}

#[tokio::test]
async fn a_refusal_for_good_is_too_large_and_not_tried_again() {
    let mut trailers = MetadataMap::new();
    trailers.insert("grpc-retry-pushback-ms", "-1".parse().unwrap());
    let status = Status::with_metadata(Code::ResourceExhausted, "the request has 9 bytes", trailers);
    let fake = Fake::new(move |_| Err(status.clone()));
    let client = Client::connect(fake.serve()).unwrap();
    let error = client.compute(&batch(), Method::rloo()).await.unwrap_err();
    assert_eq!(error, Error::TooLarge { message: "the request has 9 bytes".to_owned() });
    assert_eq!(fake.calls().len(), 1);
}

#[tokio::test]
async fn a_call_that_may_have_been_computed_says_so_when_it_is_tried_again() {
    for status in [Status::unavailable("draining"), Status::cancelled("draining")] {
        let fake = Fake::new(move |call| if call < 2 { Err(status.clone()) } else { Ok(()) });
        let client = Client::connect(fake.serve()).unwrap();
        let response = client.compute(&batch(), Method::rloo()).await.unwrap();
        assert_eq!(response.advantages, REWARDS);
        let sent: Vec<_> =
            fake.calls().into_iter().map(|call| (call.previous_attempts, call.request.observe)).collect();
        let again = |previous: &str| (Some(previous.to_owned()), Some(false));
        assert_eq!(sent, [(None, None), again("1"), again("2")]);
    }
}

#[tokio::test]
async fn attempts_are_not_without_end() {
    let fake = Fake::new(|_| Err(Status::unavailable("draining")));
    let client = Client::builder(fake.serve()).attempts(3).build().unwrap();
    let error = client.compute(&batch(), Method::rloo()).await.unwrap_err();
    assert!(matches!(&error, Error::Unavailable { attempts: 3, .. }), "{error}");
    assert!(error.to_string().ends_with("is unavailable after 3 attempts: draining"), "{error}");
    assert_eq!(fake.calls().len(), 3);
}

#[tokio::test]
async fn what_would_fail_again_is_not_tried_again() {
    for code in [Code::InvalidArgument, Code::FailedPrecondition, Code::DeadlineExceeded, Code::Internal] {
        let fake = Fake::new(move |_| Err(Status::new(code, "no")));
        let client = Client::connect(fake.serve()).unwrap();
        let error = client.compute(&batch(), Method::rloo()).await.unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert_eq!(fake.calls().len(), 1, "{code:?}");
    }
}

#[tokio::test]
async fn a_reply_that_does_not_fit_the_batch_is_an_error_not_an_answer() {
    let fake = Fake::new(|_| Ok(()));
    let client = Client::connect(fake.serve()).unwrap();
    // Bits are asked for as pairs, and the fake has none.
    let error = client.compute(&Batch::new(&[1.0, 0.0]).group_size(2), Method::rloo()).await.unwrap_err();
    assert!(matches!(&error, Error::Reply { .. }), "{error}");
}
