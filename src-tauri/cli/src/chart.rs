//! Charts as files.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use spendglass_core::api::{
    Bucket, Measure, Only, PictureFormat, PictureKind, PictureQuery, PictureTheme, Request, Response,
};
use spendglass_core::time::Date;

use crate::Global;
use crate::credits::account_of;
use crate::door::{Door, Ending, Failure, Out};
use crate::usage::{By, only};

#[derive(Args)]
#[command(after_help = "\
Dates are UTC dates, as providers bill; without them the last 30 days.

Examples:
  spendglass chart daily --out spend.svg
  spendglass chart models --out models.png --theme dark --from 2026-11-01
  spendglass chart bars --out november.png --by project --measure tokens --step day --from 2026-11-01
  spendglass chart heat --out week.svg --measure listed --timezone Asia/Kolkata
  spendglass chart burn-down --account openai --out credit.svg
  spendglass chart time-line --out lots.png")]
pub(crate) struct Options {
    /// daily: what each day was billed, by provider; models: the dearest models, at list price (an estimate); bars, ranked, share,
    /// heat (weekdays and hours), year and sessions: the charts of the Spend screen; burn-down: what was left of an account's credit
    /// day by day, and the likely way on; time-line: lots of credit until they lapse
    chart: Which,
    /// What the figures are grouped by, for charts of the Spend screen
    #[arg(long, value_enum, value_name = "GROUPING")]
    by: Option<By>,
    /// The figure that is drawn there; without it what is billed
    #[arg(long, value_enum)]
    measure: Option<Figure>,
    /// The steps of time there; without it by the length of the range
    #[arg(long, value_enum)]
    step: Option<Step>,
    /// Look into one group alone there
    #[arg(long, value_name = "GROUPING=ID", value_parser = only)]
    only: Vec<Only>,
    /// The file to write; its name ends in .svg or .png
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Colours
    #[arg(long, value_enum, default_value_t = Theme::Light)]
    theme: Theme,
    /// First UTC date
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// End date, exclusive
    #[arg(long, value_name = "DATE")]
    to: Option<Date>,
    /// Credit of one account: its number or name, or a provider that has one account
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<String>,
    /// The currency or unit of a burn-down
    #[arg(long)]
    currency: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Which {
    Daily,
    Models,
    Bars,
    Ranked,
    Share,
    Heat,
    Year,
    Sessions,
    BurnDown,
    TimeLine,
}

#[derive(Clone, Copy, ValueEnum)]
enum Figure {
    Billed,
    Listed,
    Tokens,
    Requests,
}

#[derive(Clone, Copy, ValueEnum)]
enum Step {
    Hour,
    Day,
    Month,
}

#[derive(Clone, Copy, ValueEnum)]
enum Theme {
    Light,
    Dark,
}

pub(crate) async fn run(global: &Global, out: &Out, options: Options) -> Result<Ending, Failure> {
    let (format, path) = (format_of(&options.out)?, path_of(&options.out)?);
    let date = |date: Option<Date>| date.map(|date| date.to_string());
    let door = Door::open(global).await?;
    let account = match &options.account {
        Some(account) => Some(account_of(&door, account).await?),
        None => None,
    };
    let kind = match options.chart {
        Which::Daily => PictureKind::Daily,
        Which::Models => PictureKind::Models,
        Which::Bars => PictureKind::Bars,
        Which::Ranked => PictureKind::Ranked,
        Which::Share => PictureKind::Share,
        Which::Heat => PictureKind::Heat,
        Which::Year => PictureKind::Year,
        Which::Sessions => PictureKind::Sessions,
        Which::BurnDown => PictureKind::BurnDown,
        Which::TimeLine => PictureKind::TimeLine,
    };
    let theme = match options.theme {
        Theme::Light => PictureTheme::Light,
        Theme::Dark => PictureTheme::Dark,
    };
    let query = PictureQuery {
        from: date(options.from),
        to: date(options.to),
        by: options.by.map(Into::into),
        measure: options.measure.map(|figure| match figure {
            Figure::Billed => Measure::Billed,
            Figure::Listed => Measure::Listed,
            Figure::Tokens => Measure::Tokens,
            Figure::Requests => Measure::Requests,
        }),
        bucket: options.step.map(|step| match step {
            Step::Hour => Bucket::Hour,
            Step::Day => Bucket::Day,
            Step::Month => Bucket::Month,
        }),
        only: options.only,
        account,
        currency: options.currency,
        path: Some(path),
        ..PictureQuery::of(kind, theme, format)
    };
    let response = door.ask(Request::Picture(query)).await;
    door.app.close().await;
    let response = response.map_err(|failure| failure.of_option("path", "--out"))?;
    let Response::Picture(picture) = &response else { return Err(Failure::mismatch()) };
    let path = picture.path.as_deref().unwrap_or_default();
    out.answer(&response, || format!("{}\nKept in {path}\n", picture.description))?;
    Ok(Ending::Done)
}

/// The format that a file name asks for.
pub(crate) fn format_of(path: &Path) -> Result<PictureFormat, Failure> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    match ending.as_deref() {
        Some("svg") => Ok(PictureFormat::Svg),
        Some("png") => Ok(PictureFormat::Png),
        _ => Err(Failure::usage(format!(
            "A chart is written as .svg or .png; the name {} ends in neither.",
            path.display()
        ))),
    }
}

/// The same file, as the core takes it.
pub(crate) fn path_of(path: &Path) -> Result<String, Failure> {
    let text = path.to_str().map(str::to_owned);
    text.ok_or_else(|| {
        Failure::usage(format!("The name {} is not Unicode: choose another one.", path.display()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_which_format_or_is_refused_in_words() {
        assert_eq!(format_of(Path::new("a/b.SVG")).unwrap(), PictureFormat::Svg);
        assert_eq!(format_of(Path::new("b.png")).unwrap(), PictureFormat::Png);
        for name in ["b.jpg", "b", "svg", "-"] {
            let failure = format_of(Path::new(name)).unwrap_err();
            assert!(failure.ending == Ending::Usage && failure.words.contains(".svg or .png"), "{name}");
        }
    }
}
