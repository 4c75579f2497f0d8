//! Schedules the plan, sends, judges, folds, and tells it as events.

pub mod event;
