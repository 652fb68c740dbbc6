//! Where a server is: `http://host:port`, `https://host:port` or `unix:/path`.

use std::time::Duration;

use tonic::transport::{Endpoint, Uri};

use crate::error::Error;

const FORMS: &str = "write http://HOST:PORT, https://HOST:PORT or unix:/PATH";
/// One attempt to connect: a host that drops packets is known as unreachable after this.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The server takes one ping in 10 s; this is often enough for what drops idle connections.
const KEEPALIVE_EVERY: Duration = Duration::from_secs(60);
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(20);

pub(crate) fn endpoint(target: &str) -> Result<Endpoint, Error> {
    check(target).map_err(|message| refusal(target, message))?;
    let endpoint = Endpoint::from_shared(target.to_owned()).map_err(|error| refusal(target, error.to_string()))?;
    Ok(endpoint
        .connect_timeout(CONNECT_TIMEOUT)
        .http2_keep_alive_interval(KEEPALIVE_EVERY)
        .keep_alive_timeout(KEEPALIVE_TIMEOUT)
        .keep_alive_while_idle(true))
}

pub(crate) fn is_tls(target: &str) -> bool {
    target.starts_with("https://")
}

pub(crate) fn is_unix(target: &str) -> bool {
    target.starts_with("unix:")
}

fn refusal(target: &str, message: String) -> Error {
    Error::Configuration { option: format!("target {target:?}"), message }
}

fn check(target: &str) -> Result<(), String> {
    if let Some(path) = target.strip_prefix("unix:") {
        return match path.trim_start_matches('/') {
            "" => Err(format!("names no socket; {FORMS}")),
            _ => Ok(()),
        };
    }
    if !target.starts_with("http://") && !is_tls(target) {
        return Err(match target.rsplit_once(':') {
            Some((_, port)) if port.parse::<u16>().is_ok() => format!("has no scheme; write http://{target}"),
            _ => format!("is no address; {FORMS}"),
        });
    }
    let uri: Uri = target.parse().map_err(|error| format!("{error}; {FORMS}"))?;
    if uri.port_u16().is_none() {
        let host = uri.host().unwrap_or("HOST");
        let scheme = uri.scheme_str().unwrap_or("http");
        return Err(format!("names no port; write {scheme}://{host}:50051"));
    }
    if uri.path().len() > 1 || uri.query().is_some() {
        return Err(format!("has more than host and port; {FORMS}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_servers_are_taken() {
        for target in [
            "http://127.0.0.1:50051",
            "http://[::1]:50051",
            "http://localhost:50051/",
            "https://advantaged.example:443",
            "unix:/run/advantaged.sock",
            "unix:///run/advantaged.sock",
            "unix:relative.sock",
        ] {
            assert!(endpoint(target).is_ok(), "{target}");
        }
    }

    #[test]
    fn a_target_that_is_no_address_is_refused_with_the_remedy() {
        for (target, remedy) in [
            ("localhost", "write http://HOST:PORT"),
            ("localhost:50051", "write http://localhost:50051"),
            ("127.0.0.1:50051", "write http://127.0.0.1:50051"),
            ("http://localhost", "names no port; write http://localhost:50051"),
            ("https://a.example", "names no port; write https://a.example:50051"),
            ("http://a:1/v1", "more than host and port"),
            ("unix:", "names no socket"),
            ("unix:///", "names no socket"),
            ("", "is no address"),
            ("dns:///a:1", "write http"),
        ] {
            let error = endpoint(target).unwrap_err();
            let text = error.to_string();
            assert!(text.contains(remedy), "{text}");
            assert!(text.contains(&format!("{target:?}")), "{text}");
        }
    }
}
