//! Which paths of a listing are safe to be kept in a folder.

const MOST_COMPONENTS: usize = 32;
const LONGEST_COMPONENT: usize = 240;

/// Why a path cannot be kept in a folder.
///
/// # Errors
/// Names what is wrong with it.
pub fn check(path: &str) -> Result<(), String> {
    if path.is_empty() || path.starts_with('/') {
        return Err("is not relative".to_owned());
    }
    let components: Vec<&str> = path.split('/').collect();
    if components.len() > MOST_COMPONENTS {
        return Err(format!("has {} components, at most {MOST_COMPONENTS}", components.len()));
    }
    match components.into_iter().find_map(wrong_with) {
        Some(problem) => Err(problem),
        None => Ok(()),
    }
}

fn wrong_with(component: &str) -> Option<String> {
    let odd = component.chars().find(|c| c.is_control() || matches!(c, '\\' | ':'));
    if let Some(odd) = odd {
        return Some(format!("has the character {odd:?}, which no plain path has"));
    }
    match component {
        "" => Some("has an empty component".to_owned()),
        "." | ".." => Some(format!("has the component {component:?}")),
        _ if component.starts_with('.') => Some("is hidden".to_owned()),
        _ if component.len() > LONGEST_COMPONENT => Some(format!(
            "has a component of {} bytes, at most {LONGEST_COMPONENT}",
            component.len()
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_leave_the_folder_or_hide_in_it_are_refused() {
        for path in [
            "",
            "/etc/x.json",
            "../x.json",
            "a/../../x.json",
            "a/./x.json",
            "a//x.json",
            "a/",
            "a\\..\\x.json",
            "C:/x.json",
            "a/\u{0}.json",
            "a/b\n.json",
            ".hub/x.json",
            "a/.x.json",
            &"a/".repeat(40),
            &"x".repeat(300),
        ] {
            assert!(check(path).is_err(), "{path:?}");
        }
        for path in
            ["a.json", "records/2026-05/01/x-y.json", "ü/é 1.json", "data/month=2026-05/p.parquet"]
        {
            assert_eq!(check(path), Ok(()), "{path:?}");
        }
    }
}
