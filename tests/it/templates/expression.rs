//! Expressions of GitHub Actions, as far as the templates use them.
//!
//! In: an expression, and what GitHub knows where it stands. Out: its value, or whether a job or a
//! step with it runs. What is not understood fails the test.

use std::iter::Peekable;

use serde_json::{Value, json};

/// What became of the jobs or steps before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    Succeeded,
    Failed,
    Cancelled,
}

/// Whether what has this `if` runs; one that asks for no status runs after successes only.
pub fn runs(condition: &Value, known: &Value, before: Before) -> bool {
    let text = condition.as_str().unwrap_or("true");
    let text = text.trim().trim_start_matches("${{").trim_end_matches("}}");
    let asks =
        ["success()", "failure()", "cancelled()", "always()"].iter().any(|f| text.contains(f));
    (asks || before == Before::Succeeded) && is_true(&evaluate(text, known, before))
}

/// `text` with the value of each `${{ … }}` in its place.
pub fn filled_in(text: &str, known: &Value) -> String {
    let Some((start, rest)) = text.split_once("${{") else { return text.to_owned() };
    let (expression, rest) = rest.split_once("}}").expect("an expression has an end");
    let value = text_of(&evaluate(expression, known, Before::Succeeded));
    format!("{start}{value}{}", filled_in(rest, known))
}

fn evaluate(text: &str, known: &Value, before: Before) -> Value {
    let tokens = tokens(text).into_iter().peekable();
    let mut reader = Reader { tokens, known, before };
    let value = reader.either();
    assert_eq!(reader.tokens.next(), None, "the end of {text:?}");
    value
}

fn tokens(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '\'' => rest[1..].find('\'').expect("a text has an end") + 2,
            '&' | '|' | '=' => 2,
            '!' if rest.starts_with("!=") => 2,
            '(' | ')' | ',' | '!' => 1,
            _ => rest.find(|c: char| !is_of_a_name(c)).unwrap_or(rest.len()),
        };
        assert!(end > 0, "what is {rest:?}?");
        found.push(&rest[..end]);
        rest = rest[end..].trim_start();
    }
    found
}

fn is_of_a_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '*')
}

struct Reader<'v, I: Iterator<Item = &'v str>> {
    tokens: Peekable<I>,
    known: &'v Value,
    before: Before,
}

impl<'v, I: Iterator<Item = &'v str>> Reader<'v, I> {
    fn takes(&mut self, token: &str) -> bool {
        self.tokens.next_if_eq(&token).is_some()
    }

    fn either(&mut self) -> Value {
        let mut value = self.both();
        while self.takes("||") {
            let other = self.both();
            value = if is_true(&value) { value } else { other };
        }
        value
    }

    fn both(&mut self) -> Value {
        let mut value = self.compared();
        while self.takes("&&") {
            let other = self.compared();
            value = if is_true(&value) { other } else { value };
        }
        value
    }

    fn compared(&mut self) -> Value {
        let value = self.single();
        let is_equal = |other: &Value| text_of(&value).eq_ignore_ascii_case(&text_of(other));
        if self.takes("==") {
            json!(is_equal(&self.single()))
        } else if self.takes("!=") {
            json!(!is_equal(&self.single()))
        } else {
            value
        }
    }

    fn single(&mut self) -> Value {
        match self.tokens.next().expect("an expression") {
            "!" => json!(!is_true(&self.single())),
            "(" => {
                let value = self.either();
                assert!(self.takes(")"), "a closing parenthesis");
                value
            }
            text if text.starts_with('\'') => json!(text.trim_matches('\'')),
            "true" => json!(true),
            name if self.takes("(") => self.call(name),
            path => found(self.known, path),
        }
    }

    fn call(&mut self, name: &str) -> Value {
        let mut given = Vec::new();
        while !self.takes(")") {
            given.push(self.either());
            self.takes(",");
        }
        match (name, given.as_slice()) {
            ("cancelled", []) => json!(self.before == Before::Cancelled),
            ("contains", [Value::Array(items), item]) => json!(items.contains(item)),
            ("fromJSON", [Value::String(text)]) => serde_json::from_str(text).unwrap(),
            _ => panic!("what is {name} of {given:?}?"),
        }
    }
}

/// What stands at a path; null where nothing does.
fn found(known: &Value, path: &str) -> Value {
    let Some((name, rest)) = path.split_once('.') else { return known[path].clone() };
    match rest.strip_prefix("*.") {
        Some(member) => {
            let items = known[name].as_array().into_iter().flatten();
            items.map(|item| found(item, member)).collect()
        }
        None => found(&known[name], rest),
    }
}

fn is_true(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false)) && *value != json!("")
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[test]
fn operators_functions_and_paths_have_the_values_that_github_gives_them() {
    let known = json!({"a": {"b": "x", "list": [{"name": "p"}, {"name": "q"}]}, "n": 7});
    for (text, expected) in [
        ("a.b == 'X' && 'yes' || 'no'", json!("yes")),
        ("a.c == 'x' && 'yes' || 'no'", json!("no")),
        ("a.c || n", json!(7)),
        ("!(a.b != 'x') && contains(a.list.*.name, 'q')", json!(true)),
        ("contains(fromJSON('[\"s\"]'), a.b) || cancelled()", json!(false)),
    ] {
        assert_eq!(evaluate(text, &known, Before::Failed), expected, "{text}");
    }
    assert_eq!(filled_in("g-${{ n }}-${{ a.b }}", &known), "g-7-x");
    assert!(!runs(&json!("a.b == 'x'"), &known, Before::Failed), "asks for no status");
    assert!(runs(&json!("${{ !cancelled() && a.b == 'x' }}"), &known, Before::Failed));
    assert!(runs(&Value::Null, &known, Before::Succeeded));
}
