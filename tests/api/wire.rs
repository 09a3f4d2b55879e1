//! The real binary as a process, and the few lines of HTTP that are needed to talk to it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// How long to wait for what should come at once.
const PATIENCE: Duration = Duration::from_mins(1);

/// The binary with these settings and no others, in this working directory.
pub fn roster(directory: &Path, settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_roster"));
    command.env_clear().envs(settings.iter().copied()).current_dir(directory).stdin(Stdio::null());
    command
}

/// Runs a command of the binary to its end.
pub fn answer(directory: &Path, settings: &[(&str, &str)], arguments: &[&str]) -> Output {
    roster(directory, settings).args(arguments).output().unwrap()
}

/// The same, with a text on the standard input.
pub fn fed(directory: &Path, settings: &[(&str, &str)], arguments: &[&str], text: &str) -> Output {
    let mut command = roster(directory, settings);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// A server that is running.
pub struct Server {
    child: Child,
    lines: Receiver<String>,
    /// What it has printed so far on its standard output.
    pub greeting: String,
    /// `127.0.0.1:PORT`
    pub address: String,
}

impl Server {
    /// Starts it on a free port and waits until it says where.
    pub fn start(directory: &Path, settings: &[(&str, &str)]) -> Self {
        let mut command = roster(directory, settings);
        command.env("ROSTER_LISTEN", "127.0.0.1:0").stdout(Stdio::piped());
        command.stderr(std::fs::File::create(directory.join("stderr")).unwrap());
        let mut child = command.spawn().unwrap();
        let (send, lines) = channel();
        let out = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
        let mut server = Self { child, lines, greeting: String::new(), address: String::new() };
        while !server.greeting.contains("curl ") {
            let Ok(line) = server.lines.recv_timeout(PATIENCE) else {
                panic!("no greeting: {}{}", server.greeting, server.log());
            };
            server.greeting += &line;
            server.greeting.push('\n');
        }
        let (_, after) = server.greeting.split_once("http://").expect("an address");
        server.address = after.chars().take_while(|c| c.is_ascii_digit() || ".:".contains(*c)).collect();
        server
    }

    fn directory_log(&self) -> Option<std::path::PathBuf> {
        std::fs::read_link(format!("/proc/{}/cwd", self.child.id())).ok().map(|directory| directory.join("stderr"))
    }

    fn log(&self) -> String {
        self.directory_log().and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default()
    }

    /// Sends SIGTERM and waits for the end; the exit code and everything it printed.
    pub fn stop(mut self) -> (Option<i32>, String) {
        self.signal("TERM");
        let code = self.wait();
        let rest: Vec<String> = self.lines.iter().collect();
        (code, format!("{}{}", self.greeting, rest.join("\n")))
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
    }

    /// Waits for the end; the exit code.
    pub fn wait(&mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }

    /// One request on a connection of its own: the status and everything that came back.
    pub fn send(&self, method: &str, path: &str, token: &str, body: &str) -> (u16, String) {
        let headers = format!("Authorization: Bearer {token}\r\nContent-Type: application/scim+json\r\n");
        self.exchange(method, path, &headers, body)
    }

    /// A form without credentials of its own: the status and the body.
    pub fn post_form(&self, path: &str, form: &str) -> (u16, String) {
        let (status, text) = self.exchange("POST", path, "Content-Type: application/x-www-form-urlencoded\r\n", form);
        (status, text.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
    }

    fn exchange(&self, method: &str, path: &str, headers: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\n{headers}Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status line");
        (status, text)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
