//! Markup as a tree, for tests that ask what a reader of it would find.
//!
//! In: XML, or HTML whose elements are closed but for the void ones. Out: elements; an end that
//! belongs to no start, and what is left open, fail the test.

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesStart, Event},
    name::QName,
};

/// Elements of HTML that have no end.
const VOID: [&str; 4] = ["br", "img", "link", "meta"];

/// An element, without comments and what stands between its children.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Element>,
    /// Its own text and that of its children.
    pub text: String,
}

/// The outermost element of an XML document.
#[track_caller]
pub fn xml(text: &str) -> Element {
    tree(text, &[])
}

/// The outermost element of an HTML page.
#[track_caller]
pub fn html(text: &str) -> Element {
    tree(text, &VOID)
}

#[track_caller]
fn tree(text: &str, void: &[&str]) -> Element {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = false;
    let mut open = vec![Element::default()];
    loop {
        let at = reader.buffer_position();
        match reader.read_event().unwrap_or_else(|error| panic!("{error} at {at} of {text}")) {
            Event::Start(start) => {
                let element = element(&start);
                let is_void = void.contains(&element.name.as_str());
                open.push(element);
                if is_void {
                    close(&mut open);
                }
            }
            Event::Empty(start) => {
                open.push(element(&start));
                close(&mut open);
            }
            Event::End(end) => {
                assert_eq!(open.last().unwrap().name, name(end.name()), "at {at} of {text}");
                close(&mut open);
            }
            Event::Text(part) => open.last_mut().unwrap().text += &part.decode().unwrap(),
            Event::GeneralRef(part) => {
                let reference = part.decode().unwrap();
                let number = part.resolve_char_ref().unwrap();
                let named = quick_xml::escape::resolve_predefined_entity(&reference);
                let meant = number.map(String::from).or(named.map(str::to_owned));
                open.last_mut().unwrap().text +=
                    &meant.unwrap_or_else(|| panic!("&{reference}; at {at} of {text}"));
            }
            Event::Eof => break,
            Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_) => {}
        }
    }
    assert_eq!(open.len(), 1, "left open: {:?}", open.last());
    let mut children = open.remove(0).children;
    assert_eq!(children.len(), 1, "outermost elements");
    children.remove(0)
}

fn close(open: &mut Vec<Element>) {
    let closed = open.pop().expect("an element is open");
    let parent = open.last_mut().expect("an end belongs to a start");
    parent.text += &closed.text;
    parent.children.push(closed);
}

fn element(start: &BytesStart<'_>) -> Element {
    let attributes = start.html_attributes().map(|attribute| {
        let attribute = attribute.expect("an attribute");
        let value =
            attribute.normalized_value(XmlVersion::Implicit1_0).expect("its value").into_owned();
        (name(attribute.key), value)
    });
    let attributes = attributes.collect();
    Element { name: name(start.name()), attributes, ..Element::default() }
}

fn name(name: QName<'_>) -> String {
    String::from_utf8(name.as_ref().to_vec()).expect("a name is text")
}

impl Element {
    /// Children of this name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &Self> + use<'_> {
        let name = name.to_owned();
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The one child of this name.
    #[track_caller]
    pub fn only(&self, name: &str) -> &Self {
        let found: Vec<&Self> = self.all(name).collect();
        assert_eq!(found.len(), 1, "{name} of {}: {found:?}", self.name);
        found[0]
    }

    /// Elements of this name at any depth.
    pub fn within(&self, name: &str) -> Vec<&Self> {
        let deeper = self.children.iter().flat_map(|child| child.within(name));
        self.all(name).chain(deeper).collect()
    }

    /// Value of an attribute, or nothing.
    pub fn attribute(&self, name: &str) -> &str {
        self.attributes.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value)
    }
}

#[test]
fn a_tree_has_texts_attributes_and_children_and_no_open_ends() {
    let page = html("<!DOCTYPE html><p hidden id=\"a&amp;b\">1 &lt; 2<br><b>c</b></p>");
    assert_eq!((page.attribute("id"), page.text.as_str()), ("a&b", "1 < 2c"));
    assert_eq!(page.within("b")[0].text, "c");
    for broken in ["<a><b></a></b>", "<a>", "<a/><a/>", "</a>", "<a>&nope;</a>"] {
        assert!(std::panic::catch_unwind(|| xml(broken)).is_err(), "{broken}");
    }
}
