//! A plan, for people and as JSON.

use serde_json::{Value, json};

use super::{Args, Prepared};
use crate::{commands::print_json, suite::plan::Plan, words::counted};

/// Prints what would run.
pub(super) fn plan(args: &Args, prepared: &Prepared) {
    if args.json {
        print_json(&as_json(args, prepared));
        return;
    }
    for planned in &prepared.plan.tests {
        println!("{}", planned.test.name);
        for point in &planned.points {
            println!("  {}.json", point.result);
        }
    }
    before(&prepared.plan);
    let points: usize = prepared.plan.tests.iter().map(|planned| planned.points.len()).sum();
    println!(
        "{} in {}, by {}; {} skipped",
        counted(points, "result"),
        counted(prepared.plan.tests.len(), "test"),
        prepared.engine.name,
        prepared.plan.skipped.len()
    );
}

/// Says what is not as the files have it.
pub(super) fn before(plan: &Plan) {
    for note in &plan.notes {
        eprintln!("note: {note}");
    }
    for skipped in &plan.skipped {
        eprintln!("skipped: {}: {}", skipped.test, skipped.reason);
    }
    faults(plan);
}

/// Says what cannot be used of the files.
pub(super) fn faults(plan: &Plan) {
    for fault in &plan.faults {
        eprintln!("error: {fault}");
    }
}

fn as_json(args: &Args, prepared: &Prepared) -> Value {
    let session = prepared.session(args);
    let points = prepared.plan.tests.iter().flat_map(|planned| {
        let session = &session;
        planned.points.iter().map(move |point| {
            let mut shown = serde_json::to_value(point).unwrap_or_default();
            shown["suite"] = json!(planned.test.kind);
            shown["test"] = json!(planned.test.name);
            shown["model"] = json!(planned.test.model());
            shown["result"] = json!(format!("{}.json", point.result));
            shown["commands"] = match session.commands(&planned.test, point) {
                Ok(commands) => json!(commands),
                Err(error) => json!({"error": format!("{error:#}")}),
            };
            shown
        })
    });
    json!({
        "engine": prepared.engine.name,
        "client": args.client.name(),
        "target": prepared.target(),
        "remote": prepared.settings.remote,
        "machine": prepared.machine,
        "adaptive": prepared.settings.adaptive,
        "points": points.collect::<Vec<_>>(),
        "skipped": prepared.plan.skipped,
        "faults": prepared.plan.faults,
        "notes": prepared.plan.notes,
    })
}
