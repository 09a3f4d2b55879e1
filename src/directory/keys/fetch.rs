//! The one client of HTTP: a small document from an address an administrator chose.

use rustls::crypto::ring;
use std::fmt::Write as _;
use std::sync::OnceLock;
use std::time::Duration;

/// How long the whole exchange may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// The most bytes of an answer.
const LARGEST: usize = 256 * 1024;

/// Fetches documents. The client is made at the first use: a server that trusts nobody needs none.
#[derive(Default)]
pub(super) struct Fetcher {
    client: OnceLock<Result<reqwest::Client, String>>,
}

impl Fetcher {
    /// The document at a URL, or a sentence for the log.
    pub(super) async fn fetch(&self, url: &str) -> Result<String, String> {
        let client = self.client.get_or_init(client).as_ref().map_err(Clone::clone)?;
        let mut response = client.get(url).header("accept", "application/json").send().await.map_err(sentence)?;
        if response.status() != 200 {
            return Err(format!("the answer has the status {}", response.status().as_u16()));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(sentence)? {
            if bytes.len() + chunk.len() > LARGEST {
                return Err(format!("the answer has more than {LARGEST} bytes"));
            }
            bytes.extend_from_slice(&chunk);
        }
        String::from_utf8(bytes).map_err(|_| "the answer is not UTF-8".to_owned())
    }
}

fn client() -> Result<reqwest::Client, String> {
    // An error means that somebody in this process was faster; any provider will do.
    let _ = ring::default_provider().install_default();
    // A redirect could lead to where the administrator did not point.
    let builder = reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none()).no_proxy();
    builder.user_agent(concat!("roster/", env!("CARGO_PKG_VERSION"))).build().map_err(sentence)
}

/// The error and its causes, without the URL, which the log has already.
fn sentence(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        let _ = write!(text, ": {cause}");
        source = cause.source();
    }
    text
}

/// Refuses an address that keys cannot be trusted from: over TLS, or from this very machine.
pub(in crate::directory) fn check_url(text: &str) -> Result<(), String> {
    let refused = || "the keys URL must be https, or http on this machine (127.0.0.1, localhost)".to_owned();
    let url = reqwest::Url::parse(text).map_err(|_| "the keys URL is not a URL (RFC 3986)".to_owned())?;
    if !url.username().is_empty() || url.password().is_some() || text.len() > 1024 {
        return Err("the keys URL must have no user and at most 1,024 characters".to_owned());
    }
    let host = url.host_str().unwrap_or_default();
    match url.scheme() {
        "https" if !host.is_empty() => Ok(()),
        "http" if ["127.0.0.1", "localhost", "[::1]"].contains(&host) => Ok(()),
        _ => Err(refused()),
    }
}

#[cfg(test)]
mod tests {
    use super::check_url;

    #[test]
    fn keys_come_over_tls_or_from_this_machine() {
        for url in ["https://id.example/keys", "http://127.0.0.1:9/keys", "http://localhost/keys", "http://[::1]:9/"] {
            assert_eq!(check_url(url), Ok(()), "{url}");
        }
        for url in [
            "",
            "keys",
            "http://id.example/keys",
            "http://127.0.0.1.example/keys",
            "http://localhost.example/keys",
            "http://10.0.0.1/keys",
            "https://user:word@id.example/keys",
            "file:///etc/passwd",
            "ftp://127.0.0.1/keys",
        ] {
            assert!(check_url(url).is_err(), "{url}");
        }
    }
}
