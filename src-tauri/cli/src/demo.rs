//! The whole trip with sample data. Nothing of it touches the person's own store or keychain.

use std::path::{Path, PathBuf};

use clap::Args;
use spendglass_core::api::{
    Config, CreditsQuery, Grouping, OverviewQuery, PictureFormat, PictureKind, PictureQuery, PictureTheme,
    Request, Response, UsageQuery,
};
use spendglass_core::time::Date;
use spendglass_core::vault::Vault;

use crate::door::{Door, Ending, Failure, Interrupts, Out, note};
use crate::{Global, accounts, chart, credits, status, town, usage};

#[derive(Args)]
#[command(after_help = "\
Runs on pretend providers on this machine, with a store in a temporary folder and keys in memory: your own data and keychain are
not touched, and nothing is left behind. Works without a display and without a keychain.

Examples:
  spendglass demo
  spendglass demo --out charts")]
pub(crate) struct Options {
    /// Folder to keep the charts in, as SVG and PNG
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// How many days the chart in text shows.
const DAYS: i64 = 14;
/// How many signs its longest bar has.
const WIDE: usize = 40;

pub(crate) async fn run(global: &Global, out: &Out, options: Options) -> Result<Ending, Failure> {
    let mut interrupts = Interrupts::listen()?;
    let folder = tempfile::Builder::new().prefix("spendglass-demo-").tempdir().map_err(|error| {
        Failure::new(Ending::Store, format!("No temporary folder for the sample data: {error}."))
    })?;
    // The folder is removed when it is dropped, so an interrupt has to come back here.
    let ending = tokio::select! {
        ending = trip(global, out, options, folder.path()) => ending,
        () = interrupts.next() => Err(Failure::new(Ending::Partly, "Interrupted. The sample data is deleted.")),
    };
    folder.close().map_err(|error| {
        Failure::new(
            Ending::Partly,
            format!("The temporary folder of the sample data is left behind: {error}."),
        )
    })?;
    ending
}

async fn trip(global: &Global, out: &Out, options: Options, folder: &Path) -> Result<Ending, Failure> {
    if global.data_dir.is_some() {
        note("Note: the demo has a store of its own; --data-dir is not used.");
    }
    let config = Config {
        data_dir: folder.join("store"),
        vault: Vault::memory(),
        clock: global.clock(),
        zone: global.timezone,
        sample: Some(town::sample()),
    };
    let door = Door::with(config).await?;
    let ending = Box::pin(tell(&door, global, out, options)).await;
    door.app.close().await;
    ending
}

async fn tell(door: &Door, global: &Global, out: &Out, options: Options) -> Result<Ending, Failure> {
    let today = global.clock().now().utc_date();
    if !out.json {
        out.text(
            "SAMPLE DATA: a made-up freelancer at pretend providers on this machine. Your own data and keychain are not touched.\n\n\
             1. Add the accounts and read them (spendglass accounts add, spendglass sync) ...\n",
        )?;
    }
    door.ask(Request::EnterSample).await?;
    let overview = door.ask(Request::Overview(OverviewQuery { chart_width: None })).await?;
    let models = door.ask(Request::Usage(UsageQuery::of(Grouping::Model, None, None))).await?;
    let (from, to) = (today.plus_days(1 - DAYS), today.plus_days(1));
    let daily = UsageQuery::of(Grouping::Day, Some(from.to_string()), Some(to.to_string()));
    let daily = door.ask(Request::Usage(daily)).await?;
    let credit = door.ask(Request::Credits(CreditsQuery::default())).await?;
    if let Some(folder) = &options.out {
        pictures(door, folder, today).await?;
    }
    if out.json {
        Out::result(&overview)?;
        return Ok(Ending::Done);
    }
    let (
        Response::Overview(overview),
        Response::Usage(models),
        Response::Usage(daily),
        Response::Credits(credit),
    ) = (&overview, &models, &daily, &credit)
    else {
        return Err(Failure::mismatch());
    };
    let zone = door.zone().await;
    out.text(&format!(
        "   {}\n2. What it cost (spendglass status)\n\n{}\n\
         3. By model, this month (spendglass usage --by model)\n\n{}\n\
         4. Billed by day (spendglass chart daily --out spend.svg draws it)\n\n{}\n\
         5. Credit, and what of it will lapse (spendglass credits list)\n\n{}\n",
        accounts_words(overview),
        status::words(overview, zone),
        usage::words(models, zone),
        usage::bars(daily, WIDE),
        credits::list(credit, zone),
    ))?;
    if let Some(folder) = &options.out {
        out.text(&format!("The charts are kept in {}\n\n", folder.display()))?;
    }
    out.text(
        "All of this was sample data, and it is deleted now. With your own:\n\
         \x20 spendglass accounts add openai     (or another that `spendglass providers` lists; asks for the key)\n\
         \x20 spendglass sync\n",
    )?;
    Ok(Ending::Done)
}

fn accounts_words(overview: &spendglass_core::api::Overview) -> String {
    let account = |account: &spendglass_core::api::Account| {
        format!("{}: {}", account.provider_name, accounts::state(account.state))
    };
    let accounts: Vec<String> = overview.accounts.iter().map(account).collect();
    format!("{}\n", accounts.join(", "))
}

/// Every chart in both formats, light.
async fn pictures(door: &Door, folder: &Path, today: Date) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)
        .map_err(|error| Failure::usage(format!("{} cannot be made: {error}.", folder.display())))?;
    for (kind, name) in [(PictureKind::Daily, "daily"), (PictureKind::Models, "models")] {
        for (format, ending) in [(PictureFormat::Svg, "svg"), (PictureFormat::Png, "png")] {
            let path = chart::path_of(&folder.join(format!("{name}.{ending}")))?;
            let query = PictureQuery {
                path: Some(path),
                from: Some(today.plus_days(-29).to_string()),
                to: Some(today.plus_days(1).to_string()),
                ..PictureQuery::of(kind, PictureTheme::Light, format)
            };
            door.ask(Request::Picture(query)).await?;
        }
    }
    Ok(())
}
