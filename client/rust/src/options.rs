//! How a client is set up.

use std::time::Duration;

use crate::client::Client;
use crate::connections::Connections;
use crate::error::Error;
use crate::retry::Policy;
#[cfg(feature = "tls")]
use crate::tls::Tls;

/// Sets up a [`Client`]; every default is a good one.
///
/// ```
/// use std::time::Duration;
/// use advantaged_client::Client;
///
/// let client = Client::builder("http://10.0.0.1:50051")
///     .replica("http://10.0.0.2:50051")
///     .deadline(Duration::from_secs(10))
///     .build()?;
/// # let _ = client;
/// # Ok::<(), advantaged_client::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Builder {
    targets: Vec<String>,
    deadline: Duration,
    wait_for_ready: bool,
    attempts: u32,
    max_connection_age: Duration,
    #[cfg(feature = "tls")]
    tls: Tls,
}

/// How a client is made.
impl Client {
    /// A client of the server at `http://host:port`, `https://host:port` (feature `tls`) or `unix:/path`.
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] if the target is none of these.
    pub fn connect(target: impl Into<String>) -> Result<Client, Error> {
        Client::builder(target).build()
    }

    /// The same with options, and further targets.
    pub fn builder(target: impl Into<String>) -> Builder {
        Builder::new(target)
    }
}

impl Builder {
    pub(crate) fn new(target: impl Into<String>) -> Builder {
        Builder {
            targets: vec![target.into()],
            deadline: Duration::from_secs(60),
            wait_for_ready: true,
            attempts: 5,
            max_connection_age: Duration::from_secs(300),
            #[cfg(feature = "tls")]
            tls: Tls::new(),
        }
    }

    /// One more server of the same kind. Calls go to all in turn, and around those that cannot be reached.
    pub fn replica(mut self, target: impl Into<String>) -> Self {
        self.targets.push(target.into());
        self
    }

    /// The longest that a call may take, tries and waits included; default 60 s. Of a stream, the longest that an item
    /// may wait for its reply.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Whether a server that cannot be reached is waited for until the deadline; default true. If not, the call fails
    /// with [`Error::Unavailable`] after its attempts.
    pub fn wait_for_ready(mut self, wait: bool) -> Self {
        self.wait_for_ready = wait;
        self
    }

    /// Attempts in all of a call whose connection is lost, at least 1; default 5. Between them the client waits 0.1 s,
    /// then twice as long each time, up to 1 s.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// After this a call connects anew, to the address that the target's name has by then; default 5 minutes. Calls on
    /// their way are not disturbed. Not over Unix sockets.
    pub fn max_connection_age(mut self, age: Duration) -> Self {
        self.max_connection_age = age;
        self
    }

    /// Certificates for targets of the form `https://`.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = tls;
        self
    }

    /// The client. Connects at the first call, not here, so that no server need be up yet.
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] names the target or option that is not usable.
    pub fn build(self) -> Result<Client, Error> {
        if self.attempts == 0 {
            return Err(refusal("attempts", "0; a call needs at least one"));
        }
        if self.deadline.is_zero() {
            return Err(refusal("deadline", "0 s; no call could end in time"));
        }
        if self.max_connection_age.is_zero() {
            return Err(refusal("max_connection_age", "0 s; it must be above 0"));
        }
        #[cfg(feature = "tls")]
        let connections =
            Connections::new(&self.targets, self.max_connection_age, |endpoint| self.tls.apply(endpoint))?;
        #[cfg(not(feature = "tls"))]
        let connections = Connections::new(&self.targets, self.max_connection_age, |_| {
            Err(refusal("target", "https needs the feature `tls` of the crate advantaged-client"))
        })?;
        let policy =
            Policy { target: self.targets.join(", "), attempts: self.attempts, wait_for_ready: self.wait_for_ready };
        Ok(Client::new(connections, policy, self.deadline))
    }
}

fn refusal(option: &str, message: &str) -> Error {
    Error::Configuration { option: option.to_owned(), message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_never_work_is_refused() {
        let builder = || Builder::new("http://a:1");
        for (builder, option) in [
            (builder().attempts(0), "attempts"),
            (builder().deadline(Duration::ZERO), "deadline"),
            (builder().max_connection_age(Duration::ZERO), "max_connection_age"),
            (builder().replica("b:1"), "target \"b:1\""),
        ] {
            let error = builder.build().unwrap_err();
            assert!(matches!(&error, Error::Configuration { option: o, .. } if o == option), "{error}");
        }
    }

    #[test]
    #[cfg(not(feature = "tls"))]
    fn without_the_feature_there_is_no_https() {
        let error = Builder::new("https://a:1").build().unwrap_err();
        assert!(error.to_string().contains("feature `tls`"), "{error}");
    }
}
