//! The servers that are measured: ours with each way of batching, and the peer.

use std::path::Path;

use anyhow::{Context, Result};
use tempfile::TempDir;

use super::{Beside, peer, server::Server};
use crate::{bench::Bench, runner::Profile};

/// Largest batches of dynamic batching that are measured.
const SIZES: [usize; 4] = [1, 2, 4, 8];

/// How a server of ours batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Batching {
    Off,
    Dynamic(usize),
}

impl Batching {
    fn name(self) -> String {
        match self {
            Self::Off => "off".to_owned(),
            Self::Dynamic(size) => format!("dynamic, at most {size}"),
        }
    }

    fn flags(self) -> Vec<String> {
        match self {
            Self::Off => Vec::new(),
            Self::Dynamic(size) => {
                let size = size.to_string();
                ["--batching-mode", "dynamic", "--batching-max-size", &size]
                    .map(str::to_owned)
                    .into()
            }
        }
    }
}

/// A server with its name in tables.
pub struct Contender {
    /// Its name.
    pub name: String,
    /// Its process.
    pub server: Server,
}

/// All of them, loaded.
pub struct Contenders {
    all: Vec<Contender>,
    /// Folders of jobs, which end with the servers.
    _folder: TempDir,
}

impl Contenders {
    /// Starts them one after the other.
    pub fn start(bench: &Bench, config: &Path, beside: Beside) -> Result<Self> {
        let folder = TempDir::new().context("cannot make a temporary folder")?;
        let ways = std::iter::once(Batching::Off).chain(SIZES.map(Batching::Dynamic));
        let mut all = Vec::new();
        for (number, batching) in ways.enumerate() {
            let mut command = Profile::call(bench.workspace);
            command.arg("serve").arg(config).args(["--device", "cpu", "--port", "0", "--jobs"]);
            command.arg(folder.path().join(number.to_string())).args(batching.flags());
            all.push(Contender { name: batching.name(), server: Server::start(&mut command)? });
        }
        if beside == Beside::FastApi {
            match peer::start(bench, config) {
                Ok(server) => all.push(Contender { name: "FastAPI, diffusers".to_owned(), server }),
                Err(error) => println!("without FastAPI, which cannot be started: {error:#}"),
            }
        }
        Ok(Self { all, _folder: folder })
    }

    /// All, in the order of tables.
    pub fn all(&self) -> &[Contender] {
        &self.all
    }

    /// Ours without batches.
    pub fn off(&self) -> &Contender {
        &self.all[0]
    }

    /// Those that one client asks: ours without batches, with the largest ones, and the peer.
    pub fn few(&self) -> impl Iterator<Item = &Contender> {
        let between = 1..SIZES.len();
        self.all.iter().enumerate().filter(move |(at, _)| !between.contains(at)).map(|(_, c)| c)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batching_off_is_what_the_server_does_without_flags() {
        assert!(Batching::Off.flags().is_empty());
        let flags = ["--batching-mode", "dynamic", "--batching-max-size", "4"];
        assert_eq!(Batching::Dynamic(4).flags(), flags);
    }
}
