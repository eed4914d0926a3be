//! The pages of a published folder: the dashboard for this history, and plain ones in its style.
//!
//! In: the built page and how the history is called. Out: the texts of `index.html`, `config.json`
//! and of pages that need no program.

use bench_records::page::with_sources;
use serde_json::json;

use super::{Identity, data::DATA, folder::PublishedFolder, markup::escape};

/// What a page is made from.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// How the history is called, and where it will be.
    pub identity: &'a Identity,
    /// The dashboard's page, as the site's build made it.
    pub template: &'a str,
}

/// Attribute of the lines that publishing adds, by which it finds them again.
const ADDED: &str = " data-published";

const POLICY: &str = r#"<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'">"#;

impl Page<'_> {
    /// `index.html`: the dashboard, which reads the data beside it.
    #[must_use]
    pub fn dashboard(&self) -> String {
        let title = escape(&self.identity.title);
        let head = [
            PublishedFolder::Dashboard.mark().to_owned(),
            format!(
                r#"<link data-published rel="alternate" type="application/atom+xml" title="{title}: findings" href="feed.xml">"#
            ),
            // without a program the same address shows the table
            r#"<noscript data-published><meta http-equiv="refresh" content="0; url=latest.html"></noscript>"#
                .to_owned(),
        ];
        let html = without_added(self.template);
        let html = between(&html, "<title>", "</title>", &title);
        let html = between(&html, r#"<span class="brand">"#, "</span>", &title);
        let words = r#"<p class="page">This dashboard computes in the browser and needs JavaScript and WebAssembly. <a href="latest.html">The latest verdicts</a> need neither.</p>"#;
        let html = between(&html, "<noscript>", "</noscript>", words);
        // lines of their own, by which they are found again
        let (before, after) = html.split_once("</head>").unwrap_or((&html, ""));
        let head = head.join("\n  ");
        with_sources(&format!("{}\n  {head}\n</head>{after}", before.trim_end()), &[DATA])
    }

    /// `config.json`: what the dashboard shows.
    #[must_use]
    pub fn config(&self) -> String {
        let Identity { title, repository, lookback_days, .. } = self.identity;
        let mut source = json!({"name": "history", "url": DATA});
        if let Some(repository) = repository {
            source["repository"] = json!(repository);
        }
        let mut config =
            json!({"title": title, "sources": [source], "lookback_days": lookback_days});
        if !self.identity.releases.is_empty() {
            config["releases"] = json!(self.identity.releases);
        }
        serde_json::to_string_pretty(&config).expect("plain values") + "\n"
    }

    /// A page of `content` in the dashboard's style, which needs no program.
    #[must_use]
    pub fn plain(&self, content: &str) -> String {
        plain(&self.identity.title, &linked(self.template), "", content)
    }
}

/// A page without a program: its title, addresses of its styles and icon, lines of its head, its content.
#[must_use]
pub fn plain(title: &str, linked: &[String], head: &str, content: &str) -> String {
    let title = escape(title);
    let link = |href: &String| {
        let rel = if href.ends_with(".css") { "stylesheet" } else { "icon" };
        format!("  <link rel=\"{rel}\" href=\"{}\">\n", escape(href))
    };
    let links: String = linked.iter().map(link).collect();
    format!(
        r#"<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  {POLICY}
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <meta name="referrer" content="no-referrer">
  <title>{title}</title>
{links}{head}</head>
<body>
<header class="bar"><span class="brand">{title}</span></header>
<main class="page">
{content}</main>
</body>
</html>
"#
    )
}

/// Addresses of the styles and the icon that a page of the dashboard loads.
#[must_use]
pub fn linked(html: &str) -> Vec<String> {
    let links = html.split("<link ").skip(1).filter_map(|rest| rest.split('>').next());
    let shown = links.filter(|link| {
        // styles that the overview does without are there, too
        let kinds = [r#"rel="stylesheet""#, r#"data-later="stylesheet""#, r#"rel="icon""#];
        kinds.iter().any(|kind| link.contains(kind))
    });
    let href = |link: &str| Some(link.split_once(r#"href=""#)?.1.split('"').next()?.to_owned());
    shown.filter_map(href).collect()
}

fn without_added(html: &str) -> String {
    html.lines().filter(|line| !line.contains(ADDED)).map(|line| format!("{line}\n")).collect()
}

/// `html` with `text` between the first `start` and the `end` after it.
fn between(html: &str, start: &str, end: &str, text: &str) -> String {
    let Some((before, rest)) = html.split_once(start) else { return html.to_owned() };
    let Some((_, after)) = rest.split_once(end) else { return html.to_owned() };
    format!("{before}{start}{text}{end}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUILT: &str = include_str!("../../../site/index.html");

    fn identity(title: &str) -> Identity {
        Identity {
            title: title.to_owned(),
            repository: None,
            base_url: None,
            lookback_days: 30,
            releases: Default::default(),
        }
    }

    #[test]
    fn publishing_a_published_page_leaves_nothing_of_the_earlier_title() {
        let (first, second) = (identity("First & last"), identity("Second"));
        let once = Page { identity: &first, template: BUILT }.dashboard();
        assert!(once.contains("<title>First &amp; last</title>"), "{once}");
        let again = Page { identity: &second, template: &once }.dashboard();
        assert_eq!(again, Page { identity: &second, template: BUILT }.dashboard());
        assert_eq!(again.matches(PublishedFolder::Dashboard.mark()).count(), 1);
    }

    #[test]
    fn without_a_program_the_page_leads_to_the_table() {
        let page = Page { identity: &identity("x"), template: BUILT }.dashboard();
        assert!(page.contains(r#"content="0; url=latest.html""#), "{page}");
        assert!(page.contains(r#"<a href="latest.html">"#), "{page}");
    }

    #[test]
    fn a_title_cannot_add_to_the_page() {
        let page = Page { identity: &identity("</title><script>x"), template: BUILT };
        assert!(!page.dashboard().contains("<script>x") && !page.plain("").contains("<script>"));
    }

    #[test]
    fn styles_and_icon_are_those_of_the_built_page() {
        let html = r#"<link rel="preload" href="a"><link rel="icon" href="i.svg"><link data-later="stylesheet" href="./chart-1.css"/><link rel="stylesheet" href="./site-1.css" x>"#;
        assert_eq!(linked(html), ["i.svg", "./chart-1.css", "./site-1.css"]);
    }
}
