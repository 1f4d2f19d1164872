//! Files that tell the same money in other words, of other spans, or beside what was typed in: it counts once, and none is lost.

use serde_json::json;
use spendglass_core::api::{
    AddAccount, App, Config, CostEntry, Enter, Entry, ErrorCode, Grouping, ImportQuery, Request, Response,
    handle,
};
use spendglass_core::store::{Dimension, Outcome};
use spendglass_core::time::{Clock, Date, Period};
use spendglass_core::vault::Vault;

use super::{Books, NOW, alone, fixture, taken_apart};
use crate::house::{ask, usage};

/// What is billed on the days of a store, by currency.
async fn billed(books: &Books) -> Vec<String> {
    let day: Period = "2026-01-01".parse::<Date>().unwrap().utc_day();
    let year = Period::new(day.start, day.start.plus_seconds(365 * 86_400)).unwrap();
    let rows = books.store.rollup(Dimension::Day, year).await.unwrap();
    let mut sum = spendglass_core::money::MixedMoney::default();
    for row in rows {
        if let (Some(total), Some(currency)) = (row.sums.billed, row.currency) {
            sum.add(total, currency).unwrap();
        }
    }
    sum.iter().map(|(currency, total)| format!("{total} {currency}")).collect()
}

/// A filtered export is only a part of the money: whichever comes first, the whole counts, once.
#[tokio::test]
async fn a_part_of_the_money_never_takes_the_place_of_the_whole() {
    let head = "start_time,end_time,amount_value,amount_currency,line_item,project_id,api_key_id,user_id\n";
    let file = |lines: &[&str]| {
        let lines: Vec<_> = lines.iter().map(|line| format!("1790812800,1790899200,{line}\n")).collect();
        let lines = lines.concat();
        format!("{head}{lines}")
    };
    let whole = file(&["30.00,usd,,,,"]);
    let (a, b) = (file(&["10.00,usd,,p1,,"]), file(&["20.00,usd,,p2,,"]));
    for order in [[&whole, &a, &b], [&a, &whole, &b], [&a, &b, &whole], [&b, &whole, &a]] {
        let books = Books::open().await;
        for text in order {
            books.import(text).await;
        }
        assert_eq!(billed(&books).await, ["30 USD"], "{order:?}");
        // All of it at once, in detail: that counts from now on.
        let both = file(&["10.00,usd,,p1,,", "20.00,usd,,p2,,"]);
        books.import(&both).await;
        assert_eq!(books.rows().await, alone(&both).await, "{order:?}");
    }
    let books = Books::open().await;
    books.import(&whole).await;
    assert_eq!(books.import(&a).await, Outcome { partial: 1, ..Outcome::default() });
    let books = Books::open().await;
    books.import(&a).await;
    assert_eq!(books.import(&whole).await, Outcome { lines: 1, outgrown: 1, ..Outcome::default() });

    // Rounding that the coarser figure itself shows is no difference, more than that is; the day that went on counts as it is now.
    for (coarse, fine, expected) in [
        ("0.33,usd,,,,", ["0.111,usd,,p1,,", "0.214,usd,,p2,,"], "0.325 USD"),
        ("0.33,usd,,,,", ["0.111,usd,,p1,,", "0.2139,usd,,p2,,"], "0.33 USD"),
        ("12,usd,,,,", ["0.6,usd,,p1,,", "11,usd,,p2,,"], "12 USD"),
        ("0.333,usd,,,,", ["0.111,usd,,p1,,", "0.2214,usd,,p2,,"], "0.333 USD"),
        ("5,usd,,,,", ["8.00,usd,,p1,,", "-2,usd,,p2,,"], "6 USD"),
        ("-1,usd,,,,", ["2,usd,,p1,,", "-3,usd,,p2,,"], "-1 USD"),
        ("-1,usd,,,,", ["2,usd,,p1,,", "-0.5,usd,,p2,,"], "-1 USD"),
    ] {
        for turn in [false, true] {
            let books = Books::open().await;
            let mut files = [file(&[coarse]), file(&fine)];
            if turn {
                files.reverse();
            }
            for text in files {
                books.import(text).await;
            }
            assert_eq!(billed(&books).await, [expected], "{coarse} {fine:?} {turn}");
        }
    }

    // By another cut: the later only if it is not less.
    let (by_project, by_item) = (file(&["3,usd,,p1,,", "4,usd,,p2,,"]), file(&["2,usd,in,,,"]));
    let books = Books::open().await;
    books.import(&by_project).await;
    assert_eq!(books.import(&by_item).await.partial, 1);
    assert_eq!(billed(&books).await, ["7 USD"]);
}

/// What a format leaves out of a day, another does not lose.
#[tokio::test]
async fn a_finer_format_that_tells_less_of_a_day_stands_aside() {
    let (head, records) = taken_apart(&fixture("openrouter-generations"));
    let first = format!("{head}{}", records[1]);
    let activity = fixture("openrouter-activity");
    for order in [[&first, &activity], [&activity, &first]] {
        let books = Books::open().await;
        for text in order {
            books.import(text).await;
        }
        assert_eq!(billed(&books).await, ["505.882334 USD"], "{order:?}");
    }
}

/// A month in one line and its days: compared over the month, on whichever day they begin.
#[tokio::test]
async fn a_month_of_a_cost_table_and_its_days_count_once() {
    let head = "Currency,USD,\n\nProject ID,Service description,SKU description,SKU ID,Credit type,Cost type,\
                Usage start date,Usage end date,Cost ($)\n";
    let line = |from: &str, to: &str, credit: &str, cost: &str| {
        format!("shop,Gemini API,Tokens,1-2-3,{credit},Usage,2026-{from},2026-{to},{cost}\n")
    };
    let month = format!(
        "{head}{}{}",
        line("09-01", "09-30", "", "60.00"),
        line("09-01", "09-30", "PROMOTION", "-15.00")
    );
    let day = format!("{head}{}", line("09-15", "09-15", "", "2.00"));
    let days: Vec<_> = (1..=30)
        .map(|day| {
            let date = format!("09-{day:02}");
            format!("{}{}", line(&date, &date, "", "2.00"), line(&date, &date, "PROMOTION", "-0.50"))
        })
        .collect();
    let days = format!("{head}{}", days.concat());
    for order in [[&month, &day], [&day, &month]] {
        let books = Books::open().await;
        for text in order {
            books.import(text).await;
        }
        assert_eq!(books.rows().await, alone(&month).await, "{order:?}");
        assert_eq!(billed(&books).await, ["45 USD"]);
    }
    for order in [[&month, &days], [&days, &month]] {
        let books = Books::open().await;
        for text in order {
            books.import(text).await;
        }
        assert_eq!(books.rows().await, alone(&days).await);
        assert_eq!(billed(&books).await, ["45 USD"]);
        books.store.check_integrity().await.unwrap();
    }
    // Neither holds the other: what came first counts, and the answer says so.
    let across = format!("{head}{}", line("09-20", "10-19", "", "70.00"));
    let books = Books::open().await;
    books.import(&month).await;
    assert_eq!(books.import(&across).await, Outcome { crossing: 1, ..Outcome::default() });
    assert_eq!(books.rows().await, alone(&month).await);
    // Another month is another month.
    books.import(format!("{head}{}", line("10-01", "10-31", "", "7.00"))).await;
    assert_eq!(billed(&books).await, ["52 USD"]);
}

/// What comes twice in one file is two; in two files it is one, for they may overlap: the most that any one file shows counts.
#[tokio::test]
async fn exact_repeats_count_as_often_as_any_one_file_shows_them() {
    let head = taken_apart(&fixture("cursor-2")).0;
    let event = "2026-10-01T07:00:00.500Z,On-Demand,m,No,1,2,3,4,10,0.10\n";
    let file = |times: usize| format!("{head}{}", event.repeat(times));
    let books = Books::open().await;
    for (times, expected) in [(1, "0.1 USD"), (1, "0.1 USD"), (3, "0.3 USD"), (2, "0.3 USD"), (1, "0.3 USD")]
    {
        books.import(file(times)).await;
        assert_eq!(billed(&books).await, [expected]);
    }
    assert_eq!(books.rows().await, alone(&file(3)).await);
}

#[tokio::test]
async fn a_line_of_a_day_to_come_is_wrong() {
    let head = "Date,Slug,Usage,Requests,Prompt Tokens,Completion Tokens\n";
    let line = |date: &str| format!("{date},m,1,1,1,1\n");
    let books = Books::open().await;
    // It is the 18th at noon; somewhere the 19th has begun.
    let text = format!("{head}{}{}{}", line("2026-11-19"), line("2026-11-20"), line("2062-11-18"));
    let wrong = books.wrong(&text).await;
    assert_eq!(wrong.len(), 2, "{wrong:?}");
    assert!(
        wrong[0].starts_with("3: its date 2026-11-20 is still to come: today is 2026-11-18"),
        "{wrong:?}"
    );
    assert!(wrong[1].starts_with("4: ") && wrong[1].contains("Mend the date"), "{wrong:?}");
    assert!(books.rows().await.is_empty());
}

async fn app(books: &Books) -> App {
    let config = Config {
        data_dir: books.folder.path().join("data"),
        vault: Vault::memory(),
        clock: Clock::Fixed(NOW.parse().unwrap()),
        zone: None,
        sample: None,
    };
    App::open(config).await.unwrap()
}

/// A file that does not tell whose figures it holds is of the provider that the person names: its account, or one without a key.
#[tokio::test]
async fn a_file_is_of_the_provider_that_is_named() {
    let books = Books::open().await;
    let app = app(&books).await;
    let query = |path: std::path::PathBuf, provider: Option<&str>| ImportQuery {
        path: path.to_str().unwrap().to_owned(),
        mapping: Some("date=Day,cost=Paid,currency=USD".to_owned()),
        provider: provider.map(str::to_owned),
        ..ImportQuery::default()
    };
    let own = books.put("own.csv", "Day,Paid\n2026-10-01,4\n");
    let nobodys = handle(&app, Request::PreviewImport(query(own.clone(), None))).await.unwrap_err();
    assert_eq!(nobodys.field.as_deref(), Some("account"));
    assert!(nobodys.message.contains("name an account or a provider"), "{}", nobodys.message);
    let slip = handle(&app, Request::PreviewImport(query(own.clone(), Some("grok?")))).await.unwrap_err();
    assert!(slip.message.contains("There is no provider"), "{}", slip.message);
    let preview = ask(&app, Request::PreviewImport(query(own.clone(), Some("groq")))).await;
    assert_eq!((&preview["account"], &preview["provider"]), (&json!(null), &json!("groq")));
    let report = ask(&app, Request::Import(query(own.clone(), Some("groq")))).await;
    assert!(report["booked"].as_bool().unwrap(), "{report}");
    assert_ne!(report["account"], json!(books.account));
    // The second time it is the account that was made.
    let again = ask(&app, Request::PreviewImport(query(own, Some("groq")))).await;
    assert_eq!(again["account"], report["account"]);
    let head = "start_time,end_time,amount_value,amount_currency\n";
    let of_openai = ImportQuery {
        path: books
            .put("cost.csv", format!("{head}1790812800,1790899200,3,usd\n"))
            .to_str()
            .unwrap()
            .to_owned(),
        provider: Some("groq".to_owned()),
        ..ImportQuery::default()
    };
    let other = handle(&app, Request::PreviewImport(of_openai)).await.unwrap_err();
    assert!(other.message.contains("a file of OpenAI, not of Groq"), "{}", other.message);
    app.close().await;
}

/// 3/11 is in March to some and in November to others: a file that does not say which is not guessed at.
#[tokio::test]
async fn a_mapped_date_that_may_be_another_day_is_refused() {
    let books = Books::open().await;
    let app = app(&books).await;
    let query = |lines: &str| ImportQuery {
        path: books.put("own.csv", format!("Day,Paid\n{lines}")).to_str().unwrap().to_owned(),
        mapping: Some("date=Day,cost=Paid,currency=USD".to_owned()),
        account: Some(books.account),
        ..ImportQuery::default()
    };
    for (date, said) in [
        ("03/11/2026", "may mean two days"),
        ("11/18/2026", "may mean two days"),
        ("18.11.2026", "may mean two days"),
        ("3-11-2026", "may mean two days"),
        ("2026/11/03", "is not written with dashes"),
        ("2026-02-30", "is no date or time"),
        ("2026-11-03T25:00", "is no date or time"),
        ("20261301", "is no date or time"),
    ] {
        let preview = ask(&app, Request::PreviewImport(query(&format!("2026-11-01,4\n{date},5\n")))).await;
        let wrong = &preview["parts"][0]["wrongLines"];
        assert_eq!(
            (&wrong[0]["line"], wrong.as_array().map(Vec::len)),
            (&json!(3), Some(1)),
            "{date}: {preview}"
        );
        let problem = wrong[0]["problem"].as_str().unwrap();
        assert!(problem.contains(date) && problem.contains(said), "{problem}");
    }
    let preview =
        ask(&app, Request::PreviewImport(query("2026-11-03,4\n2026-11-04T10:00:00+05:30,5\n"))).await;
    assert_eq!(preview["parts"][0]["wrongLines"], json!([]), "{preview}");
    app.close().await;
}

/// Of one account and day the provider's file counts, then one that was mapped, then what was typed in.
#[tokio::test]
async fn what_was_typed_in_is_not_added_to_a_file_of_the_same_day() {
    let books = Books::open().await;
    let app = app(&books).await;
    let total = || async { usage(&app, Grouping::Day, "2026-10-01", "2026-10-02").await };
    let cost = CostEntry {
        date: "2026-10-01".to_owned(),
        amount: "5".to_owned(),
        currency: "USD".to_owned(),
        model: None,
        project: None,
        note: None,
    };
    let enter = Enter { account: Some(books.account), provider: None, label: None, entry: Entry::Cost(cost) };
    assert!(matches!(handle(&app, Request::Enter(enter)).await.unwrap(), Response::Enter(_)));
    assert_eq!(total().await["total"]["billed"], json!([{"amount": "5", "currency": "USD"}]));
    let query = |path: std::path::PathBuf, mapping: Option<&str>| ImportQuery {
        path: path.to_str().unwrap().to_owned(),
        account: Some(books.account),
        mapping: mapping.map(str::to_owned),
        ..ImportQuery::default()
    };
    let own = books.put("own.csv", "Day,Paid\n2026-10-01,4\n");
    let report = ask(&app, Request::Import(query(own, Some("date=Day,cost=Paid,currency=USD")))).await;
    assert!(report["notes"].to_string().contains("typed in"), "{report}");
    assert_eq!(total().await["total"]["billed"], json!([{"amount": "4", "currency": "USD"}]));
    let head = "start_time,end_time,amount_value,amount_currency\n";
    let file = books.put("cost.csv", format!("{head}1790812800,1790899200,3,usd\n"));
    let preview = ask(&app, Request::PreviewImport(query(file.clone(), None))).await;
    assert!(preview["notes"].to_string().contains("this file. The rest stands beside"), "{preview}");
    ask(&app, Request::Import(query(file.clone(), None))).await;
    let sums = total().await;
    assert_eq!(sums["total"]["billed"], json!([{"amount": "3", "currency": "USD"}]));
    assert_eq!(sums["beside"], json!([{"lane": "entered", "billed": [{"amount": "9", "currency": "USD"}]}]));
    // Once more, and it is said that nothing is new.
    let again = ask(&app, Request::Import(query(file, None))).await;
    assert!(again["notes"].to_string().contains("Nothing of it is new"), "{again}");
    let bare = books.put("bare.csv", head);
    let refused = handle(&app, Request::Import(query(bare, None))).await.unwrap_err();
    assert!(refused.message.contains("bare.csv holds no lines"), "{}", refused.message);
    app.close().await;
}

#[tokio::test]
async fn what_is_mistyped_or_there_already_is_said() {
    let books = Books::open().await;
    let app = app(&books).await;
    let add = |provider: &str, label: Option<&str>| {
        let add = AddAccount {
            provider: provider.to_owned(),
            label: label.map(str::to_owned),
            without_key: true,
            ..AddAccount::default()
        };
        handle(&app, Request::AddAccount(add))
    };
    for (typed, meant) in [("opnai", "openai"), ("Open Ruoter", "openrouter"), ("deepsek", "deepseek")] {
        let error = add(typed, None).await.unwrap_err();
        assert!(error.message.contains(&format!("Did you mean {meant}?")), "{}", error.message);
    }
    let error = add("something else", None).await.unwrap_err();
    assert!(!error.message.contains("Did you mean"), "{}", error.message);
    add("cohere", None).await.unwrap();
    let error = add("cohere", None).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::AlreadyConnected);
    assert!(error.message.contains("without a key is there already, as account 2"), "{}", error.message);
    add("cohere", Some("work")).await.unwrap();
    app.close().await;
}
