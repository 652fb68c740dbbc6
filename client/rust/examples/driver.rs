//! For tests that drive clients of every language alike: one ComputeAdvantagesRequest as JSON on each line of the
//! input, one answer on each line of the output.
//!
//!     driver TARGET[,TARGET...] [--deadline SECONDS] [--max-connection-age SECONDS]

use std::io::{self, BufRead, Write};
use std::time::Duration;

use advantaged_client::proto::{ComputeAdvantagesRequest, ComputeAdvantagesResponse, FILE_DESCRIPTOR_SET};
use advantaged_client::{Batch, Client, Error, Mention, Response};
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor, SerializeOptions};
use serde_json::{Map, Value, json};

type AnyError = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), AnyError> {
    let client = client(std::env::args().skip(1))?;
    let contract = DescriptorPool::decode(FILE_DESCRIPTOR_SET)?;
    let message =
        |name: &str| contract.get_message_by_name(&format!("advantaged.v1.{name}")).ok_or(format!("no message {name}"));
    let (requests, replies) = (message("ComputeAdvantagesRequest")?, message("ComputeAdvantagesResponse")?);
    for line in io::stdin().lock().lines() {
        let request = parse(&line?, &requests)?;
        let answer = match compute(&client, &request).await {
            Ok(response) => reply(response, &replies)?,
            Err(error) => failure(&error),
        };
        let mut output = io::stdout().lock();
        writeln!(output, "{answer}")?;
        output.flush()?;
    }
    Ok(())
}

fn client(mut arguments: impl Iterator<Item = String>) -> Result<Client, AnyError> {
    const USAGE: &str = "usage: driver TARGET[,TARGET...] [--deadline SECONDS] [--max-connection-age SECONDS]";
    let targets = arguments.next().ok_or(USAGE)?;
    let (first, replicas) = targets.split_once(',').unwrap_or((&targets, ""));
    let mut builder = Client::builder(first);
    for replica in replicas.split_terminator(',') {
        builder = builder.replica(replica);
    }
    while let Some(flag) = arguments.next() {
        let seconds = Duration::try_from_secs_f64(arguments.next().ok_or(USAGE)?.parse()?)?;
        builder = match flag.as_str() {
            "--deadline" => builder.deadline(seconds),
            "--max-connection-age" => builder.max_connection_age(seconds),
            _ => return Err(USAGE.into()),
        };
    }
    Ok(builder.build()?)
}

fn parse(line: &str, message: &MessageDescriptor) -> Result<ComputeAdvantagesRequest, AnyError> {
    let mut json = serde_json::Deserializer::from_str(line);
    let request = DynamicMessage::deserialize(message.clone(), &mut json)?;
    json.end()?;
    Ok(request.transcode_to()?)
}

async fn compute(client: &Client, request: &ComputeAdvantagesRequest) -> Result<Response, Error> {
    let rows = request.rewards.len();
    let (valid, outcomes) = (bools(&request.valid, rows), bools(&request.outcomes, rows));
    let mut batch = Batch::new(&request.rewards)
        .shape_rewards(request.shape_rewards)
        .zero_unless_mixed(request.zero_unless_mixed)
        .small_group(request.small_group())
        .declared_small_group(request.declared_small_group())
        .stages(request.stages.clone())
        .allow_recentering(request.allow_recentering)
        .batch_moments(request.batch_moments.clone())
        .moments_only(request.moments_only)
        .group_statistics(request.group_statistics)
        .pass_at(request.pass_at.clone())
        .run(&request.run);
    if let Some(size) = request.group_size {
        batch = batch.group_size(size);
    }
    if !request.group_sizes.is_empty() {
        batch = batch.group_sizes(&request.group_sizes);
    }
    if !request.group_ids.is_empty() {
        batch = batch.group_ids(&request.group_ids);
    }
    if let Some(size) = request.expected_group_size {
        batch = batch.expected_group_size(size);
    }
    if !valid.is_empty() {
        batch = batch.valid(&valid);
    }
    if !outcomes.is_empty() {
        batch = batch.outcomes(&outcomes);
    }
    if !request.lengths.is_empty() {
        batch = batch.lengths(&request.lengths);
    }
    if !request.trajectory_ids.is_empty() {
        batch = batch.trajectory_ids(&request.trajectory_ids, request.trajectory_reward());
    }
    if let Some(threshold) = request.success_threshold {
        batch = batch.success_threshold(threshold);
    }
    if let Some(tolerance) = request.constant_tolerance {
        batch = batch.constant_tolerance(tolerance);
    }
    if let Some(version) = request.required_numerics_version {
        batch = batch.required_numerics_version(version);
    }
    if let Some(observe) = request.observe {
        batch = batch.observe(observe);
    }
    match request.method.as_ref().and_then(|spec| spec.method.clone()) {
        Some(method) => client.compute(&batch, method).await,
        // A batch without method cannot even be written with this client.
        None => {
            Err(Error::InvalidArgument { violations: vec![advantaged_client::Violation::new("method", "not set")] })
        }
    }
}

/// The first `rows` bits; all of a bitmap that is not one of so many rows, which the client then refuses.
fn bools(bitmap: &[u8], rows: usize) -> Vec<bool> {
    let bits = if bitmap.len() == rows.div_ceil(8) { rows } else { 8 * bitmap.len() };
    (0..bits).map(|i| bitmap[i / 8] >> (i % 8) & 1 == 1).collect()
}

fn reply(response: Response, message: &MessageDescriptor) -> Result<Value, AnyError> {
    let bytes: Vec<u8> = response.advantages.iter().flat_map(|advantage| advantage.to_le_bytes()).collect();
    let reply = ComputeAdvantagesResponse {
        advantages_float32_le: bytes.into(),
        summary: Some(response.summary),
        group_statistics: response.statistics,
        ..Default::default()
    };
    let reply = DynamicMessage::decode(message.clone(), reply.encode_to_vec().as_slice())?;
    let options = SerializeOptions::new().use_proto_field_name(true).skip_default_fields(false);
    let reply = reply.serialize_with_options(serde_json::value::Serializer, &options)?;
    let wanted = ["advantages_float32_le", "summary", "group_statistics"];
    let fields = wanted.iter().filter_map(|&name| Some((name.to_owned(), reply.get(name)?.clone())));
    Ok(Value::Object(fields.collect::<Map<_, _>>()))
}

fn failure(error: &Error) -> Value {
    let violations: Vec<Value> = error
        .violations()
        .iter()
        .map(|violation| {
            let mentions: Vec<Value> =
                violation.mentions.iter().map(|one| mention(one, &violation.description)).collect();
            json!({"field": violation.field, "description": violation.description, "mentions": mentions})
        })
        .collect();
    json!({"error": name(error.code()), "message": error.to_string(), "violations": violations})
}

fn mention(one: &Mention, description: &str) -> Value {
    json!({
        "kind": format!("{:?}", one.kind).to_lowercase(),
        "number": one.number,
        "group_id": one.group_id,
        "text": &description[one.range.clone()],
    })
}

/// INVALID_ARGUMENT of InvalidArgument.
fn name(code: advantaged_client::Code) -> String {
    let mut name = String::new();
    for letter in format!("{code:?}").chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}
