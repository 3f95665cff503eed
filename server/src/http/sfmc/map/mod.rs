//! What the words of one side mean on the other: pure functions, one matter a file.

pub mod attributes;
pub mod body;
pub mod definition;
pub mod outcome;
pub mod recipient;
pub mod scopes;
pub mod time;
pub mod word;
