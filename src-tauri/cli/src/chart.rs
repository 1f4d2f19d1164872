//! Charts as files.

use std::io::Write;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::{Args, ValueEnum};
use spendglass_core::api::{
    Bucket, Measure, Only, PictureFile, PictureFormat, PictureKind, PictureQuery, PictureTheme, Request,
    Response,
};
use spendglass_core::time::Date;

use crate::Global;
use crate::door::{Door, Ending, Failure, Out};
use crate::usage::{By, only};

#[derive(Args)]
#[command(after_help = "\
Dates are UTC dates, as providers bill; without them the last 30 days.

Examples:
  spendglass chart daily --out spend.svg
  spendglass chart models --out models.png --theme dark --from 2026-11-01
  spendglass chart bars --out november.png --by project --measure tokens --step day --from 2026-11-01
  spendglass chart heat --out week.svg --measure listed --timezone Asia/Kolkata")]
pub(crate) struct Options {
    /// daily: what each day was billed, by provider; models: the dearest models, at list price (an estimate); bars, ranked, share,
    /// heat (weekdays and hours), year and sessions: the charts of the Spend screen
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
    let format = format_of(&options.out)?;
    let date = |date: Option<Date>| date.map(|date| date.to_string());
    let kind = match options.chart {
        Which::Daily => PictureKind::Daily,
        Which::Models => PictureKind::Models,
        Which::Bars => PictureKind::Bars,
        Which::Ranked => PictureKind::Ranked,
        Which::Share => PictureKind::Share,
        Which::Heat => PictureKind::Heat,
        Which::Year => PictureKind::Year,
        Which::Sessions => PictureKind::Sessions,
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
        ..PictureQuery::of(kind, theme, format)
    };
    let (response, _) = Door::ask_once(global, Request::Picture(query)).await?;
    let Response::Picture(picture) = &response else { return Err(Failure::mismatch()) };
    keep(picture, &options.out)?;
    out.answer(&response, || format!("{}\nKept in {}\n", picture.description, options.out.display()))?;
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

/// Writes the picture beside its place and moves it there: the file is the old one or the new one, never half of one.
pub(crate) fn keep(picture: &PictureFile, path: &Path) -> Result<(), Failure> {
    let bytes = STANDARD.decode(&picture.base64).map_err(|error| {
        Failure::new(Ending::Partly, format!("The picture is damaged: {error}. Please report this."))
    })?;
    let failed = |error: &std::io::Error| {
        Failure::usage(format!(
            "{} cannot be written: {error}. Name another file with --out.",
            path.display()
        ))
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".spendglass-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // A chart is no secret: it gets the permissions of any new file.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder).map_err(|error| failed(&error))?;
    file.write_all(&bytes).and_then(|()| file.as_file().sync_all()).map_err(|error| failed(&error))?;
    file.persist(path).map_err(|error| failed(&error.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(text: &str) -> PictureFile {
        PictureFile {
            media_type: "image/svg+xml".to_owned(),
            base64: STANDARD.encode(text),
            path: None,
            description: "What each day was billed.".to_owned(),
        }
    }

    #[test]
    fn a_name_says_which_format_or_is_refused_in_words() {
        assert_eq!(format_of(Path::new("a/b.SVG")).unwrap(), PictureFormat::Svg);
        assert_eq!(format_of(Path::new("b.png")).unwrap(), PictureFormat::Png);
        for name in ["b.jpg", "b", "svg", "-"] {
            let failure = format_of(Path::new(name)).unwrap_err();
            assert!(failure.ending == Ending::Usage && failure.words.contains(".svg or .png"), "{name}");
        }
    }

    #[test]
    fn a_picture_takes_the_place_of_an_older_one_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spend.svg");
        keep(&picture("<svg>old</svg>"), &path).unwrap();
        keep(&picture("<svg>new</svg>"), &path).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "<svg>new</svg>");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let failure = keep(&picture("x"), &folder.path().join("missing/spend.svg")).unwrap_err();
        assert!(failure.words.contains("missing") && failure.words.contains("--out"), "{}", failure.words);
    }
}
