use super::*;
use poem::endpoint::make;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{Notify, oneshot};

/// A server on a port of its own, and the switch that stops it.
struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: tokio::task::JoinHandle<()>,
}

async fn start(limits: Limits, endpoint: impl Endpoint + 'static) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let task = tokio::spawn(serve_within(limits, listener, endpoint, stopped));
    Running { address, stop, task }
}

async fn send(address: SocketAddr, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

async fn read(mut stream: TcpStream) -> String {
    let mut text = Vec::new();
    let _ = stream.read_to_end(&mut text).await;
    String::from_utf8(text).unwrap()
}

fn path() -> impl Endpoint {
    make(|request: Request| async move { request.uri().path().to_owned() })
}

const GET: &str = "GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn a_request_reaches_the_endpoint_and_its_answer_comes_back() {
    let server = start(Limits::default(), path()).await;
    let text = read(send(server.address, GET).await).await;
    assert!(text.starts_with("HTTP/1.1 200 OK\r\n") && text.ends_with("\r\n\r\n/a"), "{text}");
    server.stop.send(()).unwrap();
    server.task.await.unwrap();
}

#[tokio::test]
async fn a_running_request_is_finished_before_the_server_returns() {
    let (begun, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let endpoint = {
        let (begun, go) = (Arc::clone(&begun), Arc::clone(&go));
        make(move |_| {
            let (begun, go) = (Arc::clone(&begun), Arc::clone(&go));
            async move {
                begun.notify_one();
                go.notified().await;
                "done"
            }
        })
    };
    let server = start(Limits::default(), endpoint).await;
    let stream = send(server.address, GET).await;
    begun.notified().await;
    server.stop.send(()).unwrap();
    assert!(!server.task.is_finished());
    go.notify_one();
    assert!(read(stream).await.ends_with("done"));
    server.task.await.unwrap();
    assert!(TcpStream::connect(server.address).await.is_err());
}

#[tokio::test]
async fn a_request_that_never_ends_is_dropped_after_the_deadline() {
    let limits = Limits { drain: Duration::from_millis(20), ..Limits::default() };
    let begun = Arc::new(Notify::new());
    let endpoint = {
        let begun = Arc::clone(&begun);
        make(move |_| {
            begun.notify_one();
            std::future::pending::<&'static str>()
        })
    };
    let server = start(limits, endpoint).await;
    let _stream = send(server.address, GET).await;
    begun.notified().await;
    server.stop.send(()).unwrap();
    server.task.await.unwrap();
}

#[tokio::test]
async fn a_connection_that_sends_no_whole_head_is_closed() {
    let limits = Limits { head: Duration::from_millis(20), ..Limits::default() };
    let server = start(limits, path()).await;
    for begun in ["", "P", "GET /a HTTP/1.1\r\nHost: x\r\n", "PRI * HTTP/2.0\r\n"] {
        let text = read(send(server.address, begun).await).await;
        assert!(!text.contains("200 OK"), "{begun}: {text}");
    }
}

#[tokio::test]
async fn a_header_block_that_is_too_large_is_refused() {
    let server = start(Limits::default(), path()).await;
    let head = format!("GET /a HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "x".repeat(2 * HEAD));
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let _ = stream.write_all(head.as_bytes()).await;
    let mut start = [0; 12];
    // The rest of the head may still be on its way when the server hangs up.
    if stream.read_exact(&mut start).await.is_ok() {
        assert_eq!(&start, b"HTTP/1.1 431");
    }
}

#[tokio::test]
async fn more_connections_than_the_limit_wait_their_turn() {
    let limits = Limits { connections: 1, ..Limits::default() };
    let server = start(limits, path()).await;
    let mut first = send(server.address, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n").await;
    let mut byte = [0];
    first.read_exact(&mut byte).await.unwrap();
    let second = tokio::spawn(read(send(server.address, GET).await));
    for _ in 0..32 {
        tokio::task::yield_now().await;
    }
    assert!(!second.is_finished());
    drop(first);
    assert!(second.await.unwrap().ends_with("/a"));
}
