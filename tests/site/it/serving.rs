//! The page that `bench-runner serve` shows at `/`, and films that it makes.

use std::{path::PathBuf, time::Duration};

use serde_json::{Value, json};
use site_tests::{
    server::Server,
    serving::Serving,
    session::{Programs, Session, Window},
};

use crate::{reading, support::variable};

const PATIENCE: Duration = Duration::from_secs(60);

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn chromium(window: Window) -> Session {
    let programs = Programs::of_chromium(variable("BROWSER_BINARY"), variable("CHROMEDRIVER"));
    Session::start(&programs, window).expect("a browser")
}

fn serving(args: &[&str]) -> Serving {
    let args = [&["benchmarks/tiny-wan-cpu.json"], args].concat();
    Serving::start(&variable("BENCH_RUNNER"), &repository(), &args).expect("a server")
}

fn open(serving: &Serving, window: Window) -> Session {
    let session = chromium(window);
    session.open(&serving.origin).expect("opened");
    wait(&session, "document.querySelectorAll('#tiles dd').length === 6");
    session
}

#[track_caller]
fn wait(session: &Session, expression: &str) -> Value {
    session.wait(expression, PATIENCE).unwrap_or_else(|error| {
        let text = session.run("return document.body.innerText", &[]).unwrap_or_default();
        panic!("{error}\n{text}")
    })
}

/// Asks for videos, as another client would.
fn ask(session: &Session, count: u64, steps: u64) {
    let body = "const [count, steps] = arguments; \
         const ask = (seed) => fetch('v1/videos', { method: 'POST', \
             headers: { 'content-type': 'application/json' }, \
             body: JSON.stringify({ prompt: 'a <b>bold</b> fox', seed, num_inference_steps: steps }) }); \
         return Promise.all(Array.from({ length: count }, (_, seed) => ask(seed))) \
             .then((replies) => replies.map((reply) => reply.status))";
    let statuses = session.run(body, &[json!(count), json!(steps)]).expect("asked");
    let statuses = statuses.as_array().expect("a list");
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
}

#[test]
fn the_page_of_the_server_shows_queue_batches_and_recent_requests() {
    let serving = serving(&["--batching-mode", "dynamic", "--batching-max-size", "2"]);
    let session = open(&serving, Window::default());
    ask(&session, 5, 400);
    wait(
        &session,
        "[...document.querySelectorAll('#under-way tr')].filter(row => \
                    row.querySelector('progress')?.value > 0).length === 2",
    );
    wait(&session, "document.querySelectorAll('#under-way tr').length === 5");
    wait(
        &session,
        "[...document.querySelectorAll('#sizes th')].some(size => size.innerText === '2')",
    );
    wait(&session, "document.querySelector('#reasons')?.innerText.includes('the batch was full')");
    let videos = "fetch('v1/videos').then(reply => reply.json()).then(list => Promise.all(list.data.map(video => \
                  fetch('v1/videos/' + video.id, { method: 'DELETE' }))))";
    session.run(&format!("return {videos}.then(all => all.length)"), &[]).expect("deleted");
    wait(&session, "document.querySelectorAll('#ended td.bad').length === 5");
    wait(&session, "document.querySelector('#under-way').innerText.includes('The queue is empty')");
    ask(&session, 1, 2);
    wait(&session, "document.querySelector('#ended button') !== null");
    session.click("//tbody[@id='ended']//button").expect("clicked");
    wait(&session, "document.querySelector('#made img')?.naturalWidth === 96");
    assert_eq!(reading::violations_of(&session), Vec::<String>::new());
    let asked = session.requested().expect("a log of requests").into_iter();
    let foreign = asked.filter(|url| url.starts_with("http") && !url.starts_with(&serving.origin));
    assert_eq!(foreign.collect::<Vec<_>>(), Vec::<String>::new());
    assert_eq!(session.console().expect("a console"), []);
    // the server goes away, and the page says so
    drop(serving);
    wait(&session, "document.querySelector('#trouble').innerText.includes('does not answer')");
}

#[test]
fn a_video_is_made_on_the_page_on_a_phone() {
    let serving = serving(&[]);
    let window = Window { width: 360, height: 740, scale: 2, ..Window::default() };
    let session = open(&serving, window);
    session.click("//form//button").expect("clicked");
    wait(&session, "document.querySelector('#made img')?.naturalWidth === 96");
    wait(&session, "document.querySelector('#stages').innerText.includes('denoise')");
    wait(&session, "document.querySelectorAll('#ended th').length === 1");
    let widths = session.run("return [document.documentElement.scrollWidth, innerWidth]", &[]);
    let widths = widths.expect("measured");
    assert!(widths[0].as_u64() <= widths[1].as_u64(), "{widths}");
    // a seed beyond what the server takes is refused in its own words
    session.run("document.querySelector('#seed').value = '9'.repeat(30)", &[]).expect("typed");
    session.click("//form//button").expect("clicked");
    wait(&session, "document.querySelector('#problem').innerText.includes('seed is \"9999')");
}

#[test]
fn the_page_asks_for_a_key_where_the_server_needs_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("keys");
    std::fs::write(&file, "alpha\n").expect("written");
    let serving = serving(&["--api-key-file", file.to_str().expect("UTF-8")]);
    let session = chromium(Window::default());
    session.open(&serving.origin).expect("opened");
    wait(&session, "document.querySelector('#server').innerText.includes('Enter an API key')");
    session.click("//input[@id='key']").expect("clicked");
    session.press(&["a", "l", "p", "h", "a", site_tests::keys::TAB]).expect("pressed");
    wait(&session, "document.querySelector('#server').innerText.includes('tiny-wan-cpu')");
    session.click("//form//button").expect("clicked");
    wait(&session, "document.querySelector('#made img')?.naturalWidth === 96");
}

#[test]
fn a_film_of_the_server_plays_in_a_browser() {
    // what the encoder of bench-serve writes, which a test of it asserts
    let server = Server::start(repository().join("tests/fixtures/serve")).expect("a free port");
    let session = chromium(Window::default());
    session.open(&server.url("waves.mp4")).expect("opened");
    wait(&session, "document.querySelector('video')?.readyState >= 2");
    let film = "const film = document.querySelector('video');";
    let shape = format!(
        "{film} return [film.videoWidth, film.videoHeight, Math.round(1000 * film.duration)]"
    );
    assert_eq!(session.run(&shape, &[]).expect("measured"), json!([96, 64, 1125]));
    let play = format!("{film} [film.loop, film.muted] = [false, true]; return film.play()");
    session.run(&play, &[]).expect("played");
    wait(&session, "document.querySelector('video').ended");
    // waves have many shades, in each of the colours
    let shades = format!(
        "{film} const pen = new OffscreenCanvas(96, 64).getContext('2d'); pen.drawImage(film, 0, 0); \
         const values = pen.getImageData(0, 0, 96, 64).data; \
         return [0, 1, 2].map(colour => new Set(values.filter((_, at) => at % 4 === colour)).size)"
    );
    let shades = session.run(&shades, &[]).expect("drawn");
    let shades = shades.as_array().expect("a list").iter().filter_map(Value::as_u64);
    assert!(shades.clone().all(|count| count > 100), "{:?}", shades.collect::<Vec<_>>());
}
