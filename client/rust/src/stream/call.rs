//! One call of a stream: what happens between two connections.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;

use futures_core::Stream;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Status, Streaming};

use super::{Items, Output, Pending, StreamItem, StreamReply, WINDOW};
use crate::client::{Client, Shared};
use crate::connections::Replica;
use crate::error::Error;
use crate::proto::{StreamAdvantagesRequest, StreamAdvantagesResponse};
use crate::response::Response;
use crate::retry::Deadline;
use crate::status::{self, Failure};

/// One call of `StreamAdvantages`.
pub(super) struct Call<'a> {
    replica: &'a Replica,
    // None after the half-close.
    requests: Option<mpsc::Sender<StreamAdvantagesRequest>>,
    replies: Inbound,
    unordered: bool,
    // Whether any reply came.
    pub(super) answered: bool,
}

impl<'a> Call<'a> {
    pub(super) fn open(shared: &'a Shared, unordered: bool) -> Call<'a> {
        let replica = shared.connections.next();
        let mut stub = replica.stub();
        let (sender, receiver) = mpsc::channel(WINDOW);
        let requests = ReceiverStream::new(receiver);
        let opening = async move { Ok(stub.stream_advantages(requests).await?.into_inner()) };
        Call {
            replica,
            requests: Some(sender),
            replies: Inbound::Opening(Box::pin(opening)),
            unordered,
            answered: false,
        }
    }

    /// Sends what is pending, then items as they come, and passes replies on, until all have theirs.
    pub(super) async fn exchange<S>(
        &mut self,
        client: &Client,
        items: &mut Items<'_, S>,
        pending: &mut VecDeque<Pending>,
        output: &Output,
    ) -> Result<(), Failure>
    where
        S: Stream<Item = StreamItem>,
    {
        for pending in pending.iter() {
            self.send(&pending.item);
        }
        while self.requests.is_some() || !pending.is_empty() {
            let oldest = pending.front().map(|first| first.deadline.at);
            let late = async {
                match oldest {
                    Some(at) => sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                reply = self.replies.next() => {
                    let reply = reply.map_err(|status| self.replica.failure(&status))?;
                    let reply = match reply {
                        Some(reply) => self.read(reply, client, pending),
                        None => return Err(Failure::Lost("the server ended the stream".to_owned())),
                    };
                    self.answered = true;
                    deliver(reply, pending, output).await;
                }
                item = items.next(), if self.requests.is_some() && pending.len() < WINDOW => match item {
                    None => self.requests = None, // the half-close
                    Some(item) if pending.iter().any(|other| other.item.id == item.id) => {
                        let what = format!("{:?} is that of an item whose reply has not come yet", item.id);
                        let reply = StreamReply { id: item.id, result: Err(Error::invalid("id", what)) };
                        deliver(reply, pending, output).await;
                    }
                    Some(item) => {
                        if let Some(admitted) = admit(client, item, pending, output).await {
                            self.send(admitted);
                        }
                    }
                },
                () = late => return Err(Failure::Late),
            }
        }
        // All have their replies; what the server says now changes nothing.
        let _ = timeout(client.deadline(), self.replies.next()).await;
        Ok(())
    }

    fn send(&self, item: &StreamItem) {
        let request = StreamAdvantagesRequest {
            id: item.id.clone(),
            batch: Some(item.request.clone()),
            unordered: self.unordered,
        };
        if let Some(requests) = &self.requests {
            // There is room for all that may be pending. If the call is over, its status says why.
            let _ = requests.try_send(request);
        }
    }

    fn read(&self, reply: StreamAdvantagesResponse, client: &Client, pending: &mut VecDeque<Pending>) -> StreamReply {
        let id = reply.id;
        let place = pending.iter().position(|pending| pending.item.id == id);
        let Some(item) = place.and_then(|place| pending.remove(place)).map(|pending| pending.item) else {
            return StreamReply { result: Err(Error::reply(format!("no item {id:?} waits for one"))), id };
        };
        let target = || self.replica.target.clone();
        let result = match (reply.status, reply.batch) {
            (None, batch) => Response::new(&item.request, batch.unwrap_or_default()),
            (Some(status), _) => Err(match status::of_details(&status, None, &self.replica.target) {
                Failure::Final(error) => error,
                Failure::Refused { retry_after, message } => Error::Refused { target: target(), retry_after, message },
                Failure::Late => Error::DeadlineExceeded { target: target(), deadline: client.deadline(), last: None },
                Failure::Lost(message) | Failure::NoConnection(message) => {
                    Error::Unavailable { target: target(), attempts: 1, message }
                }
            }),
        };
        StreamReply { id, result }
    }
}

/// Puts an item among those on their way, and returns it. One that the server does not take is answered here: gRPC's
/// own refusal would end the call, and with it every other item.
pub(super) async fn admit<'p>(
    client: &Client,
    item: StreamItem,
    pending: &'p mut VecDeque<Pending>,
    output: &Output,
) -> Option<&'p StreamItem> {
    let deadline = Deadline::after(client.deadline());
    if let Err(error) = client.check_size(deadline, &item.request).await {
        deliver(StreamReply { id: item.id, result: Err(error) }, pending, output).await;
        return None;
    }
    pending.push_back(Pending { item, deadline });
    pending.back().map(|admitted| &admitted.item)
}

/// Passes a reply on. While nobody takes it, nobody's deadline comes nearer.
async fn deliver(reply: StreamReply, pending: &mut VecDeque<Pending>, output: &Output) {
    let start = Instant::now();
    let _ = output.send(Ok(reply)).await; // nobody reads any more: the task is about to end
    for pending in pending {
        pending.deadline.at += start.elapsed();
    }
}

/// The server's side, which may begin only with its first reply.
enum Inbound {
    Opening(Pin<Box<dyn Future<Output = Result<Streaming<StreamAdvantagesResponse>, Status>> + Send>>),
    Open(Box<Streaming<StreamAdvantagesResponse>>),
}

impl Inbound {
    async fn next(&mut self) -> Result<Option<StreamAdvantagesResponse>, Status> {
        if let Inbound::Opening(opening) = self {
            *self = Inbound::Open(Box::new(opening.await?));
        }
        match self {
            Inbound::Open(replies) => replies.message().await,
            Inbound::Opening(_) => Ok(None),
        }
    }
}
