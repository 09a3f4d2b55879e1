//! The builder of indexes: woken by a change of schemas, and now and then for what another instance left
//! unfinished. Several may work at once, on the same indexes too.

use crate::directory::Directory;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// How long it waits if nobody wakes it.
const REST: Duration = Duration::from_mins(1);
/// The pause between two units of work, in which others write.
const PAUSE: Duration = Duration::from_millis(10);

/// The running builder; it ends with the unit of work that it is at once this is dropped.
pub struct Builder {
    /// Dropped to end it; nothing is ever sent.
    end: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Builder {
    /// Starts it.
    #[must_use]
    pub fn start(directory: Directory) -> Self {
        let (end, ended) = oneshot::channel();
        Self { end, task: tokio::spawn(run(directory, ended)) }
    }

    /// Lets it finish the unit of work that it is at, and ends it.
    pub async fn stop(self) {
        drop(self.end);
        if self.task.await.is_err() {
            tracing::error!("the builder of indexes panicked");
        }
    }
}

async fn run(directory: Directory, mut ended: oneshot::Receiver<()>) {
    loop {
        // Units of work run in tasks of their own, and the next one begins only if there is to be one.
        let more = directory.build_indexes().await.unwrap_or_else(|error| {
            tracing::warn!(error = &error as &dyn std::error::Error, "an index could not be built further");
            false
        });
        tokio::select! {
            biased;
            // An error is the answer: the sender is dropped.
            _ = &mut ended => return,
            () = sleep(if more { PAUSE } else { REST }) => {}
            () = directory.indexes_wanted() => {}
        }
    }
}
