//! A line for each reply, as JSON, in a file. Prompts and keys are in none.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::Serialize;

/// A file that has a line for each reply.
#[derive(Debug, Clone)]
pub struct AccessLog(Arc<Mutex<File>>);

/// A reply.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Access<'a> {
    /// Name of the reply, as its header `x-request-id` has it.
    pub request_id: &'a str,
    /// `GET`, `POST`, `DELETE`.
    pub method: &'a str,
    /// The route, without names of videos.
    pub route: &'a str,
    /// The status.
    pub status: u16,
    /// From its headers to those of the reply.
    pub duration_ms: f64,
}

impl AccessLog {
    /// Opens a file, to whose end lines are added.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self(Arc::new(Mutex::new(file))))
    }

    /// Adds a line. A full disk keeps nobody from being served.
    pub fn add(&self, access: &Access<'_>) {
        let line = self.0.lock().unwrap_or_else(PoisonError::into_inner).write_all(&line(access));
        if let Err(error) = line {
            log::warn!("cannot write the access log: {error}");
        }
    }
}

fn line(access: &Access<'_>) -> Vec<u8> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut document = serde_json::Map::new();
    document.insert("time_s".to_owned(), millis(since).into());
    if let Ok(serde_json::Value::Object(fields)) = serde_json::to_value(access) {
        document.extend(fields);
    }
    let mut line = serde_json::Value::Object(document).to_string().into_bytes();
    line.push(b'\n');
    line
}

fn millis(since: Duration) -> f64 {
    (since.as_secs_f64() * 1000.0).round() / 1000.0
}
