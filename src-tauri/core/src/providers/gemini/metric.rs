//! What a metric of Cloud Monitoring counts, read from its name.

use crate::money::Currency;

/// How the names of Gemini's metrics begin.
pub(super) const SERVICE: &str = "generativelanguage.googleapis.com/";
/// Output tokens, of all tiers.
pub(super) const OUTPUT: &str = "generativelanguage.googleapis.com/generate_content_usage_output_token_count";
const REQUESTS: Currency = Currency::unit("requests");
const TOKENS: Currency = Currency::unit("tokens");

/// What a metric counts, in whose words and on which side.
pub(super) struct Metric {
    /// The tier of service; `None` where the metric is of all tiers.
    pub(super) tier: Option<&'static str>,
    pub(super) counted: Counted,
    pub(super) side: Side,
    /// Its name without the service and the side.
    pub(super) family: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Counted {
    Requests,
    InputTokens,
    OutputTokens,
    Searches,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Usage,
    Limit,
}

impl Metric {
    /// What a metric type means; `None` for what is not read here.
    pub(super) fn read(name: &str) -> Option<Metric> {
        if name == OUTPUT {
            let family = OUTPUT.strip_prefix(SERVICE)?.to_owned();
            return Some(Metric { tier: None, counted: Counted::OutputTokens, side: Side::Usage, family });
        }
        let quota = name.strip_prefix(SERVICE)?.strip_prefix("quota/")?;
        let (family, side) = quota.rsplit_once('/')?;
        let side = match side {
            "usage" => Side::Usage,
            "limit" => Side::Limit,
            _ => return None,
        };
        // Google's own bookkeeping, which repeats what the others tell.
        if family.contains("_internal") {
            return None;
        }
        let tier = ["free_tier", "paid_tier_2", "paid_tier_3", "paid_tier"];
        let tier = match tier.iter().find(|tier| family.contains(**tier)) {
            Some(&"free_tier") => Some("free"),
            Some(&"paid_tier_2") => Some("paid tier 2"),
            Some(&"paid_tier_3") => Some("paid tier 3"),
            Some(_) => Some("paid tier 1"),
            None => (family == "generate_requests_per_model").then_some("paid tier 1"),
        };
        let counted = match family {
            "generate_requests_per_model" => Counted::Requests,
            _ if family.ends_with("search_request_usage") => Counted::Searches,
            _ if tier.is_some() && family.ends_with("_requests") => Counted::Requests,
            _ if tier.is_some() && (family.ends_with("_token_count") || family.ends_with("_tokens")) => {
                Counted::InputTokens
            }
            _ => return None,
        };
        Some(Metric { tier, counted, side, family: family.to_owned() })
    }

    /// The allowance's name for a person: the same for its limit and its use.
    pub(super) fn allowance(&self) -> String {
        let counted = match self.counted {
            Counted::Requests => "requests",
            Counted::InputTokens => "input tokens",
            Counted::OutputTokens => "output tokens",
            Counted::Searches => "grounding searches",
        };
        let work = if self.family.starts_with("embed_") { "embedding " } else { "" };
        match self.tier {
            Some("free") => format!("free tier {work}{counted}"),
            Some(tier) => format!("{tier} {work}{counted}"),
            None => format!("{work}{counted}"),
        }
    }

    pub(super) const fn unit(&self) -> Currency {
        match self.counted {
            Counted::Requests | Counted::Searches => REQUESTS,
            Counted::InputTokens | Counted::OutputTokens => TOKENS,
        }
    }
}
