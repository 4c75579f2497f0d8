//! Events -> reports.
