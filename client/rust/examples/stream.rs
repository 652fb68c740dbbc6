//! Sends the batches of ten steps on one call: `cargo run --example stream http://127.0.0.1:50051`

use advantaged_client::{Batch, Client, Method, StreamItem};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let target = std::env::args().nth(1).unwrap_or("http://127.0.0.1:50051".to_owned());
    let client = Client::connect(target)?;

    let items = (0..10).map(|step| {
        let rewards: Vec<f32> = (0..8).map(|i| f32::from((i * step) % 3 == 0)).collect();
        StreamItem::new(format!("step {step}"), &Batch::new(&rewards).group_size(4), Method::rloo())
    });
    let items: Vec<StreamItem> = items.collect::<Result<_, _>>()?;

    let mut replies = client.stream(tokio_stream::iter(items));
    while let Some(reply) = replies.next().await {
        let reply = reply?; // what ended the stream
        match reply.result {
            Ok(response) => println!("{}: {:?}", reply.id, response.advantages),
            Err(error) => println!("{}: {error}", reply.id), // what was wrong with this item
        }
    }
    Ok(())
}
