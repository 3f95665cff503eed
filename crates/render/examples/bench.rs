//! `cargo run --release -p campanile-render --example bench`: prints `name value unit` for `make bench`
//! (`render.mjml`: a whole compile of one template; `render.person`: one person's 10 KB message with twelve links).
//!
//! Median of eleven rounds, so that a noisy machine does not decide.

#[path = "../tests/common/mod.rs"]
mod common;

use render::{LinkMap, Person, Rendered, Source, compile};
use std::hint::black_box;
use std::time::Instant;

/// Twelve links, a condition and five variables in 10 KB of HTML: the mail of performance.md.
fn newsletter() -> Source {
    let mut body = String::from(
        "<mj-text>Dear {{ contact.first_name|default('student') }} {{ contact.last_name }},</mj-text>\
         {% if attributes.faculty == 'med' %}<mj-text>{{ attributes.faculty|upper }}</mj-text>{% endif %}\
         <mj-text>{{ attributes.start|date }}</mj-text>",
    );
    for number in 0..12 {
        body.push_str(&format!(
            "<mj-text>Lorem ipsum dolor sit amet, consectetur adipiscing elit. <a href=\"https://u.example/story/{number}\">\
             Read story {number}</a></mj-text>"
        ));
    }
    common::with_body(&body)
}

/// Writes addresses as long as signed ones are.
struct Links;

impl LinkMap for Links {
    fn link(&self, number: u32, _address: &str, out: &mut String) {
        out.push_str("https://mail.u.example/t/c/AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdef");
        out.push(char::from(b'a' + u8::try_from(number % 26).unwrap_or_default()));
    }
    fn unsubscribe(&self, out: &mut String) {
        out.push_str("https://mail.u.example/u/AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdef");
    }
    fn preferences(&self, out: &mut String) {
        out.push_str("https://mail.u.example/p/AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdef");
    }
    fn view(&self, out: &mut String) {
        out.push_str("https://mail.u.example/v/AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdef");
    }
    fn open_pixel(&self, out: &mut String) -> bool {
        out.push_str("https://mail.u.example/t/o/AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdef.gif");
        true
    }
}

/// Microseconds per call, median of eleven rounds of `count` calls.
fn measure(count: u32, mut act: impl FnMut()) -> f64 {
    let mut rounds: Vec<f64> = (0..11)
        .map(|_| {
            let begin = Instant::now();
            (0..count).for_each(|_| act());
            begin.elapsed().as_secs_f64() * 1e6 / f64::from(count)
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    rounds[5]
}

fn main() {
    let source = newsletter();
    let person: Person = common::person();
    let mjml = measure(40, || {
        black_box(compile(black_box(&source)).is_ok());
    });
    let Ok(compiled) = compile(&source) else {
        eprintln!("the bench's own template does not compile");
        std::process::exit(1);
    };
    let mut rendered = Rendered::default();
    let each = measure(4000, || {
        black_box(
            compiled
                .render_into(black_box(person.clone()), &Links, &mut rendered)
                .is_ok(),
        );
    });
    let kilobytes = rendered.html_bytes() as f64 / 1024.0;
    println!("render.mjml {:.3} ms", mjml / 1000.0);
    println!("render.person {:.2} us/10KB", each * 10.0 / kilobytes);
    eprintln!(
        "{kilobytes:.1} KB of HTML, {} bytes of text, {each:.2} us a person",
        rendered.text.len()
    );
}
