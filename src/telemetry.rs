//! Logs: lines of text or JSON on the standard error stream, and panics among them.
//!
//! What is written is chosen by the filter in the settings. Statements are not logged unless
//! somebody asks for them by name (`sqlx::query=debug`).

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::IsTerminal as _;
use std::panic::PanicHookInfo;
use tracing_subscriber::EnvFilter;

/// Starts logging for the whole process and sends panics to the log.
///
/// # Errors
/// A sentence, if the filter is not understood or logging has been started before.
pub fn start(filter: &str, json: bool) -> Result<(), String> {
    let builder = tracing_subscriber::fmt().with_env_filter(parse(filter)?).with_writer(std::io::stderr);
    let started = if json {
        builder.json().flatten_event(true).with_ansi(false).try_init()
    } else {
        builder.with_ansi(std::io::stderr().is_terminal()).try_init()
    };
    started.map_err(|error| error.to_string())?;
    std::panic::set_hook(Box::new(log_panic));
    Ok(())
}

/// The filter: the settings' directives after ours, so that theirs win.
fn parse(filter: &str) -> Result<EnvFilter, String> {
    EnvFilter::try_new(format!("sqlx::query=warn,{filter}"))
        .map_err(|error| format!("the log filter is not understood: {error}"))
}

fn log_panic(info: &PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let message = info.payload_as_str().unwrap_or("no message");
    let backtrace = Backtrace::capture();
    if backtrace.status() == BacktraceStatus::Captured {
        tracing::error!(target: "roster::panic", place, %backtrace, "panic: {message}");
    } else {
        tracing::error!(target: "roster::panic", place, "panic: {message}");
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn statements_are_logged_only_by_name() {
        for (filter, directive) in
            [("debug", "sqlx::query=warn"), ("sqlx::query=debug", "sqlx::query=debug"), ("info", "info")]
        {
            let parsed = parse(filter).unwrap().to_string();
            assert!(parsed.split(',').any(|one| one == directive), "{filter}: {parsed}");
        }
        assert!(!parse("sqlx::query=debug").unwrap().to_string().contains("warn"));
    }

    #[test]
    fn a_filter_that_is_none_is_refused() {
        assert!(parse("info,roster=loud").unwrap_err().starts_with("the log filter is not understood"));
    }
}
