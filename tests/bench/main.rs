//! The figures that have a limit, as one table: `make bench`. Nothing here fails for being slow.
//!
//! Arguments choose parts: `cargo bench -p spendglass-core --bench figures -- screens`.

mod alerts;
mod charges;
mod estimate;
mod files;
mod forecast;
mod importing;
mod persons;
mod plain;
mod plans;
mod replay;
mod screens;
mod sheet;
mod slider;
mod stores;
mod together;

use anyhow::Result;

#[tokio::main]
async fn main() -> Result<()> {
    // Cargo adds `--bench`.
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    if importing::child(&args).await? || files::child(&args).await? {
        return Ok(());
    }
    let wanted = |part: &str| args.is_empty() || args.iter().any(|arg| arg == part);
    let mut figures = Vec::new();
    if wanted("alerts") {
        alerts::measure(&mut figures).await?;
    }
    if wanted("screens") {
        screens::measure(&mut figures).await?;
    }
    if wanted("estimate") {
        estimate::measure(&mut figures).await?;
    }
    if wanted("sync") {
        importing::measure(&mut figures).await?;
    }
    if wanted("import") {
        files::measure(&mut figures)?;
    }
    if wanted("together") {
        together::measure(&mut figures).await?;
    }
    if wanted("slider") {
        slider::measure(&mut figures).await?;
    }
    if wanted("forecast") {
        forecast::measure(&mut figures)?;
    }
    if wanted("plans") {
        plans::measure(&mut figures)?;
    }
    if wanted("replay") {
        replay::measure(&mut figures)?;
    }
    println!("\n{}", sheet::table(&figures));
    Ok(())
}
