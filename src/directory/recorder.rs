//! The way of journal entries from the requests to the writer: a bounded queue that never waits.
//!
//! What finds no place is counted and said in the log; no request is delayed or refused for it.

use crate::scim::redact::Redacted;
use crate::store::journal::Entry;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

/// The most entries that are written together.
const BATCH: usize = 512;
/// How long the first entry of a batch waits for others.
const LINGER: Duration = Duration::from_millis(200);
/// The most bytes of bodies that wait.
const BYTES: usize = 32 * 1024 * 1024;
/// How often losses are said in the log.
const REMINDER: Duration = Duration::from_mins(1);

/// Hands entries to the writer; cheap to clone.
#[derive(Clone)]
pub struct Recorder {
    sender: mpsc::Sender<Message>,
    shared: Arc<Shared>,
}

/// The writer's end of the queue.
pub struct Queue {
    receiver: mpsc::Receiver<Message>,
    shared: Arc<Shared>,
    batch: Batch,
}

/// What the writer is to do next.
#[derive(Default)]
pub struct Batch {
    /// To be written.
    pub entries: Vec<Entry>,
    /// To be told once they are written.
    pub waiting: Vec<oneshot::Sender<()>>,
    /// Nothing comes after this.
    pub last: bool,
}

enum Message {
    Entry(Box<Entry>),
    Flush(oneshot::Sender<()>),
    Stop,
}

#[derive(Default)]
struct Shared {
    bytes: AtomicUsize,
    lost: AtomicU64,
    said: Mutex<Said>,
}

/// What the log was told about losses.
#[derive(Default)]
struct Said {
    at: Option<Instant>,
    lost: u64,
}

/// A queue with so many places.
#[must_use]
pub fn queue(places: usize) -> (Recorder, Queue) {
    let (sender, receiver) = mpsc::channel(places);
    let shared = Arc::new(Shared::default());
    let recorder = Recorder { sender, shared: Arc::clone(&shared) };
    (recorder, Queue { receiver, shared, batch: Batch::default() })
}

impl Recorder {
    /// Puts an entry into the queue, or counts it as lost.
    pub fn record(&self, entry: Entry) {
        let bytes = weight(&entry);
        if self.shared.bytes.fetch_add(bytes, Ordering::Relaxed) > BYTES {
            self.shared.bytes.fetch_sub(bytes, Ordering::Relaxed);
            self.lose(1, "too many bodies wait to be written");
        } else if let Err(refused) = self.sender.try_send(Message::Entry(Box::new(entry))) {
            self.shared.bytes.fetch_sub(bytes, Ordering::Relaxed);
            self.lose(
                1,
                match refused {
                    mpsc::error::TrySendError::Full(_) => "too many entries wait to be written",
                    mpsc::error::TrySendError::Closed(_) => "the writer has stopped",
                },
            );
        }
    }

    /// Counts entries that will never be written, and says so in the log: at once, then once a
    /// minute for as long as it goes on.
    pub fn lose(&self, count: u64, why: &str) {
        let total = self.shared.lost.fetch_add(count, Ordering::Relaxed) + count;
        let mut said = self.shared.said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.at.is_none_or(|at| at.elapsed() >= REMINDER) {
            tracing::error!(
                lost = total - said.lost,
                total,
                why,
                "journal entries are lost; the requests are not affected"
            );
            *said = Said { at: Some(Instant::now()), lost: total };
        }
    }

    /// How many entries were lost since the start.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.shared.lost.load(Ordering::Relaxed)
    }

    /// Ready when everything recorded before is written or given up.
    pub async fn flush(&self) {
        let (reply, written) = oneshot::channel();
        if self.sender.send(Message::Flush(reply)).await.is_ok() {
            // No answer means that the writer is gone.
            let _ = written.await;
        }
    }

    /// Asks the writer to write what waits and to end.
    pub async fn stop(&self) {
        // It may have ended already.
        let _ = self.sender.send(Message::Stop).await;
    }
}

impl Queue {
    /// Waits for entries and for others that come soon after. Nothing is lost if the future is
    /// dropped.
    pub async fn collect(&mut self) -> Batch {
        if self.batch.entries.is_empty() && self.batch.waiting.is_empty() {
            let first = self.receiver.recv().await;
            self.take(first);
        }
        let end = Instant::now() + LINGER;
        while self.batch.entries.len() < BATCH && self.batch.waiting.is_empty() && !self.batch.last {
            match timeout_at(end, self.receiver.recv()).await {
                Ok(message) => self.take(message),
                Err(_) => break,
            }
        }
        std::mem::take(&mut self.batch)
    }

    fn take(&mut self, message: Option<Message>) {
        match message {
            Some(Message::Entry(entry)) => {
                self.shared.bytes.fetch_sub(weight(&entry), Ordering::Relaxed);
                self.batch.entries.push(*entry);
            }
            Some(Message::Flush(reply)) => self.batch.waiting.push(reply),
            // What waits is still received.
            Some(Message::Stop) => self.receiver.close(),
            None => self.batch.last = true,
        }
    }
}

fn weight(entry: &Entry) -> usize {
    [&entry.request, &entry.response].into_iter().flatten().map(|body: &Redacted| body.as_str().len()).sum()
}

#[cfg(test)]
mod tests;
