//! A program of the site without what its page does not use.
//!
//! In: a script and a program as wasm-bindgen writes them. Out: both without exports that no page calls, such as
//! classes of crates that a library brings along; optimized; with names of a letter or two between them, as those of
//! wasm-bindgen end in sixteen digits that do not compress.

mod module;
mod script;

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use anyhow::{Context, Result};

use self::module::Module;
use super::lean::lean;
use crate::{process, setup, workspace::Workspace};

/// Makes the script and the program of this name in `folder` smaller.
pub fn shrink(folder: &Path, name: &str, workspace: &Workspace) -> Result<()> {
    let [script_file, program_file] =
        [".js", "_bg.wasm"].map(|end| folder.join(format!("{name}{end}")));
    let context = |path: &Path| format!("cannot read {}", path.display());
    let script = fs::read_to_string(&script_file).with_context(|| context(&script_file))?;
    let program = fs::read(&program_file).with_context(|| context(&program_file))?;
    let script = script::without_unused(&lean(&script));
    let called = Module::read(&program).and_then(|module| only_called(module, &script));
    let called = called.with_context(|| program_file.display().to_string())?;
    fs::write(&program_file, called.to_bytes())
        .with_context(|| format!("cannot write {}", program_file.display()))?;
    optimize(&program_file, workspace)?;
    let module = Module::read(&fs::read(&program_file).with_context(|| context(&program_file))?)?;
    let (script, module) = with_short_names(&script, module)?;
    fs::write(&program_file, module.without_custom().to_bytes())
        .and_then(|()| fs::write(&script_file, script))
        .with_context(|| format!("cannot write {}", program_file.display()))
}

/// The program with the exports that its script mentions.
fn only_called(mut module: Module, script: &str) -> Result<Module> {
    let mut exports = module.exports()?;
    exports.retain(|export| script::mentions(script, &export.name) > 0);
    module.put_exports(&exports);
    Ok(module)
}

fn optimize(program: &Path, workspace: &Workspace) -> Result<()> {
    let mut command = setup::with_tools(Command::new("wasm-opt"), workspace)?;
    // what its compiler used, a section of the program says
    command.arg("-Oz").arg(program).arg("-o").arg(program);
    process::run(&mut command)
}

/// Both with short names for what they give each other.
fn with_short_names(script: &str, mut module: Module) -> Result<(String, Module)> {
    let (mut imports, mut exports) = (module.imports()?, module.exports()?);
    let taken: BTreeSet<&str> = imports.iter().map(|import| import.name.as_str()).collect();
    let mut script = script::with_imports(script, |name| taken.contains(name));
    script = script::without_unused(&script);
    let is_made = |name: &str| {
        ["__wb", "__externref", "wasm_bindgen__"].iter().any(|by| name.starts_with(by))
    };
    let mut names = (0..).map(|number: usize| format!("${number}"));
    let mut short = |script: &mut String, name: &mut String| {
        if let Some(other) = names.next().filter(|_| is_made(name)) {
            *script = script::renamed(script, name, &other);
            *name = other;
        }
    };
    for import in &mut imports {
        short(&mut script, &mut import.name);
    }
    for export in &mut exports {
        short(&mut script, &mut export.name);
    }
    module.put_imports(&imports);
    module.put_exports(&exports);
    Ok((script, module))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn script_and_program_call_each_other_by_the_same_short_names() {
        let script = "function imports() {\nreturn {\n__wbg_a_1: function(arg0) {\nreturn arg0;\n},\n\
            __wbg_gone_2: function(arg0) {\nreturn arg0;\n},\n};\n}\nfunction __wbg_init() {\n\
            imports();\nwasm.__wbindgen_start();\nreturn wasm.memory;\n}\n\
            export { __wbg_init as default };\n";
        let module = module::tests::module(&["__wbg_a_1"], &["memory", "__wbindgen_start", "x"]);
        let module = only_called(module, script).expect("a module");
        let (script, module) = with_short_names(script, module).expect("both");
        assert!(
            script.contains("$0: function(arg0) {") && script.contains("wasm.$2()"),
            "{script}"
        );
        assert!(!script.contains("gone") && script.contains("wasm.memory"), "{script}");
        let names: Vec<String> =
            module.exports().expect("exports").into_iter().map(|export| export.name).collect();
        assert_eq!(names, ["memory", "$2"]);
        assert_eq!(module.imports().expect("imports")[0].name, "$0");
    }
}
