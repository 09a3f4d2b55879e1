//! The one writer of a SQLite file: a task that owns the write connection and commits the units
//! that wait together (group commit). Each has a savepoint of its own, so that one that fails takes
//! nothing of the others with it; all are answered after the commit.

use super::{Conn, Error, Link, Unit, failure};
use sqlx::migrate::Migrator;
use sqlx::{Connection as _, SqliteConnection};
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// The most units that share one commit.
const BATCH: usize = 64;
/// The most units that wait; more wait for a place.
const WAITING: usize = 1024;
/// How long a unit waits for a place.
const PATIENCE: Duration = Duration::from_secs(4);

/// Where units of work wait for the writer.
pub(super) struct Queue {
    sender: mpsc::Sender<Message>,
}

enum Message {
    Work(Box<dyn Job>),
    Migrate(Migrator, oneshot::Sender<Result<(), Error>>),
    Close(oneshot::Sender<()>),
}

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A unit of work whatever its types.
trait Job: Send {
    /// Runs it; false if what it did is to be undone.
    fn run<'a>(&'a mut self, conn: &'a mut Conn) -> Boxed<'a, bool>;
    /// Tells the caller how it ended; an error if the transaction was lost.
    fn answer(self: Box<Self>, lost: Option<Error>);
}

struct Waiting<U: Unit> {
    unit: U,
    result: Option<Result<U::Output, U::Error>>,
    reply: oneshot::Sender<Result<U::Output, U::Error>>,
}

impl<U: Unit> Job for Waiting<U> {
    fn run<'a>(&'a mut self, conn: &'a mut Conn) -> Boxed<'a, bool> {
        Box::pin(async move {
            let result = guard(self.unit.run(conn)).await;
            let result = result.unwrap_or_else(|()| Err(Error::Database("the unit of work panicked".into()).into()));
            let keep = result.is_ok();
            self.result = Some(result);
            keep
        })
    }

    fn answer(self: Box<Self>, lost: Option<Error>) {
        let result = match (self.result, lost) {
            // Its own failure says more than that it took the others along.
            (Some(Err(own)), _) => Err(own),
            (_, Some(error)) => Err(error.into()),
            (result, None) => result.unwrap_or_else(|| Err(closed().into())),
        };
        // A caller that went away wants no answer.
        let _ = self.reply.send(result);
    }
}

impl Queue {
    /// Starts the writer.
    pub(super) fn start(conn: SqliteConnection) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        tokio::spawn(serve(conn, receiver));
        Self { sender }
    }

    /// Runs a unit of work; answers after its commit.
    pub(super) async fn run<U: Unit>(&self, unit: U) -> Result<U::Output, U::Error> {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Work(Box::new(Waiting { unit, result: None, reply }))).await?;
        answer.await.unwrap_or_else(|_| Err(closed().into()))
    }

    /// Migrates the file.
    pub(super) async fn migrate(&self, migrator: Migrator) -> Result<(), Error> {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Migrate(migrator, reply)).await?;
        answer.await.unwrap_or_else(|_| Err(closed()))
    }

    /// Finishes what waits and closes the connection.
    pub(super) async fn close(&self) {
        let (reply, answer) = oneshot::channel();
        if self.sender.send(Message::Close(reply)).await.is_ok() {
            // No answer means that the writer is gone, which is what was asked.
            let _ = answer.await;
        }
    }

    async fn send(&self, message: Message) -> Result<(), Error> {
        self.sender.send_timeout(message, PATIENCE).await.map_err(|_| closed())
    }
}

fn closed() -> Error {
    Error::Busy("the writer is overloaded or stopped".into())
}

async fn serve(conn: SqliteConnection, mut receiver: mpsc::Receiver<Message>) {
    let mut conn = Conn { link: Link::Writer(conn), transient: false };
    let mut closing = Vec::new();
    let mut next = receiver.recv().await;
    while let Some(message) = next.take() {
        match message {
            Message::Migrate(migrator, reply) => {
                let _ = reply.send(migrate(&mut conn, migrator).await);
            }
            Message::Close(reply) => {
                receiver.close();
                closing.push(reply);
            }
            Message::Work(job) => {
                let mut batch = vec![job];
                while batch.len() < BATCH {
                    match receiver.try_recv() {
                        Ok(Message::Work(job)) => batch.push(job),
                        Ok(other) => {
                            next = Some(other);
                            break;
                        }
                        Err(_) => break,
                    }
                }
                match begin(&mut conn).await {
                    Ok(()) => commit(&mut conn, batch).await,
                    Err(error) => {
                        // Who came meanwhile has waited for the same lock, and must not wait a second time.
                        while let Ok(message) = receiver.try_recv() {
                            match message {
                                Message::Work(job) => batch.push(job),
                                other @ (Message::Migrate(..) | Message::Close(_)) => {
                                    next = Some(other);
                                    break;
                                }
                            }
                        }
                        answer(batch, Some(&error));
                    }
                }
            }
        }
        if next.is_none() {
            next = receiver.recv().await;
        }
    }
    conn.discard().await;
    for reply in closing {
        let _ = reply.send(());
    }
}

/// Begins a transaction; waits as long as the busy timeout says if another process is writing.
async fn begin(conn: &mut Conn) -> Result<(), Error> {
    // Control statements travel together, since each journey to the database's thread costs.
    let begun = conn.control("BEGIN IMMEDIATE; SAVEPOINT unit").await;
    if begun.is_err() {
        // Nothing to end if it was the first statement that failed.
        let _ = conn.control("ROLLBACK").await;
    }
    begun
}

/// Runs a batch in the transaction that has begun and answers everybody in it.
async fn commit(conn: &mut Conn, mut batch: Vec<Box<dyn Job>>) {
    let lost = match transact(conn, &mut batch).await {
        Ok(()) => None,
        Err(error) => {
            // If the database ended the transaction itself there is nothing left to roll back.
            let _ = conn.control("ROLLBACK").await;
            Some(error)
        }
    };
    answer(batch, lost.as_ref());
}

fn answer(batch: Vec<Box<dyn Job>>, lost: Option<&Error>) {
    for job in batch {
        job.answer(lost.map(again));
    }
}

async fn transact(conn: &mut Conn, batch: &mut [Box<dyn Job>]) -> Result<(), Error> {
    let last = batch.len().saturating_sub(1);
    for (place, job) in batch.iter_mut().enumerate() {
        let keep = job.run(conn).await;
        let end = match (keep, place == last) {
            (true, false) => "RELEASE unit; SAVEPOINT unit",
            (true, true) => "COMMIT",
            (false, false) => "ROLLBACK TO unit",
            (false, true) => "ROLLBACK TO unit; COMMIT",
        };
        let ended = conn.control(end).await;
        if keep {
            ended?;
        } else {
            // Where SQLite has ended the transaction by itself, as on a full disk, there is no savepoint
            // any more and all that the others have done is lost: they may try again.
            ended.map_err(|error| Error::Busy(Box::new(error)))?;
        }
    }
    Ok(())
}

/// The same error for another caller.
fn again(error: &Error) -> Error {
    let cause = || std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
    match error {
        Error::Busy(_) => Error::Busy(cause().into()),
        Error::Full(_) => Error::Full(cause().into()),
        Error::Schema(text) => Error::Schema(text.clone()),
        Error::Unique(_)
        | Error::UnknownMember(_)
        | Error::OwnMember
        | Error::Stale
        | Error::Outdated
        | Error::Opened
        | Error::Database(_) => Error::Database(cause().into()),
    }
}

/// SQLite has no lock for migrators, so they run inside one transaction that begins by writing.
async fn migrate(conn: &mut Conn, mut migrator: Migrator) -> Result<(), Error> {
    let Link::Writer(conn) = &mut conn.link else { return Err(closed()) };
    migrator.set_locking(false);
    let mut transaction = conn.begin_with("BEGIN IMMEDIATE").await.map_err(failure::classify)?;
    migrator.run_direct(None, &mut *transaction, false).await.map_err(failure::migration)?;
    transaction.commit().await.map_err(failure::classify)
}

/// Runs a future to its end, or to its panic, which must not reach the task around it.
pub(super) async fn guard<F: Future>(future: F) -> Result<F::Output, ()> {
    let mut future = Box::pin(future);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
        Err(_) => Poll::Ready(Err(())),
    })
    .await
}
