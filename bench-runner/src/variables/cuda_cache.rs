//! Where CUDA keeps the kernels that it compiles when it starts: compiling them takes seconds in each
//! new process, so that they are kept even where its own folder is no place for them.

use std::{env, fs, path::PathBuf};

use super::{is_set, var};

const PATH: &str = "CUDA_CACHE_PATH";
const MAX_SIZE: &str = "CUDA_CACHE_MAXSIZE";
/// 1 GiB in bytes, in place of a quarter of that with older drivers.
const BYTES: u64 = 1 << 30;

/// Sets both variables where they are not set and the folder can be made. Call it before CUDA starts
/// and before the first thread.
pub fn keep() {
    let caches = var("XDG_CACHE_HOME").map(PathBuf::from);
    let caches = caches.or_else(|| Some(env::home_dir()?.join(".cache")));
    for (name, value) in defaults(is_set, caches) {
        #[expect(unsafe_code, reason = "CUDA reads its settings from the environment alone")]
        // SAFETY: there is one thread yet, so that nothing reads the environment meanwhile.
        unsafe {
            env::set_var(name, value);
        }
    }
}

/// What to set.
fn defaults(is_set: impl Fn(&str) -> bool, caches: Option<PathBuf>) -> Vec<(&'static str, String)> {
    let mut wanted = Vec::new();
    if !is_set(PATH) {
        let folder = caches.map(|caches| caches.join("bench-runner").join("cuda"));
        let folder = folder.filter(|folder| fs::create_dir_all(folder).is_ok());
        let folder = folder.and_then(|folder| folder.into_os_string().into_string().ok());
        wanted.extend(folder.map(|folder| (PATH, folder)));
    }
    if !is_set(MAX_SIZE) {
        wanted.push((MAX_SIZE, BYTES.to_string()));
    }
    wanted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_stays_and_a_folder_that_cannot_be_made_is_not_named() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let caches = Some(folder.path().to_owned());
        let kept = folder.path().join("bench-runner/cuda");
        let size = (MAX_SIZE, "1073741824".to_owned());
        let expected = vec![(PATH, kept.display().to_string()), size.clone()];
        assert_eq!(defaults(|_| false, caches.clone()), expected);
        assert!(kept.is_dir());
        assert_eq!(defaults(|_| true, caches.clone()), Vec::new());
        assert_eq!(defaults(|name| name == PATH, caches), std::slice::from_ref(&size));
        let file = folder.path().join("file");
        fs::write(&file, "").expect("writable");
        assert_eq!(defaults(|_| false, Some(file)), [size]);
    }
}
