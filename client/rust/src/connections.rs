//! One connection to each replica; calls go around in turn.

use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tonic::transport::{Channel, Endpoint};
use tonic::{Response, Status};

use crate::error::Error;
use crate::proto::advantage_service_client::AdvantageServiceClient;
use crate::status::{Failure, failure};
use crate::target;

pub(crate) type Stub = AdvantageServiceClient<Channel>;

/// For so long calls go around a replica that could not be reached, while there are others.
const AVOID: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(crate) struct Connections {
    replicas: Vec<Replica>,
    next: AtomicUsize,
}

#[derive(Debug)]
pub(crate) struct Replica {
    pub(crate) target: String,
    endpoint: Endpoint,
    max_age: Duration,
    // Made at the first call: it belongs to the runtime that is current then.
    channel: Mutex<Option<(Channel, Instant)>>,
    avoid_until: Mutex<Option<Instant>>,
}

impl Connections {
    /// Fails if a target is no address, or `tls` fails for one of the form `https://`.
    pub(crate) fn new(
        targets: &[String],
        max_age: Duration,
        tls: impl Fn(Endpoint) -> Result<Endpoint, Error>,
    ) -> Result<Connections, Error> {
        let replica = |target: &String| {
            let endpoint = target::endpoint(target)?;
            let endpoint = if target::is_tls(target) { tls(endpoint)? } else { endpoint };
            Ok(Replica {
                target: target.clone(),
                endpoint,
                max_age: if target::is_unix(target) { Duration::MAX } else { max_age },
                channel: Mutex::new(None),
                avoid_until: Mutex::new(None),
            })
        };
        Ok(Connections {
            replicas: targets.iter().map(replica).collect::<Result<_, Error>>()?,
            next: AtomicUsize::new(0),
        })
    }

    /// Makes one attempt: at the next replica, or if there is no connection to be had at the one after it, and so on.
    pub(crate) async fn attempt<T, F, Fut>(&self, call: F) -> Result<T, Failure>
    where
        F: Fn(Stub) -> Fut,
        Fut: Future<Output = Result<Response<T>, Status>>,
    {
        let mut reasons = Vec::new();
        for replica in self.in_turn() {
            let status = match call(replica.stub()).await {
                Ok(response) => return Ok(response.into_inner()),
                Err(status) => status,
            };
            match replica.failure(&status) {
                Failure::NoConnection(reason) => reasons.push(match self.replicas.len() {
                    1 => reason,
                    _ => format!("{}: {reason}", replica.target),
                }),
                other => return Err(other),
            }
        }
        Err(Failure::NoConnection(reasons.join(", ")))
    }

    /// The replica that is next in turn.
    pub(crate) fn next(&self) -> &Replica {
        self.in_turn()[0]
    }

    /// All replicas, beginning with the next in turn; those to be avoided last.
    fn in_turn(&self) -> Vec<&Replica> {
        let start = self.next.fetch_add(1, Ordering::Relaxed) % self.replicas.len();
        let (after, before) = (&self.replicas[start..], &self.replicas[..start]);
        let now = Instant::now();
        let mut order: Vec<&Replica> = after.iter().chain(before).collect();
        order.sort_by_key(|replica| lock(&replica.avoid_until).is_some_and(|until| until > now));
        order
    }
}

impl Replica {
    pub(crate) fn stub(&self) -> Stub {
        let mut made = lock(&self.channel);
        made.take_if(|(_, since)| since.elapsed() > self.max_age);
        let (channel, _) = made.get_or_insert_with(|| (self.endpoint.connect_lazy(), Instant::now()));
        Stub::new(channel.clone()).max_decoding_message_size(usize::MAX)
    }

    /// Why a call failed; where there was no connection, calls go around this replica for a while.
    pub(crate) fn failure(&self, status: &Status) -> Failure {
        let failure = failure(status, &self.target);
        if matches!(failure, Failure::NoConnection(_)) {
            *lock(&self.avoid_until) = Some(Instant::now() + AVOID);
        }
        failure
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> Connections {
        let targets = ["http://a:1", "http://b:1", "http://c:1"].map(str::to_owned);
        Connections::new(&targets, Duration::MAX, Ok).unwrap()
    }

    fn order(connections: &Connections) -> String {
        connections.in_turn().iter().map(|replica| &replica.target[7..8]).collect()
    }

    #[tokio::test]
    async fn replicas_take_turns() {
        let connections = three();
        let orders: Vec<String> = (0..4).map(|_| order(&connections)).collect();
        assert_eq!(orders, ["abc", "bca", "cab", "abc"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_replica_that_was_out_of_reach_is_asked_last_for_a_while() {
        let connections = three();
        *lock(&connections.replicas[1].avoid_until) = Some(Instant::now() + AVOID);
        let orders: Vec<String> = (0..3).map(|_| order(&connections)).collect();
        assert_eq!(orders, ["acb", "cab", "cab"]);
        tokio::time::advance(AVOID).await;
        let orders: Vec<String> = (0..3).map(|_| order(&connections)).collect();
        assert_eq!(orders, ["abc", "bca", "cab"]);
    }
}
