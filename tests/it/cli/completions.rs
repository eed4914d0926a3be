//! `completions`: the script of each shell, and what bash makes of its own.

use std::fmt::Write as _;

use crate::{
    cli::arguments::commands,
    support::workspace::{Workspace, has_program},
};

/// Sources the script and prints what each line completes to, `<words> = <completions>`.
fn completed(workspace: &Workspace, lines: &[Vec<&str>]) -> Vec<String> {
    let script = workspace.run(&["completions", "bash"]).expect(0).stdout;
    workspace.write("completions.bash", &script);
    let mut bash = String::from(
        "source ./completions.bash\n\
         set -- $(complete -p bench-runner)\n\
         while [ \"${1?no completion}\" != -F ]; do shift; done\n\
         function=$2\n\
         try() {\n\
           COMP_WORDS=(bench-runner \"$@\"); COMP_CWORD=$#; COMPREPLY=()\n\
           \"$function\" bench-runner \"${COMP_WORDS[COMP_CWORD]}\" \"${COMP_WORDS[COMP_CWORD-1]}\"\n\
           echo \"$* = ${COMPREPLY[*]}\"\n\
         }\n",
    );
    for words in lines {
        let _ = writeln!(bash, "try {}", words.join(" "));
    }
    let mut shell = workspace.program("bash".as_ref());
    let output = shell.args(["--norc", "-c", &bash]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_every_subcommand_and_the_options_of_each() {
    if !has_program("bash") {
        return;
    }
    let workspace = Workspace::new();
    let commands = commands(&workspace);
    let mut lines = vec![vec!["ga"], vec!["gate", "--st"], vec!["history", "--has"]];
    let mut expected = vec![
        "ga = gate".to_owned(),
        "gate --st = --store".to_owned(),
        "history --has = --has-commit".to_owned(),
    ];
    for command in &commands {
        lines.push(vec![command, "--hel"]);
        expected.push(format!("{command} --hel = --help"));
    }
    assert!(commands.len() > 10, "{commands:?}");
    assert_eq!(completed(&workspace, &lines), expected);
}

#[test]
fn values_of_an_option_are_completed() {
    if has_program("bash") {
        let lines = [vec!["gate", "--persist", "al"], vec!["completions", "fi"]];
        let completed = completed(&Workspace::new(), &lines);
        assert_eq!(completed, ["gate --persist al = always", "completions fi = fish"]);
    }
}

/// Neither shell may be here, so that the scripts are read: a function that is called is defined.
#[test]
fn functions_that_zsh_and_fish_call_are_defined_under_the_same_name() {
    let workspace = Workspace::new();
    let zsh = workspace.run(&["completions", "zsh"]).expect(0).stdout;
    let fish = workspace.run(&["completions", "fish"]).expect(0).stdout;
    for command in commands(&workspace) {
        let function = format!("_bench-runner__subcmd__{}_commands", command.replace('-', "__"));
        let defined = format!("\n{function}() {{");
        assert!(zsh.contains(&defined), "zsh does not define {function}");
        let using = format!("-n \"__fish_bench_runner_using_subcommand {command}\"");
        assert!(fish.contains(&using), "fish has no {using}");
    }
    for function in ["needs_command", "using_subcommand", "global_optspecs"] {
        let defined = format!("function __fish_bench_runner_{function}");
        assert!(fish.contains(&defined), "fish does not define {function}");
    }
}
