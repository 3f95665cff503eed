use crate::{Error, Result};
use jiff::Timestamp;
use jiff::civil::Date;
use types::messages::MessageFilter;
use types::{Code, PageQuery};

/// What a person asks of the list of messages: search takes a whole address or the caller's key, `definition` a definition's key, `from` and
/// `to` days in `zone`, both included.
///
/// # Errors
/// Fields `from`, `to` that are no days; `zone` that is none.
pub fn asked_in_console(query: &PageQuery, zone: &str) -> Result<MessageFilter> {
    let text = |name: &str| query.filters.get(name).cloned().unwrap_or_default();
    let search = query.search.trim();
    let is_address = search.contains('@');
    Ok(MessageFilter {
        address: if is_address { search } else { "" }.to_owned(),
        key: if is_address { "" } else { search }.to_owned(),
        definition: text("definition"),
        from: day(query, "from", zone, 0)?,
        to: day(query, "to", zone, 1)?,
    })
}

/// The beginning of a day, or of the one after it.
fn day(query: &PageQuery, name: &str, zone: &str, later: i64) -> Result<Option<Timestamp>> {
    let Some(text) = query.filters.get(name).filter(|it| !it.is_empty()) else {
        return Ok(None);
    };
    let wrong = |_| Error::field(name, Code::BadFormat);
    let date: Date = text.parse().map_err(wrong)?;
    let date = date
        .checked_add(jiff::Span::new().days(later))
        .map_err(|_| Error::field(name, Code::OutOfRange))?;
    let zoned = date
        .in_tz(zone)
        .map_err(|_| Error::field("zone", Code::BadFormat))?;
    Ok(Some(zoned.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(search: &str, filters: &[(&str, &str)]) -> PageQuery {
        PageQuery {
            search: search.to_owned(),
            filters: filters
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            ..PageQuery::default()
        }
    }

    #[test]
    fn days_are_those_of_the_reader_and_whole() {
        let query = query("", &[("from", "2026-03-29"), ("to", "2026-03-29")]);
        let filter = asked_in_console(&query, "Europe/Warsaw").unwrap();
        assert_eq!(filter.from.unwrap().to_string(), "2026-03-28T23:00:00Z");
        assert_eq!(
            filter.to.unwrap().to_string(),
            "2026-03-29T22:00:00Z",
            "a day of 23 hours"
        );
    }

    #[test]
    fn a_search_is_for_an_address_or_for_a_key() {
        let filter = asked_in_console(&query(" a@b.example ", &[]), "UTC").unwrap();
        assert_eq!(
            (filter.address.as_str(), filter.key.as_str()),
            ("a@b.example", "")
        );
        let filter = asked_in_console(&query("order-7", &[("definition", "order")]), "UTC").unwrap();
        assert_eq!(
            (filter.key.as_str(), filter.definition.as_str()),
            ("order-7", "order")
        );
    }

    #[test]
    fn what_is_no_day_is_told() {
        let error = asked_in_console(&query("", &[("to", "tomorrow")]), "UTC").unwrap_err();
        assert_eq!(error.to_api().fields[0].field, "to");
    }
}
