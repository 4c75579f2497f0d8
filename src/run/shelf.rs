//! What scripts did, kept until the last case that judges by it is judged.
//!
//! A script is performed once, whoever judges it. A hostile target answers with as much as is read,
//! so that what nobody needs any more must go.

use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use crate::plan::{Case, Plan, ScriptIndex};

use super::perform::Performance;

/// What a script did, in each of its rounds.
pub(super) type Performances = Arc<Vec<Performance>>;

/// A place for what each script did.
pub(super) struct Shelf(Vec<Place>);

#[derive(Default)]
struct Place {
    performed: OnceCell<()>,
    kept: Mutex<Option<Performances>>,
    /// How many cases still judge by it.
    users: AtomicUsize,
}

impl Shelf {
    /// An empty shelf for the plan's scripts.
    pub(super) fn new(plan: &Plan) -> Self {
        let places = plan.scripts.iter().map(|_| Place::default()).collect();
        let shelf = Self(places);
        for place in plan.cases.iter().flat_map(|case| shelf.used_by(case)) {
            place.users.fetch_add(1, Ordering::Relaxed);
        }
        shelf
    }

    /// What a script did; `perform` does it where that was not done.
    pub(super) async fn get_or_put<F, R>(
        &self,
        script: ScriptIndex,
        perform: F,
    ) -> Option<Performances>
    where
        F: FnOnce() -> R,
        R: Future<Output = Result<Vec<Performance>, ()>>,
    {
        let place = self.0.get(script.0)?;
        let put = || async {
            *place.kept() = Some(Arc::new(perform().await?));
            Ok::<(), ()>(())
        };
        place.performed.get_or_try_init(put).await.ok()?;
        self.get(script)
    }

    /// What a script did, where that is still kept.
    pub(super) fn get(&self, script: ScriptIndex) -> Option<Performances> {
        self.0.get(script.0)?.kept().clone()
    }

    /// A case is judged: what it was the last to judge by goes.
    pub(super) fn done_with(&self, case: &Case) {
        for place in self.used_by(case) {
            if place.users.fetch_sub(1, Ordering::Relaxed) == 1 {
                *place.kept() = None;
            }
        }
    }

    fn used_by(&self, case: &Case) -> impl Iterator<Item = &Place> {
        let controls = case.control.into_iter();
        let controls = controls.flat_map(|control| [Some(control.base), control.shaped]);
        let scripts = std::iter::once(Some(case.script)).chain(controls);
        scripts.flatten().filter_map(|script| self.0.get(script.0))
    }
}

impl Place {
    fn kept(&self) -> std::sync::MutexGuard<'_, Option<Performances>> {
        // It is there or not, also after a panic.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
