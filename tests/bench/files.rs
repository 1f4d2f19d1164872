//! An import of a long file of single generations, beside reading it with the csv crate and nothing else; and its memory.

use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use spendglass_core::api::{App, Config, ImportQuery, Request, Response, handle};
use spendglass_core::time::Clock;
use spendglass_core::vault::Vault;

use crate::importing::peak_kib;
use crate::sheet::{Figure, grouped, median, ratio};
use crate::stores::{self, NOW};

const LINES: u64 = 1_000_000;
const FEW: u64 = 100_000;
const ROUNDS: usize = 3;
const HEAD: &str = "generation_id,created_at,cost_total,cost_web_search,cost_cache,cost_file_processing,byok_usage_inference,\
tokens_prompt,tokens_completion,tokens_reasoning,tokens_cached,model_permaslug,provider_name,variant,cancelled,streamed,user,\
finish_reason_raw,finish_reason_normalized,generation_time_ms,time_to_first_token_ms,api_key_disabled,api_key_name,app_name";
const MODELS: [&str; 4] = [
    "anthropic/claude-4.5-sonnet-20250929",
    "openai/gpt-5.4",
    "google/gemini-2.5-pro",
    "deepseek/deepseek-chat-v3.1",
];

#[derive(Debug, Clone, Copy)]
struct Told {
    lines: u64,
    took: Duration,
    peak_kib: u64,
}

pub(crate) fn measure(figures: &mut Vec<Figure>) -> Result<()> {
    let scratch = tempfile::tempdir_in(stores::folder()?)?;
    let (long, short) = (scratch.path().join("long.csv"), scratch.path().join("short.csv"));
    write(&long, LINES)?;
    write(&short, FEW)?;
    let (mut imports, mut plains, mut peaks, mut few_peaks) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let data = scratch.path().join(format!("data-{round}"));
        let plain = run("cut", &[&long])?;
        let import = run("import", &[&long, &data])?;
        ensure!(plain.lines == LINES && import.lines == LINES, "{plain:?}, {import:?}");
        std::fs::remove_dir_all(&data)?;
        let few = run("import", &[&short, &data])?;
        std::fs::remove_dir_all(&data)?;
        imports.push(import.took);
        plains.push(plain.took);
        peaks.push(import.peak_kib);
        few_peaks.push(few.peak_kib);
    }
    let import = median(&mut imports).context("no round")?;
    let plain = median(&mut plains).context("no round")?;
    let (peak, few_peak) =
        (median(&mut peaks).context("no round")?, median(&mut few_peaks).context("no round")?);
    let a_second = u128::from(LINES) * 1_000_000_000 / import.as_nanos().max(1);
    figures.push(Figure::held(
        format!("Import of a CSV of {} lines", grouped(LINES)),
        format!("{} lines a second", grouped(a_second)),
        "at least 150,000",
        a_second >= 150_000,
    ));
    figures.push(Figure::held(
        "Import against reading the file with the csv crate alone",
        format!("{} times", ratio(import.as_nanos(), plain.as_nanos())),
        "at most 4.00 times",
        import.as_nanos() <= plain.as_nanos() * 4,
    ));
    figures.push(Figure::plain("Memory of that import at its peak", format!("{} MiB", peak / 1_024)));
    figures.push(Figure::held(
        format!("Memory against a file of {} lines", grouped(FEW)),
        format!("{} times", ratio(peak.into(), few_peak.into())),
        "at most 1.50 times",
        peak * 2 <= few_peak * 3,
    ));
    Ok(())
}

/// Generations of the thirty days before, the newest first, as the console writes them.
fn write(path: &Path, lines: u64) -> Result<()> {
    let mut file = BufWriter::new(std::fs::File::create(path)?);
    writeln!(file, "{HEAD}")?;
    for line in 0..lines {
        let second = (lines - line) * 30 * 86_400 / lines;
        let (day, clock) = (1 + second / 86_400 % 30, second % 86_400);
        let roll = line.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
        let (prompt, completion) = (200 + roll % 9_000, 20 + (roll >> 13) % 1_500);
        writeln!(
            file,
            "gen-17900{line:08}-AbCdEfGhIjKl,2026-10-{day:02} {:02}:{:02}:{:02}.{:03},0.{:07},0,0,0,0,{prompt},{completion},{},{},{},Host {},standard,false,true,,end_turn,stop,{},{},false,key {},\"An app, of somebody\"",
            clock / 3_600,
            clock / 60 % 60,
            clock % 60,
            roll % 1_000,
            1 + roll % 1_000_000,
            completion / 3,
            prompt / 2,
            MODELS[usize::try_from(roll % 4)?],
            roll % 3,
            400 + roll % 9_000,
            200 + roll % 900,
            roll % 40,
        )?;
    }
    file.flush()?;
    Ok(())
}

fn run(work: &str, args: &[&Path]) -> Result<Told> {
    let mut child = Command::new(std::env::current_exe()?);
    let output = child.arg(work).args(args).stdin(Stdio::null()).stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "the child that should {work} ended with {}", output.status);
    let text = String::from_utf8(output.stdout)?;
    let numbers: Vec<u64> = text.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    let [lines, nanos, peak_kib] = numbers[..] else { bail!("a child told {text:?}") };
    let told = Told { lines, took: Duration::from_nanos(nanos), peak_kib };
    eprintln!("{work}: {} lines in {:.2?}, peak {} MiB", grouped(lines), told.took, peak_kib / 1_024);
    Ok(told)
}

/// The work of a child process, if the arguments ask for one.
pub(crate) async fn child(args: &[String]) -> Result<bool> {
    let (lines, took) = match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["cut", path] => {
            let started = Instant::now();
            let mut csv = csv::Reader::from_path(path)?;
            let (mut record, mut lines) = (csv::ByteRecord::new(), 0);
            while csv.read_byte_record(&mut record)? {
                lines += 1;
            }
            (lines, started.elapsed())
        }
        ["import", path, data] => import(path, data).await?,
        _ => return Ok(false),
    };
    println!("{lines} {} {}", took.as_nanos(), peak_kib()?);
    Ok(true)
}

async fn import(path: &str, data: &str) -> Result<(u64, Duration)> {
    let config = Config {
        data_dir: PathBuf::from(data),
        vault: Vault::memory(),
        clock: Clock::Fixed(NOW.parse()?),
        zone: None,
        sample: None,
    };
    let app = App::open(config).await?;
    let query = ImportQuery { path: path.to_owned(), ..ImportQuery::default() };
    let started = Instant::now();
    let response = handle(&app, Request::Import(query)).await?;
    let took = started.elapsed();
    app.close().await;
    let Response::Import(report) = response else { bail!("another answer than was asked for") };
    ensure!(report.booked, "{report:?}");
    Ok((report.parts.iter().map(|part| part.charges).sum(), took))
}
