//! Enums that are short texts in the database, the API and the catalogue.

/// Makes an enum with `ALL`, `as_str`, `Display`, `FromStr` and serde, all by the same texts.
macro_rules! text_enum {
    ($(#[doc = $doc:literal])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant),+ }
        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// As in the database, the API and the catalogue's keys.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }
        $crate::text_enum::text_schema!($name, concat!($($doc),*), [$($text),+]);
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.as_str()) }
        }
        impl std::str::FromStr for $name {
            type Err = $crate::text_enum::UnknownName;
            fn from_str(s: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|it| it.as_str() == s).ok_or($crate::text_enum::UnknownName)
            }
        }
    };
}
pub(crate) use text_enum;

/// The texts as the API describes them. utoipa's derive does not see a text that comes through a macro.
macro_rules! text_schema {
    ($name:ident, $doc:expr, [$($text:literal),+]) => {
        #[cfg(feature = "utoipa")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                let doc: &str = $doc;
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::Type::String)
                    .enum_values(Some([$($text),+]))
                    .description(Some(doc.trim()).filter(|it| !it.is_empty()))
                    .into()
            }
        }
        #[cfg(feature = "utoipa")]
        impl utoipa::ToSchema for $name {}
    };
}
pub(crate) use text_schema;

/// The text names nothing of the kind.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("unknown name")]
pub struct UnknownName;
