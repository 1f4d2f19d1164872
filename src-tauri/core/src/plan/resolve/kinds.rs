//! Which kinds of usage a plan serves, and which of its parts holds them.

use std::collections::BTreeSet;

use super::Buyer;
use crate::catalogue::{Models, Plan, Pool, Surface};
use crate::plan::{Kind, KindSet, Usage};

/// The kinds of a usage, seen from a plan.
pub(super) struct Held<'a> {
    usage: &'a Usage,
    any_surface: bool,
    surfaces: &'a [Surface],
    /// Whether its models are the plan's, wherever they are used.
    models: Vec<bool>,
    served: Vec<bool>,
}

impl<'a> Held<'a> {
    pub(super) fn new(plan: &'a Plan, usage: &'a Usage, buyer: &Buyer) -> Held<'a> {
        let of_plan = &plan.serves;
        let except = Models::named(of_plan.except.clone());
        let provider = |kind: &Kind| match of_plan.providers.as_slice() {
            [] => kind.provider == plan.provider,
            listed => listed.contains(&kind.provider),
        };
        let model =
            |kind: &Kind| provider(kind) && of_plan.models.hold(&kind.model) && !except.hold(&kind.model);
        let models: Vec<bool> = usage.kinds.iter().map(model).collect();
        let mut held = Held {
            usage,
            any_surface: buyer.any_surface,
            surfaces: &of_plan.surfaces,
            models,
            served: Vec::new(),
        };
        let served =
            |index: usize| held.in_plan(index) || plan.credit.iter().any(|pool| held.in_pool(index, pool));
        held.served = (0..usage.kinds.len()).map(served).collect();
        held
    }

    /// Whether nothing of the usage is served.
    pub(super) fn nothing(&self) -> bool {
        !self.served.contains(&true)
    }

    /// Of each kind, whether the plan has anything for it.
    pub(super) fn all(&self) -> Vec<bool> {
        self.served.clone()
    }

    /// Whether the plan has anything for a kind.
    pub(super) fn served(&self, kind: usize) -> bool {
        self.served[kind]
    }

    /// Whether the plan itself is used for a kind, rather than a credit in it for another place.
    pub(super) fn in_plan(&self, kind: usize) -> bool {
        let surface = self.usage.kinds[kind].surface;
        let fits = self.surfaces.is_empty()
            || self.surfaces.contains(&surface)
            || (self.any_surface && surface == Surface::Api);
        self.models[kind] && fits
    }

    /// Whether a credit may be spent on a kind.
    pub(super) fn in_pool(&self, kind: usize, pool: &Pool) -> bool {
        let of = &self.usage.kinds[kind];
        let place =
            if pool.surfaces.is_empty() { self.in_plan(kind) } else { pool.surfaces.contains(&of.surface) };
        self.models[kind] && place && pool.models.hold(&of.model)
    }

    /// The kinds that count together: all that fit, or those of each model where each has the figure for itself.
    pub(super) fn sets(&self, models: &Models, fits: impl Fn(usize) -> bool) -> Vec<KindSet> {
        let kinds = &self.usage.kinds;
        let chosen: Vec<bool> =
            (0..kinds.len()).map(|kind| models.hold(&kinds[kind].model) && fits(kind)).collect();
        if !chosen.contains(&true) {
            return Vec::new();
        }
        if !models.each() {
            return vec![KindSet::from_flags(chosen)];
        }
        let names: BTreeSet<&str> = kinds
            .iter()
            .zip(&chosen)
            .filter(|(_, chosen)| **chosen)
            .map(|(kind, _)| kind.model.as_str())
            .collect();
        let of = |name: &&str| {
            KindSet::from_flags(
                kinds.iter().zip(&chosen).map(|(kind, chosen)| *chosen && kind.model == *name).collect(),
            )
        };
        names.iter().map(of).collect()
    }
}
