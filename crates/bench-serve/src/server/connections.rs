//! Connections: each has a task, and headers must come in time.

use std::{sync::Arc, time::Duration};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
};

use crate::settings::Limits;

/// Pause after the system had no more sockets.
const PAUSE: Duration = Duration::from_millis(100);

/// Takes connections until `closing` says so; those that are there end after their reply.
pub async fn accept(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    mut closing: watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(limits.max_connections));
    loop {
        let place = Arc::clone(&places).acquire_owned();
        let accepted = async { (place.await, listener.accept().await) };
        let (place, accepted) = tokio::select! {
            accepted = accepted => accepted,
            () = is_set(&mut closing) => return,
        };
        match accepted {
            Ok((stream, _)) => {
                let (router, closing) = (router.clone(), closing.clone());
                tokio::spawn(async move {
                    converse(stream, router, limits.header_timeout, closing).await;
                    drop(place);
                });
            }
            Err(error) => {
                log::warn!("cannot take a connection: {error}");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

async fn converse(
    stream: TcpStream,
    router: Router,
    header_timeout: Duration,
    mut closing: watch::Receiver<bool>,
) {
    // a reply goes out as soon as it is there
    let _ = stream.set_nodelay(true);
    let service = TowerToHyperService::new(router);
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(header_timeout);
    let connection = http.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let outcome = tokio::select! {
        outcome = connection.as_mut() => outcome,
        () = is_set(&mut closing) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = outcome {
        log::debug!("a connection ended: {error}");
    }
}

async fn is_set(closing: &mut watch::Receiver<bool>) {
    // without a sender nothing is left to wait for either
    let _ = closing.wait_for(|closing| *closing).await;
}
