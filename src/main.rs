//! The `roster` binary: everything it does is in [`roster::cli`].

fn main() -> std::process::ExitCode {
    roster::cli::main()
}
