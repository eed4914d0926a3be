//! Values of a test that mean nothing, found before anything runs.

use bench_records::lenient;

use super::{Parameters, SuiteKind, Test};
use crate::suite::shell;

/// Parameters of engines that are counts.
const COUNTS: [&str; 6] = [
    "tensor_parallel_size",
    "pipeline_parallel_size",
    "data_parallel_size",
    "tp",
    "tp_size",
    "pp_size",
];

/// Holds that each value is one that a shell takes, and each count a number.
///
/// # Errors
/// One that is not, with its parameter.
pub(super) fn values(test: &Test) -> Result<(), String> {
    let [engine, variables] = match test.kind {
        SuiteKind::Serving => ["server_parameters", "server_environment_variables"],
        _ => ["parameters", "environment_variables"],
    };
    let objects =
        [(engine, &test.engine), ("client_parameters", &test.client), (variables, &test.variables)];
    for (object, parameters) in objects {
        quotes(object, parameters)?;
    }
    for name in COUNTS {
        let text = test.engine.text(name);
        if let Some(text) = text.filter(|_| test.engine.count(name).is_none_or(|count| count == 0))
        {
            let text = lenient::shorten(&text);
            return Err(format!("{engine}.{name} is {text:?}, expected a whole number above 0"));
        }
    }
    Ok(())
}

/// Values are joined to one command line, so that an open quote would take in what follows.
fn quotes(object: &str, parameters: &Parameters) -> Result<(), String> {
    for (name, text) in parameters.iter() {
        shell::check(&text).map_err(|problem| {
            format!("{object}.{name} is {}, which {problem}", lenient::shorten(&text))
        })?;
    }
    Ok(())
}
