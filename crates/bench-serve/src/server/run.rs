//! A server from its start to its end.

use std::{net::SocketAddr, thread::JoinHandle, time::Duration};

use anyhow::{Context, Result};
use tokio::{net::TcpListener, sync::watch};

use super::{connections, runtime, start::start};
use crate::{
    app::App,
    ledger::Receipt,
    model::{Model, Source},
    settings::Settings,
    shutdown::Wish,
};

/// How often it is looked whether all has ended.
const TICK: Duration = Duration::from_millis(10);
/// What is left of the drain time for a step to end, and for replies to go out.
const LAST_STEP: Duration = Duration::from_secs(2);

/// What a server is started with.
#[derive(Debug)]
pub struct Opening {
    /// Models.
    pub sources: Vec<Source>,
    /// How it behaves.
    pub settings: Settings,
    /// Where it listens; port 0 is any.
    pub address: SocketAddr,
    /// The wish to end.
    pub wish: Wish,
}

/// What becomes of a server.
#[derive(Debug)]
pub enum Event<'a> {
    /// It answers; models are being loaded.
    Listening(SocketAddr),
    /// Requests are taken.
    Ready {
        /// The models.
        models: &'a [Model],
        /// Rules of batching that can never match, in words.
        doubts: &'a [String],
        /// Jobs of the last server that wait again.
        resumed: usize,
    },
    /// These requests have ended since the last time; only where [`Settings::record_every`] says so.
    Served(Vec<Receipt>),
    /// It is ending.
    Draining,
    /// It has ended.
    Ended {
        /// Jobs that failed because of it.
        failed: usize,
        /// Jobs of the last server that wait for the next one.
        kept: usize,
    },
}

/// Serves until the wish to end, and returns when all has ended.
///
/// # Errors
/// Where it cannot listen, or a model cannot be loaded.
pub fn serve(opening: Opening, hear: &dyn Fn(&Event<'_>)) -> Result<()> {
    let runtime = runtime().context("cannot start the server's threads")?;
    let outcome = runtime.block_on(run(opening, hear));
    // a step that does not end is left behind
    runtime.shutdown_timeout(TICK);
    outcome
}

async fn run(opening: Opening, hear: &dyn Fn(&Event<'_>)) -> Result<()> {
    let Opening { sources, settings, address, mut wish } = opening;
    let listener = TcpListener::bind(address).await;
    let listener = listener.with_context(|| {
        format!("cannot listen on {address}; choose another --port, or end what uses it")
    })?;
    let (drain, limits) = (settings.drain, settings.limits);
    let (app, served) = start(sources, settings)?;
    hear(&Event::Listening(listener.local_addr().unwrap_or(address)));
    let (close, closing) = watch::channel(false);
    let accepting = tokio::spawn(connections::accept(listener, app.router(), limits, closing));
    let known = tokio::select! {
        known = served.known() => Some(known?),
        () = wish.heard() => None,
    };
    let failed = match known {
        Some(known) => {
            let (doubts, device) = app.open(known).await;
            hear(&Event::Ready {
                models: app.models(),
                doubts: &doubts,
                resumed: app.unfinished(),
            });
            hand_out_until(&mut wish, &app, hear).await;
            hear(&Event::Draining);
            end(&app, &device, drain).await;
            app.fail_unfinished()
        }
        // nothing was taken, and what the last server took waits for the next one
        None => 0,
    };
    close.send_replace(true);
    let _ = accepting.await;
    // every connection has a receiver until its reply is out
    let _ = tokio::time::timeout(LAST_STEP, close.closed()).await;
    hand_out(&app, hear);
    hear(&Event::Ended { failed, kept: app.unfinished() });
    Ok(())
}

/// Hands out what was served, again and again, until the wish to end.
async fn hand_out_until(wish: &mut Wish, app: &App, hear: &dyn Fn(&Event<'_>)) {
    let Some(every) = app.settings().record_every else { return wish.heard().await };
    loop {
        tokio::select! {
            () = wish.heard() => return,
            () = tokio::time::sleep(every) => {}
            () = app.ledger().filled() => {}
        }
        hand_out(app, hear);
    }
}

fn hand_out(app: &App, hear: &dyn Fn(&Event<'_>)) {
    let receipts = app.ledger().take();
    if !receipts.is_empty() {
        hear(&Event::Served(receipts));
    }
}

/// Waits until nothing runs; what does not end in time fails.
async fn end(app: &App, device: &JoinHandle<()>, drain: Duration) {
    app.drain();
    let idle = async {
        while !device.is_finished() || app.unfinished() > 0 {
            tokio::time::sleep(TICK).await;
        }
    };
    tokio::pin!(idle);
    let last = LAST_STEP.min(drain / 2);
    let long = drain.saturating_sub(last);
    if tokio::time::timeout(long, idle.as_mut()).await.is_err() {
        app.abort();
        let _ = tokio::time::timeout(last, idle).await;
    }
}
