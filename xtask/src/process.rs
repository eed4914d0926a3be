//! Starting other programs: what is shown of them, and what their failure says.

use std::{
    ffi::OsStr,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};

/// Runs a command on our own terminal and expects it to succeed.
pub fn run(command: &mut Command) -> Result<()> {
    run_to(command, &[0])
}

/// As [`run`], and expects one of these exit codes.
pub fn run_to(command: &mut Command, expected: &[i32]) -> Result<()> {
    let status = command.status().with_context(|| cannot_start(command))?;
    let words: Vec<String> = expected.iter().map(i32::to_string).collect();
    let expectation = match expected {
        [0] => String::new(),
        _ => format!(", expected {}", words.join(" or ")),
    };
    ensure!(
        status.code().is_some_and(|code| expected.contains(&code)),
        "`{}` ended with {status}{expectation}",
        shown(command)
    );
    Ok(())
}

/// Runs a command and returns what it wrote to standard output.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stderr(Stdio::piped())
        .stdin(Stdio::null())
        .output()
        .with_context(|| cannot_start(command))?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        bail!("`{}` ended with {}: {}", shown(command), output.status, words.trim());
    }
    String::from_utf8(output.stdout)
        .with_context(|| format!("output of `{}` is not UTF-8", shown(command)))
}

/// Whether a command can be started and succeeds.
pub fn succeeds(command: &mut Command) -> bool {
    let silent = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    silent.status().is_ok_and(|status| status.success())
}

/// The command as one would type it in the folder where it starts, variables that it sets first.
pub fn shown(command: &Command) -> String {
    let folder = command.get_current_dir();
    let variables = command.get_envs().filter_map(|(key, value)| {
        Some(format!("{}={}", key.to_string_lossy(), quoted(value?, folder)))
    });
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    variables.chain(words.map(|word| quoted(word, folder))).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &OsStr, folder: Option<&Path>) -> String {
    let below = folder.and_then(|folder| Path::new(word).strip_prefix(folder).ok());
    let word = below.map_or(word, Path::as_os_str).to_string_lossy();
    if word.contains(char::is_whitespace) { format!("'{word}'") } else { word.into_owned() }
}

fn cannot_start(command: &Command) -> String {
    format!("cannot start {}; is it installed?", command.get_program().to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_it_is_typed() {
        let mut command = Command::new("cargo");
        command.args(["doc", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings").env_remove("CI");
        assert_eq!(shown(&command), "RUSTDOCFLAGS='-D warnings' cargo doc --no-deps");
        let mut command = Command::new("/build/target/debug/tool");
        command.current_dir("/build").arg("/elsewhere");
        assert_eq!(shown(&command), "target/debug/tool /elsewhere");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error = output(&mut Command::new("no-such-program")).expect_err("not there");
        assert_eq!(error.to_string(), "cannot start no-such-program; is it installed?");
    }
}
