//! Every method in every form gives the bits that plain arrays give.

use advantaged_client::method::Table;
use advantaged_client::proto::advantage_service_client::AdvantageServiceClient;
use advantaged_client::proto::{ComputeAdvantagesRequest, MethodSpec};
use advantaged_client::{Batch, Client, DenseIds, Method, SmallGroupPolicy, Stage, TrajectoryReward};

use crate::process::Server;
use crate::samples;

const GROUP_SIZE: usize = 4;

/// The method of that name with every parameter, for groups of `GROUP_SIZE` and what masking leaves of them.
fn method(name: &str) -> Method {
    match samples::method(name) {
        Method::CustomTable(_) => Method::custom_table((1..=GROUP_SIZE as u32).map(table).collect()),
        method => method,
    }
}

fn table(n: u32) -> Table {
    let column = |scale: f64| (0..=n).map(|c| scale * f64::from(c) / 7.0).collect();
    Table { n, advantage_correct: column(1.0), advantage_wrong: column(-0.3) }
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// The reply to plain arrays, sent without this crate's help.
async fn plain(server: &Server, request: ComputeAdvantagesRequest) -> Vec<u32> {
    let mut stub = AdvantageServiceClient::connect(server.target.clone()).await.unwrap();
    bits(&stub.compute_advantages(request).await.unwrap().into_inner().advantages)
}

fn bitmap(values: &[bool]) -> Vec<u8> {
    let byte = |bits: &[bool]| bits.iter().rev().fold(0, |byte, &bit| byte << 1 | u8::from(bit));
    values.chunks(8).map(byte).collect()
}

struct Rows {
    binary: Vec<f32>,
    real: Vec<f32>,
    outcomes: Vec<bool>,
    valid: Vec<bool>,
    lengths: Vec<u32>,
    ids: Vec<u32>,
}

/// Groups of which some are all wrong, mixed and all correct, in order (`ids` belong to the same rows in any order).
fn rows() -> Rows {
    let count = 8 * GROUP_SIZE;
    let binary: Vec<f32> = (0..count).map(|i| f32::from(i % GROUP_SIZE < i / GROUP_SIZE)).collect();
    Rows {
        real: (0..count).map(|i| ((i * i * 37) % 101) as f32 / 64.0 - 0.3).collect(),
        outcomes: binary.iter().map(|&reward| reward == 1.0).collect(),
        valid: (0..count).map(|i| i % 11 != 3).collect(),
        lengths: (0..count).map(|i| (i * 31 % 97) as u32).collect(),
        ids: (0..count).map(|i| (i * 5 % 8) as u32).collect(),
        binary,
    }
}

#[tokio::test]
async fn every_method_gives_the_same_bits_in_every_form() {
    let server = Server::start(&[]);
    let client = Client::connect(&server.target).unwrap();
    let rows = rows();
    let sizes = [GROUP_SIZE as u32; 8];
    let large_ids: Vec<u32> = rows.ids.iter().map(|id| u32::MAX - id).collect();
    let masked: Vec<f32> =
        rows.binary.iter().zip(&rows.valid).map(|(&r, &valid)| if valid { r } else { f32::NAN }).collect();
    for name in Method::NAMES {
        let method = method(name);
        assert_eq!(&method.name(), name);
        let spec = Some(MethodSpec { method: Some(method.clone()) });
        let lengths = if *name == "opo" { rows.lengths.clone() } else { vec![] };
        let request = |rewards: &[f32]| ComputeAdvantagesRequest {
            method: spec.clone(),
            rewards: rewards.to_vec(),
            lengths: lengths.clone(),
            ..Default::default()
        };
        let contiguous = ComputeAdvantagesRequest { group_size: Some(GROUP_SIZE as u32), ..request(&rows.binary) };
        let scattered = ComputeAdvantagesRequest { group_ids: rows.ids.clone(), ..request(&rows.binary) };
        let with_mask = ComputeAdvantagesRequest {
            valid: bitmap(&rows.valid).into(),
            small_group: SmallGroupPolicy::ClampK.into(),
            ..ComputeAdvantagesRequest { group_size: Some(GROUP_SIZE as u32), ..request(&masked) }
        };
        let by_outcome = ComputeAdvantagesRequest {
            rewards: rows.real.clone(),
            outcomes: bitmap(&rows.outcomes).into(),
            ..contiguous.clone()
        };
        let clipped = ComputeAdvantagesRequest { stages: vec![Stage::clip(-0.5, 0.5)], ..contiguous.clone() };

        let batch = |rewards| {
            let batch = Batch::new(rewards);
            if *name == "opo" { batch.lengths(&rows.lengths) } else { batch }
        };
        let binary = || batch(&rows.binary);
        let real = || batch(&rows.real).group_size(GROUP_SIZE as u32).outcomes(&rows.outcomes);
        let cases = [
            ("size", &contiguous, binary().group_size(GROUP_SIZE as u32)),
            ("sizes", &contiguous, binary().group_sizes(&sizes)),
            ("ids", &scattered, binary().group_ids(&rows.ids)),
            ("large ids", &scattered, binary().group_ids(&large_ids)),
            (
                "mask",
                &with_mask,
                batch(&masked).group_size(GROUP_SIZE as u32).valid(&rows.valid).small_group(SmallGroupPolicy::ClampK),
            ),
            ("outcomes", &by_outcome, real()),
            ("a stage", &clipped, binary().group_sizes(&sizes).stages([Stage::clip(-0.5, 0.5)])),
        ];
        for (form, request, batch) in cases {
            let expected = plain(&server, request.clone()).await;
            let response = client.compute(&batch, method.clone()).await.unwrap();
            assert_eq!(bits(&response.advantages), expected, "{name} by {form}");
            assert_eq!(response.method.as_ref().map(Method::name), Some(*name));
            assert!(response.numerics_version >= 1);
        }
    }
}

#[tokio::test]
async fn rows_of_a_trajectory_get_the_advantage_of_their_response() {
    let server = Server::start(&[]);
    let client = Client::connect(&server.target).unwrap();
    let rewards = [0.0, 0.5, 0.0, 1.0, 0.5];
    let ids = [70, 71, 70, 70, 72];
    for (reward, advantages) in
        [(TrajectoryReward::Last, [1.0, -0.5, 1.0, 1.0, -0.5]), (TrajectoryReward::Sum, [1.0, -0.5, 1.0, 1.0, -0.5])]
    {
        let batch = Batch::new(&rewards).group_size(5).expected_group_size(3).trajectory_ids(&ids, reward);
        let response = client.compute(&batch, Method::dr_grpo()).await.unwrap();
        let scaled: Vec<f32> = response.advantages.iter().map(|a| a * 3.0).collect();
        assert_eq!(scaled, advantages, "{reward:?}");
        assert_eq!(response.summary.responses, 3);
    }
}

#[tokio::test]
async fn every_option_reaches_the_server() {
    let server = Server::start(&[]);
    let client = Client::connect(&server.target).unwrap();
    let rewards = [0.9, 0.2, 0.6, 0.1, 0.5, 0.5000001, 0.5, 0.5000001];
    let batch = || Batch::new(&rewards).group_size(4).success_threshold(0.5);

    let pass = client.compute(&batch().pass_at([1, 2]), Method::rloo()).await.unwrap();
    assert_eq!(pass.summary.pass_at_k.iter().map(|pass| pass.k).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(pass.statistics, None);

    let tolerant = batch().constant_tolerance(1e-6).zero_unless_mixed(true).group_statistics(true);
    let response = client.compute(&tolerant, Method::grpo()).await.unwrap();
    assert_eq!(response.advantages[4..], [0.0; 4]);
    assert_eq!(response.statistics.unwrap().n, [4, 4]);
    assert_ne!(client.compute(&batch(), Method::grpo()).await.unwrap().advantages[4..], [0.0; 4]);

    let shaped = client.compute(&batch().shape_rewards(true), Method::skew_r()).await.unwrap();
    let unshaped = client.compute(&batch(), Method::skew_r()).await.unwrap();
    assert_ne!(shaped.advantages, unshaped.advantages);

    let centred = batch().stages([Stage::center(), Stage::scale(1, 1e-8), Stage::clip(None, 1.0)]);
    let response = client.compute(&centred, Method::reinforce()).await.unwrap();
    assert_eq!(response.batch_moments.len(), 1);
    let only = client.compute(&centred.clone().moments_only(true), Method::reinforce()).await.unwrap();
    assert_eq!((only.batch_moments, only.advantages), (response.batch_moments.clone(), vec![]));
    let brought = centred.clone().batch_moments(response.batch_moments.clone());
    let again = client.compute(&brought, Method::reinforce()).await.unwrap();
    assert_eq!(bits(&again.advantages), bits(&response.advantages));

    let recentred = batch().stages([Stage::center()]).allow_recentering(true);
    client.compute(&recentred, Method::pass_at_k_grpo(2)).await.unwrap();

    let named = batch().run("qwen-7b_seed-3").observe(false).required_numerics_version(pass.numerics_version);
    client.compute(&named, Method::rloo()).await.unwrap();
}

#[tokio::test]
async fn groups_may_be_named_by_anything() {
    let server = Server::start(&[]);
    let client = Client::connect(&server.target).unwrap();
    let prompts = DenseIds::new(["b7", "09", "b7", "09", "09", "b7"].map(String::from));
    let rewards = [1.0, 0.0, 0.0, 0.0, 1.0, 1.0];
    let batch = Batch::new(&rewards).group_ids(prompts.ids()).expected_group_size(3).group_statistics(true);
    let response = client.compute(&batch, Method::dr_grpo()).await.unwrap();
    let statistics = response.statistics.unwrap();
    assert_eq!(prompts.keys(), ["b7", "09"]);
    assert_eq!((statistics.c, statistics.group_ids), (vec![2, 1], vec![0, 1]));
}
