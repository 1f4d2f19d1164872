//! What a text will cost before it is sent.

use std::io::{self, IsTerminal, Read};
use std::path::PathBuf;

use clap::Args;
use spendglass_core::api::{
    CostRow, CountedHow, Estimate, EstimateQuery, Fits, ModelEstimate, OutputTeller, Request, Response,
    SentHow, ShareOf, ShareRow, TokenRange,
};
use spendglass_core::estimate::{LONGEST, text_of};

use crate::Global;
use crate::door::{Door, Ending, Failure, Out, note};
use crate::text::{Stand, Table, UNKNOWN, amount, cell, clean, count, explained, number};

#[derive(Args)]
#[command(after_help = "\
The text is counted on this machine: nothing of it is kept or sent. OpenAI's models are counted exactly, others by what their
family was measured to make of such text. How long the answer will be is taken from your own requests to the model.

Exit code 2 where a model is not known, or the file is no text.

Examples:
  spendglass estimate prompt.txt
  spendglass estimate prompt.txt --model gpt-5-mini --model claude-sonnet-5 --output-tokens 800
  git diff | spendglass estimate --json")]
pub(crate) struct Options {
    /// A text file in UTF-8, of 32 MiB at most; standard input without it
    file: Option<PathBuf>,
    /// A model, as its provider calls it, or with the provider's id in front; may be given again. Without it, those you use most
    #[arg(long = "model", value_name = "MODEL")]
    models: Vec<String>,
    /// How many tokens the answer will have, where you know
    #[arg(long, value_name = "N")]
    output_tokens: Option<u64>,
}

pub(crate) async fn run(global: &Global, out: &Out, options: Options) -> Result<Ending, Failure> {
    let Options { file, models, output_tokens } = options;
    let (text, path) = match file {
        Some(file) => {
            let path = file.into_os_string().into_string();
            (
                None,
                Some(path.map_err(|_| Failure::usage("The name of that file is not Unicode: rename it."))?),
            )
        }
        None => (Some(typed()?), None),
    };
    let request = Request::Estimate(EstimateQuery { text, path, models, output_tokens });
    let (response, _) = Door::ask_once(global, request).await?;
    let Response::Estimate(estimate) = &response else { return Err(Failure::mismatch()) };
    out.answer(&response, || words(estimate))?;
    let known = estimate.unknown.is_empty() && !estimate.models.is_empty();
    Ok(if known { Ending::Done } else { Ending::Usage })
}

/// The text on standard input.
fn typed() -> Result<String, Failure> {
    let mut stdin = io::stdin().lock();
    if stdin.is_terminal() {
        note("Type or paste the text, then press Ctrl-D.");
    }
    let mut bytes = Vec::new();
    let read = stdin.by_ref().take(LONGEST + 1).read_to_end(&mut bytes);
    read.map_err(|error| Failure::usage(format!("Standard input cannot be read: {error}.")))?;
    text_of(bytes).map_err(|error| Failure::usage(format!("Standard input cannot be counted: {error}.")))
}

/// The estimate in words.
fn words(estimate: &Estimate) -> String {
    let mut text = format!("{} characters", count(Some(estimate.characters)));
    let kinds: Vec<&str> = estimate.kinds.iter().map(|kind| kind.kind.as_str()).collect();
    if !kinds.is_empty() {
        put!(text, " ({})", kinds.join(", "));
    }
    text.push_str("\n\n");
    if !estimate.models.is_empty() {
        let heads = [
            ("model", Stand::Left),
            ("tokens in", Stand::Right),
            ("out", Stand::Right),
            ("sent", Stand::Left),
            ("low", Stand::Point),
            ("likely", Stand::Point),
            ("high", Stand::Point),
        ];
        let mut table = Table::new(&heads);
        for model in &estimate.models {
            rows(&mut table, model);
        }
        text.push_str(&table.render());
        for model in &estimate.models {
            below(&mut text, model);
        }
    }
    for unknown in &estimate.unknown {
        put!(text, "\nNo model is known by the name {}.", clean(&unknown.asked));
        if !unknown.near.is_empty() {
            let near: Vec<String> = unknown.near.iter().map(|name| clean(name)).collect();
            put!(text, " Like it: {}.", near.join(", "));
        }
        text.push('\n');
    }
    text.push('\n');
    for note in &estimate.notes {
        put!(text, "{}\n", clean(note));
    }
    put!(text, "Prices: {}.\n", clean(&estimate.prices));
    explained(text)
}

fn rows(table: &mut Table, model: &ModelEstimate) {
    let (mut low, mut typical, mut high, mut sent) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for CostRow { way, low: least, typical: likely, high: most, .. } in &model.costs {
        let told = |money: &Option<_>| money.as_ref().map_or_else(|| UNKNOWN.to_owned(), amount);
        sent.push(way_words(*way).to_owned());
        low.push(told(least));
        typical.push(told(likely));
        high.push(told(most));
    }
    let mark = if model.counted.how == CountedHow::Exact { "" } else { "about " };
    let name = format!("{} ({})", clean(&model.model), model.provider.as_deref().map_or(UNKNOWN, |id| id));
    table.row([
        cell(name),
        cell(format!("{mark}{}", range(model.input))),
        cell(range(model.output)),
        sent,
        low,
        typical,
        high,
    ]);
}

/// What does not fit into a table.
fn below(text: &mut String, model: &ModelEstimate) {
    let counted = &model.counted;
    put!(text, "\n{}\n", clean(&model.model));
    match counted.how {
        CountedHow::Exact => put!(text, "  Tokens in: exactly, by {}.", clean(&counted.name)),
        CountedHow::Measured => put!(text, "  Tokens in: as measured of {}.", clean(&counted.name)),
        CountedHow::Unmeasured => put!(text, "  Tokens in: {}.", clean(&counted.name)),
    }
    if let Some(note) = &counted.note {
        put!(text, " {}", clean(note));
    }
    text.push('\n');
    let by = match model.output_by.by {
        OutputTeller::Person => "as you said",
        OutputTeller::History => "from your own history",
        OutputTeller::Convention => "a convention",
    };
    put!(text, "  Tokens out: {by}. {}\n", clean(&model.output_by.words));
    for cost in &model.costs {
        if let Some(words) = &cost.words {
            put!(text, "  {}: {}\n", way_words(cost.way), clean(words));
        }
    }
    for share in &model.shares {
        text.push_str(&share_words(share));
    }
}

fn share_words(share: &ShareRow) -> String {
    let of = match share.of {
        ShareOf::Limit => "allowance",
        ShareOf::Lots => "credit",
        ShareOf::Balance => "balance",
    };
    let over =
        |percent: &str| spendglass_core::money::exact(percent).is_ok_and(|percent| percent > 100.into());
    let percent = match share.percent.as_deref() {
        None => UNKNOWN.to_owned(),
        Some(percent) if over(percent) => "more than all".to_owned(),
        Some(percent) => format!("{percent} %"),
    };
    let fits = match share.fits {
        Fits::Yes => "it fits",
        Fits::Likely => "it fits most likely",
        Fits::Hardly => "it hardly fits",
        Fits::No => "nothing is left",
    };
    format!(
        "  Of the {of} {}: {}: {percent} of the {} {} left; {fits}.\n",
        clean(&share.label),
        clean(&share.name),
        number(&share.left),
        clean(&share.unit)
    )
}

const fn way_words(way: SentHow) -> &'static str {
    match way {
        SentHow::Now => "now",
        SentHow::Batch => "in a batch",
        SentHow::Cached => "read from the cache",
        SentHow::CacheWrite => "put into the cache",
    }
}

fn range(range: TokenRange) -> String {
    let TokenRange { low, typical, high } = range;
    if low == high {
        count(Some(typical))
    } else {
        format!("{} ({} to {})", count(Some(typical)), count(Some(low)), count(Some(high)))
    }
}
