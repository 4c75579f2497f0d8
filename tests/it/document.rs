//! Bytes -> Document.
