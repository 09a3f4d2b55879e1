//! The house on a SQLite file of its own: first and later starts, and the stop.

use super::*;
use crate::auth::scope::Scopes;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const CHOSEN: &str = "0123456789abcdef0123456789abcdef";

/// A directory that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("roster-app-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn options(&self, bootstrap_token: Option<&str>) -> Options {
        let config = Config {
            database_url: Secret::new(format!("sqlite:{}", self.0.join("roster.db").display())),
            bootstrap_token: bootstrap_token.map(Secret::new),
            ..Config::default()
        };
        Options { config, clock: Clock::fixed(1_000_000), ids: Ids::counted(), hasher: Hasher::cheap() }
    }

    async fn start(&self, bootstrap_token: Option<&str>) -> App {
        App::start(self.options(bootstrap_token)).await.unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn the_first_start_makes_a_token_and_later_ones_keep_it() {
    let folder = Folder::new();
    let app = folder.start(None).await;
    let Some(FirstToken::Generated(token)) = app.first_token.clone() else { panic!("no token was made") };
    assert_eq!(app.directory.authenticate(token.reveal(), None).await.unwrap().scopes, Scopes::all());
    app.store.close().await;

    let again = folder.start(None).await;
    assert_eq!(again.first_token, None);
    assert!(again.directory.authenticate(token.reveal(), None).await.is_ok());
    assert_eq!(again.directory.tokens("default", None).await.unwrap().len(), 1);
    again.store.close().await;
}

#[tokio::test]
async fn a_chosen_token_opens_a_new_database_and_no_other() {
    let (new, old) = (Folder::new(), Folder::new());
    let app = new.start(Some(CHOSEN)).await;
    assert_eq!(app.first_token, Some(FirstToken::Chosen));
    assert!(app.directory.authenticate(CHOSEN, None).await.is_ok());
    app.store.close().await;

    old.start(None).await.store.close().await;
    let app = old.start(Some(CHOSEN)).await;
    assert_eq!(app.first_token, None);
    assert!(app.directory.authenticate(CHOSEN, None).await.is_err());
    app.store.close().await;
}

#[tokio::test]
async fn a_chosen_token_that_cannot_be_one_is_refused_before_the_database_is_made() {
    let folder = Folder::new();
    let spaces = "a token with spaces is not a bearer token";
    assert!(matches!(App::start(folder.options(Some(spaces))).await, Err(Error::Token(_))));
    assert!(!folder.0.join("roster.db").exists());
}

#[tokio::test]
async fn opening_makes_no_tenant() {
    let folder = Folder::new();
    let app = App::open(folder.options(None)).await.unwrap();
    assert_eq!(app.directory.tenants().await.unwrap(), []);
    assert!(
        matches!(app.directory.tokens("default", None).await, Err(directory::Error::NotFound(what)) if what == "tenant")
    );
    app.store.close().await;
    let started = folder.start(None).await;
    assert!(matches!(started.first_token, Some(FirstToken::Generated(_))), "the database is still new");
    started.store.close().await;
}

#[tokio::test]
async fn it_serves_until_it_is_told_to_stop() {
    let folder = Folder::new();
    let app = folder.start(Some(CHOSEN)).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(app.serve(listener, async {
        let _ = stopped.await;
    }));

    let request = format!(
        "GET /scim/v2/Users HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {CHOSEN}\r\nConnection: close\r\n\r\n"
    );
    for (request, status) in
        [("GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "200"), (request.as_str(), "200")]
    {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    }

    stop.send(()).unwrap();
    serving.await.unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}
