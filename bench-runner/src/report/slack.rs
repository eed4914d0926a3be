//! `slack.json`: a message for Slack's incoming webhooks, in Block Kit.
//!
//! In: a comparison. Out: a payload within Slack's limits (50 blocks, 3,000 characters a section, 150
//! a header) in which no name is a mention, a link or mark-up.

use bench_records::{naming::short_commit, verdict::Verdict};
use serde_json::{Value, json};

use super::{headline::headline, plain};
use crate::{
    compare::{Compared, Comparison},
    exit::Exit,
};

/// With header, context, rest and button it stays within 50 blocks.
const MAX_RESULTS: usize = 20;
const MAX_SECTION_CHARS: usize = 2_900;
const MAX_HEADER_CHARS: usize = 150;

/// The payload.
#[must_use]
pub fn slack(comparison: &Comparison) -> Value {
    let title = format!("Performance: {}", headline(comparison));
    let mut blocks = vec![header(comparison, &title), context(comparison)];
    let told: Vec<&Compared> = worst_first(comparison);
    blocks.extend(told.iter().take(MAX_RESULTS).map(|compared| section(compared)));
    if told.len() > MAX_RESULTS {
        blocks.push(mrkdwn(&format!("and {} more", told.len() - MAX_RESULTS)));
    }
    if !comparison.set_aside.is_empty() {
        let names = comparison.set_aside.iter().map(|note| code(&note.subject));
        let names: Vec<String> = names.take(MAX_RESULTS).collect();
        let count = comparison.set_aside.len();
        blocks.push(mrkdwn(&format!("{count} not read or measured: {}", names.join(", "))));
    }
    blocks.extend(button(&comparison.origin.build_url));
    json!({ "text": escaped(&title), "blocks": blocks })
}

fn header(comparison: &Comparison, title: &str) -> Value {
    let mark = if comparison.exit() == Exit::Passed { "✅" } else { "❌" };
    let text = cut(&format!("{mark} {}", plain(title)), MAX_HEADER_CHARS);
    json!({ "type": "header", "text": { "type": "plain_text", "text": text, "emoji": false } })
}

fn context(comparison: &Comparison) -> Value {
    let commit = super::commit(comparison);
    let origin = &comparison.origin;
    let pull_request = Some(&origin.pr_number).filter(|number| !number.is_empty());
    let words: Vec<String> = [
        Some(short_commit(&commit)).filter(|commit| !commit.is_empty()).map(code),
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

/// What did not simply pass.
fn worst_first(comparison: &Comparison) -> Vec<&Compared> {
    let verdict = |compared: &&Compared| compared.judgement.verdict;
    let told = comparison.compared.iter().filter(|compared| verdict(compared) != Verdict::Pass);
    let mut told: Vec<&Compared> = told.collect();
    let rank = |each: Verdict| Verdict::ALL.iter().position(|verdict| *verdict == each);
    told.sort_by_key(|compared| rank(compared.judgement.verdict));
    told
}

fn section(compared: &Compared) -> Value {
    let judgement = &compared.judgement;
    let gpu = compared.record.gpu_type.as_deref().unwrap_or("unknown");
    let reasons = judgement.reason.split("; ").map(|reason| format!("\n• {}", escaped(reason)));
    mrkdwn(&format!(
        "*{}* {} on {}{}",
        judgement.verdict,
        code(&compared.record.model_id),
        escaped(gpu),
        reasons.collect::<String>()
    ))
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

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}
