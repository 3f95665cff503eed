//! The filters of mails, all linear in what goes in; dates and numbers follow the message's language.

use minijinja::value::ValueKind;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, State, Value};
use types::Language;

pub(crate) fn register(environment: &mut Environment<'static>) {
    environment.add_filter("default", default);
    environment.add_filter("d", default);
    environment.add_filter("title", |text: Value| each_word(&text));
    environment.add_filter("upper", |text: Value| given(&text).map(|it| it.to_uppercase()));
    environment.add_filter("lower", |text: Value| given(&text).map(|it| it.to_lowercase()));
    environment.add_filter("capitalize", |text: Value| {
        given(&text).map(|it| capitalised(&it))
    });
    environment.add_filter("trim", |text: Value| given(&text).map(|it| it.trim().to_owned()));
    environment.add_filter("urlencode", urlencode);
    environment.add_filter("date", date);
    environment.add_filter("number", number);
    environment.add_filter("first", |list: Value| edge(&list, false));
    environment.add_filter("last", |list: Value| edge(&list, true));
    environment.add_filter("join", join);
    environment.add_filter("length", length);
    environment.add_test("defined", |value: Value| !value.is_undefined());
    environment.add_test("undefined", |value: Value| value.is_undefined());
}

fn missing() -> Error {
    Error::from(ErrorKind::UndefinedError)
}

/// The value as text; a missing one is an error, as everywhere.
fn given(value: &Value) -> Result<String, Error> {
    if value.is_undefined() || value.is_none() {
        return Err(missing());
    }
    Ok(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

/// An empty text counts as missing: imports leave empty cells.
fn default(value: Value, other: Option<Value>) -> Value {
    let absent =
        value.is_undefined() || value.is_none() || value.as_str().is_some_and(|it| it.trim().is_empty());
    if absent {
        other.unwrap_or_else(|| Value::from(""))
    } else {
        value
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first
            .to_uppercase()
            .chain(letters.flat_map(char::to_lowercase))
            .collect()
    })
}

/// `ANNA-MARIA O'NEIL` becomes `Anna-Maria O'Neil`.
fn each_word(value: &Value) -> Result<String, Error> {
    let text = given(value)?;
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for letter in text.chars() {
        if inside {
            out.extend(letter.to_lowercase());
        } else {
            out.extend(letter.to_uppercase());
        }
        inside = letter.is_alphanumeric();
    }
    Ok(out)
}

/// RFC 3986: all but unreserved characters.
pub(crate) fn percent_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            const HEX: &[u8; 16] = b"0123456789ABCDEF";
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    out
}

/// Inside a link's address values are encoded anyway; encoding twice would be wrong.
fn urlencode(state: &State<'_, '_>, value: Value) -> Result<String, Error> {
    let text = given(&value)?;
    Ok(if matches!(state.auto_escape(), AutoEscape::Custom(_)) {
        text
    } else {
        percent_encoded(&text)
    })
}

fn edge(list: &Value, last: bool) -> Result<Value, Error> {
    if list.kind() != ValueKind::Seq {
        return given(list).map(Value::from);
    }
    let mut items = list.try_iter()?;
    Ok(if last { items.last() } else { items.next() }.unwrap_or(Value::UNDEFINED))
}

fn join(list: Value, separator: Option<String>) -> Result<String, Error> {
    if list.kind() != ValueKind::Seq {
        return given(&list);
    }
    let items: Vec<String> = list.try_iter()?.map(|it| it.to_string()).collect();
    let separator = separator.as_deref().unwrap_or(", ");
    if items.len().saturating_mul(separator.len()) > crate::source::MAX_OUTPUT_BYTES {
        return Err(Error::new(ErrorKind::InvalidOperation, "too long"));
    }
    Ok(items.join(separator))
}

fn length(value: Value) -> Result<usize, Error> {
    if value.kind() == ValueKind::Seq {
        return Ok(value.len().unwrap_or_default());
    }
    given(&value).map(|it| it.chars().count())
}

/// Templates are named `<part>/<language>`.
fn language(state: &State<'_, '_>) -> Language {
    state
        .name()
        .rsplit('/')
        .next()
        .and_then(|it| it.parse().ok())
        .unwrap_or_default()
}

/// Groups thousands by the language; decimals are kept as they are, or rounded to the given number of places.
fn number(state: &State<'_, '_>, value: Value, places: Option<u32>) -> Result<String, Error> {
    let text = given(&value)?;
    let text = text.trim();
    let bad = || {
        Error::new(
            ErrorKind::InvalidOperation,
            format!("`{}` is no number", text.chars().take(40).collect::<String>()),
        )
    };
    let text = match places {
        Some(places) => {
            let number: f64 = text.parse().map_err(|_| bad())?;
            format!("{number:.*}", places.min(6) as usize)
        }
        None => text.to_owned(),
    };
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |it| ("-", it));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let numeric = |it: &str| it.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 40 || !numeric(whole) || !numeric(fraction) {
        return Err(bad());
    }
    let (group, point) = match language(state) {
        Language::En => (',', '.'),
        Language::De => ('.', ','),
        // Narrow no-break space, as the typographers of both languages ask.
        Language::Pl | Language::Fr => ('\u{202f}', ','),
    };
    let mut out = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            out.push(group);
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push(point);
        out.push_str(fraction);
    }
    Ok(out)
}

/// `2027-03-05` or `2027-03-05T14:30…` in words: `long` (the default), `short`, `weekday`, `month`, `year`, `time`,
/// `datetime`.
fn date(state: &State<'_, '_>, value: Value, style: Option<String>) -> Result<String, Error> {
    let text = given(&value)?;
    let bad = || {
        Error::new(
            ErrorKind::InvalidOperation,
            format!("`{}` is no date", text.chars().take(40).collect::<String>()),
        )
    };
    let (year, month, day, time) = parse_date(&text).ok_or_else(bad)?;
    let language = language(state);
    Ok(match style.as_deref().unwrap_or("long") {
        "long" => long_date(language, year, month, day),
        "short" => match language {
            Language::En => format!("{day:02}/{month:02}/{year}"),
            Language::Fr => format!("{day:02}/{month:02}/{year}"),
            Language::Pl | Language::De => format!("{day:02}.{month:02}.{year}"),
        },
        "weekday" => format!(
            "{}, {}",
            weekday(language, year, month, day),
            long_date(language, year, month, day)
        ),
        "month" => format!("{} {year}", month_alone(language, month)),
        "year" => year.to_string(),
        "time" => time.ok_or_else(bad)?.to_owned(),
        "datetime" => format!(
            "{}, {}",
            long_date(language, year, month, day),
            time.ok_or_else(bad)?
        ),
        other => {
            return Err(Error::new(
                ErrorKind::InvalidOperation,
                format!("`{other}` is no date style"),
            ));
        }
    })
}

fn parse_date(text: &str) -> Option<(i32, usize, u32, Option<&str>)> {
    let text = text.trim();
    let bytes = text.as_bytes();
    if bytes.len() < 10 || bytes[4] != b'-' || bytes[7] != b'-' || !bytes[..10].is_ascii() {
        return None;
    }
    let year: i32 = text[..4].parse().ok()?;
    let month: usize = text[5..7].parse().ok()?;
    let day: u32 = text[8..10].parse().ok()?;
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if day == 0 || day > days {
        return None;
    }
    let time = text.get(11..16).filter(|it| {
        let b = it.as_bytes();
        b[2] == b':' && [0, 1, 3, 4].iter().all(|at| b[*at].is_ascii_digit())
    });
    Some((year, month, day, time))
}

const MONTHS: [[&str; 12]; 4] = [
    [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    [
        "stycznia",
        "lutego",
        "marca",
        "kwietnia",
        "maja",
        "czerwca",
        "lipca",
        "sierpnia",
        "września",
        "października",
        "listopada",
        "grudnia",
    ],
    [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
    [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
];
/// Polish has another form for a month that stands alone.
const MONTHS_ALONE_PL: [&str; 12] = [
    "styczeń",
    "luty",
    "marzec",
    "kwiecień",
    "maj",
    "czerwiec",
    "lipiec",
    "sierpień",
    "wrzesień",
    "październik",
    "listopad",
    "grudzień",
];
const WEEKDAYS: [[&str; 7]; 4] = [
    [
        "Sunday",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
    ],
    [
        "niedziela",
        "poniedziałek",
        "wtorek",
        "środa",
        "czwartek",
        "piątek",
        "sobota",
    ],
    [
        "Sonntag",
        "Montag",
        "Dienstag",
        "Mittwoch",
        "Donnerstag",
        "Freitag",
        "Samstag",
    ],
    [
        "dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi",
    ],
];

fn row(language: Language) -> usize {
    match language {
        Language::En => 0,
        Language::Pl => 1,
        Language::De => 2,
        Language::Fr => 3,
    }
}

fn long_date(language: Language, year: i32, month: usize, day: u32) -> String {
    let name = MONTHS[row(language)][month - 1];
    match language {
        Language::De => format!("{day}. {name} {year}"),
        Language::Fr if day == 1 => format!("1er {name} {year}"),
        _ => format!("{day} {name} {year}"),
    }
}

fn month_alone(language: Language, month: usize) -> &'static str {
    if language == Language::Pl {
        MONTHS_ALONE_PL[month - 1]
    } else {
        MONTHS[row(language)][month - 1]
    }
}

/// Sakamoto's method.
fn weekday(language: Language, year: i32, month: usize, day: u32) -> &'static str {
    const SHIFT: [i32; 12] = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4];
    let y = if month < 3 { year - 1 } else { year };
    let day = i32::try_from(day).unwrap_or_default();
    let index = (y + y / 4 - y / 100 + y / 400 + SHIFT[month - 1] + day).rem_euclid(7);
    WEEKDAYS[row(language)][usize::try_from(index).unwrap_or_default()]
}
