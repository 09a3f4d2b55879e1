//! Carries an endpoint on TCP connections: accept, limit, time out, stop gracefully.
//!
//! A loop of our own, because the framework's has no header timeout, spins when file descriptors
//! run out and leaves Nagle's algorithm on. What fails below a complete request head (a bad request
//! line, a header block that is too large) is answered by hyper, without a SCIM body.

use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use poem::http::uri::Scheme;
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Addr, Endpoint, Request};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// The largest head in bytes; hyper answers 414 or 431 above, without a body. The limits that are
/// documented are lower, and are answered in the surfaces' own words.
const HEAD: usize = 128 * 1024;
/// The pause after a failed accept: without it a process out of file descriptors spins.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How much the server takes on.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at one time; more wait in the kernel's queue.
    pub connections: usize,
    /// How long a request head may take, and how long a connection may idle between two requests.
    pub head: Duration,
    /// How long requests may go on after a stop.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connections: 1024, head: Duration::from_secs(10), drain: Duration::from_secs(30) }
    }
}

/// Serves with the default [`Limits`] until `stop` is ready and running requests are done.
pub async fn serve(listener: TcpListener, endpoint: impl Endpoint + 'static, stop: impl Future) {
    serve_within(Limits::default(), listener, endpoint, stop).await;
}

/// Serves until `stop` is ready and running requests are done, or have had [`Limits::drain`].
pub async fn serve_within(limits: Limits, listener: TcpListener, endpoint: impl Endpoint + 'static, stop: impl Future) {
    let server = Arc::new(Server { endpoint, builder: builder(limits), limits });
    let permits = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        // The permit comes first, so that a full server leaves clients in the kernel's queue.
        let accepted = async {
            let permit = Arc::clone(&permits).acquire_owned().await;
            (permit, listener.accept().await)
        };
        let (permit, accepted) = tokio::select! {
            biased;
            _ = &mut stop => break,
            accepted = accepted => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let connection = Arc::clone(&server).connection(stream, peer, graceful.watcher());
                tokio::spawn(async move {
                    let _permit = permit;
                    connection.await;
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    tracing::info!(connections = graceful.count(), "no longer accepting; finishing running requests");
    if tokio::time::timeout(limits.drain, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish in time and are dropped");
    }
}

struct Server<E> {
    endpoint: E,
    builder: Builder<TokioExecutor>,
    limits: Limits,
}

impl<E: Endpoint + 'static> Server<E> {
    /// One connection from its first byte to its last.
    async fn connection(self: Arc<Self>, stream: TcpStream, peer: SocketAddr, watcher: Watcher) {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY is not available");
        }
        let remote = RemoteAddr(Addr::socket(peer));
        let local = LocalAddr(stream.local_addr().map_or_else(|_| Addr::custom("tcp", ""), Addr::socket));
        let begun = Arc::new(AtomicBool::new(false));
        let service = service_fn({
            let (server, begun) = (Arc::clone(&self), Arc::clone(&begun));
            move |request: hyper::Request<Incoming>| {
                begun.store(true, Ordering::Relaxed);
                let request = Request::from((request, local.clone(), remote.clone(), Scheme::HTTP));
                let server = Arc::clone(&server);
                async move {
                    let response = server.endpoint.get_response(request).await;
                    Ok::<_, Infallible>(hyper::Response::from(response))
                }
            }
        });
        let connection = self.builder.serve_connection(TokioIo::new(stream), service);
        let mut connection = pin!(watcher.watch(connection));
        // hyper-util waits without limit for the bytes that tell HTTP/1 from HTTP/2.
        let finished = tokio::select! {
            finished = &mut connection => finished,
            () = tokio::time::sleep(self.limits.head) => {
                if !begun.load(Ordering::Relaxed) {
                    return;
                }
                connection.await
            }
        };
        if let Err(error) = finished {
            tracing::debug!(%error, "a connection ended early");
        }
    }
}

fn builder(limits: Limits) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(limits.head).max_buf_size(HEAD);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(HEAD).unwrap_or(u32::MAX))
        .max_concurrent_streams(128)
        .keep_alive_interval(Some(Duration::from_secs(30)));
    builder
}

#[cfg(test)]
mod tests;
