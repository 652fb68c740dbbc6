//! Batches that are too large for one call: the answer is that of one call.

use advantaged_client::proto::{CenterStage, ScaleStage, Spread, Weighting};
use advantaged_client::{Batch, Client, Error, Method, Response, Stage, TrajectoryReward};

use crate::process::Server;

struct Servers {
    large: Client,
    small: Client,
    _processes: [Server; 2],
}

/// One that takes the whole, and one that takes a kibibyte.
fn servers() -> Servers {
    let processes = [Server::start(&[]), Server::start(&["--max-request-bytes=1KiB"])];
    let [large, small] = [&processes[0], &processes[1]].map(|server| Client::connect(&server.target).unwrap());
    Servers { large, small, _processes: processes }
}

impl Servers {
    async fn assert_alike(&self, name: &str, batch: &Batch<'_>, method: Method) {
        let whole = self.large.compute(batch, method.clone()).await.unwrap();
        let parts = self.small.compute(batch, method).await.unwrap();
        let bits = |response: &Response| -> Vec<u32> {
            response.advantages.iter().map(|advantage| advantage.to_bits()).collect()
        };
        assert_eq!(bits(&parts), bits(&whole), "{name}");
        assert_same_report(name, &parts, &whole);
    }
}

fn assert_same_report(name: &str, parts: &Response, whole: &Response) {
    let near = |a: f64, b: f64| (a - b).abs() <= 1e-12 * a.abs().max(1.0);
    let (a, b) = (&parts.summary, &whole.summary);
    let counts = |summary: &advantaged_client::Summary| {
        [
            summary.groups,
            summary.responses,
            summary.masked_responses,
            summary.all_fail_groups,
            summary.mixed_groups,
            summary.all_pass_groups,
            summary.constant_groups,
            summary.varied_groups,
            summary.empty_groups,
            summary.small_groups,
            summary.suspicious_groups,
        ]
    };
    assert_eq!(counts(a), counts(b), "{name}");
    assert_eq!(a.mean_success_rate.is_some(), b.mean_success_rate.is_some(), "{name}");
    for (a, b) in [
        (a.mean_success_rate.unwrap_or(0.0), b.mean_success_rate.unwrap_or(0.0)),
        (a.no_signal_share, b.no_signal_share),
        (a.mean_absolute_advantage, b.mean_absolute_advantage),
        (a.sd_absolute_advantage, b.sd_absolute_advantage),
        (a.max_absolute_advantage, b.max_absolute_advantage),
        (a.positive_weight, b.positive_weight),
        (a.negative_weight, b.negative_weight),
    ] {
        assert!(near(a, b), "{name}: {a} and {b}");
    }
    assert_eq!(a.pass_at_k.len(), b.pass_at_k.len(), "{name}");
    for (a, b) in a.pass_at_k.iter().zip(&b.pass_at_k) {
        assert_eq!((a.k, a.groups), (b.k, b.groups), "{name}");
        assert!(near(a.mean.unwrap_or(0.0), b.mean.unwrap_or(0.0)), "{name}");
    }
    // NaN is not equal to itself; its text is.
    assert_eq!(format!("{:?}", parts.statistics), format!("{:?}", whole.statistics), "{name}");
    assert_eq!(parts.warnings, whole.warnings, "{name}");
    assert_eq!(parts.method, whole.method, "{name}");
    assert_eq!(parts.batch_moments.len(), whole.batch_moments.len(), "{name}");
}

#[tokio::test]
async fn parts_together_are_the_whole() {
    let servers = servers();
    let count = 3000;
    let real: Vec<f32> = (0..count).map(|i| ((i * i * 37) % 101) as f32 / 64.0 - 0.3).collect();
    let binary: Vec<f32> = (0..16 * count).map(|i| f32::from((i / 4 * 7 + i) % 5 == 0)).collect();
    let mixed: Vec<f32> = (0..count).map(|i| if i < 1500 { binary[i] } else { real[i] }).collect();
    let valid: Vec<bool> = (0..count).map(|i| i % 4 == 0 || i % 7 < 3).collect();
    let outcomes: Vec<bool> = (0..count).map(|i| i % 3 == 0).collect();
    let lengths: Vec<u32> = (0..count as u32).map(|i| i * 31 % 97).collect();
    let scattered: Vec<u32> = (0..count as u32).map(|i| i * 7 % 750).collect();
    let turns: Vec<u32> = (0..count as u32).map(|i| i / 4 * 2 + i % 2).collect();
    let sizes: Vec<u32> = (0..count as u32 / 15).flat_map(|_| [2, 3, 4, 6]).collect();

    let batch = |rewards| Batch::new(rewards).group_statistics(true).pass_at([1, 2, 5]);
    let real = || batch(&real);
    for (name, batch, method) in [
        ("bits", batch(&binary).group_size(4), Method::pass_at_k_grpo(2)),
        ("numbers", real().group_size(4), Method::grpo()),
        ("sizes", real().group_sizes(&sizes), Method::rloo()),
        ("ids", real().group_ids(&scattered), Method::grpo()),
        ("a mask", batch(&mixed).group_size(4).valid(&valid), Method::rloo()),
        ("outcomes", real().group_size(4).outcomes(&outcomes), Method::pass_at_k_rloo(3)),
        ("lengths", real().group_size(4).lengths(&lengths), Method::opo()),
        ("trajectories", real().group_size(4).trajectory_ids(&turns, TrajectoryReward::Sum), Method::dr_grpo()),
    ] {
        servers.assert_alike(name, &batch, method).await;
    }
}

#[tokio::test]
async fn stages_see_the_whole_batch() {
    let servers = servers();
    // Parts of other means: merged moments round, and advantages are the same or next to each other.
    let rewards: Vec<f32> = (0..4096_u32).map(|i| (i * 37 % 16) as f32 / 8.0).collect();
    let lengths: Vec<u32> = (0..4096).map(|i| 1 << (i % 3)).collect();
    let by_tokens = || CenterStage { weighting: Weighting::Tokens.into() };
    let by_rewards = || ScaleStage { spread: Spread::Rewards.into(), ..Default::default() };
    let batch = || Batch::new(&rewards).group_size(4);
    for (name, stages) in [
        ("a clip", vec![Stage::clip(-1.0, 0.5)]),
        ("whitening", vec![Stage::center(), Stage::scale(1, 1e-8)]),
        ("Lite-PPO", vec![Stage::center(), by_rewards().into()]),
        ("rounds", vec![Stage::center(), Stage::scale(0, 0.0), Stage::clip(-1.0, 1.0), Stage::center()]),
    ] {
        let batch = batch().stages(stages);
        let whole = servers.large.compute(&batch, Method::reinforce()).await.unwrap();
        let parts = servers.small.compute(&batch, Method::reinforce()).await.unwrap();
        assert_near(name, &parts, &whole);
        assert_same_report_of_stages(name, &parts, &whole);
    }
    let batch = batch().lengths(&lengths).stages([by_tokens().into()]);
    let whole = servers.large.compute(&batch, Method::reinforce()).await.unwrap();
    let parts = servers.small.compute(&batch, Method::reinforce()).await.unwrap();
    assert_near("tokens", &parts, &whole);
}

#[tokio::test]
async fn where_moments_merge_exactly_the_bits_are_the_same() {
    let servers = servers();
    // Every group has the mean 0.75 and dyadic squares, and so has every part.
    let rewards: Vec<f32> = (0..4096_u32).map(|i| (i * 3 % 4) as f32 / 2.0).collect();
    let lengths = vec![3; 4096];
    let by_tokens = || CenterStage { weighting: Weighting::Tokens.into() };
    for (name, stages) in [
        ("whitening", vec![Stage::center(), Stage::scale(1, 1e-8)]),
        ("two weightings", vec![by_tokens().into(), Stage::scale(0, 0.0)]),
        ("rounds", vec![Stage::scale(0, 0.1), Stage::clip(-1.0, 1.0), Stage::center()]),
    ] {
        let batch = Batch::new(&rewards).group_size(4).lengths(&lengths).stages(stages);
        servers.assert_alike(name, &batch, Method::reinforce()).await;
    }
}

/// Merged moments are within roundings of the double, so that advantages are the same or neighbours.
fn assert_near(name: &str, parts: &Response, whole: &Response) {
    assert_eq!(parts.advantages.len(), whole.advantages.len());
    let mut others = 0;
    for (part, whole) in parts.advantages.iter().zip(&whole.advantages) {
        assert!((part - whole).abs() <= f32::EPSILON * whole.abs(), "{name}: {part} and {whole}");
        others += usize::from(part != whole);
    }
    assert!(100 * others <= parts.advantages.len(), "{name}: {others} are not the same");
}

fn assert_same_report_of_stages(name: &str, parts: &Response, whole: &Response) {
    assert_eq!(parts.batch_moments.len(), whole.batch_moments.len(), "{name}");
    for (part, whole) in parts.batch_moments.iter().zip(&whole.batch_moments) {
        assert_eq!(part.weight, whole.weight, "{name}");
        assert!((part.mean - whole.mean).abs() < 1e-12, "{name}");
    }
}

#[tokio::test]
async fn moments_alone_are_those_of_the_whole_batch() {
    let servers = servers();
    let rewards: Vec<f32> = (0..2048_u32).map(|i| (i * 37 % 16) as f32 / 8.0).collect();
    let batch = Batch::new(&rewards).group_size(4).stages([Stage::center()]).moments_only(true);
    let whole = servers.large.compute(&batch, Method::reinforce()).await.unwrap();
    let parts = servers.small.compute(&batch, Method::reinforce()).await.unwrap();
    assert_eq!(parts.batch_moments, whole.batch_moments);
    assert!(parts.advantages.is_empty());
}

#[tokio::test]
async fn a_batch_without_any_weight_is_treated_as_in_one_call() {
    let servers = servers();
    let rewards = vec![0.5; 1024];
    let nobody = vec![false; 1024];
    let no_tokens = vec![0; 1024];
    let by_tokens = CenterStage { weighting: Weighting::Tokens.into() };
    let batch = || Batch::new(&rewards).group_size(4);
    let unweighted = batch().lengths(&no_tokens).stages([by_tokens.into()]);
    let whole = servers.large.compute(&unweighted, Method::reinforce()).await.unwrap_err();
    let parts = servers.small.compute(&unweighted, Method::reinforce()).await.unwrap_err();
    assert_eq!(parts, whole);
    assert_eq!(whole.violations()[0].field, "lengths");
    let centred = batch().valid(&nobody).stages([Stage::center()]);
    servers.assert_alike("all masked, centred", &centred, Method::reinforce()).await;
    let masked = batch().valid(&nobody);
    servers.assert_alike("all masked", &masked, Method::reinforce()).await;
}

#[tokio::test]
async fn what_is_wrong_in_a_part_is_named_in_the_whole() {
    let servers = servers();
    let mut rewards = vec![0.5; 2000];
    rewards[1801] = f32::NAN;
    let uniform = Batch::new(&rewards).group_size(4);
    let error = servers.small.compute(&uniform, Method::rloo()).await.unwrap_err();
    assert_eq!(error.violations()[0].field, "rewards[1801]");

    let rewards = vec![0.5; 2000];
    let mut sizes = vec![4; 500];
    sizes[450..452].copy_from_slice(&[1, 7]);
    let ragged = Batch::new(&rewards).group_sizes(&sizes);
    let whole = servers.large.compute(&ragged, Method::rloo()).await.unwrap_err();
    let parts = servers.small.compute(&ragged, Method::rloo()).await.unwrap_err();
    assert_eq!(parts, whole);
    assert_eq!(parts.violations()[0].field, "group_sizes[450]");
}

#[tokio::test]
async fn a_group_that_is_too_large_alone_is_an_error_that_says_so() {
    let servers = servers();
    let rewards = vec![0.5; 1000];
    let batch = Batch::new(&rewards).group_sizes(&[10, 990]);
    let error = servers.small.compute(&batch, Method::rloo()).await.unwrap_err();
    assert!(matches!(error, Error::TooLarge { .. }), "{error}");
    assert!(error.to_string().contains("group 1 alone, of 990 rows"), "{error}");
}

#[tokio::test]
async fn a_batch_above_what_every_server_takes_is_cut_without_a_refusal() {
    let server = Server::start(&["--max-request-bytes=4MiB"]);
    let client = Client::connect(&server.target).unwrap();
    let rewards: Vec<f32> = (0..1_500_000_u32).map(|i| (i % 4) as f32).collect();
    let response = client.compute(&Batch::new(&rewards).group_size(4), Method::dr_grpo()).await.unwrap();
    assert!(response.advantages.chunks(4).all(|group| group == [-1.5, -0.5, 0.5, 1.5]));
    assert_eq!(response.summary.groups, 375_000);
}

#[tokio::test]
async fn more_rows_than_one_call_may_have_are_cut() {
    let server = Server::start(&[]);
    let client = Client::connect(&server.target).unwrap();
    let rewards: Vec<f32> = (0..(1 << 24) + 64).map(|i| (i % 2) as f32).collect();
    let response = client.compute(&Batch::new(&rewards).group_size(64), Method::dr_grpo()).await.unwrap();
    assert!(response.advantages.chunks(2).all(|pair| pair == [-0.5, 0.5]));
    assert_eq!(response.summary.responses, (1 << 24) + 64);
}
