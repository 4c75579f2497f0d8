//! Demo and selftest: the suite against the embedded tenant.
