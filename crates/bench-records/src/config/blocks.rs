//! Refuses a list where an object must stand: serde would take it for the values in order.

use serde_json::Value;

use super::problems::{Fault, shown};

/// No block of the document is a list.
pub(super) fn check(document: &Value) -> Result<(), Fault> {
    if document.is_array() {
        let field = None;
        return Err(Fault { field, ..refused("the top level", document) });
    }
    let blocks = [
        ("model", document.pointer("/model")),
        ("model.command", document.pointer("/model/command")),
        ("run_config", document.pointer("/run_config")),
        ("load", document.pointer("/load")),
        ("load.target", document.pointer("/load/target")),
        ("load.target.command", document.pointer("/load/target/command")),
        ("load.search", document.pointer("/load/search")),
    ];
    for (field, value) in blocks {
        refuse_list(field, value)?;
    }
    check_entries("thresholds", document)?;
    check_entries("regression_thresholds", document)
}

fn check_entries(block: &str, document: &Value) -> Result<(), Fault> {
    let entries = document.get(block).and_then(Value::as_object);
    for (key, value) in entries.into_iter().flatten() {
        refuse_list(&format!("{block}.{key}"), Some(value))?;
    }
    Ok(())
}

fn refuse_list(field: &str, value: Option<&Value>) -> Result<(), Fault> {
    match value {
        Some(list) if list.is_array() => Err(refused(field, list)),
        _ => Ok(()),
    }
}

fn refused(field: &str, list: &Value) -> Fault {
    let problem = format!("{field} is {}, but must be an object", shown(list));
    Fault::of(field, list.clone(), problem, "name each value, in braces")
}
