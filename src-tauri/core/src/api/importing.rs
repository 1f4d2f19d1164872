//! Importing files, and looking into them before.

use super::app::{App, House};
use super::entering::without_key;
use super::figures::amount;
use super::forms::refused;
use super::keys::{find_account, find_provider};
use super::{
    ApiError, ErrorCode, Event, FirstCharge, FormatRow, ImportPart, ImportQuery, ImportReport, LeftOut,
    WrongLine,
};
use crate::formats::{self, Format, MAPPED, Mapping};
use crate::importing::{self, FirstLine, ImportError, Part, Progress, Reading, Wanted};
use crate::ledger::{ChargeCategory, name_of};
use crate::providers::{self, Provider, Sees};
use crate::store::{AccountRow, NewAccount, Outcome, Owner};

/// Whose figures they are.
enum Whose {
    Account(Box<AccountRow>),
    Nobodys(Box<NewAccount>),
}

impl App {
    pub(super) async fn preview_import(&self, query: &ImportQuery) -> Result<ImportReport, ApiError> {
        let _open = self.hold_open().await;
        let house = self.own_house().await?;
        let reading = self.read_file(&house, query).await?;
        let whose = whose(&house, query, &reading).await?;
        let account = match &whose {
            Whose::Account(row) => Some(row.id),
            Whose::Nobodys(_) => None,
        };
        let outcomes = house.store.preview_import(account, &reading.arrivals).await?;
        let beside = by_other_ways(&house, account, &reading).await?;
        Ok(report(reading, &outcomes, &whose, account, false, beside))
    }

    pub(super) async fn import(&self, query: &ImportQuery) -> Result<ImportReport, ApiError> {
        let _open = self.hold_open().await;
        let house = self.own_house().await?;
        let mut reading = self.read_file(&house, query).await?;
        let whose = whose(&house, query, &reading).await?;
        let (owner, account) = match &whose {
            Whose::Account(row) => (Owner::Account(row.id), Some(row.id)),
            Whose::Nobodys(account) => (Owner::New(account), None),
        };
        if reading.wrong() > 0 {
            let outcomes = vec![Outcome::default(); reading.parts.len()];
            return Ok(report(reading, &outcomes, &whose, account, false, None));
        }
        let arrivals = std::mem::take(&mut reading.arrivals);
        if self.cancellation().is_cancelled() {
            return Err(ImportError::Cancelled.into());
        }
        let (account, outcomes) = house.store.book_import(owner, arrivals, &reading.file, self.now()).await?;
        for (key, mapping) in reading.parts.iter().filter_map(|part| part.mapping.as_ref()) {
            house.store.set_setting(key, &mapping.to_string()).await?;
        }
        self.tell(Event::Changed);
        let beside = by_other_ways(&house, Some(account), &reading).await?;
        Ok(report(reading, &outcomes, &whose, Some(account), true, beside))
    }

    async fn read_file(&self, house: &House, query: &ImportQuery) -> Result<Reading, ApiError> {
        let (format, mapping) = as_what(query)?;
        // Which provider's list prices count for a file that does not say whose it is.
        let provider = match query.account {
            Some(id) => providers::find(&find_account(house, id).await?.account.provider),
            None => named(query)?,
        };
        if mapping.is_some() && provider.is_none() {
            return Err(refused("account", "say whose figures these are: name an account or a provider"));
        }
        let path = query.path.trim().into();
        let provider = provider.map(|provider| provider.id);
        let book = house.book().await?;
        let wanted = Wanted { path, format, mapping, provider, book, now: self.now() };
        let app = self.clone();
        let file = importing::name(&wanted.path);
        let progress = move |Progress { done, total }: Progress| {
            app.tell(Event::ImportProgress { file: file.clone(), done, total });
        };
        let reading = importing::read(&house.store, wanted, &self.cancellation(), progress).await?;
        if reading.file.lines == 0 {
            return Err(ApiError::bad(format!(
                "{} holds no lines below its header, so there is nothing to import: export a period with usage",
                reading.file.name
            )));
        }
        Ok(reading)
    }
}

/// What the person says that the file is.
fn as_what(query: &ImportQuery) -> Result<(Option<&'static Format>, Option<Mapping>), ApiError> {
    let mapping = |text: &str| text.parse::<Mapping>().map_err(|error| ApiError::bad(error.to_string()));
    match (query.format.as_deref().map(str::trim), query.mapping.as_deref()) {
        (Some(_), Some(_)) => Err(ApiError::bad("give either a format or a mapping of the columns")),
        (None, None) => Ok((None, None)),
        (None, Some(text)) => Ok((None, Some(mapping(text)?))),
        (Some(text), None) if text.starts_with("map:") => Ok((None, Some(mapping(text)?))),
        (Some(id), None) => {
            if let Some(format) = formats::find(id) {
                return Ok((Some(format), None));
            }
            let known: Vec<_> = formats::ALL.iter().map(|format| format.id).collect();
            let id: String = id.chars().take(40).collect();
            Err(ApiError::bad(format!(
                "there is no format \"{id}\". Known are {}; a mapping of your own looks like map:date=Day,cost=Amount,currency=USD",
                known.join(", ")
            )))
        }
    }
}

/// The provider that the person names.
fn named(query: &ImportQuery) -> Result<Option<&'static Provider>, ApiError> {
    query.provider.as_deref().map(|id| find_provider(id.trim())).transpose()
}

/// The account that a file is of.
async fn whose(house: &House, query: &ImportQuery, reading: &Reading) -> Result<Whose, ApiError> {
    let told = provider_of(reading)?;
    if let Some(id) = query.account {
        let row = find_account(house, id).await?;
        if let Some(provider) = told
            && provider.id != row.account.provider
        {
            return Err(ApiError::bad(format!(
                "this is a file of {}, and account {id} is one of another provider",
                provider.name
            )));
        }
        return Ok(Whose::Account(Box::new(row)));
    }
    let named = named(query)?;
    if let (Some(named), Some(told)) = (named, told)
        && named.id != told.id
    {
        return Err(refused("account", format!("this is a file of {}, not of {}", told.name, named.name)));
    }
    let Some(provider) = told.or(named) else {
        return Err(refused(
            "account",
            "the file does not tell whose figures it holds: name an account or a provider",
        ));
    };
    let rows = house.store.accounts().await?;
    let mut rows: Vec<AccountRow> =
        rows.into_iter().filter(|row| row.account.provider == provider.id).collect();
    if rows.len() > 1 {
        // The one that such files went to before.
        let imports = house.store.imports().await?;
        let same = |format: &str| reading.parts.iter().any(|part| part.format.id == format);
        let before = imports
            .iter()
            .find(|import| same(&import.format) && rows.iter().any(|row| row.id == import.account_id));
        if let Some(before) = before {
            rows.retain(|row| row.id == before.account_id);
        }
    }
    match rows.len() {
        0 => Ok(Whose::Nobodys(Box::new(without_key(provider, None)))),
        1 => rows
            .pop()
            .map(|row| Whose::Account(Box::new(row)))
            .ok_or_else(|| ApiError::bad("there is no such account")),
        _ => {
            let known: Vec<_> = rows.iter().map(|row| row.id.to_string()).collect();
            let message =
                format!("{} has several accounts: say which (account {})", provider.name, known.join(" or "));
            Err(ApiError::new(ErrorCode::MoreNeeded, message))
        }
    }
}

/// The provider that a file or its lines name.
fn provider_of(reading: &Reading) -> Result<Option<&'static Provider>, ApiError> {
    let mut found: Option<&'static Provider> = None;
    for part in &reading.parts {
        let ids: Vec<Option<&str>> = if part.format.provider.is_empty() {
            part.told.vendors.iter().map(|vendor| formats::vendor_id(vendor)).collect()
        } else {
            vec![Some(part.format.provider)]
        };
        for id in ids {
            let Some(id) = id else { continue };
            let provider = find_provider(id)?;
            if found.is_some_and(|other| other.id != provider.id) {
                let named: Vec<_> = part.told.vendors.iter().cloned().collect();
                return Err(ApiError::bad(format!(
                    "the file holds lines of several providers ({}): split it by provider",
                    named.join(", ")
                )));
            }
            found = Some(provider);
        }
        if found.is_none() && part.told.vendors.len() > 1 {
            return Err(ApiError::bad("the file holds lines of several providers: split it by provider"));
        }
    }
    Ok(found)
}

/// What to know of days that a file bills and that were typed in as well, or came in a file of another kind.
async fn by_other_ways(
    house: &House,
    account: Option<i64>,
    reading: &Reading,
) -> Result<Option<String>, ApiError> {
    let Some(account) = account else { return Ok(None) };
    let is_mapped = |format: &Format| format.id == MAPPED.id;
    let billed: Vec<_> =
        reading.parts.iter().filter(|part| part.told.billed.iter().next().is_some()).collect();
    let days = billed.iter().filter_map(|part| part.told.days);
    let Some((first, last)) = days.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))) else { return Ok(None) };
    let typed = house
        .store
        .entries(Some(account))
        .await?
        .iter()
        .any(|row| row.entered.as_cost().is_some_and(|cost| (first..=last).contains(&cost.date)));
    let mapped = billed.iter().all(|part| is_mapped(part.format));
    let others = house.store.imports().await?.iter().any(|row| {
        let meets = row.days.is_some_and(|(from, to)| from <= last && first <= to);
        row.account_id == account && meets && (row.format == MAPPED.id) != mapped
    });
    let counts =
        if mapped { "the provider's own file where there is one, then this one" } else { "this file" };
    Ok((typed || others).then(|| {
        format!(
            "Some of these days were typed in or came in another kind of file for this account, too. Of each day one of them counts: \
             {counts}. The rest stands beside it, and is not added."
        )
    }))
}

fn report(
    reading: Reading,
    outcomes: &[Outcome],
    whose: &Whose,
    account: Option<i64>,
    booked: bool,
    beside: Option<String>,
) -> ImportReport {
    let of = match whose {
        Whose::Account(row) => &row.account,
        Whose::Nobodys(account) => account,
    };
    let provider = providers::find(&of.provider);
    let name = provider.map_or_else(|| of.provider.clone(), |provider| provider.name.to_owned());
    let wrong = reading.wrong();
    let mut notes = Vec::new();
    if wrong > 0 {
        notes.push(
            "Nothing is booked while a single line is wrong: mend the file, or export it again.".to_owned(),
        );
    }
    if account.is_none() {
        notes.push(format!("An account of {name} without a key is made for these figures."));
    }
    let kind = provider.and_then(|provider| provider.key_kind(&of.key_kind));
    if kind.is_some_and(|kind| kind.sees.contains(&Sees::Cost)) {
        notes.push(format!(
            "This account of {name} is read by its key, too: of each day that its own bill covers, the bill counts, and what the \
             file says stands beside it."
        ));
    }
    notes.extend(beside);
    for (part, outcome) in reading.parts.iter().zip(outcomes) {
        if !part.format.note.is_empty() {
            notes.push(part.format.note.to_owned());
        }
        if outcome.lines > 0 && outcome.known == outcome.lines {
            notes.push(
                "Nothing of it is new: all of its charges were here before. Where a figure differs, the one of this file counts."
                    .to_owned(),
            );
        }
        if outcome.left_out > 0 {
            notes.push(format!(
                "{} of its charges are left out: finer ones that add up to them are here already.",
                outcome.left_out
            ));
        }
        if outcome.partial > 0 {
            notes.push(format!(
                "{} of its charges stand aside: they add up to less than what is here already for the same days in fewer words, so \
                 that counts. Import the export that is not filtered to a part of the money.",
                outcome.partial
            ));
        }
        if outcome.crossing > 0 {
            notes.push(format!(
                "{} of its charges stand aside: they are of some days of a charge that is here already and of other days too. \
                 Import tables that begin and end on the same days.",
                outcome.crossing
            ));
        }
        if outcome.displaced > 0 {
            notes.push(format!(
                "{} earlier charges give way to these, which tell the same in more detail.",
                outcome.displaced
            ));
        }
        if outcome.outgrown > 0 {
            notes.push(format!(
                "{} earlier charges stand aside: they add up to less than what this file tells for the same days in fewer words, \
                 so the file counts. They were a part of the money, filtered or of fewer days.",
                outcome.outgrown
            ));
        }
        for other in &outcome.instead_of {
            notes.push(format!(
                "Some of these days are here as \"{other}\" too: of each day only one counts, the finer if it tells all of the money, \
                 else the one that tells more."
            ));
        }
        if outcome.repeated > 0 {
            notes.push(format!("{} lines came twice in the file and count once.", outcome.repeated));
        }
    }
    notes.dedup();
    ImportReport {
        file: reading.file.name,
        booked,
        account,
        label: of.label.clone().unwrap_or(name),
        provider: of.provider.clone(),
        parts: reading
            .parts
            .into_iter()
            .zip(outcomes)
            .map(|(part, outcome)| in_words(part, outcome))
            .collect(),
        wrong,
        notes,
    }
}

fn in_words(part: Part, outcome: &Outcome) -> ImportPart {
    let told = part.told;
    let amounts = told.billed.iter().map(|(currency, total)| amount(total, currency)).collect();
    let left = told.left.iter().map(|(what, lines)| LeftOut { what: (*what).to_owned(), lines: *lines });
    ImportPart {
        name: part.name,
        format: format_row(part.format),
        lines: told.lines,
        charges: outcome.lines,
        known: outcome.known,
        replaced: outcome.displaced + outcome.outgrown,
        left_out: left.collect(),
        from: told.days.map(|(first, _)| first.to_string()),
        to: told.days.map(|(_, last)| last.plus_days(1).to_string()),
        billed: amounts,
        input_tokens: told.input_tokens,
        output_tokens: told.output_tokens,
        requests: told.requests,
        wrong: told.wrong_count,
        wrong_lines: told
            .wrong
            .into_iter()
            .map(|wrong| WrongLine { line: wrong.line, problem: wrong.problem })
            .collect(),
        first: told.first.into_iter().map(first).collect(),
    }
}

fn first(line: FirstLine) -> FirstCharge {
    FirstCharge {
        day: line.day.to_string(),
        category: name_of(line.category, ChargeCategory::NAMED).to_owned(),
        billed: line.billed.map(|(total, currency)| amount(total, currency)),
        model: line.model,
        description: line.description,
        input_tokens: line.tokens.map(|(input, _)| input),
        output_tokens: line.tokens.map(|(_, output)| output),
    }
}

/// The formats that are known by their columns; one that a person maps is not among them.
pub(super) fn format_rows() -> Vec<FormatRow> {
    formats::ALL.iter().copied().map(format_row).collect()
}

fn format_row(format: &Format) -> FormatRow {
    FormatRow { id: format.id.to_owned(), name: format.name.to_owned(), provider: format.provider.to_owned() }
}

impl From<ImportError> for ApiError {
    fn from(error: ImportError) -> ApiError {
        match error {
            ImportError::Store(error) => error.into(),
            ImportError::Money(error) => error.into(),
            ImportError::Cancelled => ApiError::new(ErrorCode::Cancelled, error.to_string()),
            ImportError::Internal(_) => ApiError::new(ErrorCode::Internal, error.to_string()),
            _ => ApiError::bad(error.to_string()),
        }
    }
}
