//! What a server says: where it listens, when it is ready, how to ask it, and how it ends.

use std::{
    net::SocketAddr,
    process,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use anyhow::{Context, Result};
use bench_engine::{ChatSupport, Sampling, TextTerms};
use bench_serve::{Event, Modality, Settings, Shutdown, model::Model};

/// What shells report for a process that SIGINT ended.
const KILLED_BY_INTERRUPT: i32 = 130;

/// Listens for Ctrl-C and SIGTERM: the first one drains, the second one ends the process.
///
/// # Errors
/// Where signals cannot be listened to.
pub fn listen(shutdown: Shutdown) -> Result<()> {
    static HEARD: AtomicBool = AtomicBool::new(false);
    ctrlc::set_handler(move || {
        if HEARD.swap(true, Ordering::Relaxed) {
            process::exit(KILLED_BY_INTERRUPT);
        }
        shutdown.request();
    })
    .context("cannot listen for Ctrl-C")
}

/// What is said of a server.
#[derive(Debug)]
pub struct Announcer {
    address: Mutex<Option<SocketAddr>>,
    needs_key: bool,
    drain_s: f64,
}

impl Announcer {
    /// Of one with these settings.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        Self {
            address: Mutex::default(),
            needs_key: !settings.keys.are_open(),
            drain_s: settings.drain.as_secs_f64(),
        }
    }

    /// Says what became of it.
    pub fn hear(&self, event: &Event<'_>) {
        match event {
            Event::Listening(address) => self.listening(*address),
            Event::Ready { models, doubts, resumed } => {
                doubts.iter().for_each(|doubt| eprintln!("warning: {doubt}"));
                self.ready(models, *resumed);
            }
            Event::Served(_) => {}
            Event::Draining => {
                let seconds = self.drain_s;
                println!(
                    "stopping: new requests are refused, and running ones have {seconds} s to finish \
                     (Ctrl-C again exits at once)"
                );
            }
            Event::Ended { failed, kept } => println!("{}", ended(*failed, *kept)),
        }
    }

    fn listening(&self, address: SocketAddr) {
        *self.address.lock().unwrap_or_else(PoisonError::into_inner) = Some(address);
        let who = match (address.ip().is_loopback(), self.needs_key) {
            (true, _) => "for this machine only",
            (false, true) => "for clients with an API key",
            (false, false) => "for anyone who can reach this machine",
        };
        println!("listening on http://{address}, {who}; loading");
        if !address.ip().is_loopback() && !self.needs_key {
            eprintln!(
                "warning: anyone who can reach {address} may send requests; require API keys with \
                 --api-key-file"
            );
        }
    }

    fn ready(&self, models: &[Model], resumed: usize) {
        for model in models {
            println!("ready: {}", summary(model));
        }
        if resumed > 0 {
            println!("resuming videos of the last server: {resumed}");
        }
        let address = *self.address.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Some(address), Some(model)) = (address, models.first()) {
            println!("try: {}", curl(address, model, self.needs_key));
        }
    }
}

fn ended(failed: usize, kept: usize) -> String {
    match (failed, kept) {
        (0, 0) => "stopped".to_owned(),
        (0, kept) => format!("stopped while loading; videos kept for the next start: {kept}"),
        (failed, _) => format!("stopped; unfinished videos: {failed}"),
    }
}

fn summary(model: &Model) -> String {
    let defaults = model.terms.defaults;
    let mut words = vec![match model.modality {
        Modality::Images => "pictures".to_owned(),
        Modality::Videos => "videos".to_owned(),
        Modality::Texts => "text".to_owned(),
    }];
    words.extend(model.terms.text.iter().flat_map(of_text));
    if let (Some(width), Some(height)) = (defaults.width, defaults.height) {
        words.push(format!("{width}x{height}"));
    }
    words.extend(defaults.num_frames.map(|frames| format!("{frames} frames")));
    words.extend(defaults.num_inference_steps.map(|steps| format!("{steps} steps")));
    format!("{} ({}) on {}", model.id, words.join(", "), model.description.device_name)
}

/// What a language model takes, and how it is sampled where requests say nothing.
fn of_text(text: &TextTerms) -> Vec<String> {
    let mut words = vec![format!("context of {} tokens", text.context_tokens)];
    let (own, plain) = (text.defaults.sampling, Sampling::OF_MODEL);
    let pairs = [
        ("temperature", own.temperature, plain.temperature),
        ("top_p", own.top_p, plain.top_p),
        ("min_p", own.min_p, plain.min_p),
    ];
    let differ = pairs.into_iter().filter(|(_, own, plain)| own != plain);
    let mut sampled: Vec<String> = differ.map(|(name, own, _)| format!("{name} {own}")).collect();
    sampled.extend(own.top_k.map(|count| format!("top_k {count}")));
    sampled.extend(text.defaults.max_tokens.map(|count| format!("max_tokens {count}")));
    if !sampled.is_empty() {
        words.push(format!("by default {}", sampled.join(" and ")));
    }
    words
}

/// A line that makes something at once.
fn curl(address: SocketAddr, model: &Model, needs_key: bool) -> String {
    let key = if needs_key { " -H 'authorization: Bearer KEY'" } else { "" };
    let id = &model.id;
    let what = match model.terms.text.map(|text| text.chat) {
        Some(ChatSupport::Template) => {
            r#""max_tokens": 32, "messages": [{"role": "user", "content": "Hello"}]"#
        }
        Some(ChatSupport::None) => r#""max_tokens": 32, "prompt": "Hello""#,
        None => r#""prompt": "a red fox in the snow""#,
    };
    let fields = format!(r#"{{"model": "{id}", {what}}}"#);
    let has_chat = what.contains("messages");
    let (path, out) = match model.modality {
        Modality::Texts if has_chat => ("/v1/chat/completions", ""),
        Modality::Texts => ("/v1/completions", ""),
        Modality::Images => ("/v1/images/generations", ""),
        Modality::Videos => ("/v1/videos/sync", " -o fox.png"),
    };
    format!(
        "curl http://{address}{path}{key} -H 'content-type: application/json' -d '{fields}'{out}"
    )
}
