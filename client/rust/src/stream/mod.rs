//! Many batches on one call: `StreamAdvantages`.

mod call;

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use futures_core::Stream;
use tokio::sync::mpsc;

use crate::batch::Batch;
use crate::client::Client;
use crate::error::Error;
use crate::method::Method;
use crate::proto::ComputeAdvantagesRequest;
use crate::request;
use crate::response::Response;
use crate::retry::{Deadline, Schedule};
use crate::status::Failure;
use call::{Call, admit};

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
    /// What [`Client::compute`] would return, without tries again: a [`Error::Refused`] item may be
    /// sent again after a while.
    pub result: Result<Response, Error>,
}

/// Many batches on one call.
impl Client {
    /// Sends batches as they come on one call, and returns their replies in the same order.
    ///
    /// Saves small batches the cost of a call each. At most 16 items are on their way at a time: no more are taken from
    /// `items` before replies are read. A connection that is lost is made again, and what had no reply is sent again.
    /// Must be called within a tokio runtime.
    pub fn stream(&self, items: impl Stream<Item = StreamItem> + Send + 'static) -> Replies {
        start(self.clone(), items, false)
    }

    /// The same with each reply as soon as it is ready.
    pub fn stream_unordered(&self, items: impl Stream<Item = StreamItem> + Send + 'static) -> Replies {
        start(self.clone(), items, true)
    }
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
        while pending.is_empty() {
            let Some(item) = items.next().await else { return Ok(()) };
            admit(client, item, &mut pending, output).await;
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
