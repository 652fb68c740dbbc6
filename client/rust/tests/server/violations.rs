//! What the server has against a batch, in the caller's words.

use advantaged_client::method::{Grpo, MaxAtK};
use advantaged_client::{Batch, Client, Code, Error, Method, SmallGroupPolicy, Stage};

use crate::process::Server;

async fn violations(client: &Client, batch: &Batch<'_>, method: impl Into<Method>) -> Vec<(String, String)> {
    match client.compute(batch, method).await {
        Err(Error::InvalidArgument { violations }) => {
            violations.into_iter().map(|violation| (violation.field, violation.description)).collect()
        }
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn every_violation_comes_with_the_field_of_the_batch() {
    let server = Server::start(&[]);
    let client = Client::connect(&server.target).unwrap();
    let rewards = [1.0, f32::NAN, 0.5, f32::INFINITY];
    let real = Batch::new(&rewards).group_size(4);
    let fields =
        |violations: Vec<(String, String)>| -> Vec<String> { violations.into_iter().map(|(field, _)| field).collect() };
    assert_eq!(
        fields(violations(&client, &real, Method::rloo()).await),
        ["rewards[1]", "rewards[3]"],
        "sent as rewards_float32_le"
    );

    let bits = [1.0, 0.0, 0.0, 1.0];
    let batch = Batch::new(&bits).group_ids(&[7, 7, 7, 9]).expected_group_size(2).pass_at([0, 3, 3]);
    let all = violations(&client, &batch, Grpo { ddof: Some(7), epsilon: Some(-1.0) }).await;
    let named = fields(all);
    for field in ["method.grpo.ddof", "method.grpo.epsilon", "pass_at[0]", "pass_at[2]"] {
        assert!(named.contains(&field.to_owned()), "{field} is not among {named:?}");
    }

    let small = Batch::new(&bits).group_ids(&[7, 7, 7, 9]);
    let refused = violations(&client, &small, Method::rloo()).await;
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].0, "group_ids[3]");
    assert!(refused[0].1.starts_with("group 1 (id 9) has 1 response"), "{}", refused[0].1);
}

#[tokio::test]
async fn bad_batches_of_every_kind_are_refused_naming_the_field() {
    let server = Server::start(&[]);
    let client = Client::connect(&server.target).unwrap();
    let bits = [1.0, 0.0, 0.0, 1.0];
    let batch = || Batch::new(&bits).group_size(4);
    let masked = [true, false, false, false];
    for (field, batch, method) in [
        ("group_size", Batch::new(&bits), Method::rloo()),
        ("group_size", Batch::new(&bits).group_size(3), Method::rloo()),
        ("group_sizes", Batch::new(&bits).group_sizes(&[1, 2]), Method::rloo()),
        ("method.pass_at_k_grpo.k", batch(), Method::pass_at_k_grpo(5)),
        ("method.max_at_k.k", batch(), MaxAtK::default().into()),
        ("lengths", batch(), Method::opo()),
        ("method.surrogate.formula", batch(), Method::surrogate("2*(rho", [])),
        ("method.custom_table.tables", batch(), Method::custom_table(vec![])),
        ("constant_tolerance", batch().constant_tolerance(-1.0), Method::rloo()),
        ("success_threshold", batch().success_threshold(f64::NAN), Method::rloo()),
        ("shape_rewards", batch().shape_rewards(true), Method::rloo()),
        ("stages[0].clip", batch().stages([Stage::clip(1.0, 0.0)]), Method::rloo()),
        ("stages[0].center", batch().stages([Stage::center()]), Method::pass_at_k_grpo(2)),
        ("moments_only", batch().moments_only(true), Method::rloo()),
        ("run", batch().run("No Spaces"), Method::rloo()),
        ("small_group", batch().valid(&masked).small_group(SmallGroupPolicy::Error), Method::rloo()),
    ] {
        let refused = violations(&client, &batch, method).await;
        assert!(refused.iter().any(|(name, _)| name == field), "{field} is not among {refused:?}");
    }
}

#[tokio::test]
async fn of_very_many_violations_the_first_are_listed_and_the_rest_counted() {
    let server = Server::start(&[]);
    let client = Client::connect(&server.target).unwrap();
    let rewards = vec![f32::NAN; 1000];
    let refused = violations(&client, &Batch::new(&rewards).group_size(4), Method::rloo()).await;
    let (rest, listed) = refused.split_last().unwrap();
    assert!(listed.len() > 50, "{}", listed.len());
    for (i, (field, _)) in listed.iter().enumerate() {
        assert_eq!(*field, format!("rewards[{i}]"));
    }
    assert_eq!(*rest, (String::new(), format!("and {} more", 1000 - listed.len())));
}

#[tokio::test]
async fn other_numerics_are_a_failed_precondition() {
    let server = Server::start(&[]);
    let client = Client::connect(&server.target).unwrap();
    let batch = Batch::new(&[1.0, 0.0]).group_size(2).required_numerics_version(999);
    let error = client.compute(&batch, Method::rloo()).await.unwrap_err();
    assert_eq!(error.code(), Code::FailedPrecondition);
    assert!(error.to_string().contains("999"), "{error}");
}
