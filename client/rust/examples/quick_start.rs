//! Computes the advantages of two groups: `cargo run --example quick_start http://127.0.0.1:50051`

use advantaged_client::{Batch, Client, Method};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let target = std::env::args().nth(1).unwrap_or("http://127.0.0.1:50051".to_owned());
    let client = Client::connect(target)?;

    // Two prompts, four responses each.
    let rewards = [1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0];
    let batch = Batch::new(&rewards).group_size(4).expected_group_size(4).pass_at([1, 2]);
    let response = client.compute(&batch, Method::pass_at_k_grpo(2)).await?;

    println!("{:?}", response.advantages);
    println!("mean success rate {:?}", response.summary.mean_success_rate);
    Ok(())
}
