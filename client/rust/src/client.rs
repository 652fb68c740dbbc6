//! The client.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use prost::Message;
use tokio::time::Instant;
use tonic::{Request, Status};

use crate::batch::Batch;
use crate::connections::{Connections, Stub};
use crate::error::Error;
use crate::method::Method;
use crate::proto::{
    ComputeAdvantagesRequest, ComputeAdvantagesResponse, DescribeMethodRequest, DescribeMethodResponse,
    GetServerInfoRequest, GetServerInfoResponse, ListMethodsRequest, MethodDescription,
};
use crate::response::Response;
use crate::retry::{Deadline, Policy};
use crate::{request, retry};

/// Every server takes a request of this size, unless its operator said otherwise; before a larger one it is asked.
const ASK_FROM_BYTES: u32 = 4 << 20;

/// An advantage service, at one address or several.
///
/// Cloning is cheap, and clones share connections. A client connects at its first call, and again whenever it must:
/// that server or this program starts first does not matter, nor that a server is restarted. Its connections belong to
/// the tokio runtime of the first call: make a client for each runtime.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    deadline: Duration,
}

pub(crate) struct Shared {
    pub(crate) connections: Connections,
    pub(crate) policy: Policy,
    // What the server is known to take.
    max_request_bytes: AtomicU32,
}

impl Client {
    pub(crate) fn new(connections: Connections, policy: Policy, deadline: Duration) -> Client {
        let shared = Shared { connections, policy, max_request_bytes: AtomicU32::new(ASK_FROM_BYTES) };
        Client { shared: Arc::new(shared), deadline }
    }

    /// The same client with another deadline for its calls.
    pub fn with_deadline(&self, deadline: Duration) -> Client {
        Client { shared: Arc::clone(&self.shared), deadline }
    }

    /// The advantage of every row of `batch` under `method`.
    ///
    /// # Errors
    ///
    /// Every [`Error`] but `Configuration`. [`Error::InvalidArgument`] lists all that is wrong with the batch.
    pub async fn compute(&self, batch: &Batch<'_>, method: impl Into<Method>) -> Result<Response, Error> {
        self.compute_by(Deadline::after(self.deadline), batch, &method.into()).await
    }

    /// Every method the server knows: name, equation, source, parameters with ranges and defaults.
    ///
    /// # Errors
    ///
    /// Those of the connection.
    pub async fn list_methods(&self) -> Result<Vec<MethodDescription>, Error> {
        let deadline = Deadline::after(self.deadline);
        let reply = self.call(deadline, |mut stub: Stub, previous| async move {
            stub.list_methods(stamped(ListMethodsRequest {}, previous, deadline)).await
        });
        Ok(reply.await?.methods)
    }

    /// What a method does: its table for n responses, the surrogate reward it ascends, the noise of its update.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] for a request out of range, and those of the connection.
    pub async fn describe_method(&self, request: DescribeMethodRequest) -> Result<DescribeMethodResponse, Error> {
        let deadline = Deadline::after(self.deadline);
        self.call(deadline, |mut stub: Stub, previous| {
            let request = stamped(request.clone(), previous, deadline);
            async move { stub.describe_method(request).await }
        })
        .await
    }

    /// The server's version, numerics version, instruction set and limits.
    ///
    /// # Errors
    ///
    /// Those of the connection.
    pub async fn server_info(&self) -> Result<GetServerInfoResponse, Error> {
        self.server_info_by(Deadline::after(self.deadline)).await
    }

    async fn server_info_by(&self, deadline: Deadline) -> Result<GetServerInfoResponse, Error> {
        let reply = self.call(deadline, |mut stub: Stub, previous| async move {
            stub.get_server_info(stamped(GetServerInfoRequest {}, previous, deadline)).await
        });
        let info = reply.await?;
        self.shared.max_request_bytes.store(info.max_request_bytes, Ordering::Relaxed);
        Ok(info)
    }

    async fn compute_by(&self, deadline: Deadline, batch: &Batch<'_>, method: &Method) -> Result<Response, Error> {
        let request = request::request(batch, method)?;
        self.check_size(deadline, &request).await?;
        Response::new(&request, self.send(deadline, &request).await?)
    }

    /// [`Error::TooLarge`] for a request that the server does not take; it is asked where it is not known to take it.
    pub(crate) async fn check_size(&self, deadline: Deadline, request: &ComputeAdvantagesRequest) -> Result<(), Error> {
        let size = request.encoded_len();
        if size <= self.shared.max_request_bytes.load(Ordering::Relaxed) as usize {
            return Ok(());
        }
        let limit = self.server_info_by(deadline).await?.max_request_bytes;
        if size <= limit as usize {
            return Ok(());
        }
        Err(Error::TooLarge {
            message: format!(
                "the request has {size} bytes; this server accepts {limit} (--max-request-bytes): raise it, or cut the \
                 batch between groups"
            ),
        })
    }

    async fn send(
        &self,
        deadline: Deadline,
        request: &ComputeAdvantagesRequest,
    ) -> Result<ComputeAdvantagesResponse, Error> {
        self.call(deadline, |mut stub: Stub, previous| {
            let mut request = request.clone(); // its arrays are shared, not copied
            if previous > 0 {
                request.observe = Some(false); // it may have been counted already
            }
            async move { stub.compute_advantages(stamped(request, previous, deadline)).await }
        })
        .await
    }

    async fn call<T, F, Fut>(&self, deadline: Deadline, attempt: F) -> Result<T, Error>
    where
        F: Fn(Stub, u32) -> Fut,
        Fut: Future<Output = Result<tonic::Response<T>, Status>>,
    {
        let attempt = &attempt;
        let connections = &self.shared.connections;
        retry::call(&self.shared.policy, deadline, |previous| connections.attempt(move |stub| attempt(stub, previous)))
            .await
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    pub(crate) fn deadline(&self) -> Duration {
        self.deadline
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let target = &self.shared.policy.target;
        f.debug_struct("Client").field("target", target).field("deadline", &self.deadline).finish()
    }
}

/// With what is left until the deadline, and how often it was tried before.
fn stamped<T>(message: T, previous: u32, deadline: Deadline) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(deadline.at.saturating_duration_since(Instant::now()));
    if previous > 0 {
        // The server does not count a call again that may have been computed before.
        request.metadata_mut().insert("grpc-previous-rpc-attempts", previous.into());
    }
    request
}
