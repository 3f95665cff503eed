//! Which encoding a file is in, and turning it into UTF-8 piece by piece.

use encoding_rs::{CoderResult, Decoder};
use types::imports::Encoding;

/// How many bytes of a file detection wants to see. More does not make the guess better.
pub const SAMPLE_BYTES: usize = 64 * 1024;

/// What the beginning of a file looks like. A suggestion: with single-byte encodings nobody can be certain.
#[must_use]
pub fn detect(sample: &[u8]) -> Encoding {
    if sample.starts_with(&[0xEF, 0xBB, 0xBF]) {
        return Encoding::Utf8;
    }
    if sample.starts_with(&[0xFF, 0xFE]) {
        return Encoding::Utf16Le;
    }
    if sample.starts_with(&[0xFE, 0xFF]) {
        return Encoding::Utf16Be;
    }
    if let Some(wide) = utf16_without_mark(sample) {
        return wide;
    }
    if is_utf8_so_far(sample) {
        Encoding::Utf8
    } else {
        single_byte(sample)
    }
}

/// Text of our languages in UTF-16 has a zero in almost every second byte; text in any other encoding has none.
fn utf16_without_mark(sample: &[u8]) -> Option<Encoding> {
    let pairs = sample.len() / 2;
    if pairs < 2 {
        return None;
    }
    let zeros = |offset: usize| {
        sample
            .iter()
            .skip(offset)
            .step_by(2)
            .take(pairs)
            .filter(|b| **b == 0)
            .count()
    };
    let (even, odd) = (zeros(0), zeros(1));
    if odd * 10 >= pairs * 6 && even * 10 < pairs {
        Some(Encoding::Utf16Le)
    } else if even * 10 >= pairs * 6 && odd * 10 < pairs {
        Some(Encoding::Utf16Be)
    } else {
        None
    }
}

/// The sample may end in the middle of a character, which is no error.
fn is_utf8_so_far(sample: &[u8]) -> bool {
    match std::str::from_utf8(sample) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    }
}

/// Tells the three single-byte encodings apart by the letters that differ between them.
///
/// Polish: `ą ś ź` sit elsewhere in Latin-2 than in Windows-1250, and `ł ż ć ń ę` are other signs in Windows-1252.
/// French: `à è ù î` are rare Slovak or Czech letters in Windows-1250. German letters are the same everywhere and say nothing.
/// Only bytes beside an ASCII letter count, since that is where letters stand and signs such as `±` do not.
fn single_byte(sample: &[u8]) -> Encoding {
    let (mut central, mut latin2, mut western) = (0u32, 0u32, 0u32);
    for (at, byte) in sample.iter().enumerate() {
        if *byte < 0x80 {
            continue;
        }
        let beside = |other: Option<&u8>| other.is_some_and(u8::is_ascii_alphabetic);
        if !(beside(at.checked_sub(1).and_then(|i| sample.get(i))) || beside(sample.get(at + 1))) {
            continue;
        }
        match byte {
            // ą ś ź Ą Ś Ź of Windows-1250; 8C and 9C are œ in Windows-1252, but rarer there than ś here.
            0xB9 | 0x9C | 0x9F | 0xA5 | 0x8C | 0x8F => central += 3,
            // ą ś ź Ą Ś Ź of Latin-2.
            0xB1 | 0xB6 | 0xBC | 0xA1 | 0xA6 | 0xAC => latin2 += 3,
            // ł Ł ż Ż, the same in both; ć ń, which are æ ñ in the West.
            0xB3 | 0xA3 | 0xBF | 0xAF => {
                central += 2;
                latin2 += 2;
            }
            0xE6 | 0xF1 => {
                central += 1;
                latin2 += 1;
            }
            // à è ù î û: what French cannot do without.
            0xE0 | 0xE8 | 0xF9 | 0xEE | 0xFB => western += 2,
            _ => {}
        }
    }
    if latin2 > central && latin2 > western {
        Encoding::Iso88592
    } else if western > central {
        Encoding::Windows1252
    } else {
        Encoding::Windows1250
    }
}

const fn library_encoding(encoding: Encoding) -> &'static encoding_rs::Encoding {
    match encoding {
        Encoding::Utf8 => encoding_rs::UTF_8,
        Encoding::Utf16Le => encoding_rs::UTF_16LE,
        Encoding::Utf16Be => encoding_rs::UTF_16BE,
        Encoding::Windows1250 => encoding_rs::WINDOWS_1250,
        Encoding::Windows1252 => encoding_rs::WINDOWS_1252,
        Encoding::Iso88592 => encoding_rs::ISO_8859_2,
    }
}

/// Turns a file into UTF-8 as its bytes come in. A byte order mark is dropped; what cannot be read becomes U+FFFD, which
/// the row check then reports with its line.
pub struct Decode {
    decoder: Decoder,
}

impl Decode {
    /// A decoder at the beginning of a file.
    #[must_use]
    pub fn new(encoding: Encoding) -> Self {
        Self {
            decoder: library_encoding(encoding).new_decoder_with_bom_removal(),
        }
    }

    /// Appends the text of `bytes` to `text`. `last` is said once, with the last piece (which may be empty).
    pub fn push(&mut self, mut bytes: &[u8], last: bool, text: &mut Vec<u8>) {
        loop {
            let room = self
                .decoder
                .max_utf8_buffer_length(bytes.len())
                .unwrap_or(SAMPLE_BYTES)
                .max(16);
            let start = text.len();
            text.resize(start + room, 0);
            let (result, read, written, _replaced) =
                self.decoder
                    .decode_to_utf8(bytes, text.get_mut(start..).unwrap_or_default(), last);
            text.truncate(start + written);
            bytes = bytes.get(read..).unwrap_or_default();
            if matches!(result, CoderResult::InputEmpty) {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decode(encoding: Encoding, bytes: &[u8], piece: usize) -> String {
        let mut decoder = Decode::new(encoding);
        let mut text = Vec::new();
        for part in bytes.chunks(piece.max(1)) {
            decoder.push(part, false, &mut text);
        }
        decoder.push(&[], true, &mut text);
        String::from_utf8(text).expect("a decoder writes UTF-8")
    }

    fn utf16(text: &str, little: bool) -> Vec<u8> {
        text.encode_utf16()
            .flat_map(|unit| {
                if little {
                    unit.to_le_bytes()
                } else {
                    unit.to_be_bytes()
                }
            })
            .collect()
    }

    const POLISH: &str = "imię;nazwisko;miasto\nŁucja;Żądło-Gęś;Świętochłowice\nZdzisław;Źrebię;Łódź\n";

    #[test]
    fn marks_are_believed_and_dropped() {
        for (mark, encoding, body) in [
            (
                &[0xEF, 0xBB, 0xBF][..],
                Encoding::Utf8,
                "zażółć".as_bytes().to_vec(),
            ),
            (&[0xFF, 0xFE][..], Encoding::Utf16Le, utf16("zażółć", true)),
            (&[0xFE, 0xFF][..], Encoding::Utf16Be, utf16("zażółć", false)),
        ] {
            let file = [mark, &body].concat();
            assert_eq!(detect(&file), encoding);
            for piece in [1, 2, 3, 7, 100] {
                assert_eq!(decode(encoding, &file, piece), "zażółć");
            }
        }
    }

    #[test]
    fn utf16_is_known_without_a_mark() {
        assert_eq!(detect(&utf16(POLISH, true)), Encoding::Utf16Le);
        assert_eq!(detect(&utf16(POLISH, false)), Encoding::Utf16Be);
    }

    #[test]
    fn utf8_cut_in_the_middle_of_a_letter_is_still_utf8() {
        let bytes = "adres: ż".as_bytes();
        assert_eq!(detect(&bytes[..bytes.len() - 1]), Encoding::Utf8);
        assert_eq!(detect(b""), Encoding::Utf8);
    }

    #[test]
    fn single_byte_encodings_are_told_apart_by_their_letters() {
        let (windows, _, _) = encoding_rs::WINDOWS_1250.encode(POLISH);
        assert_eq!(detect(&windows), Encoding::Windows1250);
        assert_eq!(decode(Encoding::Windows1250, &windows, 5), POLISH);

        let (latin2, _, _) = encoding_rs::ISO_8859_2.encode(POLISH);
        assert_eq!(detect(&latin2), Encoding::Iso88592);
        assert_eq!(decode(Encoding::Iso88592, &latin2, 5), POLISH);

        let french = "prénom,nom\nHélène,Lefèvre\nAnaïs,Château à côté\n";
        let (western, _, _) = encoding_rs::WINDOWS_1252.encode(french);
        assert_eq!(detect(&western), Encoding::Windows1252);

        // Nothing but letters that are the same everywhere: the house's default.
        let (german, _, _) = encoding_rs::WINDOWS_1252.encode("Jürgen;Müller;Straße\n");
        assert_eq!(detect(&german), Encoding::Windows1250);
        assert_eq!(
            decode(Encoding::Windows1250, &german, 4),
            "Jürgen;Müller;Straße\n"
        );
    }

    #[test]
    fn what_cannot_be_read_becomes_the_replacement_character() {
        assert_eq!(decode(Encoding::Utf8, b"a\xFFb", 1), "a\u{FFFD}b");
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(text in "\\PC{0,200}", piece in 1usize..40, which in 0usize..3) {
            let (encoding, bytes) = match which {
                0 => (Encoding::Utf8, text.clone().into_bytes()),
                1 => (Encoding::Utf16Le, utf16(&text, true)),
                _ => (Encoding::Utf16Be, utf16(&text, false)),
            };
            prop_assume!(!text.starts_with('\u{FEFF}'));
            prop_assert_eq!(decode(encoding, &bytes, piece), text);
        }
    }
}
