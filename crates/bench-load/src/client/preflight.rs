//! What a server says before it is loaded: its models.

use std::{io, time::Duration};

use bytes::Bytes;
use hyper::Method;
use serde::Deserialize;
use tokio::runtime::Builder;

use super::{
    connection::{Connections, Idle},
    deadline::Deadline,
    exchange::Server,
    target::Target,
};
use crate::outcome::Problem;

/// What `GET models` is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Models {
    /// These models.
    Named(Vec<String>),
    /// Something else: a server need not have this route.
    Unknown(Problem),
}

#[derive(Deserialize)]
struct List {
    data: Vec<Model>,
}

#[derive(Deserialize)]
struct Model {
    id: String,
}

/// Asks a server for its models.
///
/// # Errors
/// Where the system gives no runtime.
pub fn models(target: &Target, patience: Duration) -> io::Result<Models> {
    Ok(match get(target, "models", patience)? {
        Ok(body) => read(&body),
        Err(problem) => Models::Unknown(problem),
    })
}

/// Whether a server knows a model that its list need not name, such as an alias.
///
/// # Errors
/// Where the system gives no runtime.
pub fn has_model(target: &Target, model: &str, patience: Duration) -> io::Result<bool> {
    // a name that cannot be part of a path is refused by the client
    Ok(get(target, &format!("models/{model}"), patience)?.is_ok())
}

fn get(target: &Target, path: &str, patience: Duration) -> io::Result<Result<Vec<u8>, Problem>> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let server =
        Server { target: target.clone(), connections: Connections::New, idle: Idle::default() };
    Ok(runtime.block_on(async {
        let mut deadline = Deadline::after(patience);
        let reply = server.exchange(&mut deadline, Method::GET, path, Bytes::new()).await;
        reply?.success(&mut deadline).await
    }))
}

fn read(body: &[u8]) -> Models {
    match serde_json::from_slice::<List>(body) {
        Ok(list) => Models::Named(list.data.into_iter().map(|model| model.id).collect()),
        Err(error) => {
            let reason = format!("the list of models cannot be read: {error}");
            Models::Unknown(Problem::new(crate::outcome::Outcome::InBandError, &reason))
        }
    }
}
