//! What Marketing Cloud's callers send and read, on real routes and a real database.

mod oauth;
