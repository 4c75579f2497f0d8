//! Schedule, send, judge, fold.
