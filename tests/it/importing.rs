//! What a wrong line, a strange file, a cancelled, overlapping or corrected import leaves behind.

mod broken;
mod overlaps;

use std::path::{Path, PathBuf};

use serde_json::json;
use spendglass_core::api::{App, Config, Event, Grouping, ImportQuery, Request};
use spendglass_core::formats;
use spendglass_core::importing::{self, ImportError, Reading, Wanted};
use spendglass_core::ledger::Charge;
use spendglass_core::money::{Currency, Money};
use spendglass_core::pricing::PriceBook;
use spendglass_core::store::{KeyPlace, NewAccount, Outcome, Owner, Store};
use spendglass_core::time::{Clock, Date, Period, Timestamp};
use spendglass_core::vault::Vault;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::fixtures::root;
use crate::house::{Rows, ask, number, rows, usage};

const NOW: &str = "2026-11-18T12:30:00Z";

pub(crate) fn fixture(name: &str) -> String {
    std::fs::read_to_string(root().join(format!("tests/fixtures/csv/{name}.csv"))).unwrap()
}

/// A store with one account, and a folder to put files in.
pub(crate) struct Books {
    pub(crate) store: Store,
    account: i64,
    folder: TempDir,
}

impl Books {
    pub(crate) async fn open() -> Books {
        let folder = tempfile::tempdir().unwrap();
        let now: Timestamp = NOW.parse().unwrap();
        let store = Store::open(&folder.path().join("data"), now).await.unwrap();
        let account = NewAccount {
            provider: "openai".to_owned(),
            label: None,
            base_url: None,
            key_kind: "none".to_owned(),
            key_hint: None,
            key_fingerprint: None,
            key_place: KeyPlace::Nowhere,
            details: std::collections::BTreeMap::new(),
        };
        let account = store.add_account(&account, now).await.unwrap();
        Books { store, account, folder }
    }

    pub(crate) fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub(crate) async fn read(&self, path: &Path, told: &str) -> Result<Reading, ImportError> {
        let mapping = told.starts_with("map:").then(|| told.parse().unwrap());
        let now = NOW.parse().unwrap();
        let wanted = Wanted {
            path: path.to_owned(),
            format: formats::find(told),
            mapping,
            provider: None,
            book: PriceBook::bundled().clone(),
            now,
        };
        importing::read(&self.store, wanted, &CancellationToken::new(), |_| {}).await
    }

    pub(crate) async fn book(&self, reading: Reading) -> Vec<Outcome> {
        assert_eq!(reading.wrong(), 0, "{:?}", reading.parts);
        let owner = Owner::Account(self.account);
        let now = NOW.parse().unwrap();
        let preview = self.store.preview_import(Some(self.account), &reading.arrivals).await.unwrap();
        let (_, outcomes) =
            self.store.book_import(owner, reading.arrivals, &reading.file, now).await.unwrap();
        if outcomes.len() == 1 {
            assert_eq!(preview, outcomes, "a preview tells what happens");
        }
        outcomes
    }

    pub(crate) async fn import(&self, bytes: impl AsRef<[u8]>) -> Outcome {
        let path = self.put("file.csv", bytes);
        let reading = self.read(&path, "").await.unwrap();
        self.book(reading).await.remove(0)
    }

    pub(crate) async fn rows(&self) -> Rows {
        rows(&self.folder.path().join("data")).await
    }

    async fn number(&self, sql: &'static str) -> i64 {
        number(&self.folder.path().join("data"), sql).await
    }

    /// The problems of a text's wrong lines, each with its line.
    pub(crate) async fn wrong(&self, bytes: impl AsRef<[u8]>) -> Vec<String> {
        let path = self.put("wrong.csv", bytes);
        let reading = self.read(&path, "").await.unwrap();
        assert_eq!(reading.wrong(), reading.parts[0].told.wrong.len() as u64);
        reading.parts[0].told.wrong.iter().map(|wrong| format!("{}: {}", wrong.line, wrong.problem)).collect()
    }
}

/// What stands up to and with the header, and each record behind it with its line end. Quotes keep a line end inside.
pub(crate) fn taken_apart(text: &str) -> (String, Vec<String>) {
    let (mut records, mut quoted) = (vec![String::new()], false);
    for c in text.chars() {
        quoted ^= c == '"';
        records.last_mut().unwrap().push(c);
        if c == '\n' && !quoted {
            records.push(String::new());
        }
    }
    records.retain(|record| !record.is_empty());
    let header = records.iter().position(|record| record.matches(',').count() >= 3).unwrap();
    let rest = records.split_off(header + 1);
    (records.concat(), rest)
}

pub(crate) async fn alone(text: &str) -> Rows {
    let books = Books::open().await;
    books.import(text).await;
    books.rows().await
}

#[tokio::test]
async fn a_wrong_line_names_itself_and_nothing_is_booked() {
    let books = Books::open().await;
    let (head, records) = taken_apart(&fixture("openrouter-generations"));
    // The first record takes two lines of the file.
    let mut text = format!("{head}{}", records.concat());
    text.push_str("gen-bad,2026-10-01,much,0,0,0,0,1,2,0,0,m,p,standard,false,true,,,,1,1,false,k,\n");
    text.push_str("gen-bad,yesterday,1,0,0,0,0,1,2,0,0,m,p,standard,false,true,,,,1,1,false,k,\n");
    text.push_str("gen-bad,2026-10-01,1,0,0,0,0,-1,2,0,0,m,p,standard,false,true,,,,1,1,false,k,\n");
    text.push_str("gen-bad,2026-10-01,1\n");
    let person = "dana";
    let line = format!("gen-bad,2026-10-01,{person}@example.com,0,0,0,0,1,2,0,0,m,p,s,f,t,,,,1,1,f,k,\n");
    text.push_str(&line);
    assert_eq!(
        books.wrong(&text).await,
        [
            "7: cost_total: \"much\" is not a number",
            "8: created_at: \"yesterday\" is no date or time",
            "9: tokens_prompt: \"-1\" is no count",
            "10: the line has 3 cells, the header has 24",
            "11: cost_total: \"…\" is not a number",
        ]
    );
    assert!(books.rows().await.is_empty());
    assert_eq!(books.number("SELECT count(*) FROM facets").await, 0, "not even a trace");
    assert_eq!(books.number("SELECT count(*) FROM imports").await, 0);

    // The list of wrong lines ends, their count does not.
    let bad = format!("{head}{}", "gen-bad,never,1,0,0,0,0,1,2,0,0,m,p,s,f,t,,,,1,1,f,k,\n".repeat(1_000));
    let path = books.put("many.csv", bad);
    let reading = books.read(&path, "").await.unwrap();
    assert_eq!((reading.wrong(), reading.parts[0].told.wrong.len()), (1_000, importing::NAMED));
}

/// The same money, exported with and without groups, is counted once: whichever comes first, and the finer stays.
#[tokio::test]
async fn an_ungrouped_export_and_a_grouped_one_are_the_same_money() {
    let (grouped, ungrouped) = (fixture("openai-cost"), fixture("openai-cost-ungrouped"));
    let finer = alone(&grouped).await;
    let books = Books::open().await;
    books.import(&grouped).await;
    assert_eq!(books.import(&ungrouped).await, Outcome { left_out: 2, ..Outcome::default() });
    assert_eq!(books.rows().await, finer);
    let books = Books::open().await;
    books.import(&ungrouped).await;
    assert_eq!(books.import(&grouped).await, Outcome { lines: 5, displaced: 2, ..Outcome::default() });
    assert_eq!(books.rows().await, finer);

    // By the person, by the key, or by another cut altogether.
    let head = "start_time,end_time,amount_value,amount_currency,line_item,project_id,api_key_id,user_id\n";
    let line = |rest: &str| format!("{head}1790812800,1790899200,{rest}\n");
    let two = |first: &str, second: &str| format!("{}1790812800,1790899200,{second}\n", line(first));
    let cuts = [
        (line("3,usd,in,p,,"), two("1,usd,in,p,k1,", "2,usd,in,p,k2,")),
        (line("3,usd,in,p,,"), two("1,usd,in,p,,u1", "2,usd,in,p,,u2")),
        (line("3,usd,,p,,"), two("1,usd,in,p,,", "2,usd,out,p,,")),
    ];
    for (coarse, fine) in cuts {
        let expected = alone(&fine).await;
        for order in [[&coarse, &fine], [&fine, &coarse]] {
            let books = Books::open().await;
            for text in order {
                books.import(text).await;
            }
            assert_eq!(books.rows().await, expected, "{order:?}");
        }
    }
    let (by_project, by_item) = (line("3,usd,,p,,"), line("3,usd,in,,,"));
    let books = Books::open().await;
    books.import(&by_project).await;
    books.import(&by_item).await;
    assert_eq!(books.rows().await, alone(&by_item).await, "the later of two cuts");
}

#[tokio::test]
async fn days_give_way_to_hours_and_older_forms_to_newer() {
    let (days, hours, old) =
        (fixture("anthropic-tokens-day"), fixture("anthropic-tokens-hour"), fixture("anthropic-tokens-2025"));
    let books = Books::open().await;
    for text in [&old, &days, &hours, &days, &old] {
        books.import(text).await;
    }
    let other = Books::open().await;
    for text in [&hours, &days] {
        other.import(text).await;
    }
    assert_eq!(books.rows().await, other.rows().await);
    let sql = "SELECT CAST(input_tokens AS INTEGER) FROM rollup WHERE dimension = 'day' AND period_start = 1790899200";
    assert_eq!(books.number(sql).await, 1_631_112, "the day is as long as its hours, not twice");
}

/// The first bucket of a day begins when the day does, and is not the day.
#[tokio::test]
async fn a_bucket_that_begins_at_midnight_is_not_its_day() {
    let head = "start_time,end_time,project_id,model,num_model_requests,input_tokens,output_tokens\n";
    let line = |start: i64, seconds: i64, requests: u64| {
        let (start, end) = (1_790_812_800 + start, 1_790_812_800 + start + seconds);
        format!("{start},{end},p,gpt-5.4,{requests},{requests}00,{requests}0\n")
    };
    let minutes = format!("{head}{}{}", line(0, 60, 1), line(60, 60, 1));
    let hours = format!("{head}{}", line(0, 3_600, 2));
    let day = format!("{head}{}", line(0, 86_400, 2));
    let expected = alone(&minutes).await;
    for order in [[&minutes, &hours, &day], [&day, &hours, &minutes], [&hours, &day, &minutes]] {
        let books = Books::open().await;
        for text in order {
            books.import(text).await;
        }
        assert_eq!(books.rows().await, expected, "{order:?}");
    }
}

#[tokio::test]
async fn formats_that_tell_the_same_are_not_added_up() {
    let (fine, coarse) = (fixture("openrouter-generations"), fixture("openrouter-activity"));
    let books = Books::open().await;
    books.import(&coarse).await;
    let outcome = books.import(&fine).await;
    assert_eq!((outcome.lines, outcome.displaced), (4, 2));
    let other = Books::open().await;
    other.import(&fine).await;
    let outcome = other.import(&coarse).await;
    assert_eq!((outcome.lines, outcome.left_out), (1, 2), "only the day that is not there yet");
    assert_eq!(books.rows().await, other.rows().await);
    assert!(!outcome.instead_of.is_empty());

    let books = Books::open().await;
    for name in ["github-usage", "github-premium", "github-usage", "focus-1.0", "openai-cost", "focus-1.2"] {
        books.import(fixture(name)).await;
    }
    let doubled = "SELECT count(*) FROM rollup AS a JOIN rollup AS b USING (period_start) WHERE a.dimension = 'day' \
        AND b.dimension = 'day' AND a.stream_id < b.stream_id AND a.billed IS NOT NULL AND b.billed IS NOT NULL";
    assert_eq!(books.number(doubled).await, 0);
}

/// A later file may correct an earlier one, the day under way above all; what it does not tell stays.
#[tokio::test]
async fn a_later_figure_takes_the_place_of_an_earlier_one() {
    let head = "Date,Slug,Usage,Requests,Prompt Tokens,Completion Tokens\n";
    let books = Books::open().await;
    books.import(format!("{head}2026-10-01,a,1,1,1,1\n2026-10-02,a,2,2,2,2\n2026-10-02,b,5,5,5,5\n")).await;
    let outcome = books.import(format!("{head}2026-10-02,a,3,3,3,3\n2026-10-03,a,4,4,4,4\n")).await;
    assert_eq!((outcome.lines, outcome.known), (2, 1));
    let whole = format!(
        "{head}2026-10-01,a,1,1,1,1\n2026-10-02,a,3,3,3,3\n2026-10-02,b,5,5,5,5\n2026-10-03,a,4,4,4,4\n"
    );
    assert_eq!(books.rows().await, alone(&whole).await);
    assert_eq!(books.number("SELECT count(*) FROM streams WHERE covered_from IS NOT NULL").await, 0);
    assert_eq!(books.store.imports().await.unwrap().len(), 2);
}

/// Two files of a zip, in a folder, with marks and CRLF.
#[tokio::test]
async fn a_zip_is_read_whole_or_not_at_all() {
    use std::io::Write as _;
    let archive = |files: &[(&str, &str)]| {
        let mut bytes = std::io::Cursor::new(Vec::new());
        let mut zip = zip::ZipWriter::new(&mut bytes);
        let stored =
            zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        for (name, text) in files {
            zip.start_file(*name, stored).unwrap();
            write!(zip, "\u{feff}{}", text.replace('\n', "\r\n")).unwrap();
        }
        zip.finish().unwrap();
        bytes.into_inner()
    };
    let zipped = |cost: &str| {
        archive(&[
            ("out/amount-2026-9.csv", &fixture("deepseek-amount")),
            ("out/cost-2026-9.csv", cost),
            ("__MACOSX/._cost.csv", ""),
        ])
    };
    let books = Books::open().await;
    let path = books.put("usage.zip", zipped(&fixture("deepseek-cost")));
    let reading = books.read(&path, "").await.unwrap();
    let names: Vec<_> = reading.parts.iter().map(|part| part.name.as_str()).collect();
    assert_eq!(names, ["amount-2026-9.csv", "cost-2026-9.csv"]);
    books.book(reading).await;
    let apart = Books::open().await;
    apart.import(fixture("deepseek-amount")).await;
    apart.import(fixture("deepseek-cost")).await;
    assert_eq!(books.rows().await, apart.rows().await);

    let bad = books.put("bad.zip", zipped(&fixture("deepseek-cost").replace("0.72", "lots")));
    let reading = books.read(&bad, "").await.unwrap();
    assert_eq!((reading.wrong(), reading.parts[1].told.wrong[0].line), (1, 3));
    let cut = books.put("cut.zip", &zipped("a")[..60]);
    assert!(matches!(books.read(&cut, "").await, Err(ImportError::Zip { .. })));
    let workbook = books.put("book.xlsx", archive(&[("[Content_Types].xml", "<Types/>")]));
    assert!(
        matches!(books.read(&workbook, "").await, Err(ImportError::NotText(name)) if name == "book.xlsx")
    );
}

#[tokio::test]
async fn a_file_of_no_known_format_says_what_to_do() {
    let books = Books::open().await;
    let refused = |text: &'static str| {
        let path = books.put("strange.csv", text);
        let books = &books;
        async move { books.read(&path, "").await.unwrap_err().to_string() }
    };
    let text = refused("name,age\nx,1\n").await;
    assert!(text.contains("no known format") && text.contains("--as map:"), "{text}");
    let text = refused("Date,Kind,Model,Input (w/ Cache Write),Cache Read,Output Tokens,Cost\n").await;
    assert!(text.contains("Cursor") && text.contains("input (w/o cache write) is missing"), "{text}");
    assert!(refused("").await.contains("empty"));
    assert!(refused("\n\n\n").await.contains("empty"));
    let text = refused("\u{89}PNG\r\n\u{1a}\n\0\0\0\rIHDR").await;
    assert!(text.contains("is no text") && text.contains("CSV"), "{text}");
    let text = refused("date,slug,usage,usage,requests,prompt tokens,completion tokens\n").await;
    assert!(text.contains("twice"), "{text}");
    assert!(matches!(books.read(books.folder.path(), "").await, Err(ImportError::File { .. })));
    #[cfg(unix)]
    {
        // Nobody writes into it: it would be waited for without end.
        let pipe = books.folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let text = books.read(&pipe, "").await.unwrap_err().to_string();
        assert!(text.contains("it is a pipe or a device"), "{text}");
    }
    assert!(matches!(books.read(Path::new("/no/such/file.csv"), "").await, Err(ImportError::File { .. })));
}

#[tokio::test]
async fn any_table_is_read_by_a_mapping() {
    let books = Books::open().await;
    let path = books.put("other.csv", fixture("other"));
    assert!(books.read(&path, "").await.is_err());
    let quoted = books.put("quoted.csv", fixture("other"));
    let reading = books
        .read(&quoted, "map:date=day,cost=team a,currency=EUR,model=Model,input=In,output=Out")
        .await
        .unwrap();
    let (key, mapping) = reading.parts[0].mapping.clone().unwrap();
    let part = &reading.parts[0].told;
    assert_eq!((part.lines, part.input_tokens, part.output_tokens), (2, Some(100), Some(20)));
    assert_eq!(part.billed.iter().map(|(c, t)| format!("{t} {c}")).collect::<Vec<_>>(), ["1.75 EUR"]);
    books.book(reading).await;
    let error = books.read(&path, "map:date=Tag,cost=Team A,currency=EUR").await.unwrap_err().to_string();
    assert!(error.contains("there is no column \"Tag\": the columns are day, "), "{error}");
    // What stands above the header is not taken for it.
    let titled = books.put("titled.csv", "Report of November\n\nDay,Paid\n2026-11-03,5\n");
    let error = books.read(&titled, "map:date=Day,cost=Tag,currency=EUR").await.unwrap_err().to_string();
    assert!(error.contains("there is no column \"Tag\": the columns are day, paid"), "{error}");
    assert!(error.contains("as it is written in the file's header") && !error.contains("--as"), "{error}");
    // A sign that is of another money than is told is a wrong line.
    let lines = "Day,Paid,In\n2026-11-03,$5,EUR\n2026-11-04,$5,CAD\n2026-11-05,€5,EUR\n";
    let signed =
        books.read(&books.put("signed.csv", lines), "map:date=Day,cost=Paid,currency=In").await.unwrap();
    let wrong = &signed.parts[0].told.wrong;
    assert_eq!(wrong.iter().map(|wrong| wrong.line).collect::<Vec<_>>(), [2, 4]);
    assert!(wrong[0].problem.contains("is in dollars, and its currency is told as EUR"));
    assert!(wrong[1].problem.contains("has a sign of money: leave it out"));
    // Remembered for the next file with these columns, in whatever order.
    books.store.set_setting(&key, &mapping.to_string()).await.unwrap();
    let next = books.put("next.csv", "Model;Out;In;Team A;Day\nhouse-blend;21;101;2.25;2026-10-01\n");
    let reading = books.read(&next, "").await.unwrap();
    assert_eq!(books.book(reading).await[0].known, 1, "the same line, corrected");
    for bad in [
        "map:cost=a,currency=USD",
        "map:date=a",
        "map:date=a,cost=b",
        "map:date=a,what=b",
        "map:date",
        "map:date=a,date=b,cost=c,currency=USD",
    ] {
        assert!(bad.parse::<formats::Mapping>().is_err(), "{bad}");
    }
}

#[tokio::test]
async fn nothing_of_a_person_or_a_key_is_kept() {
    let books = Books::open().await;
    let mail = format!("{}@example.com", "dana");
    let key = format!("sk-{}", "invented0invented0invented");
    let head = taken_apart(&fixture("openai-cost")).0;
    let line = format!("1790812800,1790899200,x,y,1,usd,,,item,user-{key},{key},proj,org,Shop,Org,{mail},\n");
    books.import(format!("{head}{line}")).await;
    let amount = taken_apart(&fixture("deepseek-amount")).0;
    books.import(format!("{amount}{mail},2026-09-11,m,{mail},{key},output_tokens,,5\n")).await;
    books.store.close().await;
    for entry in std::fs::read_dir(books.folder.path().join("data")).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        for secret in [mail.as_bytes(), key.as_bytes(), b"invented0"] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret));
        }
    }
}

#[tokio::test]
async fn a_cancelled_import_leaves_nothing() {
    let books = Books::open().await;
    let path = books.put("file.csv", fixture("openrouter-generations"));
    let cancel = CancellationToken::new();
    cancel.cancel();
    let now = NOW.parse().unwrap();
    let wanted =
        Wanted { path, format: None, mapping: None, provider: None, book: PriceBook::bundled().clone(), now };
    let refused = importing::read(&books.store, wanted, &cancel, |_| {}).await;
    assert!(matches!(refused, Err(ImportError::Cancelled)));
    assert!(books.rows().await.is_empty());
}

/// A file that does not fit into memory at once: sorted in runs, merged, and the same as in pieces.
#[tokio::test]
async fn a_long_file_is_the_same_as_its_halves() {
    let head = taken_apart(&fixture("openrouter-generations")).0;
    let line = |n: u64| {
        let (day, second) = (1 + n % 28, n.wrapping_mul(2_654_435_761) % 86_400);
        let clock = format!("{:02}:{:02}:{:02}", second / 3_600, second / 60 % 60, second % 60);
        format!(
            "gen-{n},2026-10-{day:02} {clock},0.{n:07},0,0,0,0,{n},5,0,0,m/{},p,s,f,t,,,,1,1,f,k{},\n",
            n % 7,
            n % 5
        )
    };
    let lines: Vec<String> = (0..130_000).map(line).collect();
    let books = Books::open().await;
    assert_eq!(books.import(format!("{head}{}", lines.concat())).await.lines, 130_000);
    let halves = Books::open().await;
    for half in [&lines[60_000..], &lines[..70_000]] {
        halves.import(format!("{head}{}", half.concat())).await;
    }
    assert_eq!(halves.number("SELECT count(*) FROM charges").await, 130_000);
    assert!(halves.rows().await == books.rows().await, "a long file and its halves differ");
}

/// One account read by its key and imported from a file as well, another by files alone: of each account and day one lane counts.
#[tokio::test]
async fn a_total_is_of_one_lane_of_each_account_and_day() {
    let books = Books::open().await;
    let day: Period = "2026-10-01".parse::<Date>().unwrap().utc_day();
    let costs = books.store.stream(books.account, "costs").await.unwrap();
    let mut sequence = books.store.begin_sequence(costs.id, day);
    let billed = Some(Money::new("2".parse().unwrap(), Currency::USD));
    sequence.stage(vec![Charge { billed_cost: billed, ..Charge::usage(day) }]).await.unwrap();
    sequence.book().await.unwrap();
    let config = Config {
        data_dir: books.folder.path().join("data"),
        vault: Vault::memory(),
        clock: Clock::Fixed(NOW.parse().unwrap()),
        zone: None,
        sample: None,
    };
    let app = App::open(config).await.unwrap();
    let mut events = app.events();
    for name in ["openai-cost", "openrouter-activity"] {
        let path = root().join(format!("tests/fixtures/csv/{name}.csv")).to_str().unwrap().to_owned();
        let query = ImportQuery { path, ..ImportQuery::default() };
        let preview = ask(&app, Request::PreviewImport(query.clone())).await;
        assert!(!preview["booked"].as_bool().unwrap());
        let report = ask(&app, Request::Import(query)).await;
        assert!(report["booked"].as_bool().unwrap());
        assert_eq!(
            (&report["parts"][0]["billed"], &preview["wrong"]),
            (&preview["parts"][0]["billed"], &json!(0))
        );
    }
    assert_eq!(ask(&app, Request::Accounts).await.as_array().unwrap().len(), 2, "one without a key was made");
    let told: Vec<_> = std::iter::from_fn(|| events.try_recv().ok()).collect();
    assert_eq!(told.iter().filter(|event| **event == Event::Changed).count(), 2);

    let sums = usage(&app, Grouping::Account, "2026-10-01", "2026-10-04").await;
    assert_eq!(sums["lane"], "billed");
    assert_eq!(sums["total"]["billed"], json!([{"amount": "509.632334", "currency": "USD"}]));
    let beside = json!([{"lane": "entered", "billed": [{"amount": "0.416366100000000000000000000001", "currency": "USD"}]}]);
    assert_eq!(sums["beside"], beside);
    let notes = sums["notes"].to_string();
    assert!(notes.contains("OpenRouter is in here from files or by hand"), "{notes}");
    // Tokens come from the file, for the key told none.
    assert_eq!(sums["total"]["requests"], 4257);
    app.close().await;
}
