//! Filters. A filter decides row by row; what can be said of it in advance (these people, these lists, this time) is what the database is
//! asked for, so that no more rows are looked at than there must be.

use std::cmp::Ordering;

use domain::events::Span;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::http::soap::node::Node;
use crate::http::soap::objects::{Object, Row};
use crate::http::soap::value::{Kind, Value};

/// Most conditions in a filter.
const CONDITIONS: usize = 100;
/// Most values in a condition.
const VALUES: usize = 2_500;

/// What a row must be.
#[derive(Debug, Serialize, Deserialize)]
pub enum Filter {
    Is {
        property: String,
        operator: Operator,
        values: Vec<Value>,
    },
    All(Vec<Filter>),
    Any(Vec<Filter>),
}

/// How a property is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operator {
    Equals,
    NotEquals,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Between,
    In,
    Like,
    BeginsWith,
    EndsWith,
    Contains,
    NotContains,
    IsNull,
    IsNotNull,
}

impl Operator {
    fn find(name: &str) -> Option<Self> {
        Some(match name {
            "equals" => Self::Equals,
            "notEquals" => Self::NotEquals,
            "greaterThan" => Self::Greater,
            "greaterThanOrEqual" => Self::GreaterOrEqual,
            "lessThan" => Self::Less,
            "lessThanOrEqual" => Self::LessOrEqual,
            "between" => Self::Between,
            "IN" | "in" => Self::In,
            "like" => Self::Like,
            "beginsWith" => Self::BeginsWith,
            "endsWith" => Self::EndsWith,
            "contains" => Self::Contains,
            "notContains" => Self::NotContains,
            "isNull" => Self::IsNull,
            "isNotNull" => Self::IsNotNull,
            _ => return None,
        })
    }

    /// Compares pieces of texts.
    fn is_textual(self) -> bool {
        matches!(
            self,
            Self::Like | Self::BeginsWith | Self::EndsWith | Self::Contains | Self::NotContains
        )
    }
}

impl Filter {
    /// Reads a `Filter` element.
    ///
    /// # Errors
    /// What of it is not supported or not right, by name.
    pub fn read(object: &Object, node: &Node) -> Result<Self, String> {
        let mut left = CONDITIONS;
        Self::part(object, node, &mut left)
    }

    fn part(object: &Object, node: &Node, left: &mut usize) -> Result<Self, String> {
        let simple = node.child("SimpleOperator").is_some() || node.child("Property").is_some();
        match node.kind.as_deref() {
            Some("SimpleFilterPart") => Self::simple(object, node, left),
            Some("ComplexFilterPart") => Self::complex(object, node, left),
            None if simple => Self::simple(object, node, left),
            None if node.child("LogicalOperator").is_some() => Self::complex(object, node, left),
            None => Err("Error: Filter: neither a SimpleFilterPart nor a ComplexFilterPart".to_owned()),
            Some(other) => Err(format!("Error: Filter: {} is not supported", short(other))),
        }
    }

    fn complex(object: &Object, node: &Node, left: &mut usize) -> Result<Self, String> {
        let operands = [node.child("LeftOperand"), node.child("RightOperand")];
        let more = node.child("AdditionalOperands");
        let more = more.into_iter().flat_map(|it| it.all("Operand"));
        let parts = operands
            .into_iter()
            .flatten()
            .chain(more)
            .map(|part| Self::part(object, part, left))
            .collect::<Result<Vec<_>, _>>()?;
        if parts.is_empty() {
            return Err("Error: ComplexFilterPart: it has no operands".to_owned());
        }
        match node.text("LogicalOperator").to_ascii_uppercase().as_str() {
            "AND" => Ok(Self::All(parts)),
            "OR" => Ok(Self::Any(parts)),
            other => Err(format!(
                "Error: LogicalOperator {} is not supported",
                short(other)
            )),
        }
    }

    fn simple(object: &Object, node: &Node, left: &mut usize) -> Result<Self, String> {
        *left = left
            .checked_sub(1)
            .ok_or_else(|| format!("Error: Filter: more than {CONDITIONS} conditions are not supported"))?;
        let name = node.text("Property");
        let property = object.property(name).filter(|it| it.filterable).ok_or_else(|| {
            format!(
                "Error: {} can not be filtered by the property {}",
                object.name,
                short(name)
            )
        })?;
        let operator = node.text("SimpleOperator");
        let operator = Operator::find(operator)
            .ok_or_else(|| format!("Error: SimpleOperator {} is not supported", short(operator)))?;
        if operator.is_textual() && property.kind != Kind::Text {
            return Err(format!(
                "Error: {} is not compared with pieces of texts",
                property.name
            ));
        }
        let values = node.all("Value").chain(node.all("DateValue"));
        let values = values
            .map(|value| {
                Value::read(property.kind, value.value()).ok_or_else(|| {
                    format!(
                        "Error: the value for {} is not one that it can have",
                        property.name
                    )
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        let enough = match operator {
            Operator::IsNull | Operator::IsNotNull => true,
            Operator::Between => values.len() == 2,
            Operator::In => (1..=VALUES).contains(&values.len()),
            _ => values.len() == 1,
        };
        if !enough {
            return Err(format!("Error: wrong number of values for {}", property.name));
        }
        Ok(Self::Is {
            property: property.name.to_owned(),
            operator,
            values,
        })
    }

    /// Whether a row is so.
    pub fn fits(&self, row: &Row) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.fits(row)),
            Self::Any(parts) => parts.iter().any(|part| part.fits(row)),
            Self::Is {
                property,
                operator,
                values,
            } => compare(row.get(property), *operator, values),
        }
    }

    /// The only values that one of these properties can have, if the filter says so: nothing else need be looked at.
    pub fn only(&self, properties: &[&str]) -> Option<Vec<&Value>> {
        match self {
            Self::Is {
                property,
                operator: Operator::Equals | Operator::In,
                values,
            } if properties.contains(&property.as_str()) => Some(values.iter().collect()),
            Self::Is { .. } => None,
            Self::All(parts) => parts
                .iter()
                .filter_map(|part| part.only(properties))
                .min_by_key(Vec::len),
            Self::Any(parts) => {
                let all: Option<Vec<_>> = parts.iter().map(|part| part.only(properties)).collect();
                all.map(|all| all.into_iter().flatten().collect())
            }
        }
    }

    /// The span that a time must be in.
    pub fn span(&self, name: &str) -> Span {
        match self {
            Self::Is {
                property,
                operator,
                values,
            } if property == name => {
                let at = |n: usize| match values.get(n) {
                    Some(Value::Time(time)) => Some(*time),
                    _ => None,
                };
                let (from, to) = match operator {
                    Operator::Equals => (at(0), at(0)),
                    Operator::Greater | Operator::GreaterOrEqual => (at(0), None),
                    Operator::Less | Operator::LessOrEqual => (None, at(0)),
                    Operator::Between => (at(0), at(1)),
                    _ => (None, None),
                };
                Span { from, to }
            }
            Self::Is { .. } => Span::default(),
            Self::All(parts) => parts.iter().fold(Span::default(), |span, part| {
                let other = part.span(name);
                Span {
                    from: span.from.max(other.from),
                    to: later_end(span.to, other.to, Timestamp::min),
                }
            }),
            Self::Any(parts) => {
                let mut spans = parts.iter().map(|part| part.span(name));
                let first = spans.next().unwrap_or_default();
                spans.fold(first, |span, other| Span {
                    // None is before everything.
                    from: span.from.min(other.from),
                    to: span.to.zip(other.to).map(|(a, b)| a.max(b)),
                })
            }
        }
    }
}

/// Of two ends the one that `choose` says; one alone counts.
fn later_end(
    a: Option<Timestamp>,
    b: Option<Timestamp>,
    choose: fn(Timestamp, Timestamp) -> Timestamp,
) -> Option<Timestamp> {
    match (a, b) {
        (Some(a), Some(b)) => Some(choose(a, b)),
        (one, other) => one.or(other),
    }
}

fn compare(value: &Value, operator: Operator, values: &[Value]) -> bool {
    let order = |n: usize| values.get(n).and_then(|it| value.compare(it));
    let is = |wanted: &[Ordering]| order(0).is_some_and(|it| wanted.contains(&it));
    let lower = |value: &Value| match value {
        Value::Text(text) => text.to_lowercase(),
        _ => String::new(),
    };
    let piece = values.first().map(lower).unwrap_or_default();
    match operator {
        Operator::Equals => is(&[Ordering::Equal]),
        Operator::NotEquals => !is(&[Ordering::Equal]),
        Operator::Greater => is(&[Ordering::Greater]),
        Operator::GreaterOrEqual => is(&[Ordering::Greater, Ordering::Equal]),
        Operator::Less => is(&[Ordering::Less]),
        Operator::LessOrEqual => is(&[Ordering::Less, Ordering::Equal]),
        Operator::Between => order(0).is_some_and(Ordering::is_ge) && order(1).is_some_and(Ordering::is_le),
        Operator::In => values.iter().any(|it| value.compare(it) == Some(Ordering::Equal)),
        Operator::IsNull => *value == Value::None,
        Operator::IsNotNull => *value != Value::None,
        Operator::BeginsWith => lower(value).starts_with(&piece),
        Operator::EndsWith => lower(value).ends_with(&piece),
        Operator::Contains => lower(value).contains(&piece),
        Operator::NotContains => !lower(value).contains(&piece),
        Operator::Like if piece.contains(['%', '_']) => like(&lower(value), &piece),
        Operator::Like => lower(value).contains(&piece),
    }
}

/// SQL's `like`, in time proportional to both lengths multiplied.
fn like(text: &str, pattern: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let pattern: Vec<char> = pattern.chars().collect();
    let (mut at, mut in_pattern) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(in_pattern) {
            Some('%') => {
                back = Some((in_pattern, at));
                in_pattern += 1;
            }
            Some(c) if *c == '_' || *c == text[at] => {
                at += 1;
                in_pattern += 1;
            }
            _ => match back {
                Some((percent, start)) => {
                    back = Some((percent, start + 1));
                    at = start + 1;
                    in_pattern = percent + 1;
                }
                None => return false,
            },
        }
    }
    pattern[in_pattern..].iter().all(|c| *c == '%')
}

/// Names that callers made up are said back, but not at any length.
pub fn short(name: &str) -> String {
    let shown: String = name.chars().filter(|c| !c.is_control()).take(80).collect();
    if shown.is_empty() {
        "(none)".to_owned()
    } else {
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object() -> &'static Object {
        Object::find("SentEvent").expect("there")
    }

    fn filter(xml: &str) -> Result<Filter, String> {
        let xml = xml
            .replace("[S", "<Filter xsi:type=\"SimpleFilterPart\"")
            .replace("[L", "<LeftOperand xsi:type=\"SimpleFilterPart\"")
            .replace("[R", "<RightOperand xsi:type=\"SimpleFilterPart\"");
        let xml = format!("<x xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">{xml}</x>");
        let node = Node::parse(xml.as_bytes()).expect("read");
        Filter::read(object(), &node.children()[0])
    }

    fn simple(property: &str, operator: &str, values: &[&str]) -> Result<Filter, String> {
        let values: String = values.iter().map(|it| format!("<Value>{it}</Value>")).collect();
        filter(&format!(
            "[S><Property>{property}</Property><SimpleOperator>{operator}</SimpleOperator>{values}</Filter>"
        ))
    }

    #[test]
    fn conditions_compare_as_they_say() {
        let row = Row::default()
            .with("SubscriberKey", "Ada@example.org")
            .with("SendID", 7)
            .with(
                "EventDate",
                "2026-11-22T12:00:00Z".parse::<Timestamp>().expect("a time"),
            );
        let cases: &[(&str, &str, &[&str], bool)] = &[
            ("SubscriberKey", "equals", &["ADA@example.org"], true),
            ("subscriberkey", "notEquals", &["ada@example.org"], false),
            ("SubscriberKey", "IN", &["x", "ada@example.org"], true),
            ("SubscriberKey", "like", &["%@example.%"], true),
            ("SubscriberKey", "like", &["ad_@%.com"], false),
            ("SubscriberKey", "like", &["example"], true),
            ("SubscriberKey", "beginsWith", &["ada"], true),
            ("SubscriberKey", "endsWith", &["com"], false),
            ("SubscriberKey", "notContains", &["x"], false),
            ("SendID", "greaterThan", &["6"], true),
            ("SendID", "lessThanOrEqual", &["6"], false),
            ("EventDate", "between", &["2026-11-22", "2026-11-23"], true),
            ("EventDate", "lessThan", &["2026-11-22T12:00:00"], false),
            ("BatchID", "isNull", &[], true),
            ("SendID", "isNotNull", &[], true),
        ];
        for (property, operator, values, expected) in cases {
            let filter = simple(property, operator, values).expect("read");
            assert_eq!(filter.fits(&row), *expected, "{property} {operator} {values:?}");
        }
    }

    #[test]
    fn what_is_not_supported_is_named() {
        let no =
            |property, operator, values: &[&str]| simple(property, operator, values).expect_err("refused");
        assert!(no("Colour", "equals", &["x"]).contains("Colour"));
        assert!(no("PartnerKey", "equals", &["x"]).contains("PartnerKey"));
        assert!(no("SendID", "isAnniversary", &["1"]).contains("isAnniversary"));
        assert!(no("SendID", "equals", &["seven"]).contains("SendID"));
        assert!(no("SendID", "like", &["7"]).contains("SendID"));
        assert!(no("EventDate", "between", &["2026-11-22"]).contains("EventDate"));
        let tag = filter("<Filter xsi:type=\"TagFilterPart\"><Tags/></Filter>").expect_err("refused");
        assert!(tag.contains("TagFilterPart"));
    }

    #[test]
    fn what_it_says_in_advance_bounds_what_is_looked_at() {
        let part = |side: &str, property: &str, operator: &str, value: &str| {
            format!(
                "[{}><Property>{property}</Property><SimpleOperator>{operator}</SimpleOperator><Value>{value}</Value></{}Operand>",
                &side[..1],
                side
            )
        };
        let complex = |logical: &str, left: String, right: String| {
            filter(&format!(
                "<Filter xsi:type=\"ComplexFilterPart\">{left}<LogicalOperator>{logical}</LogicalOperator>{right}</Filter>"
            ))
            .expect("read")
        };
        let both = complex(
            "AND",
            part("Left", "SubscriberKey", "equals", "a"),
            part("Right", "EventDate", "greaterThan", "2026-11-22"),
        );
        assert_eq!(both.only(&["SubscriberKey"]), Some(vec![&Value::from("a")]));
        assert!(both.span("EventDate").from.is_some() && both.span("EventDate").to.is_none());
        let either = complex(
            "OR",
            part("Left", "SubscriberKey", "equals", "a"),
            part("Right", "EventDate", "greaterThan", "2026-11-22"),
        );
        assert_eq!(either.only(&["SubscriberKey"]), None);
        assert!(either.span("EventDate").from.is_none());
        let keys = complex(
            "OR",
            part("Left", "SubscriberKey", "equals", "a"),
            part("Right", "SubscriberKey", "equals", "b"),
        );
        assert_eq!(keys.only(&["SubscriberKey"]).map(|it| it.len()), Some(2));
        let window = complex(
            "AND",
            part("Left", "EventDate", "greaterThan", "2026-11-22"),
            part("Right", "EventDate", "lessThan", "2026-11-23"),
        );
        let span = window.span("EventDate");
        assert!(span.from.zip(span.to).is_some_and(|(from, to)| from < to));
    }
}
