//! A server of these tests: it answers as told.

use std::sync::{Arc, Mutex};

use advantaged_client::proto::{
    ComputeAdvantagesRequest, ComputeAdvantagesResponse, DescribeMethodRequest, DescribeMethodResponse,
    GetServerInfoRequest, GetServerInfoResponse, ListMethodsRequest, ListMethodsResponse, StreamAdvantagesRequest,
    StreamAdvantagesResponse,
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status, Streaming};

// The service as generated, over the messages of the crate.
#[allow(clippy::all, dead_code)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/server/advantaged.v1.rs"));
}
pub use generated::advantage_service_server::{AdvantageService, AdvantageServiceServer};

/// What a call came with.
#[derive(Clone, Debug)]
pub struct Seen {
    pub previous_attempts: Option<String>,
    pub request: ComputeAdvantagesRequest,
}

type Answer = dyn Fn(usize) -> Result<(), Status> + Send + Sync;

/// Answers call i as `answer(i)` says, if well with the rewards as advantages.
#[derive(Clone)]
pub struct Fake {
    answer: Arc<Answer>,
    pub seen: Arc<Mutex<Vec<Seen>>>,
    /// The most items of a stream that had no reply at a time.
    pub most_in_flight: Arc<Mutex<usize>>,
}

impl Fake {
    pub fn new(answer: impl Fn(usize) -> Result<(), Status> + Send + Sync + 'static) -> Fake {
        Fake { answer: Arc::new(answer), seen: Arc::default(), most_in_flight: Arc::default() }
    }

    /// Serves on a free port as long as the runtime of the test runs.
    pub fn serve(&self) -> String {
        let incoming = TcpIncoming::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = incoming.local_addr().unwrap();
        let service = AdvantageServiceServer::new(self.clone());
        tokio::spawn(tonic::transport::Server::builder().add_service(service).serve_with_incoming(incoming));
        format!("http://{address}")
    }

    pub fn calls(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

fn echo(request: &ComputeAdvantagesRequest) -> ComputeAdvantagesResponse {
    let advantages_float32_le = request.rewards_float32_le.clone();
    ComputeAdvantagesResponse { advantages_float32_le, ..Default::default() }
}

#[tonic::async_trait]
impl AdvantageService for Fake {
    async fn compute_advantages(
        &self,
        request: Request<ComputeAdvantagesRequest>,
    ) -> Result<Response<ComputeAdvantagesResponse>, Status> {
        let header = request.metadata().get("grpc-previous-rpc-attempts");
        let previous_attempts = header.map(|value| value.to_str().unwrap().to_owned());
        let request = request.into_inner();
        let reply = echo(&request);
        let call = {
            let mut seen = self.seen.lock().unwrap();
            seen.push(Seen { previous_attempts, request });
            seen.len() - 1
        };
        (self.answer)(call).map(|()| Response::new(reply))
    }

    type StreamAdvantagesStream = ReceiverStream<Result<StreamAdvantagesResponse, Status>>;

    /// Replies once 16 items wait, or no more come.
    async fn stream_advantages(
        &self,
        request: Request<Streaming<StreamAdvantagesRequest>>,
    ) -> Result<Response<Self::StreamAdvantagesStream>, Status> {
        let mut items = request.into_inner();
        let (sender, receiver) = mpsc::channel(16);
        let most_in_flight = Arc::clone(&self.most_in_flight);
        tokio::spawn(async move {
            let mut waiting = Vec::new();
            while let Ok(item) = items.message().await {
                let is_last = item.is_none();
                waiting.extend(item);
                {
                    let mut most = most_in_flight.lock().unwrap();
                    *most = waiting.len().max(*most);
                }
                if waiting.len() < 16 && !is_last {
                    continue;
                }
                for item in waiting.drain(..) {
                    let batch = item.batch.as_ref().map(echo);
                    let reply = StreamAdvantagesResponse { id: item.id, batch, status: None };
                    sender.send(Ok(reply)).await.unwrap();
                }
                if is_last {
                    return;
                }
            }
        });
        Ok(Response::new(ReceiverStream::new(receiver)))
    }

    async fn describe_method(
        &self,
        _: Request<DescribeMethodRequest>,
    ) -> Result<Response<DescribeMethodResponse>, Status> {
        Err(Status::unimplemented("not told how"))
    }

    async fn list_methods(&self, _: Request<ListMethodsRequest>) -> Result<Response<ListMethodsResponse>, Status> {
        Err(Status::unimplemented("not told how"))
    }

    async fn get_server_info(
        &self,
        _: Request<GetServerInfoRequest>,
    ) -> Result<Response<GetServerInfoResponse>, Status> {
        Err(Status::unimplemented("not told how"))
    }
}
