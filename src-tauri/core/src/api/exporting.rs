//! Taking everything away: charges as FOCUS, and all that can be read as lines of JSON. Written as it is read.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;

use serde_json::{Map, Value, json};

use super::app::{App, House};
use super::files::{Draft, Place, What};
use super::forms::wrong;
use super::{ApiError, ErrorCode, Event, Export, Exported, ExportedFile};
use crate::export::focus::{self, Charged};
use crate::export::lines;
use crate::ledger::{AssignedPart, Assignment, AssignmentKind, NameOf};
use crate::providers;
use crate::store::{AccountRow, Between, StoreError, ToldCharge, ToldFacet, Whole};
use crate::time::Date;

const CHARGES: What =
    What { name: "the charges", example: "spendglass-charges.csv", begins: &[b"AvailabilityZone,"] };
const ALL: What = What {
    name: "the export",
    example: "spendglass.jsonl",
    begins: &[b"{\"record\":\"spendglass\"", b"{\"exportedAt\""],
};
/// Text that is gathered before it is written.
const GATHERED: usize = 1 << 18;

/// Accounts and what their parts are called, as they are told with each charge.
struct Called {
    accounts: BTreeMap<i64, Account>,
    names: BTreeMap<(i64, NameOf, String), String>,
    assigned: Vec<Assignment>,
}

struct Account {
    label: String,
    provider: String,
    provider_name: String,
}

/// Lines on their way into a file.
struct Pen {
    draft: Draft,
    gathered: String,
    lines: u64,
}

impl Pen {
    fn line(&mut self, line: &str) -> Result<(), ApiError> {
        self.gathered.push_str(line);
        self.gathered.push('\n');
        self.lines += 1;
        if self.gathered.len() >= GATHERED { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), ApiError> {
        self.draft.write_all(self.gathered.as_bytes()).map_err(|error| self.draft.failed(&error))?;
        self.gathered.clear();
        Ok(())
    }
}

impl App {
    pub(super) async fn export(&self, request: &Export) -> Result<ExportedFile, ApiError> {
        let what = if request.what == Exported::Charges { CHARGES } else { ALL };
        let place = Place::named(&request.path, what)?;
        let between = between(request)?;
        let _open = self.hold_open().await;
        let house = self.house().await;
        let mut whole = house.store.whole().await?;
        let called = Called::open(&house, &mut whole).await?;
        let mut pen = Pen { draft: place.begin()?, gathered: String::new(), lines: 0 };
        match request.what {
            Exported::Charges => {
                focus::line(&focus::COLUMNS.map(std::borrow::Cow::Borrowed), &mut pen.gathered);
            }
            Exported::All => {
                let head = json!({
                    "record": "spendglass",
                    "version": env!("CARGO_PKG_VERSION"),
                    "exportedAt": self.now().to_string(),
                    "sample": house.sample,
                    "from": request.from,
                    "to": request.to,
                    "keys": "none: keys are in the keychain and in no export",
                });
                pen.line(&head.to_string())?;
                for table in whole.tables().await? {
                    whole.rows(&table, |line| pen.line(line)).await?;
                }
                // The head is no line of content.
                pen.lines -= 1;
            }
        }
        let charges = self.write_charges(&mut whole, &called, request.what, between, &mut pen).await?;
        drop(whole);
        pen.flush()?;
        let Pen { draft, lines, .. } = pen;
        let path = super::files::on_own_thread(move || draft.keep()).await?;
        Ok(ExportedFile { path, lines, charges, sample: house.sample })
    }

    /// Writes every charge that is asked for, and tells how far it is.
    async fn write_charges(
        &self,
        whole: &mut Whole,
        called: &Called,
        what: Exported,
        between: Between,
        pen: &mut Pen,
    ) -> Result<u64, ApiError> {
        let total = whole.count_charges(between).await?;
        let (streams, facets, bases) =
            (whole.streams().await?, whole.facets().await?, whole.price_bases().await?);
        let cancelled = self.cancellation();
        let mut tags = BTreeMap::<(i64, i64), String>::new();
        let mut last: Option<ToldCharge> = None;
        let mut done = 0_u64;
        loop {
            if cancelled.is_cancelled() {
                let words = "the export was cancelled: nothing was written";
                return Err(ApiError::new(ErrorCode::Cancelled, words));
            }
            let charges = whole.charges_after(last.as_ref(), between).await?;
            for charge in &charges {
                let (account, stream) = streams.get(&charge.stream).ok_or_else(|| strange("stream"))?;
                let facet = facets.get(&charge.facet).ok_or_else(|| strange("facet"))?;
                let tags =
                    tags.entry((*account, charge.facet)).or_insert_with(|| called.tags(*account, facet));
                let row = called.accounts.get(account).ok_or_else(|| strange("account"))?;
                let name =
                    |of, id: &str| called.names.get(&(*account, of, id.to_owned())).map(String::as_str);
                let of = Charged {
                    charge,
                    facet,
                    basis: charge.basis.and_then(|basis| bases.get(&basis)).map(String::as_str),
                    account: *account,
                    label: &row.label,
                    provider: &row.provider,
                    provider_name: &row.provider_name,
                    stream,
                    project_name: name(NameOf::Project, &facet.project),
                    key_name: name(NameOf::ApiKey, &facet.api_key),
                    tags,
                };
                if what == Exported::Charges {
                    focus::line(&focus::cells(&of), &mut pen.gathered);
                    pen.lines += 1;
                } else {
                    let line = lines::charge(&of).map_err(|error| {
                        ApiError::new(ErrorCode::Internal, format!("a charge could not be written: {error}"))
                    })?;
                    pen.line(&line)?;
                }
                done += 1;
            }
            if pen.gathered.len() >= GATHERED {
                pen.flush()?;
            }
            self.tell(Event::ExportProgress { done, total });
            match charges.into_iter().next_back() {
                Some(charge) => last = Some(charge),
                None => return Ok(done),
            }
            // Whatever else is asked gets its turn.
            tokio::task::yield_now().await;
        }
    }
}

impl Called {
    async fn open(house: &House, whole: &mut Whole) -> Result<Called, ApiError> {
        let names = house.store.names().await?;
        // Those of the charges: one that comes or goes meanwhile does so for both or for neither.
        let accounts = whole.accounts().await?;
        Ok(Called {
            accounts: accounts.into_iter().map(|row| (row.id, Account::of(row))).collect(),
            names: names
                .into_iter()
                .map(|(account, name)| ((account, name.of, name.id), name.name))
                .collect(),
            assigned: house.store.assignments().await?,
        })
    }

    /// Clients and tags of a facet of an account, as FOCUS has them: a label without a value is `true`.
    fn tags(&self, account: i64, facet: &ToldFacet) -> String {
        let is = |of, id: &str, member: &String| {
            let name = self.names.get(&(account, of, id.to_owned()));
            !id.is_empty() && (id == member || name == Some(member))
        };
        let mut clients = BTreeSet::new();
        let mut tags = Map::new();
        for one in self.assigned.iter().filter(|one| one.account_id == account) {
            let hit = match &one.part {
                AssignedPart::Account => true,
                AssignedPart::Project(member) => is(NameOf::Project, &facet.project, member),
                AssignedPart::Key(member) => is(NameOf::ApiKey, &facet.api_key, member),
            };
            match one.kind {
                AssignmentKind::Client if hit => {
                    clients.insert(one.name.as_str());
                }
                AssignmentKind::Tag if hit => {
                    tags.insert(one.name.clone(), Value::Bool(true));
                }
                AssignmentKind::Client | AssignmentKind::Tag => {}
            }
        }
        if !clients.is_empty() {
            let clients: Vec<&str> = clients.into_iter().collect();
            tags.insert("client".to_owned(), Value::String(clients.join(", ")));
        }
        if tags.is_empty() { String::new() } else { Value::Object(tags).to_string() }
    }
}

impl Account {
    fn of(row: AccountRow) -> Account {
        let account = row.account;
        let provider_name = providers::find(&account.provider)
            .map_or(account.provider.as_str(), |known| known.name)
            .to_owned();
        Account {
            label: account.label.unwrap_or_else(|| provider_name.clone()),
            provider: account.provider,
            provider_name,
        }
    }
}

/// The days that are asked for; a side that is not given is open.
fn between(request: &Export) -> Result<Between, ApiError> {
    let day = |field, text: &Option<String>| {
        let day = text.as_deref().map(|text| text.trim().parse::<Date>());
        day.transpose().map_err(|error| wrong(field, error.to_string()))
    };
    let (from, to) = (day("from", &request.from)?, day("to", &request.to)?);
    if from.zip(to).is_some_and(|(from, to)| from >= to) {
        return Err(wrong("to", "it lies before the first day or on it: it is the day after the last one"));
    }
    Ok((from.map(Date::utc_start), to.map(Date::utc_start)))
}

fn strange(what: &str) -> StoreError {
    StoreError::Row(format!("a charge without its {what}"))
}
