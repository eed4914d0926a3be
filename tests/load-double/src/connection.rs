//! One connection: requests in, steps out.

use std::{
    io::{BufRead, BufReader, Read, Result, Write},
    net::{Shutdown, TcpStream},
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use socket2::SockRef;

use crate::{Answer, Request, Step};

/// Answers requests until the client or a step ends the connection.
pub fn serve(stream: &TcpStream, number: usize, answer: &Answer, heard: &Mutex<Vec<Request>>) {
    // a client that goes away ends it
    let _ = stream.set_nodelay(true);
    let mut reader = BufReader::new(stream);
    while let Ok(Some(request)) = read(&mut reader, number) {
        heard.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
        if !matches!(run(stream, request.at, answer(&request)), Ok(Goes::On)) {
            return;
        }
    }
}

enum Goes {
    On,
    Away,
}

fn run(mut stream: &TcpStream, came: Instant, steps: Vec<Step>) -> Result<Goes> {
    for step in steps {
        match step {
            Step::Send(bytes) => stream.write_all(&bytes)?,
            Step::Wait(time) => thread::sleep(time),
            Step::Until(time) => wait_until(came + time),
            Step::Close => {
                stream.shutdown(Shutdown::Both)?;
                return Ok(Goes::Away);
            }
            Step::Reset => {
                SockRef::from(stream).set_linger(Some(Duration::ZERO))?;
                return Ok(Goes::Away);
            }
        }
    }
    Ok(Goes::On)
}

fn wait_until(time: Instant) {
    thread::sleep(time.saturating_duration_since(Instant::now()));
}

fn read(reader: &mut BufReader<&TcpStream>, connection: usize) -> Result<Option<Request>> {
    let mut first = String::new();
    if reader.read_line(&mut first)? == 0 {
        return Ok(None);
    }
    let mut words = first.split(' ').map(str::to_owned);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) => headers.push((name.to_ascii_lowercase(), value.to_owned())),
            None => break,
        }
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.and_then(|(_, length)| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let body = String::from_utf8_lossy(&body).into_owned();
    Ok(Some(Request { at: Instant::now(), method, path, headers, body, connection }))
}
