//! Servers that are slow, restarted, killed or not there yet.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use advantaged_client::{Batch, Client, Error, Method, StreamItem};
use tokio::sync::Notify;

use crate::process::Server;

const REWARDS: [f32; 4] = [1.0, 0.0, 0.0, 1.0];

fn batch() -> Batch<'static> {
    Batch::new(&REWARDS).group_size(4)
}

async fn compute(client: &Client) -> Result<Vec<f32>, Error> {
    client.compute(&batch(), Method::dr_grpo()).await.map(|response| response.advantages)
}

const ADVANTAGES: [f32; 4] = [0.5, -0.5, -0.5, 0.5];

#[tokio::test]
async fn a_server_that_does_not_answer_costs_the_deadline() {
    let server = Server::start(&[]);
    let client = Client::connect(&server.target).unwrap();
    compute(&client).await.unwrap();
    server.freeze();
    let deadline = Duration::from_millis(300);
    let start = Instant::now();
    let error = compute(&client.with_deadline(deadline)).await.unwrap_err();
    assert!(start.elapsed() >= deadline);
    assert_eq!(error.to_string(), format!("no answer from {} within 0.300 s", server.target));
    server.thaw();
    assert_eq!(compute(&client).await.unwrap(), ADVANTAGES);
}

#[tokio::test]
async fn a_deadline_beyond_all_clocks_is_none() {
    let server = Server::start(&[]);
    let client = Client::builder(&server.target).deadline(Duration::MAX).build().unwrap();
    assert_eq!(compute(&client).await.unwrap(), ADVANTAGES);
    let rewards = REWARDS;
    let item = StreamItem::new("1", &Batch::new(&rewards).group_size(4), Method::dr_grpo()).unwrap();
    let reply = client.stream(tokio_stream::iter([item])).next().await.unwrap().unwrap();
    assert_eq!(reply.result.unwrap().advantages, ADVANTAGES);
}

#[tokio::test]
async fn a_server_restarted_between_calls_is_found_again() {
    let server = Server::start(&[]);
    let address = server.address().to_owned();
    let client = Client::connect(&server.target).unwrap();
    assert_eq!(compute(&client).await.unwrap(), ADVANTAGES);
    server.terminate();
    let server = Server::listening(&address, &[]);
    assert_eq!(compute(&client).await.unwrap(), ADVANTAGES);
    server.kill();
    let _server = Server::listening(&address, &[]);
    assert_eq!(compute(&client).await.unwrap(), ADVANTAGES);
}

#[tokio::test]
async fn a_call_under_way_when_the_server_is_killed_is_answered_by_the_next() {
    let server = Server::start(&[]);
    let address = server.address().to_owned();
    let client = Client::connect(&server.target).unwrap();
    compute(&client).await.unwrap();
    server.freeze();
    let under_way = tokio::spawn({
        let client = client.clone();
        async move { compute(&client).await }
    });
    // Until the call lies in the server's socket, which nobody reads.
    let server = tokio::task::spawn_blocking(move || {
        server.wait_for_unread_bytes();
        server
    })
    .await
    .unwrap();
    assert!(!under_way.is_finished());
    server.kill();
    let _server = Server::listening(&address, &[]);
    assert_eq!(under_way.await.unwrap().unwrap(), ADVANTAGES);
}

#[tokio::test]
async fn a_server_that_is_not_there_yet_is_waited_for() {
    let server = Server::start(&[]);
    let (target, address) = (server.target.clone(), server.address().to_owned());
    server.kill();
    let client = Client::connect(&target).unwrap();
    let error = compute(&client.with_deadline(Duration::from_millis(2500))).await.unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, Error::DeadlineExceeded { .. }), "{text}");
    assert!(text.contains(&target) && text.contains("within 2.500 s"), "{text}");
    assert!(text.contains("no connection: Connection refused"), "{text}");

    let waiting = tokio::spawn(async move { compute(&client).await });
    let _server = Server::listening(&address, &[]);
    assert_eq!(waiting.await.unwrap().unwrap(), ADVANTAGES);
}

#[tokio::test]
async fn without_waiting_a_server_that_is_not_there_is_unavailable() {
    let server = Server::start(&[]);
    let target = server.target.clone();
    server.kill();
    let client = Client::builder(&target).wait_for_ready(false).attempts(2).build().unwrap();
    let error = compute(&client).await.unwrap_err();
    assert!(matches!(&error, Error::Unavailable { attempts: 2, .. }), "{error}");
    assert!(error.to_string().contains("Connection refused"), "{error}");
}

#[tokio::test]
async fn no_call_fails_when_one_of_two_replicas_is_killed_under_load() {
    let (doomed, other) = (Server::start(&[]), Server::start(&[]));
    let client = Client::builder(&doomed.target).replica(&other.target).build().unwrap();
    let done = Arc::new(AtomicUsize::new(0));
    let half = Arc::new(Notify::new());
    let trainers: Vec<_> = (0..4)
        .map(|_| {
            let (client, done, half) = (client.clone(), Arc::clone(&done), Arc::clone(&half));
            tokio::spawn(async move {
                for _ in 0..100 {
                    assert_eq!(compute(&client).await.unwrap(), ADVANTAGES);
                    if done.fetch_add(1, Ordering::Relaxed) == 100 {
                        half.notify_one();
                    }
                }
            })
        })
        .collect();
    half.notified().await;
    doomed.kill();
    for trainer in trainers {
        trainer.await.unwrap();
    }
    assert_eq!(done.load(Ordering::Relaxed), 400);
}

#[tokio::test]
async fn a_unix_socket_serves_as_an_address() {
    let folder = tempfile::TempDir::new().unwrap();
    let address = format!("unix:{}", folder.path().join("advantaged.sock").display());
    let server = Server::listening(&address, &[]);
    assert_eq!(server.target, address);
    let client = Client::connect(&address).unwrap();
    assert_eq!(compute(&client).await.unwrap(), ADVANTAGES);
    server.terminate();
    let client = Client::connect(&address).unwrap();
    let error = compute(&client.with_deadline(Duration::from_millis(2500))).await.unwrap_err();
    assert!(error.to_string().contains("no connection: No such file"), "{error}");
}

#[tokio::test]
async fn a_client_is_shared_between_tasks() {
    fn assert_sendable<T: Send>(value: T) -> T {
        value
    }
    let server = Server::start(&[]);
    let client = Client::connect(&server.target).unwrap();
    let (batch, other) = (batch(), batch());
    let (a, b) = tokio::join!(
        assert_sendable(client.compute(&batch, Method::dr_grpo())),
        assert_sendable(client.compute(&other, Method::dr_grpo())),
    );
    assert_eq!(a.unwrap().advantages, b.unwrap().advantages);
}
