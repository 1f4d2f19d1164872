//! Charges of usage, one by one, into rows of usage: what each is of, and what cannot be taken in.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::super::app::House;
use super::super::figures::Books;
use super::super::{ApiError, ErrorCode};
use super::usage::Used;
use crate::catalogue::{Surface, Task};
use crate::exchange::{FOR_CHARGES, Rates};
use crate::ledger::{Lane, Meter, Modalities};
use crate::money::{Currency, Decimal, exact_mul};
use crate::plan::{Excluded, Kind, Row, Usage, WhyExcluded};
use crate::store::{Origin, RollupRow, UsedFacet, UsedRow, UsedStream, read_used};
use crate::time::{Date, Period, Timestamp};

/// A count of requests that comes without tokens: those of the same model and time come in a row of their own.
struct Counted {
    account: i64,
    model: String,
    period: (i64, i64),
    requests: u64,
}

#[derive(Default)]
struct Tally {
    rows: u64,
    tokens: u128,
}

/// Rows on their way in.
pub(super) struct Reading<'a> {
    books: &'a Books,
    facets: BTreeMap<i64, UsedFacet>,
    whose: BTreeSet<(i64, Date, Lane, Origin)>,
    currency: Option<Currency>,
    window: Period,
    rates: &'a Rates,
    factors: HashMap<(Currency, i64), Option<Decimal>>,
    kinds: Vec<Kind>,
    known: HashMap<Kind, u32>,
    places: HashMap<(i64, i64, Task), u32>,
    rows: Vec<Row>,
    counted: Vec<Counted>,
    excluded: BTreeMap<(String, WhyExcluded), Tally>,
    left_out: BTreeSet<(i64, String)>,
    taken: Tally,
}

impl<'a> Reading<'a> {
    pub(super) async fn new(
        house: &House,
        books: &'a Books,
        whose: BTreeSet<(i64, Date, Lane, Origin)>,
        currency: Option<Currency>,
        window: Period,
        rates: &'a Rates,
    ) -> Result<Reading<'a>, ApiError> {
        Ok(Reading {
            books,
            facets: house.store.used_facets().await?,
            whose,
            currency,
            window,
            rates,
            factors: HashMap::new(),
            kinds: Vec::new(),
            known: HashMap::new(),
            places: HashMap::new(),
            rows: Vec::new(),
            counted: Vec::new(),
            excluded: BTreeMap::new(),
            left_out: BTreeSet::new(),
            taken: Tally::default(),
        })
    }

    pub(super) fn take(&mut self, stream: &UsedStream, text: &str) -> Result<(), ApiError> {
        let account = stream.account_id;
        let mut last: Option<((i64, Lane), bool)> = None;
        for row in read_used(text)? {
            let Some(facet) = self.facets.get(&row.facet) else { continue };
            if !tells_usage(&row, facet) {
                continue;
            }
            let key = (row.start.div_euclid(86_400), facet.lane);
            let chosen = match last {
                Some((known, chosen)) if known == key => chosen,
                _ => {
                    let date = time(row.start)?.utc_date();
                    self.whose.contains(&(account, date, facet.lane, stream.origin))
                }
            };
            last = Some((key, chosen));
            if chosen {
                self.take_row(account, &row)?;
            } else {
                let label = self.books.label_of(account);
                self.leave_out(label, WhyExcluded::Beside, &row);
            }
        }
        Ok(())
    }

    fn leave_out(&mut self, what: String, why: WhyExcluded, row: &UsedRow) {
        let tally = self.excluded.entry((what, why)).or_default();
        tally.rows += 1;
        tally.tokens += tokens_of(row);
    }

    fn take_row(&mut self, account: i64, row: &UsedRow) -> Result<(), ApiError> {
        let Some(facet) = self.facets.get(&row.facet) else { return Ok(()) };
        let model = facet.model.clone();
        let (meter, listed, billed) = (facet.meter, facet.listed, facet.billed);
        let Some((amount, currency)) =
            row.listed.zip(listed).filter(|(amount, _)| !amount.is_sign_negative())
        else {
            let Some(model) = model else {
                // Of what names no model an account's bill may hold something all the same.
                self.left_out.insert((account, String::new()));
                let label = self.books.label_of(account);
                self.leave_out(label, WhyExcluded::NoModel, row);
                return Ok(());
            };
            let counts_alone = row.tokens.is_none() && matches!(meter, None | Some(Meter::Request));
            if let Some(requests) = row.requests.filter(|_| counts_alone) {
                self.counted.push(Counted { account, model, period: (row.start, row.end), requests });
                return Ok(());
            }
            if tokens_of(row) == 0 && row.requests.is_none_or(|count| count == 0) && row.quantity.is_none() {
                return Ok(());
            }
            self.left_out.insert((account, model.clone()));
            self.leave_out(model, WhyExcluded::Unpriced, row);
            return Ok(());
        };
        let start = time(row.start)?;
        let Some(list_cost) = self.in_one_currency(amount, currency, start.utc_date()) else {
            let model = model.unwrap_or_else(|| self.books.label_of(account));
            self.left_out.insert((account, model.clone()));
            self.leave_out(model, WhyExcluded::OtherCurrency, row);
            return Ok(());
        };
        let billed_cost = row.billed.filter(|_| billed.is_some() && billed == self.currency);
        let kind = self.kind(account, row)?;
        let (mut input, mut output, cached) = row.tokens.unwrap_or_default();
        let (mut cache_read, mut requests, mut metered) = (cached, row.requests, None);
        if let (None, Some(meter), Some(quantity)) = (row.tokens, meter, row.quantity) {
            match (meter, whole(quantity)) {
                (Meter::Output | Meter::OutputAudio | Meter::OutputImage, Some(count)) => output = count,
                (Meter::CacheRead | Meter::CacheReadAudio | Meter::CacheReadImage, Some(count)) => {
                    (input, cache_read) = (count, count);
                }
                (
                    Meter::Input
                    | Meter::CacheWrite
                    | Meter::CacheWrite1h
                    | Meter::InputAudio
                    | Meter::InputImage,
                    Some(count),
                ) => input = count,
                (Meter::Request, Some(count)) => requests = requests.or(Some(count)),
                _ => metered = Some((meter, quantity.normalize())),
            }
        }
        // What lasts beyond the window counts at its end.
        let at = time(row.end)?.min(self.window.end).plus_seconds(-1);
        let seconds = u32::try_from(at.seconds_since(start) + 1).unwrap_or(u32::MAX);
        self.taken.rows += 1;
        self.taken.tokens += u128::from(input) + u128::from(output);
        self.rows.push(Row {
            at,
            seconds,
            kind,
            requests,
            input_tokens: input,
            cache_read_tokens: cache_read,
            output_tokens: output,
            metered,
            list_cost,
            billed_cost,
        });
        Ok(())
    }

    /// An amount in the currency of the whole, at the rate of its day.
    fn in_one_currency(&mut self, amount: Decimal, currency: Currency, day: Date) -> Option<Decimal> {
        let to = self.currency?;
        if currency == to {
            return Some(amount);
        }
        let place = (currency, day.utc_start().unix());
        let rates = self.rates;
        let factor = *self
            .factors
            .entry(place)
            .or_insert_with(|| rates.of(currency, to, day, FOR_CHARGES).ok().map(|rate| rate.factor));
        exact_mul(amount, factor?)
    }

    fn kind(&mut self, account: i64, row: &UsedRow) -> Result<u32, ApiError> {
        let Some(facet) = self.facets.get(&row.facet) else { return Err(too_many()) };
        let provider = self.books.provider_of(account).map_or("", |provider| provider.id);
        let task = task(provider, facet.meter, row.modalities);
        if let Some(place) = self.places.get(&(account, row.facet, task)) {
            return Ok(*place);
        }
        let (list, surface) = used_by(provider);
        let kind = Kind {
            account,
            provider: list.to_owned(),
            model: facet.model.clone().unwrap_or_default(),
            surface,
            task,
            batch: facet.tier.as_deref().is_some_and(|tier| tier.to_ascii_lowercase().contains("batch")),
            project: facet.project.clone(),
            api_key: facet.api_key.clone(),
        };
        let next = u32::try_from(self.kinds.len()).map_err(|_| too_many())?;
        let place = *self.known.entry(kind.clone()).or_insert(next);
        if place == next {
            self.kinds.push(kind);
        }
        self.places.insert((account, row.facet, task), place);
        Ok(place)
    }

    /// Puts requests that were counted apart to the tokens of their model and time.
    fn put_requests(&mut self) {
        let mut counts = HashMap::<(i64, &str, i64, i64), u64>::new();
        for one in &self.counted {
            let place = (one.account, one.model.as_str(), one.period.0, one.period.1);
            *counts.entry(place).or_default() += one.requests;
        }
        let mut met = BTreeSet::new();
        if !counts.is_empty() {
            for row in self.rows.iter_mut().filter(|row| row.requests.is_none()) {
                let Some(kind) = usize::try_from(row.kind).ok().and_then(|kind| self.kinds.get(kind)) else {
                    continue;
                };
                let place = (kind.account, kind.model.as_str(), row.starts().unix(), row.at.unix() + 1);
                if let Some(count) = counts.get_mut(&place) {
                    row.requests = Some(std::mem::take(count));
                    met.insert(place);
                }
            }
        }
        // Of a model that has a price, but no tokens at that time, they are rows of their own and cost nothing at list price.
        let priced: HashMap<(i64, &str), u32> = (0..)
            .zip(&self.kinds)
            .map(|(place, kind)| ((kind.account, kind.model.as_str()), place))
            .collect();
        let alone = self.counted.iter().filter(|one| {
            !met.contains(&(one.account, one.model.as_str(), one.period.0, one.period.1)) && one.requests > 0
        });
        let mut rows = Vec::new();
        let mut unpriced = BTreeMap::<(i64, &str), u64>::new();
        for one in alone {
            let place = priced.get(&(one.account, one.model.as_str()));
            let times = Timestamp::from_unix(one.period.0)
                .and_then(|start| Ok((start, Timestamp::from_unix(one.period.1)?)));
            let (Some(kind), Ok((start, end))) = (place, times) else {
                *unpriced.entry((one.account, one.model.as_str())).or_default() += 1;
                continue;
            };
            let at = end.min(self.window.end).plus_seconds(-1);
            rows.push(Row {
                at,
                seconds: u32::try_from(at.seconds_since(start) + 1).unwrap_or(u32::MAX),
                kind: *kind,
                requests: Some(one.requests),
                input_tokens: 0,
                cache_read_tokens: 0,
                output_tokens: 0,
                metered: None,
                list_cost: Decimal::ZERO,
                billed_cost: None,
            });
        }
        for ((account, model), count) in unpriced {
            self.left_out.insert((account, model.to_owned()));
            self.excluded.entry((model.to_owned(), WhyExcluded::Unpriced)).or_default().rows += count;
        }
        self.taken.rows += rows.len() as u64;
        self.rows.append(&mut rows);
    }

    pub(super) fn finish(mut self, used: &mut Used, sums: &[RollupRow], window: (Date, Date)) {
        self.put_requests();
        self.rows.sort_by_key(|row| row.at);
        self.rows.shrink_to_fit();
        let told: BTreeSet<i64> = self.kinds.iter().map(|kind| kind.account).collect();
        for row in sums.iter().filter(|row| !row.beside && row.sums.billed.is_some_and(|sum| !sum.is_zero()))
        {
            // Of an account whose use is left out for another reason that is told already.
            let mut of_account = self.left_out.range((row.account_id, String::new())..);
            let told_already = of_account.next().is_some_and(|(account, _)| *account == row.account_id);
            if !told.contains(&row.account_id) && !told_already {
                let label = self.books.label_of(row.account_id);
                self.excluded.entry((label, WhyExcluded::MoneyOnly)).or_default().rows += row.sums.charges;
            }
        }
        // Money alone has no share of what is counted.
        let counts = |why: WhyExcluded| why != WhyExcluded::MoneyOnly;
        let out = || self.excluded.iter().filter(|((_, why), _)| counts(*why)).map(|(_, tally)| tally);
        let tokens = self.taken.tokens + out().map(|tally| tally.tokens).sum::<u128>();
        let rows = u128::from(self.taken.rows) + out().map(|tally| u128::from(tally.rows)).sum::<u128>();
        let excluded = self.excluded.iter().map(|((what, why), tally)| Excluded {
            what: what.clone(),
            why: *why,
            rows: tally.rows,
            share: match (counts(*why), tokens) {
                (false, _) => None,
                (true, 0) => Some(percent(u128::from(tally.rows), rows)),
                // What is counted otherwise, as pictures, is no part of the tokens.
                (true, _) => (tally.tokens > 0).then(|| percent(tally.tokens, tokens)),
            },
        });
        used.usage = Usage {
            window: Some(window),
            currency: self.currency,
            excluded: excluded.collect(),
            kinds: self.kinds,
            rows: self.rows,
        };
        used.left_out = self.left_out;
    }
}

/// A share in per cent, to a tenth; what is there at all is not nought.
fn percent(part: u128, whole: u128) -> Decimal {
    let tenths = part.saturating_mul(1_000).checked_div(whole).unwrap_or(0).max(u128::from(part > 0));
    Decimal::new(i64::try_from(tenths).unwrap_or(1_000), 1).normalize()
}

fn tokens_of(row: &UsedRow) -> u128 {
    row.tokens.map_or(0, |(input, output, _)| u128::from(input) + u128::from(output))
}

/// Whether a charge tells use, and not only money: as the reports see it.
fn tells_usage(row: &UsedRow, facet: &UsedFacet) -> bool {
    let counted = row.tokens.is_some() || row.requests.is_some() || row.listed.is_some();
    let used = row.quantity.is_some_and(|quantity| !quantity.is_zero()) && facet.meter != Some(Meter::Byte);
    counted || (used && row.billed.is_none())
}

fn whole(quantity: Decimal) -> Option<u64> {
    let plain = quantity.normalize();
    u64::try_from(plain.mantissa()).ok().filter(|_| plain.scale() == 0)
}

fn time(seconds: i64) -> Result<Timestamp, ApiError> {
    Timestamp::from_unix(seconds).map_err(|error| ApiError::new(ErrorCode::Store, error.to_string()))
}

fn too_many() -> ApiError {
    ApiError::new(ErrorCode::Internal, "usage is of more kinds than can be counted")
}

/// Whose list price holds for what an account was used for, and where it was used.
pub(super) fn used_by(provider: &'static str) -> (&'static str, Surface) {
    match provider {
        "claude_subscription" => ("anthropic", Surface::CodingAgent),
        "chatgpt_subscription" => ("openai", Surface::CodingAgent),
        "gemini_cli" => ("gcp.gemini", Surface::CodingAgent),
        "kimi_code" => ("moonshot_ai", Surface::CodingAgent),
        "cursor" | "github_copilot" => (provider, Surface::Editor),
        _ => (provider, Surface::Api),
    }
}

/// The kind of work: by what kinds of tokens ran, by the meter, else by what the provider is for.
fn task(provider: &str, meter: Option<Meter>, kinds: Modalities) -> Task {
    let sound = kinds.input_audio + kinds.cache_read_audio + kinds.output_audio;
    match meter {
        _ if kinds.output_image > 0 => Task::Image,
        _ if sound > 0 => Task::Audio,
        _ if kinds.input_image + kinds.cache_read_image > 0 => Task::Vision,
        Some(Meter::Image | Meter::OutputImage) => Task::Image,
        Some(Meter::InputImage | Meter::CacheReadImage) => Task::Vision,
        Some(Meter::WebSearch | Meter::FileSearch) => Task::Search,
        _ => match provider {
            "runway" | "luma" => Task::Video,
            "exa" | "tavily" | "firecrawl" => Task::Search,
            "stability" | "recraft" | "leonardo" => Task::Image,
            "elevenlabs" | "deepgram" => Task::Audio,
            _ => match meter {
                Some(
                    Meter::Character
                    | Meter::Second
                    | Meter::InputAudio
                    | Meter::CacheReadAudio
                    | Meter::OutputAudio,
                ) => Task::Audio,
                _ => Task::Text,
            },
        },
    }
}
