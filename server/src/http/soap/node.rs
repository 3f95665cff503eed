//! Reading XML that strangers send: no document types, no entities but the five of XML itself, no instructions, and limits on everything that
//! can be many, deep or long. What comes out is a small tree of elements.

use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::{NsReader, XmlVersion};

/// Deepest nesting; an envelope with the deepest filter that makes sense needs half of it.
const DEPTH: usize = 64;
/// Most elements.
const ELEMENTS: usize = 200_000;
/// Most attributes of an element, namespaces included.
const ATTRIBUTES: usize = 32;
/// Longest value of an attribute, in bytes.
const ATTRIBUTE_BYTES: usize = 4 << 10;

const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// An element.
#[derive(Debug, Default)]
pub struct Node {
    /// Without its prefix.
    pub name: String,
    /// Empty: none.
    pub space: String,
    /// `xsi:type`, without its prefix.
    pub kind: Option<String>,
    /// `mustUnderstand`.
    pub must: bool,
    /// `xsi:nil`.
    nil: bool,
    text: String,
    children: Vec<Node>,
}

/// Why something was not read; in English, for developers.
#[derive(Debug, PartialEq, Eq)]
pub struct Unreadable(pub &'static str);

impl Node {
    /// Reads a whole document.
    ///
    /// # Errors
    /// What is not allowed, or not XML.
    pub fn parse(bytes: &[u8]) -> Result<Self, Unreadable> {
        let text = std::str::from_utf8(bytes).map_err(|_| Unreadable("The request is not UTF-8."))?;
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        let mut reader = NsReader::from_str(text);
        reader.resolver_mut().set_max_namespace_bindings(256);
        let mut stack: Vec<Self> = Vec::new();
        let mut root = None;
        let mut elements = 0;
        loop {
            let event = reader
                .read_event()
                .map_err(|_| Unreadable("The request is not well-formed XML."))?;
            match event {
                Event::Start(start) | Event::Empty(start) if root.is_some() && stack.is_empty() => {
                    drop(start);
                    return Err(Unreadable("The request has more than one root element."));
                }
                Event::Start(start) => {
                    elements += 1;
                    if stack.len() >= DEPTH {
                        return Err(Unreadable("The request is nested too deeply."));
                    }
                    stack.push(Self::open(&reader, &start)?);
                }
                Event::Empty(start) => {
                    elements += 1;
                    let node = Self::open(&reader, &start)?;
                    place(&mut stack, &mut root, node);
                }
                Event::End(_) => {
                    if let Some(node) = stack.pop() {
                        place(&mut stack, &mut root, node);
                    }
                }
                Event::Text(text) => add(&mut stack, &text.xml10_content())?,
                Event::CData(text) => add(&mut stack, &text.xml10_content())?,
                Event::GeneralRef(entity) => {
                    let mut buffer = [0; 4];
                    let text = match entity.resolve_char_ref() {
                        Ok(Some(char)) => &*char.encode_utf8(&mut buffer),
                        Ok(None) => predefined(entity.into_inner().as_ref())?,
                        Err(_) => return Err(Unreadable("The request has a character that is none.")),
                    };
                    add(&mut stack, text)?;
                }
                Event::Decl(declaration) => {
                    let encoding = declaration.encoding().and_then(Result::ok);
                    if encoding.is_some_and(|it| !it.eq_ignore_ascii_case("utf-8")) {
                        return Err(Unreadable("The request must be UTF-8."));
                    }
                }
                Event::Comment(_) => {}
                Event::DocType(_) => {
                    return Err(Unreadable(
                        "Document types (DTD) and the entities they declare are not allowed.",
                    ));
                }
                Event::PI(_) => return Err(Unreadable("Processing instructions are not allowed.")),
                Event::Eof => break,
            }
            if elements > ELEMENTS {
                return Err(Unreadable("The request has too many elements."));
            }
        }
        if stack.is_empty() {
            root.ok_or(Unreadable("The request is empty."))
        } else {
            Err(Unreadable("The request is not well-formed XML."))
        }
    }

    fn open(reader: &NsReader<&[u8]>, start: &BytesStart<'_>) -> Result<Self, Unreadable> {
        let resolver = reader.resolver();
        let (space, name) = resolver.resolve_element(start.name());
        let mut node = Self {
            name: name.as_ref().to_owned(),
            space: bound(&space)?.to_owned(),
            ..Self::default()
        };
        for (n, attribute) in start.attributes().enumerate() {
            let attribute = attribute.map_err(|_| Unreadable("The request is not well-formed XML."))?;
            if n >= ATTRIBUTES || attribute.value.len() > ATTRIBUTE_BYTES {
                return Err(Unreadable("An element has too many or too long attributes."));
            }
            if attribute.key.as_namespace_binding().is_some() {
                continue;
            }
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|_| Unreadable("Entities that XML itself does not know are not allowed."))?;
            let (space, name) = resolver.resolve_attribute(attribute.key);
            match (bound(&space)?, name.as_ref()) {
                (XSI, "type") => {
                    node.kind = Some(value.rsplit(':').next().unwrap_or_default().to_owned());
                }
                (XSI, "nil") => node.nil = matches!(&*value, "true" | "1"),
                (space, "mustUnderstand") if !space.is_empty() => {
                    node.must = matches!(&*value, "true" | "1");
                }
                _ => {}
            }
        }
        Ok(node)
    }

    /// Children of a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first child of a name.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// All children.
    pub fn children(&self) -> &[Self] {
        &self.children
    }

    /// All children, for themselves.
    pub fn into_children(self) -> Vec<Self> {
        self.children
    }

    /// What stands in it; nothing where it is nil.
    pub fn value(&self) -> &str {
        if self.nil { "" } else { self.text.trim() }
    }

    /// What stands in the first child of a name; nothing where there is none.
    pub fn text(&self, name: &str) -> &str {
        self.child(name).map_or("", Self::value)
    }
}

fn bound<'a>(space: &'a ResolveResult<'a>) -> Result<&'a str, Unreadable> {
    match space {
        ResolveResult::Bound(space) => Ok(space.0),
        ResolveResult::Unbound => Ok(""),
        ResolveResult::Unknown(_) => Err(Unreadable("The request uses a prefix that it does not declare.")),
    }
}

fn place(stack: &mut [Node], root: &mut Option<Node>, node: Node) {
    match stack.last_mut() {
        Some(parent) => parent.children.push(node),
        None => *root = Some(node),
    }
}

fn add(stack: &mut [Node], text: &str) -> Result<(), Unreadable> {
    let allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{FFFD}' | '\u{10000}'..);
    if !text.chars().all(allowed) {
        return Err(Unreadable("The request has a character that XML does not allow."));
    }
    match stack.last_mut() {
        Some(node) => {
            node.text.push_str(text);
            Ok(())
        }
        None if text.trim().is_empty() => Ok(()),
        None => Err(Unreadable("The request is not well-formed XML.")),
    }
}

fn predefined(name: &str) -> Result<&'static str, Unreadable> {
    match name {
        "lt" => Ok("<"),
        "gt" => Ok(">"),
        "amp" => Ok("&"),
        "apos" => Ok("'"),
        "quot" => Ok("\""),
        _ => Err(Unreadable(
            "Entities that XML itself does not know are not allowed.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> &'static str {
        Node::parse(text.as_bytes()).expect_err("refused").0
    }

    #[test]
    fn elements_types_and_texts_are_read() {
        let text = "\u{FEFF}<?xml version=\"1.0\" encoding=\"UTF-8\"?><!-- x --><a:r xmlns:a=\"urn:a\" xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\">\
            <o i:type=\"a:Thing\"> x &amp; &#x17C;<![CDATA[<&]]> </o><n i:nil=\"true\">y</n></a:r>";
        let root = Node::parse(text.as_bytes()).expect("read");
        assert_eq!((root.name.as_str(), root.space.as_str()), ("r", "urn:a"));
        let thing = root.child("o").expect("there");
        assert_eq!((thing.kind.as_deref(), thing.value()), (Some("Thing"), "x & ż<&"));
        assert_eq!(root.text("n"), "");
    }

    #[test]
    fn bombs_and_external_entities_are_refused() {
        let laughs = "<!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]><l>&b;</l>";
        let external = "<!DOCTYPE l [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><l>&x;</l>";
        let parameter = "<!DOCTYPE l SYSTEM \"http://127.0.0.1:1/evil.dtd\"><l/>";
        let quadratic = format!(
            "<!DOCTYPE l [<!ENTITY a \"{}\">]><l>{}</l>",
            "x".repeat(50_000),
            "&a;".repeat(9)
        );
        for text in [laughs, external, parameter, &quadratic] {
            assert!(refused(text).contains("DTD"), "{text:.60}");
        }
        assert!(refused("<l>&nbsp;</l>").contains("Entities"));
        assert!(refused("<l a=\"&x;\"/>").contains("Entities"));
        assert!(refused("<?php evil ?><l/>").contains("instructions"));
        assert!(refused("<l><?x y?></l>").contains("instructions"));
        assert!(refused("<l>&#0;</l>").contains("character"));
        assert!(refused("<l>&#7;</l>").contains("character"));
    }

    #[test]
    fn what_is_too_much_is_refused() {
        let deep = format!("{}{}", "<a>".repeat(65), "</a>".repeat(65));
        assert!(refused(&deep).contains("deeply"));
        assert!(Node::parse(format!("{}{}", "<a>".repeat(64), "</a>".repeat(64)).as_bytes()).is_ok());
        let wide = format!("<r>{}</r>", "<a/>".repeat(200_001));
        assert!(refused(&wide).contains("too many elements"));
        let attributes: String = (0..33).map(|n| format!(" a{n}=\"\"")).collect();
        assert!(refused(&format!("<r{attributes}/>")).contains("attributes"));
        assert!(refused(&format!("<r a=\"{}\"/>", "x".repeat(5_000))).contains("attributes"));
        let spaces: String = (0..20).map(|n| format!(" xmlns:n{n}=\"u\"")).collect();
        let open = format!("<r{spaces}>").repeat(20);
        Node::parse(open.as_bytes()).expect_err("too many namespaces, and never closed");
    }

    #[test]
    fn what_is_not_xml_is_refused() {
        for text in [
            "",
            "x",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "<a b=\"1\" b=\"2\"/>",
            "<p:a/>",
            "<a/>x",
            "<a>&</a>",
        ] {
            Node::parse(text.as_bytes()).expect_err(text);
        }
        assert!(refused("<?xml version=\"1.0\" encoding=\"utf-16\"?><a/>").contains("UTF-8"));
        Node::parse(b"<a>\xFF</a>").expect_err("not UTF-8");
    }
}
