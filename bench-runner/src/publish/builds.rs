//! Builds: dashboards side by side, each in a folder of its own, and a page that lists them.
//!
//! In: the folder that holds them. Out: its `index.html`.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};
use bench_records::{naming::sanitize, time::Micros};

use super::{
    folder::PublishedFolder,
    markup::{escape, link},
    page,
    summary::Summary,
};
use crate::store::atomic::{self, Durability};

/// Says why a build cannot be called so: its name is that of a folder.
///
/// # Errors
/// Where the name is none.
pub fn check_name(name: &str) -> Result<()> {
    ensure!(
        sanitize(name) == name,
        "--build {name:?}: expected a folder's name of letters, digits, '.', '_' and '-', such as a commit"
    );
    Ok(())
}

/// Writes the list of all builds in `out`.
///
/// # Errors
/// Where the folder cannot be read or the list cannot be written.
pub fn write_list(out: &Path, title: &str) -> Result<()> {
    let builds =
        builds(out).with_context(|| format!("cannot list the builds in {}", out.display()))?;
    let links = builds.first().map(|(name, _)| linked(&out.join(name), name)).unwrap_or_default();
    let rows: String = builds.iter().map(|(name, summary)| row(name, summary)).collect();
    let content = format!(
        r#"<h1>Builds</h1>
<div class="scroll" tabindex="0"><table>
<thead><tr><th scope="col">Build</th><th scope="col">Published (UTC)</th><th scope="col">Newest record (UTC)</th><th scope="col" class="number">Series</th><th scope="col" class="number">Records</th><th scope="col">Status</th></tr></thead>
<tbody>
{rows}</tbody>
</table></div>
"#
    );
    let head = format!("  {}\n", PublishedFolder::Builds.mark());
    let html = page::plain(title, &links, &head, &content);
    atomic::write(&out.join("index.html"), html.as_bytes(), Durability::Derived)
}

/// The folders with a summary, the one published last first.
fn builds(out: &Path) -> std::io::Result<Vec<(String, Summary)>> {
    let mut builds = Vec::new();
    for entry in fs::read_dir(out)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let text = fs::read_to_string(entry.path().join("summary.json")).unwrap_or_default();
        if let Ok(summary) = serde_json::from_str(&text) {
            builds.push((name, summary));
        }
    }
    builds.sort_by(|(a_name, a), (b_name, b): &(String, Summary)| {
        b.at.cmp(&a.at).then_with(|| b_name.cmp(a_name))
    });
    Ok(builds)
}

fn linked(build: &Path, name: &str) -> Vec<String> {
    let html = fs::read_to_string(build.join("index.html")).unwrap_or_default();
    let beside = |href: String| format!("{name}/{}", href.trim_start_matches("./"));
    page::linked(&html).into_iter().map(beside).collect()
}

fn row(name: &str, summary: &Summary) -> String {
    let time = |text: &str| Micros::parse(text).map_or_else(|| escape(text), Micros::to_minute);
    let newest = summary.newest.as_deref().map_or_else(|| "none".to_owned(), time);
    format!(
        "<tr><th scope=\"row\">{}</th><td>{}</td><td>{newest}</td><td class=\"number\">{}</td>\
         <td class=\"number\">{}</td><td>{}</td></tr>\n",
        link(Some(&format!("{name}/index.html")), name),
        time(&summary.at),
        summary.series.len(),
        summary.records,
        summary.in_words(),
    )
}
