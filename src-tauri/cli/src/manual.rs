//! What packages bring along: completion for shells, and manual pages. Both are made from the arguments themselves.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Command};
use clap_complete::Shell;
use clap_mangen::Man;

use crate::door::{Ending, Failure, Out};

#[derive(Args)]
#[command(after_help = "\
Packages install it for bash, zsh and fish by themselves.

Example:
  spendglass completions bash > ~/.local/share/bash-completion/completions/spendglass")]
pub(crate) struct Completions {
    /// Whose completion
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Args)]
#[command(after_help = "Example:\n  spendglass manual target/package/man")]
pub(crate) struct Pages {
    /// The folder to write into
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// Prints what a shell reads.
pub(crate) fn completions(options: &Completions, mut root: Command) -> Result<Ending, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut root, "spendglass", &mut script);
    Out::raw(&String::from_utf8_lossy(&script))?;
    Ok(Ending::Done)
}

/// Writes a page for every command that is shown.
pub(crate) fn pages(options: &Pages, root: Command) -> Result<Ending, Failure> {
    std::fs::create_dir_all(&options.folder).and_then(|()| write_all(root, &options.folder)).map_err(
        |error| {
            let folder = options.folder.display();
            Failure::new(Ending::Store, format!("The manual pages cannot be written into {folder}: {error}."))
        },
    )?;
    Ok(Ending::Done)
}

fn write_all(root: Command, folder: &Path) -> io::Result<()> {
    let version = root.get_version().unwrap_or_default().to_owned();
    let mut root = root.disable_help_subcommand(true);
    root.build();
    let mut left = vec![root];
    while let Some(command) = left.pop() {
        left.extend(command.get_subcommands().filter(|command| !command.is_hide_set()).cloned());
        let page = Man::new(command.clone()).source(format!("Spendglass {version}")).manual("Spendglass");
        let mut file = std::fs::File::create(folder.join(page.get_filename()))?;
        write(&command, &page, &mut file)?;
    }
    Ok(())
}

fn write(command: &Command, page: &Man, out: &mut dyn Write) -> io::Result<()> {
    page.render_title(out)?;
    page.render_name_section(out)?;
    page.render_synopsis_section(out)?;
    page.render_description_section(out)?;
    if command.get_arguments().any(|argument| !argument.is_hide_set()) {
        page.render_options_section(out)?;
    }
    if command.get_subcommands().any(|command| !command.is_hide_set()) {
        page.render_subcommands_section(out)?;
    }
    if let Some(more) = command.get_after_long_help().or_else(|| command.get_after_help()) {
        // Its lines are columns, which a page would otherwise fill up.
        write!(out, ".SH NOTES\n.nf\n{}\n.fi\n", verbatim(&more.to_string()))?;
    }
    Ok(())
}

/// A text in the words of roff, line by line as it is.
fn verbatim(text: &str) -> String {
    let line = |line: &str| {
        let text = line.replace('\\', r"\e").replace('-', r"\-");
        // At the start of a line these would be a request.
        if text.starts_with(['.', '\'']) { format!(r"\&{text}") } else { text }
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::Arguments;

    #[test]
    fn every_command_that_is_shown_has_a_page_with_its_example() {
        let folder = tempfile::tempdir().unwrap();
        write_all(Arguments::command(), folder.path()).unwrap();
        let page = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        let root = page("spendglass.1");
        assert!(root.contains("Exit codes:") && root.contains("spendglass\\-accounts(1)"), "{root}");
        assert!(page("spendglass-accounts-add.1").contains("spendglass accounts add"));
        let names = |found: io::Result<std::fs::DirEntry>| found.unwrap().file_name().into_string().unwrap();
        let names: Vec<String> = std::fs::read_dir(folder.path()).unwrap().map(names).collect();
        assert!(names.len() > 40, "{names:?}");
        assert!(!names.iter().any(|name| name.contains("manual") || name.contains("help")), "{names:?}");
        for name in names {
            let page = page(&name);
            assert!(page.contains("Example"), "{name} has no example");
            assert!(!page.contains("\n.\n") && page.contains(".SH NAME"), "{name}: {page}");
        }
    }

    #[test]
    fn a_line_stays_as_it_is() {
        assert_eq!(verbatim("a\\b --out\n.hidden\n'x'"), "a\\eb \\-\\-out\n\\&.hidden\n\\&'x'");
    }

    #[test]
    fn each_shell_is_told_of_every_command() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "spendglass", &mut script);
            let script = String::from_utf8(script).unwrap();
            for word in ["accounts", "sync", "replace-key", "timezone"] {
                assert!(script.contains(word), "{shell}: {word}");
            }
        }
    }
}
