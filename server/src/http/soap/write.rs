//! Writing XML, element by element.

use quick_xml::escape::minimal_escape;

use super::value::Value;

/// XML under way.
#[derive(Default)]
pub struct Xml(String);

impl Xml {
    /// An element with attributes that are written as they are.
    pub fn open_with(&mut self, name: &str, attributes: &str) -> &mut Self {
        self.0.push('<');
        self.0.push_str(name);
        if !attributes.is_empty() {
            self.0.push(' ');
            self.0.push_str(attributes);
        }
        self.0.push('>');
        self
    }

    /// An element.
    pub fn open(&mut self, name: &str) -> &mut Self {
        self.open_with(name, "")
    }

    /// Its end.
    pub fn close(&mut self, name: &str) -> &mut Self {
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push('>');
        self
    }

    /// An element with a text. What XML cannot hold (a relay's reply may have it) is left out.
    pub fn leaf(&mut self, name: &str, text: &str) -> &mut Self {
        let shown: String = text
            .chars()
            .filter(|c| matches!(c, '\t' | '\n' | '\u{20}'..='\u{FFFD}' | '\u{10000}'..))
            .collect();
        self.open(name);
        self.0.push_str(&minimal_escape(shown));
        self.close(name)
    }

    /// An element with a number.
    pub fn number(&mut self, name: &str, number: impl std::fmt::Display) -> &mut Self {
        self.leaf(name, &number.to_string())
    }

    /// An element with a value; without one, nothing.
    pub fn value(&mut self, name: &str, value: &Value) -> &mut Self {
        match value.text() {
            Some(text) => self.leaf(name, &text),
            None => self,
        }
    }

    /// An element that says it is empty.
    pub fn nil(&mut self, name: &str) -> &mut Self {
        self.0.push('<');
        self.0.push_str(name);
        self.0.push_str(" xsi:nil=\"true\"/>");
        self
    }

    /// What was written elsewhere.
    pub fn raw(&mut self, xml: &str) -> &mut Self {
        self.0.push_str(xml);
        self
    }

    /// The text.
    pub fn finish(self) -> String {
        self.0
    }
}
