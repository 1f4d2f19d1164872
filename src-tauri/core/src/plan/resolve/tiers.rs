//! Free tiers as terms: limits, no price, and nothing beyond.

use std::collections::BTreeSet;

use super::limits::throttle;
use super::{Abstains, Resolved, UsedFact};
use crate::catalogue::{Confidence, Fact, Record, Reset, Span, Starts, Surface, Tier, TierKind, TierLimit};
use crate::ledger::{Meter, QuotaWindow};
use crate::money::{Currency, Decimal};
use crate::plan::{KindSet, Measure, Row, TermLimit, TermOverage, Terms, Usage};
use crate::time::Zone;

/// Settles a free tier for a usage.
///
/// # Errors
/// Where it cannot be replayed honestly: why, and what would help.
pub fn resolve_tier(tier: &Tier, usage: &Usage) -> Result<Resolved, Abstains> {
    if tier.kind != TierKind::Free {
        return Err(Abstains::NotForSale(
            "it is a cap on what is paid for, and no free allowance".to_owned(),
        ));
    }
    if let (Some(ended), Some((_, today))) = (tier.ended, usage.window)
        && ended <= today
    {
        return Err(Abstains::NotForSale(format!("it ended on {ended}")));
    }
    let mut on = OnTier { usage, facts: Vec::new(), notes: Vec::new(), limits: Vec::new() };
    let kinds = usage.kinds.len();
    let mine = |kind: usize| {
        usage.kinds[kind].provider == tier.provider && usage.kinds[kind].surface == Surface::Api
    };
    if !(0..kinds).any(mine) {
        return Err(Abstains::ServesNothing);
    }
    let mut served = vec![false; kinds];
    for record in &tier.records {
        on.record(record, mine, &mut served)?;
    }
    let holds = KindSet::from_flags(served);
    if holds.is_empty() {
        let named = (0..kinds).any(|kind| {
            mine(kind) && tier.records.iter().any(|record| record.models.hold(&usage.kinds[kind].model))
        });
        let what = "what it allows for the models that you used".to_owned();
        return Err(if named { Abstains::Unpublished { what } } else { Abstains::ServesNothing });
    }
    let OnTier { facts, mut notes, limits, .. } = on;
    notes.extend(tier.condition.iter().chain(&tier.terms).cloned());
    let terms = Terms {
        id: tier.id.clone(),
        serves: holds,
        fixed: Vec::new(),
        units: Vec::new(),
        limits,
        pools: Vec::new(),
        packs: Vec::new(),
        overage: TermOverage::Blocked,
        volume: Vec::new(),
        batch_percent_off: Decimal::ZERO,
        fees: Vec::new(),
        minimum: None,
    };
    let lowest = facts.iter().map(|used| used.fact.confidence).min().unwrap_or(Confidence::Low);
    Ok(Resolved { terms, facts, notes, ranged: false, lowest, illustration: false })
}

struct OnTier<'a> {
    usage: &'a Usage,
    facts: Vec<UsedFact>,
    notes: Vec<String>,
    limits: Vec<TermLimit>,
}

impl OnTier<'_> {
    /// Takes in a record. A model is served where a limit of it over an hour or more is told.
    fn record(
        &mut self,
        record: &Record,
        mine: impl Fn(usize) -> bool,
        served: &mut [bool],
    ) -> Result<(), Abstains> {
        let kinds = &self.usage.kinds;
        let fit: Vec<bool> =
            (0..kinds.len()).map(|kind| mine(kind) && record.models.hold(&kinds[kind].model)).collect();
        if !fit.contains(&true) {
            return Ok(());
        }
        for limit in &record.limits {
            let Some((measure, amount, window)) = self.told(limit)? else { continue };
            let starts = self.starts(limit.resets, window);
            for kinds in self.sets(record, &fit) {
                self.countable(measure, &kinds)?;
                self.limits.push(TermLimit { measure, amount, window, starts, kinds });
            }
            for (served, fit) in served.iter_mut().zip(&fit) {
                *served |= fit;
            }
            self.facts.push(UsedFact {
                what: format!(
                    "limit of {} in a window of {window}, for {}",
                    limit.unit,
                    record.models.words()
                ),
                value: amount.normalize().to_string(),
                fact: Fact {
                    sources: record.sources.clone(),
                    seen: record.seen.clone(),
                    confidence: record.confidence,
                    evidence: record.evidence,
                },
            });
        }
        if !record.cached_tokens_count {
            self.note("Cached tokens do not count with the provider; here they do.".to_owned());
        }
        if let Some(note) = &record.note {
            self.note(note.clone());
        }
        Ok(())
    }

    fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// A limit that can be replayed.
    fn told(&mut self, limit: &TierLimit) -> Result<Option<(Measure, Decimal, QuotaWindow)>, Abstains> {
        let slow = || match limit.limit {
            Some(amount) => format!("At most {} {} in one {}", amount.normalize(), limit.unit, limit.span),
            None => format!("A limit of {} in one {} that is not published", limit.unit, limit.span),
        };
        let window = match limit.span {
            Span::Window(window) if !throttle(window) => window,
            Span::Unstated => return Ok(None),
            Span::Second | Span::Window(_) => {
                self.note(format!("{}: so short a window is not replayed.", slow()));
                return Ok(None);
            }
        };
        let Some(amount) = limit.limit else { return Ok(None) };
        let Some(measure) = self.measure(limit.unit)? else {
            self.note(format!("{}: your usage is not counted in that.", slow()));
            return Ok(None);
        };
        let window = if limit.resets == Reset::Never { QuotaWindow::Lifetime } else { window };
        Ok(Some((measure, amount, window)))
    }

    fn measure(&self, unit: Currency) -> Result<Option<Measure>, Abstains> {
        Ok(Some(match unit.as_str() {
            "requests" | "messages" => Measure::Requests,
            "tokens" => Measure::Tokens,
            "input_tokens" => Measure::InputTokens,
            "output_tokens" => Measure::OutputTokens,
            "characters" => Measure::Units(Meter::Character),
            "seconds" | "audio_seconds" => Measure::Units(Meter::Second),
            "images" => Measure::Units(Meter::Image),
            code if code.bytes().all(|byte| byte.is_ascii_uppercase()) => {
                if self.usage.currency.is_some_and(|currency| currency != unit) {
                    return Err(Abstains::OtherCurrency(unit));
                }
                Measure::List
            }
            _ => return Ok(None),
        }))
    }

    fn starts(&mut self, resets: Reset, window: QuotaWindow) -> Starts {
        match resets {
            Reset::Midnight(zone) | Reset::MonthStart(zone) => Starts::Calendar(zone),
            Reset::MonthDay(day, _) => {
                self.note(format!(
                    "Its month begins on day {day}: here it begins with the first day replayed."
                ));
                Starts::Purchase
            }
            Reset::Never => Starts::Purchase,
            Reset::Rolling => Starts::Sliding,
            Reset::Unstated => {
                let starts =
                    if window == QuotaWindow::Day { Starts::Calendar(Zone::UTC) } else { Starts::Purchase };
                self.note(format!(
                    "Nobody says when a window of {window} begins: it is taken to begin by {starts}."
                ));
                starts
            }
        }
    }

    fn sets(&self, record: &Record, fit: &[bool]) -> Vec<KindSet> {
        if !record.models.each() {
            return vec![KindSet::from_flags(fit.to_vec())];
        }
        let kinds = self.usage.kinds.iter().zip(fit);
        let names: BTreeSet<&str> =
            kinds.clone().filter(|(_, fit)| **fit).map(|(kind, _)| kind.model.as_str()).collect();
        let of = |name: &&str| {
            KindSet::from_flags(kinds.clone().map(|(kind, fit)| *fit && kind.model == *name).collect())
        };
        names.iter().map(of).collect()
    }

    /// Refuses usage whose rows lack what the tier counts: it would pass for free.
    fn countable(&self, measure: Measure, kinds: &KindSet) -> Result<(), Abstains> {
        let tokens = |row: &Row| row.input_tokens > 0 || row.output_tokens > 0;
        let tells = |row: &Row| match measure {
            Measure::Requests => row.requests.is_some(),
            Measure::Tokens | Measure::InputTokens | Measure::OutputTokens => tokens(row),
            Measure::Units(meter) => matches!(row.metered, Some((counted, _)) if counted == meter),
            Measure::List | Measure::Own(_) => true,
        };
        let lacks = |row: &&Row| kinds.holds(row.kind) && !row.list_cost.is_zero() && !tells(row);
        let rows = self.usage.rows.iter().filter(lacks).count();
        if rows == 0 {
            return Ok(());
        }
        let what = match measure {
            Measure::Requests => "requests",
            Measure::Units(_) => "units other than tokens",
            _ => "tokens",
        };
        Err(Abstains::NeedsCount { what: what.to_owned(), rows: u64::try_from(rows).unwrap_or(u64::MAX) })
    }
}
