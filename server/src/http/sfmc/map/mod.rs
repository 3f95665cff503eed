//! What the words of one side mean on the other: pure functions, one place a matter.

pub mod scopes;
