//! A compiled program as its sections: what it takes from its script and gives to it, by name.
//!
//! In: the bytes of a WebAssembly module. Out: the names of its imports and exports; the bytes with other names, and
//! without some exports and without custom sections.

use anyhow::{Context, Result, bail};

const HEADER: usize = 8;
const CUSTOM: u8 = 0;
const IMPORTS: u8 = 2;
const EXPORTS: u8 = 7;

/// A module; its other sections stay as they are.
#[derive(Debug, Clone, PartialEq)]
pub struct Module {
    header: Vec<u8>,
    sections: Vec<(u8, Vec<u8>)>,
}

/// An import: its module, its name, and what describes its type.
#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    /// The script, as the module calls it.
    pub module: String,
    /// What the script calls it.
    pub name: String,
    kind: Vec<u8>,
}

/// An export: its name, and what it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Export {
    /// What the script calls it.
    pub name: String,
    what: Vec<u8>,
}

impl Module {
    /// Reads a module.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let header = bytes.get(..HEADER).filter(|header| header.starts_with(b"\0asm"));
        let header = header.context("it is no WebAssembly module")?.to_vec();
        let (mut sections, mut rest) = (Vec::new(), Bytes(&bytes[HEADER..]));
        while !rest.0.is_empty() {
            let id = rest.take(1)?[0];
            let length = rest.number()?;
            sections.push((id, rest.take(length)?.to_vec()));
        }
        Ok(Self { header, sections })
    }

    /// The bytes of the module.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = self.header.clone();
        for (id, body) in &self.sections {
            out.push(*id);
            put_number(&mut out, body.len());
            out.extend_from_slice(body);
        }
        out
    }

    /// Without custom sections, which say how it was made and no browser reads.
    pub fn without_custom(mut self) -> Self {
        self.sections.retain(|(id, _)| *id != CUSTOM);
        self
    }

    /// What it takes from its script.
    pub fn imports(&self) -> Result<Vec<Import>> {
        let mut rest = Bytes(self.section(IMPORTS));
        let count = if rest.0.is_empty() { 0 } else { rest.number()? };
        let import = |_| {
            let (module, name) = (rest.text()?, rest.text()?);
            Ok(Import { module, name, kind: rest.kind()?.to_vec() })
        };
        (0..count).map(import).collect()
    }

    /// What it gives to its script.
    pub fn exports(&self) -> Result<Vec<Export>> {
        let mut rest = Bytes(self.section(EXPORTS));
        let count = if rest.0.is_empty() { 0 } else { rest.number()? };
        let export = |_| {
            let name = rest.text()?;
            Ok(Export { name, what: rest.counted(1, 1)?.to_vec() })
        };
        (0..count).map(export).collect()
    }

    /// With these in place of its imports, in the same order.
    pub fn put_imports(&mut self, imports: &[Import]) {
        let mut body = Vec::new();
        put_number(&mut body, imports.len());
        for import in imports {
            put_text(&mut body, &import.module);
            put_text(&mut body, &import.name);
            body.extend_from_slice(&import.kind);
        }
        self.put(IMPORTS, &body);
    }

    /// With these in place of its exports.
    pub fn put_exports(&mut self, exports: &[Export]) {
        let mut body = Vec::new();
        put_number(&mut body, exports.len());
        for export in exports {
            put_text(&mut body, &export.name);
            body.extend_from_slice(&export.what);
        }
        self.put(EXPORTS, &body);
    }

    fn section(&self, id: u8) -> &[u8] {
        let found = self.sections.iter().find(|(known, _)| *known == id);
        found.map_or(&[], |(_, body)| body.as_slice())
    }

    fn put(&mut self, id: u8, body: &[u8]) {
        let found = self.sections.iter_mut().find(|(known, _)| *known == id);
        found.into_iter().for_each(|(_, known)| *known = body.to_vec());
    }
}

/// Bytes that are left.
struct Bytes<'b>(&'b [u8]);

impl<'b> Bytes<'b> {
    fn take(&mut self, length: usize) -> Result<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(length).context("the module ends early")?;
        self.0 = rest;
        Ok(taken)
    }

    /// A number in groups of seven bits, the lowest first.
    fn number(&mut self) -> Result<usize> {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = self.take(1)?[0];
            number |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 {
                return Ok(number);
            }
            if shift > 28 {
                bail!("a number of the module is too large");
            }
        }
    }

    fn text(&mut self) -> Result<String> {
        let length = self.number()?;
        let text = std::str::from_utf8(self.take(length)?);
        Ok(text.context("a name of the module is not UTF-8")?.to_owned())
    }

    /// Some bytes, and so many numbers after them, as they are written.
    fn counted(&mut self, bytes: usize, numbers: usize) -> Result<&'b [u8]> {
        let from = self.0;
        self.take(bytes)?;
        for _ in 0..numbers {
            self.number()?;
        }
        Ok(&from[..from.len() - self.0.len()])
    }

    /// What describes the type of an import.
    fn kind(&mut self) -> Result<&'b [u8]> {
        let limits = |at: usize| match self.0.get(at).map(|flags| flags & 1) {
            Some(0) => 1,
            _ => 2,
        };
        match self.0.first() {
            // a function has the number of its type, a tag a byte and one
            Some(0) => self.counted(1, 1),
            Some(4) => self.counted(2, 1),
            Some(1) => self.counted(3, limits(2)),
            Some(2) => self.counted(2, limits(1)),
            Some(3) => self.counted(3, 0),
            _ => bail!("the module has an import of an unknown kind"),
        }
    }
}

fn put_number(out: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    put_number(out, text.len());
    out.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A module that imports functions by these names and exports the first of them by those.
    pub fn module(imports: &[&str], exports: &[&str]) -> Module {
        let module = |name: &&str| Import {
            module: "./a_bg.js".to_owned(),
            name: (*name).to_owned(),
            kind: vec![0, 0],
        };
        let imports: Vec<Import> = imports.iter().map(module).collect();
        let export = |name: &&str| Export { name: (*name).to_owned(), what: vec![0, 0] };
        let exports: Vec<Export> = exports.iter().map(export).collect();
        // a type of a function without parameters
        let sections = vec![(1, vec![1, 0x60, 0, 0]), (IMPORTS, vec![]), (EXPORTS, vec![])];
        let mut module = Module { header: b"\0asm\x01\0\0\0".to_vec(), sections };
        module.put_imports(&imports);
        module.put_exports(&exports);
        module
    }

    #[test]
    fn a_module_is_read_as_it_was_written_and_loses_only_custom_sections() {
        let long = "x".repeat(300);
        let written = module(&["a", &long], &["b", "c"]);
        let mut bytes = written.to_bytes();
        bytes.extend_from_slice(&[0, 3, 2, b'h', b'i']);
        let read = Module::read(&bytes).expect("a module");
        assert_eq!(read.to_bytes(), bytes);
        let read = read.without_custom();
        assert_eq!(read, written);
        let names = |imports: Vec<Import>| -> Vec<String> {
            imports.into_iter().map(|import| import.name).collect()
        };
        assert_eq!(names(read.imports().expect("imports")), ["a", &long]);
        assert_eq!(read.exports().expect("exports").len(), 2);
    }

    #[test]
    fn what_ends_early_or_is_no_module_is_an_error() {
        let bytes = module(&["a"], &["b"]).to_bytes();
        assert!(Module::read(&bytes[..bytes.len() - 1]).is_err());
        assert!(Module::read(b"<!doctype html>").is_err());
    }
}
