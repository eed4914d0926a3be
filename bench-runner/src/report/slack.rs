//! `slack.json`: a message for Slack's incoming webhooks, in Block Kit.
//!
//! In: a comparison. Out: a payload within Slack's limits (50 blocks, 3,000 characters a section, 150
//! a header) in which no name is a mention, a link or mark-up.

use bench_records::{naming::short_commit, verdict::Verdict};
use serde_json::{Value, json};

use super::{
    cut,
    headline::{cause, headline, last_good, level, worst_first},
    plain,
};
use crate::{
    compare::{Compared, Comparison, Tally, results::Note},
    exit::Exit,
};

/// With header, context, rest and button it stays within 50 blocks.
const MAX_SECTIONS: usize = 40;
const MAX_SECTION_CHARS: usize = 2_900;
const MAX_HEADER_CHARS: usize = 150;
const MAX_NAME_CHARS: usize = 200;
const MAX_REASON_CHARS: usize = 500;

/// The payload.
#[must_use]
pub fn slack(comparison: &Comparison) -> Value {
    let title = format!("Performance: {}", headline(comparison));
    let mut blocks = vec![header(comparison, &title), context(comparison)];
    let sections = sections(comparison);
    blocks.extend(sections.iter().take(MAX_SECTIONS).map(|text| mrkdwn(text)));
    if sections.len() > MAX_SECTIONS {
        blocks.push(mrkdwn(&format!("and {} more", sections.len() - MAX_SECTIONS)));
    }
    blocks.extend(button(&comparison.origin.build_url));
    json!({ "text": escaped(&title), "blocks": blocks })
}

fn header(comparison: &Comparison, title: &str) -> Value {
    let mark = match comparison.exit() {
        Exit::Passed if Tally::of(comparison).is_bad() => "⚠️",
        Exit::Passed => "✅",
        _ => "❌",
    };
    let text = cut(&format!("{mark} {}", plain(title)), MAX_HEADER_CHARS);
    json!({ "type": "header", "text": { "type": "plain_text", "text": text, "emoji": false } })
}

fn context(comparison: &Comparison) -> Value {
    let commit = super::commit(comparison);
    let origin = &comparison.origin;
    let pull_request = Some(&origin.pr_number).filter(|number| !number.is_empty());
    let words: Vec<String> = [
        Some(&commit).filter(|commit| !commit.is_empty()).map(|commit| code(short_commit(commit))),
        Some(&origin.branch).filter(|branch| !branch.is_empty()).map(|branch| code(branch)),
        pull_request.map(|number| escaped(&format!("pull request {number}"))),
        Some(escaped(&comparison.coverage.to_string())),
    ]
    .into_iter()
    .flatten()
    .collect();
    let text = cut(&words.join("  ·  "), MAX_SECTION_CHARS);
    json!({ "type": "context", "elements": [element(&text)] })
}

/// A section for all that did not simply pass, failures first.
fn sections(comparison: &Comparison) -> Vec<String> {
    let judged = worst_first(comparison).into_iter();
    let is_amiss = |compared: &Compared| comparison.amiss(compared).is_some();
    let says = |each: &Compared| {
        each.judgement.verdict != Verdict::Pass || is_amiss(each) || !each.levels.is_empty()
    };
    let judged = judged.filter(|each| says(each));
    let (passing, failing): (Vec<&Compared>, Vec<_>) =
        judged.partition(|each| each.judgement.verdict.passes() && !is_amiss(each));
    let section = |compared: &&Compared| section(comparison, compared);
    let failed = comparison
        .failed
        .iter()
        .map(|note| unmeasured("failed", note, &format!("could not be measured: {}", note.reason)));
    let unread =
        comparison.set_aside.iter().map(|note| unmeasured("unreadable", note, &note.reason));
    let skipped = comparison.skipped.iter().map(|note| unmeasured("skipped", note, &note.reason));
    let cause = cause(comparison).map(|cause| escaped(&cause));
    let failures = cause.into_iter().chain(failing.iter().map(section)).chain(failed).chain(unread);
    failures.chain(passing.iter().map(section)).chain(skipped).collect()
}

fn section(comparison: &Comparison, compared: &Compared) -> String {
    let judgement = &compared.judgement;
    let gpu = compared.record.gpu_type.as_deref().unwrap_or("unknown");
    let notices = judgement.notices.iter().filter(|_| comparison.has_no_base(compared));
    let last_good = last_good(comparison, compared);
    let amiss = comparison.amiss(compared).map(|amiss| amiss.reason());
    let reasons = amiss.into_iter().chain(judgement.reason.split("; ")).chain(last_good.as_deref());
    let reasons = reasons.chain(notices.map(String::as_str));
    let levels: Vec<String> = compared.levels.iter().map(|said| level(comparison, said)).collect();
    let reasons = reasons.chain(levels.iter().map(String::as_str));
    titled(comparison.label(compared), &compared.record.model_id, Some(gpu), reasons)
}

fn unmeasured(label: &str, note: &Note, reason: &str) -> String {
    titled(label, &note.subject, note.gpu_type.as_deref(), [reason].into_iter())
}

/// Each part is cut before it is escaped, so that no escape is cut.
fn titled<'a>(
    label: &str,
    name: &str,
    gpu: Option<&str>,
    reasons: impl Iterator<Item = &'a str>,
) -> String {
    let on = gpu.map_or(String::new(), |gpu| format!(" on {}", escaped(&cut(gpu, MAX_NAME_CHARS))));
    let mut text = format!("*{label}* {}{on}", code(&cut(name, MAX_NAME_CHARS)));
    for reason in reasons {
        let line = format!("\n• {}", escaped(&cut(reason, MAX_REASON_CHARS)));
        if chars(&text) + chars(&line) + 2 > MAX_SECTION_CHARS {
            return text + "\n…";
        }
        text += &line;
    }
    text
}

fn mrkdwn(text: &str) -> Value {
    json!({ "type": "section", "text": element(&cut(text, MAX_SECTION_CHARS)) })
}

/// `verbatim` keeps Slack from making links and mentions of plain text.
fn element(text: &str) -> Value {
    json!({ "type": "mrkdwn", "text": text, "verbatim": true })
}

fn button(build_url: &str) -> Option<Value> {
    let is_link = build_url.starts_with("https://") && build_url.len() <= 3_000;
    is_link.then(|| {
        let text = json!({ "type": "plain_text", "text": "Open the build" });
        json!({ "type": "actions", "elements": [
            { "type": "button", "text": text, "url": build_url }
        ] })
    })
}

fn code(text: &str) -> String {
    format!("`{}`", escaped(&text.replace('`', "'")))
}

/// The three characters that Slack asks to escape; mark-up in names is broken up, for Slack has no
/// escape for it.
fn escaped(text: &str) -> String {
    let text = plain(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace(['*', '~', '`'], "'")
}

/// Characters as Slack counts them at the most: those beyond U+FFFF twice.
fn chars(text: &str) -> usize {
    text.encode_utf16().count()
}
