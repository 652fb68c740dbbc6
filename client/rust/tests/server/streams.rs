//! Many batches on one call.

use std::collections::HashSet;
use std::time::Duration;

use advantaged_client::{Batch, Client, Error, Method, StreamItem};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use crate::fake::Fake;
use crate::process::Server;

/// The batch of step i has its own rewards, and so its own advantages.
fn rewards(step: usize) -> Vec<f32> {
    (0..8).map(|i| f32::from((i * (step + 3)) % 5 < 2)).collect()
}

fn item(step: usize) -> StreamItem {
    StreamItem::new(format!("step {step}"), &Batch::new(&rewards(step)).group_size(4), Method::rloo()).unwrap()
}

async fn alone(client: &Client, step: usize) -> Vec<f32> {
    client.compute(&Batch::new(&rewards(step)).group_size(4), Method::rloo()).await.unwrap().advantages
}

#[tokio::test]
async fn replies_come_in_order_and_with_the_bits_of_single_calls() {
    let server = Server::start(&[]);
    let client = Client::connect(&server.target).unwrap();
    let mut replies = client.stream(tokio_stream::iter((0..100).map(item)));
    for step in 0..100 {
        let reply = replies.next().await.unwrap().unwrap();
        assert_eq!(reply.id, format!("step {step}"));
        assert_eq!(reply.result.unwrap().advantages, alone(&client, step).await);
    }
    assert!(replies.next().await.is_none());
}

#[tokio::test]
async fn unordered_replies_are_each_there_once() {
    let server = Server::start(&[]);
    let client = Client::connect(&server.target).unwrap();
    let mut replies = client.stream_unordered(tokio_stream::iter((0..100).map(item)));
    let mut ids = HashSet::new();
    while let Some(reply) = replies.next().await {
        let reply = reply.unwrap();
        reply.result.unwrap();
        assert!(ids.insert(reply.id));
    }
    assert_eq!(ids.len(), 100);
}

#[tokio::test]
async fn a_bad_item_has_its_own_error_and_the_stream_goes_on() {
    let server = Server::start(&["--max-request-bytes=1KiB"]);
    let client = Client::connect(&server.target).unwrap();
    let bad = StreamItem::new("bad", &Batch::new(&[0.5, f32::NAN]).group_size(2), Method::rloo()).unwrap();
    let large = vec![0.5; 300];
    let large = StreamItem::new("large", &Batch::new(&large).group_size(300), Method::rloo()).unwrap();
    let items = [item(0), bad, large, item(0), item(1)];
    let mut replies = client.stream(tokio_stream::iter(items));
    let mut results = Vec::new();
    while let Some(reply) = replies.next().await {
        let reply = reply.unwrap();
        results.push((reply.id, reply.result));
    }
    let ids: Vec<&str> = results.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids.len(), 5);
    let of = |id: &str| results.iter().filter(|(other, _)| other == id).map(|(_, r)| r).collect::<Vec<_>>();
    assert_eq!(of("bad")[0].as_ref().unwrap_err().violations()[0].field, "rewards[1]");
    let large = of("large")[0].as_ref().unwrap_err();
    assert!(matches!(large, Error::TooLarge { .. }), "{large}");
    // The same id twice: refused while the first has no reply, answered after.
    for result in of("step 0") {
        let refused = result.as_ref().err().map(|error| error.violations()[0].field.as_str());
        assert!(matches!(refused, None | Some("id")));
    }
    assert!(of("step 1")[0].is_ok());
}

#[tokio::test]
async fn an_id_of_no_or_too_many_bytes_is_refused_at_once() {
    for id in ["", &"x".repeat(65)] {
        let error = StreamItem::new(id, &Batch::new(&[1.0, 0.0]).group_size(2), Method::rloo()).unwrap_err();
        assert_eq!(error.violations()[0].field, "id");
    }
}

#[tokio::test]
async fn an_id_may_not_be_that_of_an_item_without_reply() {
    let server = Server::start(&[]);
    let client = Client::connect(&server.target).unwrap();
    server.freeze();
    let mut replies = client.stream(tokio_stream::iter([item(0), item(0)]));
    let second = replies.next().await.unwrap().unwrap();
    assert_eq!(second.result.unwrap_err().violations()[0].field, "id");
    server.thaw();
    let first = replies.next().await.unwrap().unwrap();
    assert_eq!(first.result.unwrap().advantages, alone(&client, 0).await);
    assert!(replies.next().await.is_none());
}

#[tokio::test]
async fn sixteen_items_are_on_their_way_and_no_more() {
    let fake = Fake::new(|_| Ok(()));
    let client = Client::connect(fake.serve()).unwrap();
    let item = |i: usize| {
        let rewards = [i as f32 + 0.5, 0.25];
        StreamItem::new(i.to_string(), &Batch::new(&rewards).group_size(2), Method::rloo()).unwrap()
    };
    let mut replies = client.stream(tokio_stream::iter((0..40).map(item)));
    for i in 0..40 {
        let reply = replies.next().await.unwrap().unwrap();
        assert_eq!((reply.id, reply.result.unwrap().advantages[0]), (i.to_string(), i as f32 + 0.5));
    }
    assert!(replies.next().await.is_none());
    assert_eq!(*fake.most_in_flight.lock().unwrap(), 16);
}

#[tokio::test]
async fn items_without_reply_are_sent_again_after_a_restart() {
    let server = Server::start(&[]);
    let address = server.address().to_owned();
    let client = Client::connect(&server.target).unwrap();
    let (sender, receiver) = mpsc::channel(64);
    let mut replies = client.stream(ReceiverStream::new(receiver));
    sender.send(item(0)).await.unwrap();
    assert_eq!(replies.next().await.unwrap().unwrap().id, "step 0");

    server.freeze();
    for step in 1..30 {
        sender.send(item(step)).await.unwrap();
    }
    let server = tokio::task::spawn_blocking(move || {
        server.wait_for_unread_bytes();
        server
    })
    .await
    .unwrap();
    server.kill();
    let _server = Server::listening(&address, &[]);
    for step in 1..30 {
        let reply = replies.next().await.unwrap().unwrap();
        assert_eq!(reply.id, format!("step {step}"));
        assert_eq!(reply.result.unwrap().advantages, alone(&client, step).await);
    }
    drop(sender);
    assert!(replies.next().await.is_none());
}

#[tokio::test]
async fn a_stream_outlives_the_age_of_its_connection() {
    let server = Server::start(&[]);
    // One attempt: were the stream broken off, it would end.
    let builder = Client::builder(&server.target).max_connection_age(Duration::from_nanos(1)).attempts(1);
    let client = builder.build().unwrap();
    let (sender, receiver) = mpsc::channel(1);
    let mut replies = client.stream(ReceiverStream::new(receiver));
    for step in 0..20 {
        sender.send(item(step)).await.unwrap();
        let reply = replies.next().await.unwrap().unwrap();
        assert_eq!(reply.result.unwrap().advantages, alone(&client, step).await);
    }
    drop(sender);
    assert!(replies.next().await.is_none());
}

#[tokio::test]
async fn an_item_that_waits_longer_than_the_deadline_ends_the_stream() {
    let server = Server::start(&[]);
    let client = Client::connect(&server.target).unwrap();
    client.server_info().await.unwrap();
    server.freeze();
    let client = client.with_deadline(Duration::from_millis(200));
    let mut replies = client.stream(tokio_stream::iter([item(0)]));
    let error = replies.next().await.unwrap().unwrap_err();
    assert!(matches!(error, Error::DeadlineExceeded { .. }), "{error}");
    assert!(replies.next().await.is_none());
}

#[tokio::test]
async fn no_items_are_no_replies_and_need_no_server() {
    let client = Client::connect("unix:/nonexistent/advantaged.sock").unwrap();
    assert!(client.stream(tokio_stream::empty()).next().await.is_none());
}
