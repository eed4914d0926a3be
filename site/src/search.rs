//! Searching: words that a text must all have, whatever their case.
//!
//! In: what a reader types, and what is searched. Out: both in lower case.

/// The words of what a reader types.
#[must_use]
pub fn words(typed: &str) -> Vec<String> {
    folded(typed).split_whitespace().map(str::to_owned).collect()
}

/// A text as it is searched, in lower case.
#[must_use]
pub fn folded(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { in_lower_case(text) }
}

/// The browser has the table of all letters; another would be a thirtieth of the download.
#[cfg(target_family = "wasm")]
fn in_lower_case(text: &str) -> String {
    js_sys::JsString::from(text).to_lower_case().into()
}

#[cfg(not(target_family = "wasm"))]
fn in_lower_case(text: &str) -> String {
    text.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_any_case_and_in_any_alphabet() {
        assert_eq!(words(" Wan  H100 "), ["wan", "h100"]);
        assert_eq!(words("ÜBUNG ВИДЕО 映像"), ["übung", "видео", "映像"]);
        assert!(words("").is_empty());
    }
}
