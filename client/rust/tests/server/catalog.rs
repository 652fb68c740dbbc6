//! What a server offers.

use advantaged_client::proto::{DescribeMethodRequest, MethodSpec};
use advantaged_client::{Client, Error, Method};

use crate::process::Server;

#[tokio::test]
async fn the_server_lists_the_methods_of_the_client() {
    let server = Server::start(&[]);
    let client = Client::connect(&server.target).unwrap();
    let mut listed: Vec<String> = client.list_methods().await.unwrap().into_iter().map(|method| method.name).collect();
    let mut known = Method::NAMES.to_vec();
    listed.sort();
    known.sort();
    assert_eq!(listed, known);
}

#[tokio::test]
async fn the_server_says_what_it_is_and_takes() {
    let server = Server::start(&["--max-request-bytes=1MiB"]);
    let info = Client::connect(&server.target).unwrap().server_info().await.unwrap();
    assert_eq!(info.max_request_bytes, 1 << 20);
    assert!(!info.version.is_empty() && info.numerics_version >= 1, "{info:?}");
}

#[tokio::test]
async fn a_method_is_described() {
    let server = Server::start(&[]);
    let client = Client::connect(&server.target).unwrap();
    let request = |k| DescribeMethodRequest {
        method: Some(MethodSpec { method: Some(Method::pass_at_k_grpo(k)) }),
        n: Some(8),
        points: Some(3),
        ..Default::default()
    };
    let described = client.describe_method(request(4)).await.unwrap();
    assert_eq!(described.name, "pass_at_k_grpo");
    assert_eq!(described.table.unwrap().advantage_correct.len(), 9);
    assert_eq!(described.curve.unwrap().rho, [0.25, 0.5, 0.75]);

    let error = client.describe_method(request(9)).await.unwrap_err();
    assert!(matches!(error, Error::InvalidArgument { .. }), "{error}");
}
