//! Many batches on one call: `StreamAdvantages`.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use futures_core::Stream;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};
use tonic::{Status, Streaming};

use crate::batch::Batch;
use crate::client::{Client, Shared};
use crate::connections::Replica;
use crate::error::Error;
use crate::method::Method;
use crate::proto::{ComputeAdvantagesRequest, StreamAdvantagesRequest, StreamAdvantagesResponse};
use crate::request;
use crate::response::Response;
use crate::retry::{Deadline, Schedule};
use crate::status::{self, Failure};

/// Items on their way; the server reads no further before a reply has left.
const WINDOW: usize = 16;

/// One batch on a stream, and what the caller calls it.
#[derive(Clone, Debug)]
pub struct StreamItem {
    id: String,
    request: ComputeAdvantagesRequest,
}

impl StreamItem {
    /// The id comes back with the reply: 1 to 64 bytes, not that of another item without a reply.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] for such an id, and for arrays that do not fit each other.
    pub fn new(id: impl Into<String>, batch: &Batch<'_>, method: impl Into<Method>) -> Result<StreamItem, Error> {
        let id = id.into();
        if !(1..=64).contains(&id.len()) {
            return Err(Error::invalid("id", format!("{} bytes; an id has 1 to 64", id.len())));
        }
        Ok(StreamItem { id, request: request::request(batch, &method.into())? })
    }
}

/// The reply to one item.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StreamReply {
    /// The id of the item.
    pub id: String,
    /// What [`Client::compute`] would return, without tries again and without cutting in parts: a
    /// [`Error::Refused`] item may be sent again after a while.
    pub result: Result<Response, Error>,
}

/// The replies of a stream. Dropping it ends the call.
///
/// It ends after the last reply, or with an error: items that had no reply by then were not answered.
#[derive(Debug)]
pub struct Replies(mpsc::Receiver<Result<StreamReply, Error>>);

impl Replies {
    /// The next reply; `None` after the last.
    ///
    /// # Errors
    ///
    /// Those of the connection and the deadline, of the stream as a whole.
    pub async fn next(&mut self) -> Option<Result<StreamReply, Error>> {
        self.0.recv().await
    }
}

impl Stream for Replies {
    type Item = Result<StreamReply, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context)
    }
}

pub(crate) fn start(
    client: Client,
    items: impl Stream<Item = StreamItem> + Send + 'static,
    unordered: bool,
) -> Replies {
    let (output, replies) = mpsc::channel(1);
    tokio::spawn(async move {
        let run = async {
            if let Err(error) = run(&client, pin!(items), unordered, &output).await {
                let _ = output.send(Err(error)).await; // nobody reads any more: nobody to tell
            }
        };
        tokio::select! {
            () = run => {}
            () = output.closed() => {}
        }
    });
    Replies(replies)
}

type Output = mpsc::Sender<Result<StreamReply, Error>>;

/// An item without a reply.
struct Pending {
    item: StreamItem,
    deadline: Deadline,
}

/// The caller's items, which may be asked for more after their end.
struct Items<'a, S> {
    stream: Pin<&'a mut S>,
    ended: bool,
}

impl<S: Stream<Item = StreamItem>> Items<'_, S> {
    async fn next(&mut self) -> Option<StreamItem> {
        if self.ended {
            return None;
        }
        let item = poll_fn(|context| self.stream.as_mut().poll_next(context)).await;
        self.ended = item.is_none();
        item
    }
}

async fn run<S>(client: &Client, items: Pin<&mut S>, unordered: bool, output: &Output) -> Result<(), Error>
where
    S: Stream<Item = StreamItem>,
{
    let shared = client.shared();
    let mut items = Items { stream: items, ended: false };
    let mut pending = VecDeque::new();
    let mut schedule = Schedule::new(&shared.policy);
    loop {
        // A call begins with an item: none is held open before there is one.
        if pending.is_empty() {
            let Some(item) = items.next().await else { return Ok(()) };
            pending.push_back(Pending { item, deadline: Deadline::after(client.deadline()) });
        }
        let mut call = Call::open(shared, unordered);
        let failure = match call.exchange(client, &mut items, &mut pending, output).await {
            Ok(()) => return Ok(()),
            Err(failure) => failure,
        };
        if call.answered {
            schedule = Schedule::new(&shared.policy);
        }
        if matches!(failure, Failure::Lost(_)) {
            for pending in &mut pending {
                pending.item.request.observe = Some(false); // it may have been counted already
            }
        }
        // What is pending decides how long to try.
        let deadline = pending.front().map_or_else(|| Deadline::after(client.deadline()), |first| first.deadline);
        schedule.pause(failure, deadline).await?;
    }
}

/// One call of `StreamAdvantages`.
struct Call<'a> {
    replica: &'a Replica,
    // None after the half-close.
    requests: Option<mpsc::Sender<StreamAdvantagesRequest>>,
    replies: Inbound,
    unordered: bool,
    // Whether any reply came.
    answered: bool,
}

impl<'a> Call<'a> {
    fn open(shared: &'a Shared, unordered: bool) -> Call<'a> {
        let replica = shared.connections.next();
        let mut stub = replica.stub();
        let (sender, receiver) = mpsc::channel(WINDOW);
        let requests = tokio_stream::wrappers::ReceiverStream::new(receiver);
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
    async fn exchange<S>(
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
                        self.send(&item);
                        pending.push_back(Pending { item, deadline: Deadline::after(client.deadline()) });
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
    Open(Streaming<StreamAdvantagesResponse>),
}

impl Inbound {
    async fn next(&mut self) -> Result<Option<StreamAdvantagesResponse>, Status> {
        if let Inbound::Opening(opening) = self {
            *self = Inbound::Open(opening.await?);
        }
        match self {
            Inbound::Open(replies) => replies.message().await,
            Inbound::Opening(_) => Ok(None),
        }
    }
}
