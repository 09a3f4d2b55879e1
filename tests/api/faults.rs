//! The real binary in bad company: killed, stopped, locked out, cut off, talked to by halves.
//!
//! What is acknowledged stays, what is refused leaves no trace, and nobody waits for long.

use crate::database::{Database, Kind};
use crate::wire::{Server, answer};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

const TOKEN: &str = "a-token-chosen-by-somebody-0123456789";
/// What a client that is to be told "busy" may wait at most.
const BUSY: Duration = Duration::from_secs(6);

/// A server over an empty database of its own; the settings to start another one with.
fn with_server(kind: Kind, case: impl FnOnce(&Runtime, &Path, &[(&str, &str)], Server)) {
    let runtime = Runtime::new().unwrap();
    let Some(database) = runtime.block_on(Database::create(kind)) else { return };
    let place = runtime.block_on(Database::create(Kind::Sqlite)).unwrap();
    let directory = place.directory().unwrap();
    let settings = [("ROSTER_DATABASE_URL", database.url.as_str()), ("ROSTER_BOOTSTRAP_TOKEN", TOKEN)];
    case(&runtime, directory, &settings, Server::start(directory, &settings));
    runtime.block_on(async {
        database.drop_it().await;
        place.drop_it().await;
    });
}

/// Makes two tests, `NAME::sqlite` and `NAME::postgres`, of each case.
macro_rules! both {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[test]
            fn sqlite() {
                super::with_server(crate::database::Kind::Sqlite, super::$name);
            }

            #[test]
            fn postgres() {
                super::with_server(crate::database::Kind::Postgres, super::$name);
            }
        }
    )+};
}

both!(
    a_killed_server_has_kept_what_it_acknowledged,
    a_stopped_server_answers_what_has_begun_and_takes_nothing_new,
    a_second_signal_ends_the_server_at_once,
    a_lock_somebody_else_holds_is_answered_in_time,
    a_message_that_is_not_whole_does_nothing,
);

/// The head of a creation without its length.
const CREATE: &str = "POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nContent-Type: application/scim+json\r\n\
                      Authorization: Bearer a-token-chosen-by-somebody-0123456789\r\n";

fn user(name: &str) -> String {
    format!("{{\"userName\":\"{name}\",\"emails\":[{{\"value\":\"{name}@x.example\"}}]}}")
}

/// Sends bytes, perhaps says that there will be no more, and reads until the server hangs up;
/// whatever came, even if nothing did.
fn exchange(address: &str, message: &str, no_more: bool) -> String {
    let mut answer = Vec::new();
    if let Ok(mut stream) = TcpStream::connect(address) {
        let _ = stream.write_all(message.as_bytes());
        if no_more {
            let _ = stream.shutdown(Shutdown::Write);
        }
        let _ = stream.read_to_end(&mut answer);
    }
    String::from_utf8_lossy(&answer).into_owned()
}

fn create(address: &str, name: &str) -> String {
    let body = user(name);
    let length = body.len();
    exchange(address, &format!("{CREATE}Connection: close\r\nContent-Length: {length}\r\n\r\n{body}"), false)
}

fn total(server: &Server, filter: &str) -> u64 {
    let (status, text) = server.send("GET", &format!("/scim/v2/Users?count=0{filter}"), TOKEN, "");
    assert_eq!(status, 200, "{text}");
    let (_, rest) = text.split_once("\"totalResults\":").unwrap();
    rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()
}

/// A creation whose body is awaited by the server, which has said so.
fn begun(server: &Server, body: &str) -> (TcpStream, BufReader<TcpStream>) {
    let mut stream = TcpStream::connect(&server.address).unwrap();
    write!(stream, "{CREATE}Expect: 100-continue\r\nContent-Length: {}\r\n\r\n", body.len()).unwrap();
    let mut answer = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    answer.read_line(&mut line).unwrap();
    assert_eq!(line, "HTTP/1.1 100 Continue\r\n");
    (stream, answer)
}

fn a_killed_server_has_kept_what_it_acknowledged(
    _: &Runtime,
    directory: &Path,
    settings: &[(&str, &str)],
    mut server: Server,
) {
    let kept = Arc::new(Mutex::new(Vec::new()));
    for round in 0..2 {
        let acknowledged = Arc::new(AtomicUsize::new(0));
        let clients: Vec<_> = (0..4)
            .map(|client| {
                let (address, kept) = (server.address.clone(), Arc::clone(&kept));
                let acknowledged = Arc::clone(&acknowledged);
                thread::spawn(move || {
                    for number in 0.. {
                        let name = format!("u-{round}-{client}-{number}");
                        if !create(&address, &name).starts_with("HTTP/1.1 201") {
                            return;
                        }
                        kept.lock().unwrap().push(name);
                        acknowledged.fetch_add(1, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        while acknowledged.load(Ordering::Relaxed) < 40 {
            assert!(!clients.iter().all(thread::JoinHandle::is_finished), "nobody is served");
            thread::yield_now();
        }
        server.signal("KILL");
        for client in clients {
            client.join().unwrap();
        }
        server = Server::start(directory, settings);
        let kept = kept.lock().unwrap();
        for name in kept.iter().rev().take(50) {
            assert_eq!(total(&server, &format!("&filter=userName%20eq%20%22{name}%22")), 1, "{name} is lost");
        }
        let stored = total(&server, "");
        assert!(stored >= kept.len() as u64, "{stored} of {}", kept.len());
        assert_eq!(total(&server, "&filter=emails.value%20ew%20%22@x.example%22"), stored, "one is torn");
    }
}

fn a_stopped_server_answers_what_has_begun_and_takes_nothing_new(
    _: &Runtime,
    directory: &Path,
    settings: &[(&str, &str)],
    mut server: Server,
) {
    let body = user("last");
    let (mut stream, mut answer) = begun(&server, &body);
    server.signal("TERM");
    // The listener is closed a moment after the signal, not in the same one.
    let patience = Instant::now() + BUSY;
    while TcpStream::connect(&server.address).is_ok() {
        assert!(Instant::now() < patience, "still taking connections");
    }
    stream.write_all(body.as_bytes()).unwrap();
    let mut text = String::new();
    answer.read_to_string(&mut text).unwrap();
    assert!(text.contains("HTTP/1.1 201 Created"), "{text}");
    assert_eq!(server.wait(), Some(0));
    assert_eq!(total(&Server::start(directory, settings), ""), 1);
}

fn a_second_signal_ends_the_server_at_once(
    _: &Runtime,
    directory: &Path,
    settings: &[(&str, &str)],
    mut server: Server,
) {
    let _kept_waiting = begun(&server, &user("never"));
    server.signal("TERM");
    while TcpStream::connect(&server.address).is_ok() {}
    server.signal("TERM");
    assert_eq!(server.wait(), Some(143));
    assert_eq!(total(&Server::start(directory, settings), ""), 0);
}

fn a_lock_somebody_else_holds_is_answered_in_time(
    runtime: &Runtime,
    _: &Path,
    settings: &[(&str, &str)],
    server: Server,
) {
    let url = settings[0].1;
    // All but the first come while another is waiting, and must not wait for as long again.
    let refused = || {
        let clients: Vec<_> = (0..4)
            .map(|client| {
                let address = server.address.clone();
                thread::spawn(move || {
                    let begun = Instant::now();
                    (create(&address, &format!("refused-{client}")), begun.elapsed())
                })
            })
            .collect();
        assert_eq!(total(&server, ""), 0, "reads go on");
        for client in clients {
            let (text, waited) = client.join().unwrap();
            assert!(text.starts_with("HTTP/1.1 503") && text.contains("retry-after: "), "{text}");
            assert!(waited < BUSY, "{waited:?}");
        }
    };
    if url.starts_with("sqlite:") {
        let mut other = runtime.block_on(SqliteConnection::connect(url)).unwrap();
        runtime.block_on(other.execute("begin immediate")).unwrap();
        refused();
        runtime.block_on(other.execute("rollback")).unwrap();
        runtime.block_on(other.close()).unwrap();
    } else {
        let mut other = runtime.block_on(PgConnection::connect(url)).unwrap();
        runtime.block_on(other.execute("begin; lock table resource in exclusive mode")).unwrap();
        refused();
        runtime.block_on(other.execute("rollback")).unwrap();
        // Somebody ends every connection of the server: it makes new ones.
        let end = "select pg_terminate_backend(pid) from pg_stat_activity \
                   where application_name = 'roster' and datname = current_database()";
        runtime.block_on(other.execute(AssertSqlSafe(end.to_owned()))).unwrap();
        runtime.block_on(other.close()).unwrap();
        let patience = Instant::now() + BUSY;
        while !create(&server.address, "again").starts_with("HTTP/1.1 201") {
            assert!(Instant::now() < patience, "still without a database");
        }
    }
    assert!(create(&server.address, "after").starts_with("HTTP/1.1 201"));
    drop(server);
}

fn a_message_that_is_not_whole_does_nothing(_: &Runtime, _: &Path, _: &[(&str, &str)], server: Server) {
    let body = user("nobody");
    let (length, long, close) = (body.len(), "x".repeat(40_000), "Connection: close\r\n");
    let table = [
        ("a body shorter than announced", format!("{CREATE}Content-Length: {}\r\n\r\n{body}", length + 1), "400"),
        ("two lengths", format!("{CREATE}Content-Length: {length}\r\nContent-Length: 5\r\n\r\n{body}"), "400"),
        ("a length below nothing", format!("{CREATE}Content-Length: -1\r\n\r\n{body}"), "400"),
        (
            "a chunk without an end",
            format!("{CREATE}Transfer-Encoding: chunked\r\n\r\n{length:x}\r\n{body}\r\n"),
            "400",
        ),
        ("a chunk of no size", format!("{CREATE}Transfer-Encoding: chunked\r\n\r\nZZ\r\n{body}\r\n0\r\n\r\n"), "400"),
        ("an unknown coding", format!("{CREATE}Transfer-Encoding: x\r\nContent-Length: {length}\r\n\r\n{body}"), "400"),
        ("two hosts", format!("{CREATE}{close}Host: y\r\nContent-Length: {length}\r\n\r\n{body}"), "400"),
        ("large headers", format!("{CREATE}{close}X: {long}\r\nContent-Length: {length}\r\n\r\n{body}"), "431"),
        ("a long target", format!("GET /scim/v2/Users?{long} HTTP/1.1\r\n{close}Host: x\r\n\r\n"), "414"),
        ("half a head", CREATE.to_owned(), ""),
        ("a TLS greeting", "\u{16}\u{3}\u{1}\u{0}\u{5}hello".to_owned(), "400"),
        ("nothing", String::new(), ""),
    ];
    for (what, message, status) in table {
        let text = exchange(&server.address, &message, !message.contains(close));
        assert_eq!(text.split(' ').nth(1).unwrap_or_default(), status, "{what}: {text}");
    }
    assert_eq!(total(&server, ""), 0);
    drop(server);
}

#[test]
fn what_cannot_be_opened_is_named() {
    let runtime = Runtime::new().unwrap();
    let place = runtime.block_on(Database::create(Kind::Sqlite)).unwrap();
    let directory = place.directory().unwrap();
    std::fs::write(directory.join("text"), "this is no database ".repeat(100)).unwrap();
    let server = Server::start(directory, &[]);
    let table: [(&str, &str, &str); 5] = [
        ("ROSTER_DATABASE_URL", "sqlite:text", "text cannot be read and written as a SQLite database"),
        ("ROSTER_DATABASE_URL", "sqlite:.", ". cannot be read and written as a SQLite database"),
        ("ROSTER_DATABASE_URL", "sqlite:text/below/x.db", "the directory text/below cannot be made"),
        ("ROSTER_DATABASE_URL", "postgres://somebody:hidden@127.0.0.1:1/x", "refused"),
        ("ROSTER_LISTEN", &server.address, "cannot listen on 127.0.0.1:"),
    ];
    for (setting, value, sentence) in table {
        let mut settings = vec![("ROSTER_LISTEN", "127.0.0.1:0")];
        settings.retain(|(name, _)| *name != setting);
        settings.push((setting, value));
        let refused = answer(directory, &settings, &["serve"]);
        let said = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(1), "{value}: {said}");
        assert!(said.contains(sentence) && !said.contains("hidden"), "{value}: {said}");
    }
    drop(server);
    runtime.block_on(place.drop_it());
}
