//! Pages and server functions outside the units: signing in, reset, invitation, first set-up, the person signed in.
