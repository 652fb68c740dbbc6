//! Encrypted connections, to a server of these tests, and to a real one.

use std::time::Duration;

use advantaged_client::{Batch, Client, Error, Method, Tls};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Certificate, Identity, Server, ServerTlsConfig};

use crate::fake::{AdvantageServiceServer, Fake};
use crate::process::Server as Process;

/// A root that signs certificates.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new(name: &str) -> Authority {
        let mut parameters = CertificateParams::new(Vec::new()).unwrap();
        parameters.distinguished_name.push(DnType::CommonName, name);
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Authority(CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap())
    }

    fn pem(&self) -> String {
        self.0.pem()
    }

    /// Certificate and key of `name`.
    fn sign(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let parameters = CertificateParams::new(vec![name.to_owned()]).unwrap();
        (parameters.signed_by(&key, &self.0).unwrap().pem(), key.serialize_pem())
    }
}

/// The target of a server that is called `name`, and asks for certificates of `clients` if any.
fn serve(authority: &Authority, name: &str, clients: Option<&Authority>) -> String {
    let (certificate, key) = authority.sign(name);
    let mut tls = ServerTlsConfig::new().identity(Identity::from_pem(certificate, key));
    if let Some(clients) = clients {
        tls = tls.client_ca_root(Certificate::from_pem(clients.pem()));
    }
    let incoming = TcpIncoming::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let port = incoming.local_addr().unwrap().port();
    let service = AdvantageServiceServer::new(Fake::new(|_| Ok(())));
    let server = Server::builder().tls_config(tls).unwrap().add_service(service);
    tokio::spawn(server.serve_with_incoming(incoming));
    format!("https://localhost:{port}")
}

async fn compute(target: &str, tls: Tls) -> Result<Vec<f32>, Error> {
    let client = Client::builder(target).tls(tls).wait_for_ready(false).attempts(1).build()?;
    let rewards = [0.5, 0.25];
    let batch = Batch::new(&rewards).group_size(2);
    client.compute(&batch, Method::rloo()).await.map(|response| response.advantages)
}

#[track_caller]
fn assert_no_connection(result: Result<Vec<f32>, Error>, reason: &str) {
    let text = result.unwrap_err().to_string();
    assert!(text.contains(reason), "{text}");
}

#[tokio::test]
async fn a_server_is_trusted_by_its_root() {
    let authority = Authority::new("servers");
    let target = serve(&authority, "localhost", None);
    let trusting = || Tls::new().root_certificates(authority.pem());
    assert_eq!(compute(&target, trusting()).await.unwrap(), [0.5, 0.25]);
    assert_no_connection(compute(&target, Tls::new()).await, "UnknownIssuer");
    let other = Tls::new().root_certificates(Authority::new("other").pem());
    assert_no_connection(compute(&target, other).await, "UnknownIssuer");
}

#[tokio::test]
async fn a_server_has_the_name_of_the_target_or_the_one_given() {
    let authority = Authority::new("servers");
    let target = serve(&authority, "advantaged.example", None);
    let trusting = || Tls::new().root_certificates(authority.pem());
    assert_no_connection(compute(&target, trusting()).await, "not valid for name");
    let named = trusting().server_name("advantaged.example");
    assert_eq!(compute(&target, named).await.unwrap(), [0.5, 0.25]);
}

#[tokio::test]
async fn a_client_shows_who_it_is() {
    let (servers, clients) = (Authority::new("servers"), Authority::new("clients"));
    let target = serve(&servers, "localhost", Some(&clients));
    let anonymous = || Tls::new().root_certificates(servers.pem());
    let (certificate, key) = clients.sign("trainer");
    assert_eq!(compute(&target, anonymous().identity(certificate, key)).await.unwrap(), [0.5, 0.25]);
    assert!(compute(&target, anonymous()).await.is_err());
    let (certificate, key) = servers.sign("trainer");
    assert!(compute(&target, anonymous().identity(certificate, key)).await.is_err());
}

#[tokio::test]
async fn a_real_server_computes_for_clients_with_a_certificate_only() {
    let authority = Authority::new("all");
    let folder = tempfile::TempDir::new().unwrap();
    let write = |name: &str, text: String| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let (certificate, key) = authority.sign("localhost");
    let server = Process::start(&[
        &format!("--tls-certificate={}", write("tls.crt", certificate)),
        &format!("--tls-key={}", write("tls.key", key)),
        &format!("--tls-client-ca={}", write("ca.crt", authority.pem())),
        "--tls-client-names=*.example",
    ]);
    let target = format!("https://{}", server.address());
    let trusting = || Tls::new().root_certificates(authority.pem()).server_name("localhost");
    let (certificate, key) = authority.sign("trainer.example");
    assert_eq!(compute(&target, trusting().identity(certificate, key)).await.unwrap(), [0.25, -0.25]);
    assert!(compute(&target, trusting()).await.is_err());
    let (certificate, key) = authority.sign("trainer.elsewhere");
    assert!(compute(&target, trusting().identity(certificate, key)).await.is_err());
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_the_last_reason_of_the_deadline() {
    let target = serve(&Authority::new("servers"), "localhost", None);
    let client = Client::builder(&target).deadline(Duration::from_millis(2500)).build().unwrap();
    let error = client.server_info().await.unwrap_err();
    assert!(matches!(error, Error::DeadlineExceeded { .. }), "{error}");
    assert!(error.to_string().contains("UnknownIssuer"), "{error}");
}
