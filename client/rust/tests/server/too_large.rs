//! Batches that are larger than the server takes.

use advantaged_client::{Batch, Client, Error, Method, StreamItem};

use crate::process::Server;

async fn refused(client: &Client, rewards: &[f32]) -> String {
    let error = client.compute(&Batch::new(rewards).group_size(2), Method::rloo()).await.unwrap_err();
    assert!(matches!(error, Error::TooLarge { .. }), "{error}");
    error.to_string()
}

#[tokio::test]
async fn the_error_names_size_limit_and_setting() {
    let server = Server::start(&["--max-request-bytes=1KiB"]);
    let client = Client::connect(&server.target).unwrap();
    let text = refused(&client, &vec![0.5; 300]).await;
    let size: usize = text.split(' ').nth(3).unwrap().parse().unwrap();
    assert!((1200..1300).contains(&size), "{text}");
    assert!(text.contains("accepts 1024 (--max-request-bytes)"), "{text}");
    // Above twice the limit and 1 MiB gRPC itself refuses.
    let text = refused(&client, &vec![0.5; 800_000]).await;
    assert!(text.contains("larger than max (32000") && text.ends_with("(--max-request-bytes)"), "{text}");
    // Above 4 MiB the server is asked, and nothing is sent.
    let text = refused(&client, &vec![0.5; 1_200_000]).await;
    assert!(text.starts_with("the request has 48000"), "{text}");
    assert!(text.contains("accepts 1024 (--max-request-bytes)"), "{text}");
}

#[tokio::test]
async fn a_limit_that_was_raised_is_noticed() {
    let before = Server::start(&["--max-request-bytes=1MiB"]);
    let client = Client::connect(&before.target).unwrap();
    let rewards: Vec<f32> = (0..1_200_000_u32).map(|i| (i % 4) as f32).collect();
    refused(&client, &rewards).await;
    let address = before.address().to_owned();
    before.terminate();
    let _raised = Server::listening(&address, &[]);
    let response = client.compute(&Batch::new(&rewards).group_size(4), Method::dr_grpo()).await.unwrap();
    assert!(response.advantages.chunks(4).all(|group| group == [-1.5, -0.5, 0.5, 1.5]));
}

#[tokio::test]
async fn an_item_that_grpc_would_refuse_does_not_end_the_stream() {
    let server = Server::start(&["--max-request-bytes=1MiB"]);
    let client = Client::connect(&server.target).unwrap();
    let rewards = vec![0.5; 1_200_000];
    let item =
        |id: &str, rewards: &[f32]| StreamItem::new(id, &Batch::new(rewards).group_size(2), Method::rloo()).unwrap();
    let items =
        [item("large", &rewards), item("a", &[0.5, 0.25]), item("too large", &rewards), item("b", &[0.5, 0.25])];
    let mut replies = client.stream(tokio_stream::iter(items));
    let mut answered = Vec::new();
    while let Some(reply) = replies.next().await {
        let reply = reply.unwrap();
        match reply.result {
            Ok(response) => assert_eq!(response.advantages, [0.25, -0.25]),
            Err(error) => assert!(reply.id.ends_with("large") && matches!(error, Error::TooLarge { .. }), "{error}"),
        }
        answered.push(reply.id);
    }
    answered.sort();
    assert_eq!(answered, ["a", "b", "large", "too large"]);
}
