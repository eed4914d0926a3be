//! Records that were read before, in the browser's store, by the id of their content.
//!
//! A browser that keeps nothing, or no more, reads them again.

use leptos::prelude::window;
use web_sys::Storage;

const PREFIX: &str = "record:";

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

/// The text of a record.
pub fn get(id: &str) -> Option<String> {
    storage()?.get_item(&format!("{PREFIX}{id}")).ok()?
}

/// Keeps the text of a record; where there is no room left, all that was kept makes it.
pub fn put(id: &str, text: &str) {
    let Some(storage) = storage() else { return };
    let key = format!("{PREFIX}{id}");
    if storage.set_item(&key, text).is_ok() {
        return;
    }
    for at in (0..storage.length().unwrap_or(0)).rev() {
        let old = storage.key(at).ok().flatten().filter(|key| key.starts_with(PREFIX));
        // what cannot be removed stays, and what cannot be kept is read again
        old.into_iter().for_each(|key| drop(storage.remove_item(&key)));
    }
    drop(storage.set_item(&key, text));
}
