//! The programs of the page, and the script that starts one of them.
//!
//! In: trunk's page, which starts `overview` at once, and beside it the files of the others, which
//! trunk takes for workers. Out: the page with `site/start.js` in place of trunk's script, files of
//! programs whose names change with their content, and no style sheet that the overview does without.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use bench_records::identity::fingerprint::sha256_hex;
use serde_json::{Value, json};

use super::lean::lean;

/// The programs that trunk takes for workers.
const OTHERS: [&str; 2] = ["series", "pages"];

const START: &str = include_str!("../../../site/start.js");

/// What begins the link of a style sheet that is not loaded yet.
const LATER_STYLE: &str = "<link data-later=\"stylesheet\"";

/// What begins trunk's own script.
const TRUNK_START: &str = "import init";

/// Names of the files of all programs, as trunk made them.
pub fn names(html: &str) -> Result<[String; 3]> {
    let overview = trunk_name(html).context("index.html does not start the program overview")?;
    let [series, pages] = OTHERS.map(str::to_owned);
    Ok([overview.to_owned(), series, pages])
}

/// The page that starts what its address asks for; the programs are in `folder`.
pub fn start(html: &str, folder: &Path) -> Result<String> {
    let html = with_later_styles(html);
    let html = html.as_str();
    let mut programs = json!({});
    for (program, name) in ["overview", "series", "pages"].into_iter().zip(names(html)?) {
        programs[program] = files(&name_by_content(program, &name, folder)?);
    }
    let from = html.find(TRUNK_START).context("index.html does not import a program")?;
    let end = from + html[from..].find("</script>").context("its script has no end")?;
    let before = without_wait(&html[..from]);
    let page = format!("{before}{}{}", script(&programs), &html[end..]);
    Ok(without_preloads(&page))
}

/// The page up to its script, which is no module then: it runs where it stands, before the first frame,
/// so that what it fetches is on its way while that is drawn.
fn without_wait(before: &str) -> String {
    const WAITS: &str = " type=\"module\"";
    match before.rfind(WAITS) {
        Some(at) => format!("{}{}", &before[..at], &before[at + WAITS.len()..]),
        None => before.to_owned(),
    }
}

/// The start script without what a browser does not need.
fn script(programs: &Value) -> String {
    let script = lean(START).replace("PROGRAMS", &programs.to_string());
    // in a scope of its own
    format!("{{\n{script}}}\n")
}

fn files(name: &str) -> Value {
    json!({ "script": format!("./{name}.js"), "program": format!("./{name}_bg.wasm") })
}

/// Name that trunk gave to the program that it starts.
fn trunk_name(html: &str) -> Option<&str> {
    let import = &html[html.find(TRUNK_START)?..];
    let from = import.find("'./")? + 3;
    import[from..].split_once(".js'").map(|(name, _)| name)
}

/// Names the files of a program, which trunk called `trunks`, by what is in them, so that no browser takes old ones
/// for new.
fn name_by_content(program: &str, trunks: &str, folder: &Path) -> Result<String> {
    let read = |name: &str| {
        let path = folder.join(name);
        fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
    };
    let ends = [".js", "_bg.wasm"];
    let both = ends.map(|end| read(&format!("{trunks}{end}")));
    let both = both.into_iter().collect::<Result<Vec<_>>>()?.concat();
    // a character a byte
    let text: String = both.iter().map(|byte| char::from(*byte)).collect();
    let name = format!("{program}-{}", &sha256_hex(&text)[..16]);
    for end in ends {
        let [old, new] = [trunks, &name].map(|name| folder.join(format!("{name}{end}")));
        fs::rename(&old, &new).with_context(|| format!("cannot rename {}", old.display()))?;
    }
    Ok(name)
}

/// The page with its first style sheet, and the others, which the overview does without, as links without effect
/// before its script: that sees to it that they are loaded.
fn with_later_styles(html: &str) -> String {
    const STYLE: &str = "<link rel=\"stylesheet\"";
    let (mut out, mut rest, mut later) = (String::with_capacity(html.len()), html, String::new());
    let mut is_first = true;
    while let Some(from) = rest.find(STYLE) {
        let end = rest[from..].find('>').map_or(rest.len(), |length| from + length + 1);
        out.push_str(&rest[..from]);
        match std::mem::take(&mut is_first) {
            true => out.push_str(&rest[from..end]),
            false => later += &rest[from..end].replace(STYLE, LATER_STYLE),
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    out.replacen("<script", &format!("{later}<script"), 1)
}

/// The page less what fetches `overview` early: another page does without it, and the start script
/// comes no later than such a line would.
fn without_preloads(html: &str) -> String {
    let is_program = |tag: &str| {
        tag.contains("rel=\"modulepreload\"")
            || tag.contains("rel=\"preload\"") && tag.contains("_bg.wasm\"")
    };
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(from) = rest.find("<link ") {
        let end = rest[from..].find('>').map_or(rest.len(), |length| from + length + 1);
        out.push_str(&rest[..from]);
        if !is_program(&rest[from..end]) {
            out.push_str(&rest[from..end]);
        }
        rest = &rest[end..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<head><link rel=\"icon\" href=\"i.svg\">\
        <link rel=\"stylesheet\" href=\"./site-1f.css\"/><link rel=\"stylesheet\" href=\"./chart-2f.css\"/><script type=\"module\">\n\
        import init, * as bindings from './overview-1f.js';\nawait init();\n</script>\n\
        <link rel=\"modulepreload\" href=\"./overview-1f.js\">\
        <link rel=\"preload\" href=\"./overview-1f_bg.wasm\"></head>";

    #[test]
    fn the_page_starts_one_of_its_programs_and_fetches_none_before() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let write = |name: &str| fs::write(folder.path().join(name), name).expect("writable");
        let names = names(PAGE).expect("names");
        for name in names.iter().flat_map(|name| [format!("{name}.js"), format!("{name}_bg.wasm")])
        {
            write(&name);
        }
        let page = start(PAGE, folder.path()).expect("a page");
        assert!(page.contains("<script>\n"), "{page}");
        for program in ["./overview-", "./series-", "./pages-"] {
            let from = page.find(program).expect("a program") + 2;
            let name = page[from..].split(".js").next().expect("a name");
            assert_ne!(name, "overview-1f", "named by its content");
            for end in [".js", "_bg.wasm"] {
                assert!(folder.path().join(format!("{name}{end}")).is_file(), "{name}{end}");
            }
        }
        assert!(page.contains("href=\"./site-1f.css\""), "{page}");
        let later = "<link data-later=\"stylesheet\" href=\"./chart-2f.css\"/><script>";
        assert!(page.contains(later) && page.matches("chart-2f").count() == 1, "{page}");
        assert!(!page.contains("preload\" href=\"./overview"), "{page}");
        assert!(page.contains("icon") && !page.contains("bindings") && !page.contains("PROGRAMS"));
    }

    #[test]
    fn a_bundle_without_one_of_the_programs_is_an_error() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let error = start(PAGE, folder.path()).expect_err("nothing is there").to_string();
        assert!(error.contains("overview-1f.js"), "{error}");
    }
}
