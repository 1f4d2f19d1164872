//! What could be saved, measured on the person's own usage.

use clap::{Args, Subcommand};
use spendglass_core::api::{
    AnswerSaving, Request, Response, SavingAnswer, SavingCertainty, SavingRow, Savings, SavingsQuery,
};
use spendglass_core::money::exact;

use crate::Global;
use crate::door::{Door, Ending, Failure, Out};
use crate::text::{Stand, Table, amount, as_of, cell, clean, days, explained, several};

#[derive(Args)]
#[command(after_help = "\
Each saving is worked out on your own usage at list prices. Where several are of the same use, only one can be had: the sum counts
each part of the usage once, and leaves out what only you can confirm.

Examples:
  spendglass savings
  spendglass savings --days 365 --json
  spendglass savings confirm batch:1:key:nightly
  spendglass savings dismiss smaller:1:gpt-5.4")]
pub(crate) struct Options {
    /// About so many days back, in whole billing months: 30, 90 or 365
    #[arg(long, value_name = "N", default_value_t = 90)]
    days: u32,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Say that the work of a batch saving can wait
    #[command(after_help = "Example:\n  spendglass savings confirm batch:1:key:nightly")]
    Confirm(Which),
    /// Put a saving away: it is shown no more
    #[command(after_help = "Example:\n  spendglass savings dismiss smaller:1:gpt-5.4")]
    Dismiss(Which),
    /// Take back what was said of a saving
    #[command(after_help = "Example:\n  spendglass savings forget smaller:1:gpt-5.4")]
    Forget(Which),
}

#[derive(Args)]
struct Which {
    /// The saving's id, as `spendglass savings` shows it in brackets
    id: String,
}

pub(crate) async fn run(global: &Global, out: &Out, options: Options) -> Result<Ending, Failure> {
    let answer = |Which { id }: Which, answer| Request::AnswerSaving(AnswerSaving { id, answer });
    let request = match options.command {
        None => Request::Savings(SavingsQuery { days: Some(options.days) }),
        Some(Command::Confirm(which)) => answer(which, SavingAnswer::Confirm),
        Some(Command::Dismiss(which)) => answer(which, SavingAnswer::Dismiss),
        Some(Command::Forget(which)) => answer(which, SavingAnswer::Forget),
    };
    let (response, zone) = Door::ask_once(global, request).await?;
    let (Response::Savings(savings) | Response::AnswerSaving(savings)) = &response else {
        return Err(Failure::mismatch());
    };
    out.answer(&response, || {
        let mut text = words(savings);
        if savings.as_of.is_some() {
            put!(text, "Usage is known {}.\n", as_of(savings.as_of.as_deref(), zone));
        }
        text
    })?;
    Ok(Ending::Done)
}

/// Savings in words.
fn words(savings: &Savings) -> String {
    let mut text = String::new();
    if let (Some(from), Some(to)) = (&savings.from, &savings.to) {
        put!(text, "Usage of {}, at list prices\n\n", days(from, to));
    }
    if savings.rows.is_empty() {
        text.push_str("Nothing to be saved was found.\n");
    } else {
        let mut table = Table::new(&[
            ("", Stand::Right),
            ("saving", Stand::Left),
            ("account", Stand::Left),
            ("low", Stand::Point),
            ("likely", Stand::Point),
            ("high", Stand::Point),
            ("how sure", Stand::Left),
        ]);
        for (place, row) in savings.rows.iter().enumerate() {
            table.row([
                cell((place + 1).to_string()),
                cell(name(row)),
                cell(clean(&row.label)),
                cell(amount(&row.amount.low)),
                cell(amount(&row.amount.typical)),
                cell(amount(&row.amount.high)),
                cell(sure(row)),
            ]);
        }
        text.push_str(&table.render());
        text.push_str(&sum(savings));
        for (place, row) in savings.rows.iter().enumerate() {
            below(&mut text, place + 1, row, savings);
        }
    }
    text.push('\n');
    for note in &savings.notes {
        put!(text, "{}\n", clean(note));
    }
    if !savings.dismissed.is_empty() {
        let ids: Vec<String> = savings.dismissed.iter().map(|id| clean(id)).collect();
        put!(text, "Put away: {}.\n", ids.join(", "));
    }
    explained(text)
}

/// What all of usage come to, where that says anything: the notes tell what is not in it.
fn sum(savings: &Savings) -> String {
    let Some(sum) = &savings.of_usage else { return String::new() };
    let nothing = exact(&sum.high.amount).is_ok_and(|high| high.is_zero());
    let asks = savings.rows.iter().any(|row| row.certainty == SavingCertainty::NeedsWord);
    if nothing && asks {
        return "\nOf usage in all: nothing without your word.\n".to_owned();
    }
    format!(
        "\nOf usage in all, each part counted once: {} (from {} to {}).\n",
        amount(&sum.typical),
        amount(&sum.low),
        amount(&sum.high)
    )
}

/// What a saving is called: what to do, and of what, by names.
fn name(row: &SavingRow) -> String {
    let what = match row.kind.as_str() {
        "batch" => "send it in a batch",
        "cache" => "let inputs be cached",
        "smaller_model" => "take a smaller model",
        "off_peak" => "work off-peak",
        "free_allowance" => "use what is free",
        "plan_unused" => "end an unused plan",
        "lapsing" => "spend credit before it lapses",
        other => return clean(other),
    };
    let part = row.part.as_deref().map(clean);
    let instead = row.instead.as_ref().map(|model| format!("{} for {}", clean(model), row.models.join(", ")));
    let models = (row.kind == "cache").then(|| clean(&row.models.join(", ")));
    let of: Vec<String> = [part, instead.map(|text| clean(&text)), models].into_iter().flatten().collect();
    if of.is_empty() { what.to_owned() } else { format!("{what}: {}", of.join(", ")) }
}

fn below(text: &mut String, place: usize, row: &SavingRow, savings: &Savings) {
    put!(text, "\n{place}. {} ({})\n", name(row), clean(&row.id));
    if !row.models.is_empty() {
        put!(text, "  Of {}", clean(&row.models.join(", ")));
        if let Some(part) = &row.part {
            put!(text, ", {}", clean(part));
        }
        let requests = row
            .requests
            .map_or_else(|| "requests not counted".to_owned(), |requests| several(requests, "request"));
        put!(
            text,
            ": {requests}, {} on {}",
            several(row.usage_rows, "line"),
            several(row.days.into(), "day")
        );
        if let Some(cost) = &row.list_cost {
            put!(text, ", {} at list price", amount(cost));
        }
        text.push_str(".\n");
    }
    put!(text, "  {}\n  {}\n", clean(&row.why), clean(&row.todo));
    if row.certainty == SavingCertainty::NeedsWord && row.kind == "batch" {
        put!(text, "  To say that it can wait: spendglass savings confirm {}\n", clean(&row.id));
    }
    let others: Vec<String> = savings
        .rows
        .iter()
        .enumerate()
        .filter(|(_, other)| row.overlaps.contains(&other.id))
        .map(|(place, _)| (place + 1).to_string())
        .collect();
    if !others.is_empty() {
        put!(text, "  Of the same use, so only one can be had: {}.\n", others.join(", "));
    }
    for source in &row.sources {
        put!(text, "  Source: {}\n", clean(source));
    }
}

const fn sure(row: &SavingRow) -> &'static str {
    match row.certainty {
        SavingCertainty::Measured => "measured",
        SavingCertainty::Assumed => "assumed",
        SavingCertainty::NeedsWord => "needs your word",
    }
}
