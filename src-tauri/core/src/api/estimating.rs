//! What a text will cost. It is counted on a thread of its own, and nothing of it stays.

use std::collections::BTreeSet;
use std::path::Path;

use super::app::App;
use super::estimate_facts::{DAYS, EstimateFacts, Remains};
use super::failures::sentence;
use super::{
    Amount, ApiError, CostRow, CountedBy, CountedHow, ErrorCode, Estimate, EstimateQuery, Fits,
    ModelEstimate, OutputBy, OutputTeller, SentHow, ShareRow, TextKind, TokenRange, UnitPriceRow,
    UnknownModel,
};
use crate::catalogue::Confidence;
use crate::estimate::{
    Counted, Encoding, Family, LONGEST, NoText, Prompt, Range, Text, TokenRatios, Way, cost, near, text_of,
    warm,
};
use crate::ledger::{ListCost, Meter};
use crate::money::{Currency, Decimal, Money};
use crate::pricing::{Correction, PriceBook, Pricer, Unpriced, listed_as, sheet};
use crate::providers;
use crate::time::{Date, Timestamp};

/// Models at most: a list longer than a screen is a slip.
const MOST_MODELS: usize = 50;
/// The longest name of a model.
const LONGEST_NAME: usize = 200;
/// An answer of more tokens is a slip.
const LONGEST_ANSWER: u64 = 100_000_000;
/// Models of the person's own that are shown where none is named.
const OWN_MODELS: usize = 3;
/// Models that are shown to a person who has used none.
const FIRST_MODELS: usize = 4;
/// Whose models those are where no account tells.
const FIRST_PROVIDERS: [&str; 3] = ["openai", "anthropic", "gcp.gemini"];

const WAYS: [(Way, SentHow); 4] = [
    (Way::Now, SentHow::Now),
    (Way::Batch, SentHow::Batch),
    (Way::Cached, SentHow::Cached),
    (Way::CacheWrite, SentHow::CacheWrite),
];

/// A model that was asked for, and where it is.
struct Wanted {
    asked: String,
    model: String,
    /// The provider, as we call it and as the price list does.
    place: Option<(String, String)>,
}

/// What one text is estimated with.
struct Bench<'a> {
    text: Text<'a>,
    ratios: &'static TokenRatios,
    facts: &'a EstimateFacts,
    output: Option<u64>,
    now: Timestamp,
    pricer: Pricer<'a>,
}

impl App {
    pub(super) async fn estimate(&self, query: EstimateQuery) -> Result<Estimate, ApiError> {
        check(&query)?;
        let ratios =
            TokenRatios::bundled().map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string()))?;
        let house = self.house().await;
        let facts = self.estimate_facts(&house).await?;
        let now = self.now();
        let work = move || -> Result<Estimate, ApiError> {
            let text = match (query.text, &query.path) {
                (Some(text), _) => text,
                (None, path) => read(path.as_deref().unwrap_or_default())?,
            };
            let (wanted, unknown) = wanted(&query.models, &facts, ratios);
            if text.is_empty() {
                // The next question most likely comes with a text.
                warm();
            }
            Ok(estimate(&text, wanted, unknown, ratios, &facts, query.output_tokens, now))
        };
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(|_| ApiError::new(ErrorCode::Internal, "the text could not be counted"))?
    }
}

fn field(name: &str, words: String) -> ApiError {
    ApiError { field: Some(name.to_owned()), ..ApiError::bad(words) }
}

fn check(query: &EstimateQuery) -> Result<(), ApiError> {
    match (&query.text, &query.path) {
        (None, None) => return Err(field("text", "give a text, or the path of a text file".to_owned())),
        (Some(_), Some(_)) => return Err(field("path", "give a text or a path, not both".to_owned())),
        (Some(text), None) if u64::try_from(text.len()).unwrap_or(u64::MAX) > LONGEST => {
            return Err(field("text", format!("the text cannot be counted: {}", NoText::TooLong)));
        }
        _ => {}
    }
    if query.models.len() > MOST_MODELS {
        return Err(field(
            "models",
            format!(
                "{} models are more than the {MOST_MODELS} that are estimated at once",
                query.models.len()
            ),
        ));
    }
    for model in &query.models {
        if model.trim().is_empty() || model.len() > LONGEST_NAME {
            return Err(field("models", format!("a model's name has 1 to {LONGEST_NAME} characters")));
        }
    }
    match query.output_tokens {
        Some(tokens) if tokens > LONGEST_ANSWER => Err(field(
            "outputTokens",
            format!("{tokens} tokens are more than any answer has: the most is {LONGEST_ANSWER}"),
        )),
        _ => Ok(()),
    }
}

fn read(path: &str) -> Result<String, ApiError> {
    let told = |words: String| field("path", format!("the file {path} cannot be counted: {words}"));
    let file = std::fs::metadata(Path::new(path)).map_err(|error| told(error.to_string()))?;
    if !file.is_file() {
        return Err(told("it is no file; give the path of one text file".to_owned()));
    }
    if file.len() > LONGEST {
        return Err(told(NoText::TooLong.to_string()));
    }
    let bytes = std::fs::read(path).map_err(|error| told(error.to_string()))?;
    text_of(bytes).map_err(|error| told(error.to_string()))
}

/// The models to estimate, and the names that nobody knows.
fn wanted(asked: &[String], facts: &EstimateFacts, ratios: &TokenRatios) -> (Vec<Wanted>, Vec<UnknownModel>) {
    let mut found = Vec::new();
    let mut unknown = Vec::new();
    for asked in asked {
        let asked = asked.trim();
        let one = find(asked, facts);
        let known = one.place.is_some() || facts.used.iter().any(|(_, model)| *model == one.model);
        if !known {
            // A name may be like a family's and yet be a slip: tokens are counted then, and it is told all the same.
            unknown.push(UnknownModel { asked: asked.to_owned(), near: like(asked, facts) });
        }
        let counted = Encoding::of(&one.model).is_some() || ratios.family(&one.model).is_some();
        if known || counted {
            found.push(one);
        }
    }
    let mut seen = BTreeSet::new();
    found.retain(|one: &Wanted| seen.insert((one.place.clone(), one.model.clone())));
    let mut seen = BTreeSet::new();
    unknown.retain(|one: &UnknownModel| seen.insert(one.asked.clone()));
    if asked.is_empty() {
        let own = facts.used.iter().filter_map(|(provider, model)| at(&facts.book, provider, model, model));
        found.extend(own.take(OWN_MODELS));
        let connected = || facts.providers.iter().map(String::as_str);
        let with_models = |provider: &&str| ratios.choices.contains_key(*provider);
        let mut whose: Vec<&str> = connected().filter(with_models).collect();
        if whose.is_empty() {
            whose = FIRST_PROVIDERS.to_vec();
        }
        if found.is_empty() {
            let first = whose.into_iter().filter_map(|provider| {
                let model = ratios.choices.get(provider)?.first()?;
                at(&facts.book, provider, model, model)
            });
            found.extend(first.take(FIRST_MODELS));
        }
    }
    (found, unknown)
}

/// A model at a provider, where the price list has it.
fn at(book: &PriceBook, provider: &str, model: &str, asked: &str) -> Option<Wanted> {
    let own = |one: &&Correction| one.provider == provider && one.model.eq_ignore_ascii_case(model);
    let listed = match book.own().iter().find(own) {
        Some(_) => provider,
        None => listed_as(provider).into_iter().find(|listed| book.model(listed, model).is_some())?,
    };
    Some(Wanted {
        asked: asked.to_owned(),
        model: model.to_owned(),
        place: Some((provider.to_owned(), listed.to_owned())),
    })
}

/// Where a model is: with the provider that the person used it with, or names; else with a connected one that has it; else
/// with the first that has it at all.
fn find(asked: &str, facts: &EstimateFacts) -> Wanted {
    let used = facts.used.iter().find(|(_, model)| model == asked);
    let named = asked
        .split_once('/')
        .filter(|(provider, _)| providers::find(provider).is_some())
        .and_then(|(provider, model)| at(&facts.book, provider, model, asked));
    let connected = facts.providers.iter().map(String::as_str);
    let all = providers::ALL.iter().map(|provider| provider.id);
    used.and_then(|(provider, model)| at(&facts.book, provider, model, asked))
        .or(named)
        .or_else(|| connected.chain(all).find_map(|provider| at(&facts.book, provider, asked, asked)))
        .unwrap_or_else(|| Wanted { asked: asked.to_owned(), model: asked.to_owned(), place: None })
}

/// Names like one that nobody knows: of models in use, of connected providers, of all.
fn like(asked: &str, facts: &EstimateFacts) -> Vec<String> {
    let book = &facts.book;
    let used = facts.used.iter().map(|(_, model)| model.as_str());
    let connected = facts.providers.iter().map(String::as_str);
    let lists = connected.chain(FIRST_PROVIDERS).chain(providers::ALL.iter().map(|provider| provider.id));
    let mut listed: Vec<&str> = Vec::new();
    for list in lists.flat_map(listed_as) {
        if !listed.contains(&list) {
            listed.push(list);
        }
    }
    let own: Vec<&str> = used.chain(listed.iter().take(6).flat_map(|list| book.models(list))).collect();
    let close = near(asked, own);
    let all = || listed.iter().flat_map(|list| book.models(list));
    let close = if close.is_empty() { near(asked, all()) } else { close };
    close.into_iter().map(str::to_owned).collect()
}

fn estimate(
    text: &str,
    wanted: Vec<Wanted>,
    unknown: Vec<UnknownModel>,
    ratios: &'static TokenRatios,
    facts: &EstimateFacts,
    output: Option<u64>,
    now: Timestamp,
) -> Estimate {
    let book = &facts.book;
    let bytes = text.len() as u64;
    let mut bench = Bench { text: Text::new(text), ratios, facts, output, now, pricer: Pricer::new(book) };
    let makeup = *bench.text.makeup();
    let mut notes = vec![
        "The text alone is counted. A message adds a few tokens of its own; instructions, tools and what was said before come on top."
            .to_owned(),
    ];
    if text.is_empty() {
        notes.push("The text is empty: only the answer costs something.".to_owned());
    }
    Estimate {
        now: now.to_string(),
        bytes,
        characters: makeup.characters(),
        kinds: makeup
            .kinds()
            .into_iter()
            .map(|(kind, characters)| TextKind { kind: kind.name().to_owned(), characters })
            .collect(),
        models: wanted.into_iter().map(|wanted| bench.model(wanted)).collect(),
        unknown,
        prices: book.version(),
        notes,
    }
}

/// What a text costs in one way: low, typical and high.
type Costs = Result<[ListCost; 3], Unpriced>;

impl Bench<'_> {
    fn model(&mut self, wanted: Wanted) -> ModelEstimate {
        let (input, counted) = self.text.tokens(self.ratios, &wanted.model);
        let provider = wanted.place.as_ref().map(|(provider, _)| provider.clone());
        let today = self.now.utc_date();
        let (output, output_by) = if self.output.is_none() && self.only_reads(&wanted, today) {
            let words = "An embedding answers with numbers that cost nothing: only what goes in is priced."
                .to_owned();
            (Range::exactly(0), OutputBy { by: OutputTeller::Convention, requests: None, words })
        } else {
            self.output(provider.as_deref(), &wanted.model)
        };
        let all = WAYS.map(|(way, sent)| (sent, self.costs(&wanted, way, today, input, output)));
        let now = all[0].1.as_ref().ok().cloned();
        let mut rows = Vec::new();
        for (sent, costs) in &all {
            // Putting a text into a cache is told of where it costs something else than sending it.
            let plain =
                matches!((costs, &now), (Ok(a), Some(b)) if a.iter().zip(b).all(|(a, b)| a.cost == b.cost));
            if *sent != SentHow::CacheWrite || (costs.is_ok() && !plain) {
                rows.push(cost_row(*sent, costs));
            }
        }
        let shares = provider
            .as_deref()
            .map(|provider| self.shares(provider, &wanted.model, input, output, now.as_ref()));
        ModelEstimate {
            provider_name: provider.as_deref().and_then(providers::find).map(|known| known.name.to_owned()),
            priced_as: now.as_ref().map(|costs| costs[1].basis.model.clone()),
            input: tokens(input),
            counted: self.counted(counted),
            output: tokens(output),
            output_by,
            costs: rows,
            unit_prices: now.as_ref().map(|costs| unit_prices(&costs[1])).unwrap_or_default(),
            price_source: now.as_ref().map(|costs| price_source(&costs[1])),
            shares: shares.unwrap_or_default(),
            asked: wanted.asked,
            model: wanted.model,
            provider,
        }
    }

    /// Whether a model answers with nothing that is priced, as one that makes embeddings.
    fn only_reads(&self, wanted: &Wanted, today: Date) -> bool {
        if wanted.model.to_ascii_lowercase().contains("embed") {
            return true;
        }
        let Some((provider, listed)) = &wanted.place else { return false };
        let sheets = [listed, provider].map(|of| sheet(&self.facts.book, of, &wanted.model, today));
        let plain =
            sheets.into_iter().flatten().flat_map(|sheet| sheet.groups).find(|group| group.tier.is_none());
        let reads = |meter: Meter| {
            matches!(meter, Meter::Input | Meter::CacheRead | Meter::CacheWrite | Meter::InputImage)
        };
        plain.is_some_and(|group| {
            let prices = &group.basis.unit_prices;
            prices.iter().any(|price| price.meter == Meter::Input)
                && prices.iter().all(|price| reads(price.meter))
        })
    }

    fn costs(&mut self, wanted: &Wanted, way: Way, at: Date, input: Range, output: Range) -> Costs {
        let (_, provider) = wanted.place.as_ref().ok_or(Unpriced::NoPrice)?;
        let model = &wanted.model;
        let mut of =
            |input, output| cost(&mut self.pricer, &Prompt { provider, model, at, input, output }, way);
        Ok([of(input.low, output.low)?, of(input.typical, output.typical)?, of(input.high, output.high)?])
    }

    fn output(&self, provider: Option<&str>, model: &str) -> (Range, OutputBy) {
        if let Some(tokens) = self.output {
            let words = "As you said.".to_owned();
            return (Range::exactly(tokens), OutputBy { by: OutputTeller::Person, requests: None, words });
        }
        if let Some(replies) = provider.and_then(|provider| self.facts.replies(provider, model)) {
            let mut words = format!(
                "By {} requests of your own in the last {DAYS} days: eight in ten lie between low and high.",
                replies.requests
            );
            if replies.one_by_one * 2 < replies.requests {
                words.push_str(
                    " Most are known by the mean of an hour or a day only: single answers lie further apart.",
                );
            }
            let by = OutputBy { by: OutputTeller::History, requests: Some(replies.requests), words };
            return (replies.length, by);
        }
        let (length, _, words) = &self.ratios.replies;
        (*length, OutputBy { by: OutputTeller::Convention, requests: None, words: words.clone() })
    }

    fn counted(&self, counted: Counted) -> CountedBy {
        let of = |how, family: &Family| CountedBy {
            how,
            name: family.name.clone(),
            note: family.note.clone(),
            sources: family.sources.clone(),
            seen: Some(family.seen.as_str().to_owned()),
            stale: family.seen.age(self.now.utc_date()).is_some_and(|age| age > self.ratios.stale_after_days),
            confidence: Some(confidence(family.confidence).to_owned()),
        };
        match counted {
            Counted::Measured(family) => of(CountedHow::Measured, family),
            Counted::Unmeasured(family) => of(CountedHow::Unmeasured, family),
            Counted::Exact(encoding) => CountedBy {
                how: CountedHow::Exact,
                name: encoding.name().to_owned(),
                note: None,
                sources: vec!["https://github.com/openai/tiktoken".to_owned()],
                seen: None,
                stale: false,
                confidence: None,
            },
        }
    }

    fn shares(
        &self,
        provider: &str,
        model: &str,
        input: Range,
        output: Range,
        now: Option<&[ListCost; 3]>,
    ) -> Vec<ShareRow> {
        let free =
            now.is_some_and(|[_, typical, high]| typical.cost.amount.is_zero() && high.cost.amount.is_zero());
        let of = self.facts.left.iter().filter(|(of, left)| of == provider && left.is_for(model));
        of.filter(|(_, left)| free || !left.free_alone)
            .filter_map(|(_, left)| {
                let takes = takes(&left.unit, input, output, now)?;
                Some(share(left, takes))
            })
            .collect()
    }
}

/// What a text takes of a unit: most likely, and what it hardly exceeds.
fn takes(unit: &str, input: Range, output: Range, now: Option<&[ListCost; 3]>) -> Option<[Decimal; 2]> {
    let both = |of: fn(Range) -> u64| Decimal::from(of(input).saturating_add(of(output)));
    match unit {
        "requests" => Some([Decimal::ONE; 2]),
        "tokens" => Some([both(|range| range.typical), both(|range| range.high)]),
        "input_tokens" => Some([input.typical.into(), input.high.into()]),
        "output_tokens" => Some([output.typical.into(), output.high.into()]),
        _ => {
            let [_, typical, high] = now?;
            (typical.cost.currency.as_str() == unit).then_some([typical.cost.amount, high.cost.amount])
        }
    }
}

fn share(left: &Remains, [likely, most]: [Decimal; 2]) -> ShareRow {
    let there = left.left.max(Decimal::ZERO);
    let percent = |takes: Decimal| {
        let share = takes.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(there)?;
        let places = if share < Decimal::ONE { 4 } else { 1 };
        Some(share.round_dp(places).normalize().to_string())
    };
    ShareRow {
        account: left.account,
        label: left.label.clone(),
        of: left.of,
        name: left.name.clone(),
        unit: left.unit.clone(),
        left: left.left.normalize().to_string(),
        takes: likely.normalize().to_string(),
        percent: percent(likely),
        percent_high: percent(most),
        fits: if most <= there {
            Fits::Yes
        } else if likely <= there {
            Fits::Likely
        } else if there.is_zero() {
            Fits::No
        } else {
            Fits::Hardly
        },
        as_of: left.as_of.clone(),
        until: left.until.clone(),
    }
}

fn cost_row(way: SentHow, costs: &Costs) -> CostRow {
    match costs {
        Ok([low, typical, high]) => CostRow {
            way,
            low: Some(money(low.cost)),
            typical: Some(money(typical.cost)),
            high: Some(money(high.cost)),
            words: typical.basis.adjustment.as_deref().map(sentence),
        },
        Err(reason) => {
            CostRow { way, low: None, typical: None, high: None, words: Some(sentence(&reason.to_string())) }
        }
    }
}

fn unit_prices(cost: &ListCost) -> Vec<UnitPriceRow> {
    let told = ["input", "cache_read", "cache_write", "output"];
    let rows = cost.basis.unit_prices.iter().filter(|price| told.contains(&price.meter.name()));
    rows.map(|price| UnitPriceRow {
        meter: price.meter.name().to_owned(),
        price: amount(price.price, cost.basis.currency),
        per: price.per,
    })
    .collect()
}

fn price_source(cost: &ListCost) -> String {
    let from = cost.basis.effective_from.map(|from| format!(", since {from}")).unwrap_or_default();
    format!("{} {}{from}", cost.basis.source, cost.basis.data_version)
}

const fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Low => "low",
        Confidence::Medium => "medium",
        Confidence::High => "high",
    }
}

const fn tokens(range: Range) -> TokenRange {
    TokenRange { low: range.low, typical: range.typical, high: range.high }
}

fn money(money: Money) -> Amount {
    amount(money.amount, money.currency)
}

fn amount(amount: Decimal, currency: Currency) -> Amount {
    Amount { amount: amount.normalize().to_string(), currency: currency.to_string() }
}
