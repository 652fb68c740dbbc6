//! Certificates for encrypted connections.

use tonic::transport::{Certificate, ClientTlsConfig, Endpoint, Identity};

use crate::error::Error;

/// Whom the client trusts and who it is, for targets of the form `https://`.
///
/// ```no_run
/// use advantaged_client::{Client, Tls};
///
/// let tls = Tls::new()
///     .root_certificates(std::fs::read("ca.pem")?)
///     .identity(std::fs::read("client.pem")?, std::fs::read("client.key")?);
/// let client = Client::builder("https://advantaged.example:50051").tls(tls).build()?;
/// # let _ = client;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Tls {
    roots: Vec<Vec<u8>>,
    identity: Option<Identity>,
    server_name: Option<String>,
}

impl Tls {
    /// Trusts what the system trusts, and has no certificate of its own.
    pub fn new() -> Tls {
        Tls::default()
    }

    /// Trusts these root certificates (PEM) instead of the system's.
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.roots.push(pem.into());
        self
    }

    /// Shows this certificate (PEM, with its chain) to servers that ask who calls, and proves it by its key (PEM).
    pub fn identity(mut self, certificate: impl AsRef<[u8]>, key: impl AsRef<[u8]>) -> Self {
        self.identity = Some(Identity::from_pem(certificate, key));
        self
    }

    /// The name that the server's certificate must have, where it is not the host of the target.
    pub fn server_name(mut self, name: impl Into<String>) -> Self {
        self.server_name = Some(name.into());
        self
    }

    pub(crate) fn apply(&self, endpoint: Endpoint) -> Result<Endpoint, Error> {
        let mut config = ClientTlsConfig::new();
        config = match self.roots.as_slice() {
            [] => config.with_enabled_roots(),
            roots => config.ca_certificates(roots.iter().map(Certificate::from_pem)),
        };
        if let Some(identity) = &self.identity {
            config = config.identity(identity.clone());
        }
        if let Some(name) = &self.server_name {
            config = config.domain_name(name);
        }
        endpoint
            .tls_config(config)
            .map_err(|error| Error::Configuration { option: "tls".to_owned(), message: innermost(&error) })
    }
}

fn innermost(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate_is_refused() {
        let endpoint = Endpoint::from_static("https://a.example:1");
        let error = Tls::new().identity("no certificate", "no key").apply(endpoint).unwrap_err();
        assert!(matches!(&error, Error::Configuration { option, .. } if option == "tls"), "{error}");
    }
}
