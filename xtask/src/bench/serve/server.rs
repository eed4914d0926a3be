//! A server as a process of its own, on a port that was free.
//!
//! In: its command. Out: its port, once it takes requests; it ends with this value.

use std::{
    io::{BufRead, BufReader},
    process::{Child, ChildStdout, Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::process::shown;

/// A server that takes requests.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub port: u16,
    /// Open for as long as it runs: it may write more.
    output: BufReader<ChildStdout>,
}

impl Server {
    /// Starts it, and waits until it says on its standard output where it listens, and that it is ready.
    pub fn start(command: &mut Command) -> Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let said = shown(command);
        let mut child = command.spawn().with_context(|| format!("cannot start `{said}`"))?;
        let output = child.stdout.take().context("its standard output is piped")?;
        let mut server = Self { child, port: 0, output: BufReader::new(output) };
        loop {
            let mut line = String::new();
            if server.output.read_line(&mut line)? == 0 {
                bail!("`{said}` ended before it was ready; its words are above");
            }
            server.port = port(&line).unwrap_or(server.port);
            if line.starts_with("ready") && server.port != 0 {
                return Ok(server);
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // one that has ended already is just as well
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The port of `listening on http://ADDRESS:PORT, …`.
fn port(line: &str) -> Option<u16> {
    let address = line.strip_prefix("listening on http://")?;
    let address = address.split(|c: char| c == ',' || c.is_whitespace()).next()?;
    address.rsplit_once(':')?.1.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_read_where_the_server_says_it() {
        let said = "listening on http://127.0.0.1:41234, for this machine only; loading\n";
        assert_eq!(port(said), Some(41234));
        assert_eq!(port("listening on http://127.0.0.1:80\n"), Some(80));
        assert_eq!(port("ready: tiny-wan-cpu\n"), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_server_that_ends_before_it_is_ready_is_named() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo listening on http://127.0.0.1:80"]);
        let error = Server::start(&mut command).err().expect("it ends").to_string();
        assert!(error.contains("ended before it was ready"), "{error}");
    }
}
