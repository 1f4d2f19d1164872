//! Models that one must have: a name that nobody knows is a slip, and would leave every plan out.

use super::super::ApiError;
use super::super::forms::wrong;
use super::Catalogue;
use crate::catalogue::{FreeTiers, Models};
use crate::estimate::near;
use crate::plan::Usage;
use crate::pricing::{PriceBook, listed_as};
use crate::providers;

/// Each must be a model that was used, that a price list has, or that a plan names.
pub(super) fn check(
    musts: &[String],
    usage: &Usage,
    catalogue: &Catalogue,
    book: &PriceBook,
) -> Result<(), ApiError> {
    for must in musts {
        let named = Models::one(must);
        let used = || usage.kinds.iter().map(|kind| kind.model.as_str());
        let told = || catalogue.plans.plans.iter().map(|plan| plan.serves.models.words());
        let tiers = || {
            let all = FreeTiers::bundled().into_iter().flat_map(|tiers| &tiers.tiers);
            all.flat_map(|tier| &tier.records).map(|record| record.models.words())
        };
        let says = |words: String| words.split(", ").any(|name| !name.contains('*') && named.hold(name));
        let known = used().any(|model| named.hold(model))
            || !book.providers_of(must).is_empty()
            || told().any(says)
            || tiers().any(says)
            || (must.contains('*') && listed(book).any(|model| named.hold(model)));
        if !known {
            let own = near(must, used());
            let like = if own.is_empty() { near(must, listed(book)) } else { own };
            let like = if like.is_empty() {
                "give its name as usage or its maker shows it".to_owned()
            } else {
                format!("did you mean {}?", like.join(", "))
            };
            let must: String = must.chars().take(60).collect();
            return Err(wrong(
                "must",
                format!("no usage, price list or plan knows a model \"{must}\": {like}"),
            ));
        }
    }
    Ok(())
}

/// Every model of the price lists, of providers that can be connected.
fn listed(book: &PriceBook) -> impl Iterator<Item = &str> {
    let lists = providers::ALL.iter().flat_map(|provider| listed_as(provider.id));
    lists.flat_map(|list| book.models(list))
}
