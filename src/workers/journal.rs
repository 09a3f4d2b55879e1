//! The journal's one writer: takes entries from the queue, writes them in batches, removes what is
//! too old or too much.

use crate::directory::journal::{Entry, Keep};
use crate::directory::recorder::{Batch, Queue, Recorder};
use crate::directory::{Directory, Error};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until};

/// How long after the start the first lines are removed, so that a start is quick.
const FIRST_TRIM: Duration = Duration::from_mins(1);
/// How often lines are removed.
const TRIM: Duration = Duration::from_mins(5);
/// The pause while there is more to remove.
const PAUSE: Duration = Duration::from_millis(50);
/// How often a batch is tried while the database is busy.
const ATTEMPTS: u32 = 3;

/// The running writer.
pub struct Writer {
    recorder: Recorder,
    task: JoinHandle<()>,
}

impl Writer {
    /// Starts it.
    #[must_use]
    pub fn start(directory: Directory, recorder: Recorder, queue: Queue, keep: Keep) -> Self {
        let task = tokio::spawn(run(directory, recorder.clone(), queue, keep));
        Self { recorder, task }
    }

    /// Lets it write what waits, and ends it.
    pub async fn stop(self) {
        self.recorder.stop().await;
        if self.task.await.is_err() {
            tracing::error!("the writer of the journal panicked");
        }
    }
}

async fn run(directory: Directory, recorder: Recorder, mut queue: Queue, keep: Keep) {
    let mut trim = Instant::now() + FIRST_TRIM;
    loop {
        tokio::select! {
            biased;
            () = sleep_until(trim) => trim = Instant::now() + trimmed(&directory, keep).await,
            batch = queue.collect() => {
                let Batch { entries, waiting, last } = batch;
                if !entries.is_empty() {
                    write(&directory, &recorder, entries.into()).await;
                }
                for reply in waiting {
                    // Who no longer waits need not be told.
                    let _ = reply.send(());
                }
                if last {
                    return;
                }
            }
        }
    }
}

/// Removes some lines and says when to go on.
async fn trimmed(directory: &Directory, keep: Keep) -> Duration {
    match directory.trim_journal(keep).await {
        Ok(true) => PAUSE,
        Ok(false) => TRIM,
        Err(error) => {
            tracing::warn!(cause = cause(&error), "old lines of the journal could not be removed");
            TRIM
        }
    }
}

async fn write(directory: &Directory, recorder: &Recorder, entries: Arc<[Entry]>) {
    let count = u64::try_from(entries.len()).unwrap_or(u64::MAX);
    for attempt in 1..=ATTEMPTS {
        match directory.write_journal(Arc::clone(&entries)).await {
            Ok(()) => return,
            Err(Error::Busy(_)) if attempt < ATTEMPTS => sleep(PAUSE * attempt).await,
            Err(error) => return recorder.lose(count, &cause(&error)),
        }
    }
}

/// The error and what caused it, in one line.
fn cause(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}
