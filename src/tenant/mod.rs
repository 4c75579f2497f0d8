//! The embedded reference tenant.
