//! `roster serve`: listens, starts the house, greets, and stops on a signal.

use super::Error;
use crate::app::{App, FirstToken, Options};
use crate::config::{Config, LogFormat};
use crate::telemetry;
use std::fmt::Write as _;
use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

pub(super) async fn run(config: Config) -> Result<(), Error> {
    telemetry::start(&config.log, config.log_format == LogFormat::Json).map_err(Error::Failed)?;
    let stop = signals().map_err(|source| Error::Io { doing: "signals cannot be received".to_owned(), source })?;
    // The port first: a second server must fail before it touches the database.
    let refused = |source| Error::Listen { address: config.listen.clone(), source };
    let listener = TcpListener::bind(&config.listen).await.map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    let public_url = config.public_url.clone();

    let app = App::start(Options::new(config)).await?;
    super::print(&greeting(address, public_url.as_deref(), app.first_token.as_ref()))?;
    tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), "serving");
    app.serve(listener, stop).await;
    tracing::info!("stopped");
    Ok(())
}

/// Ready at the first SIGTERM or SIGINT; a second one ends the process at once.
fn signals() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let (stop, stopped) = oneshot::channel();
    tokio::spawn(async move {
        next(&mut interrupt, &mut terminate).await;
        let _ = stop.send(());
        let code = next(&mut interrupt, &mut terminate).await;
        std::process::exit(code);
    });
    Ok(async move {
        let _ = stopped.await;
    })
}

/// The exit code a process has that the next signal ends.
async fn next(interrupt: &mut Signal, terminate: &mut Signal) -> i32 {
    tokio::select! {
        _ = interrupt.recv() => 130,
        _ = terminate.recv() => 143,
    }
}

/// What a person needs who has just started the server; a generated token is shown here and never again.
fn greeting(address: SocketAddr, public_url: Option<&str>, first: Option<&FirstToken>) -> String {
    let local = format!("http://{}", reachable(address));
    let base = public_url.unwrap_or(&local);
    let mut text = format!("Roster is serving at {local}\nSCIM base URL:  {base}/scim/v2\n");
    let (token, remark) = match first {
        Some(FirstToken::Generated(token)) => {
            text.push_str("First token:    ");
            text.push_str(token.reveal());
            (token.reveal(), "\n                (shown this once: keep it)\n")
        }
        Some(FirstToken::Chosen) => ("$ROSTER_BOOTSTRAP_TOKEN", "First token:    the one in ROSTER_BOOTSTRAP_TOKEN\n"),
        None => ("$TOKEN", "Tokens:         roster token list, roster token create\n"),
    };
    text.push_str(remark);
    text.push_str("\nTry it:\n");
    let _ = writeln!(text, "  curl -H \"Authorization: Bearer {token}\" {local}/scim/v2/Users\n");
    text
}

/// The address as a client on this machine would write it.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::token::Token;

    #[test]
    fn the_greeting_shows_a_generated_token_and_a_line_to_copy() {
        let token = Token::generate();
        let shown = token.reveal();
        let address = "127.0.0.1:4321".parse().unwrap();
        let text = greeting(address, None, Some(&FirstToken::Generated(token.clone())));
        assert!(text.contains("SCIM base URL:  http://127.0.0.1:4321/scim/v2\n"), "{text}");
        assert!(text.contains(&format!("First token:    {shown}\n")), "{text}");
        let line = format!("curl -H \"Authorization: Bearer {shown}\" http://127.0.0.1:4321/scim/v2/Users\n");
        assert!(text.contains(&line), "{text}");
    }

    #[test]
    fn a_chosen_token_is_named_and_not_shown() {
        let text = greeting("127.0.0.1:1".parse().unwrap(), None, Some(&FirstToken::Chosen));
        assert!(text.contains("Bearer $ROSTER_BOOTSTRAP_TOKEN\""), "{text}");
        let later = greeting("127.0.0.1:1".parse().unwrap(), None, None);
        assert!(later.contains("Bearer $TOKEN\"") && !later.contains("First token"), "{later}");
    }

    #[test]
    fn clients_are_told_the_public_address_and_curl_the_local_one() {
        for (listening, local) in
            [("0.0.0.0:80", "127.0.0.1:80"), ("[::]:80", "[::1]:80"), ("10.0.0.1:80", "10.0.0.1:80")]
        {
            let text = greeting(listening.parse().unwrap(), Some("https://d.example.com"), None);
            assert!(text.contains("SCIM base URL:  https://d.example.com/scim/v2\n"), "{text}");
            assert!(text.contains(&format!("http://{local}/scim/v2/Users")), "{text}");
        }
    }
}
