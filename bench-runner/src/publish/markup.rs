//! Text that comes from records, as text of HTML and XML.

use std::borrow::Cow;

use crate::report::plain;

/// `text` with nothing that HTML or XML would take for markup.
#[must_use]
pub fn escape(text: &str) -> String {
    let text = plain(text);
    let escaped: Cow<'_, str> = quick_xml::escape::escape(&text);
    escaped.into_owned()
}

/// A link to `url`, or the words alone where there is none.
#[must_use]
pub fn link(url: Option<&str>, words: &str) -> String {
    match url {
        Some(url) => format!(r#"<a href="{}" rel="noopener">{}</a>"#, escape(url), escape(words)),
        None => escape(words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_cannot_write_markup() {
        let hostile = "<script>alert('x')</script>\" onload=\"y\u{0}";
        let link = link(Some("https://host/\"><b>"), hostile);
        assert!(!link.contains("<script") && !link.contains("<b>"), "{link}");
        assert!(!link.contains("\" onload"), "{link}");
        assert!(!link.contains('\0'));
    }
}
