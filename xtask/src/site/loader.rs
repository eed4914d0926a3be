//! Scripts within a page, moved to files of their own: a strict policy allows no others.
//!
//! In: the page as trunk wrote it. Out: the page with references, and the files' names and texts.

use anyhow::{Context, Result};
use bench_records::identity::fingerprint::sha256_hex;

/// A page without scripts of its own.
#[derive(Debug, PartialEq)]
pub struct Moved {
    /// The page.
    pub html: String,
    /// Name and text of each file that it now refers to.
    pub scripts: Vec<(String, String)>,
}

/// What trunk's server fills in when it sends the page: only the page, not its scripts.
const SERVED: &str = "{{__TRUNK_ADDRESS__}}";

/// Lets the script of trunk's own server stay in the page; a bundle for others has none.
const NONCE: &str = "trunk-serve";

/// Moves every script that stands in the page.
pub fn move_scripts(html: &str) -> Result<Moved> {
    let (mut out, mut scripts) = (String::new(), Vec::new());
    let mut rest = html;
    let mut is_served = false;
    while let Some(start) = rest.find("<script") {
        let (before, script) = rest.split_at(start);
        let open = script.find('>').context("index.html has a script tag without an end")? + 1;
        let close = script.find("</script>").context("index.html has a script without an end")?;
        let (tag, body) = (&script[..open - 1], &script[open..close]);
        out.push_str(before);
        if body.contains(SERVED) {
            is_served = true;
            out.push_str(&format!("{tag} nonce=\"{NONCE}\">{body}</script>"));
        } else if body.trim().is_empty() {
            out.push_str(&script[..close + "</script>".len()]);
        } else {
            let name = format!("start-{}.js", &sha256_hex(body)[..16]);
            out.push_str(&format!("{tag} src=\"./{name}\"></script>"));
            scripts.push((name, body.trim_start().to_owned()));
        }
        rest = &script[close + "</script>".len()..];
    }
    out.push_str(rest);
    if is_served {
        out = out.replacen("script-src 'self'", &format!("script-src 'self' 'nonce-{NONCE}'"), 1);
    }
    Ok(Moved { html: out, scripts })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_keeps_its_type_and_its_text_names_its_file() {
        let page = |body: &str| format!("<p>\n<script type=\"module\">\n{body}</script>\n</p>");
        let moved = move_scripts(&page("start();")).expect("moved");
        let (name, text) = &moved.scripts[0];
        assert_eq!(
            moved.html,
            format!("<p>\n<script type=\"module\" src=\"./{name}\"></script>\n</p>")
        );
        assert_eq!(text, "start();");
        assert_ne!(name, &move_scripts(&page("other();")).expect("moved").scripts[0].0);
        let again = move_scripts(&moved.html).expect("nothing to move");
        assert_eq!(again, Moved { html: moved.html, scripts: Vec::new() });
    }

    #[test]
    fn only_the_script_of_trunks_server_stays_and_only_with_it_the_policy_is_wider() {
        let page = "script-src 'self'; <script>const a = '{{__TRUNK_ADDRESS__}}';</script>";
        let moved = move_scripts(page).expect("kept");
        assert_eq!(moved.scripts, []);
        assert_eq!(
            moved.html,
            "script-src 'self' 'nonce-trunk-serve'; \
             <script nonce=\"trunk-serve\">const a = '{{__TRUNK_ADDRESS__}}';</script>"
        );
    }

    #[test]
    fn a_script_without_an_end_is_an_error() {
        assert!(move_scripts("<script>x").is_err());
    }
}
