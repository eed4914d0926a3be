//! Packages of the system, where it is one of Debian's family and we may install.

use std::process::Command;

use super::Install;
use crate::process::{output, succeeds};

/// Installs the packages, or says what a person has to do.
pub fn packages(names: &[&str], by_hand: &str) -> Install {
    let apt = succeeds(Command::new("apt-get").arg("--version"));
    if apt && is_root() {
        let line = format!(
            "apt-get update -q && apt-get install -qy --no-install-recommends {}",
            names.join(" ")
        );
        let mut command = Command::new("sh");
        command.args(["-c", &line]).env("DEBIAN_FRONTEND", "noninteractive");
        return Install::Command(command);
    }
    let how = match apt {
        true => format!("`sudo apt-get install {}`", names.join(" ")),
        false => by_hand.to_owned(),
    };
    Install::ByHand(how)
}

fn is_root() -> bool {
    output(Command::new("id").arg("-u")).is_ok_and(|user| user.trim() == "0")
}
