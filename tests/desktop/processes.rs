//! The processes of this machine, from `/proc`.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

fn pids() -> Vec<u32> {
    let entries = fs::read_dir("/proc").unwrap();
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect()
}

/// Name and content of the files of every process that tell how it was started. A process may end meanwhile.
pub(crate) fn beginnings() -> Vec<(String, Vec<u8>)> {
    let files =
        pids().into_iter().flat_map(|pid| ["cmdline", "environ"].map(|file| format!("/proc/{pid}/{file}")));
    files.filter_map(|path| Some((path.clone(), fs::read(path).ok()?))).collect()
}

/// The process of a program that was given an argument.
pub(crate) fn with_arguments(program: &str, argument: &str) -> Option<u32> {
    pids().into_iter().find(|pid| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let mut words = line.split(|byte| *byte == 0);
        words.next() == Some(program.as_bytes()) && words.any(|word| word == argument.as_bytes())
    })
}

/// The state and the parent of a process.
fn status(pid: u32) -> Option<(char, u32)> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in brackets may hold anything.
    let mut rest = text.rsplit_once(") ")?.1.split(' ');
    Some((rest.next()?.chars().next()?, rest.next()?.parse().ok()?))
}

pub(crate) fn alive(pid: u32) -> bool {
    status(pid).is_some_and(|(state, _)| state != 'Z')
}

fn signal(pid: u32, signal: &str) {
    // It may have ended by itself.
    let _ = Command::new("kill").args([signal, &pid.to_string()]).status();
}

pub(crate) fn ask_to_end(pid: u32) {
    signal(pid, "-TERM");
}

pub(crate) fn end(pid: u32) {
    if alive(pid) {
        signal(pid, "-KILL");
    }
}

/// A process and all that it started.
fn family(pid: u32) -> BTreeSet<u32> {
    let all: Vec<(u32, u32)> = pids().into_iter().filter_map(|pid| Some((pid, status(pid)?.1))).collect();
    let mut family = BTreeSet::from([pid]);
    loop {
        let more = all.iter().filter(|(_, parent)| family.contains(parent)).map(|(pid, _)| *pid);
        let grown: BTreeSet<u32> = family.iter().copied().chain(more).collect();
        if grown.len() == family.len() {
            return family;
        }
        family = grown;
    }
}

/// Hundredths of a second of processor time that a process and those it started have had.
pub(crate) fn ticks(pid: u32) -> u64 {
    let of = |pid: u32| {
        let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let fields: Vec<u64> =
            text.rsplit_once(") ")?.1.split(' ').map(|field| field.parse().unwrap_or(0)).collect();
        // In user mode, and in the kernel.
        Some(fields.get(11)? + fields.get(12)?)
    };
    family(pid).into_iter().filter_map(of).sum()
}

/// The far ends, off this machine, of all that a process and those it started have open.
pub(crate) fn strangers(pid: u32) -> Vec<String> {
    let family = family(pid);
    assert!(family.len() > 1, "the web view has processes of its own: {family:?}");
    let sockets: BTreeSet<String> = family.iter().flat_map(|pid| sockets(*pid)).collect();
    assert!(!sockets.is_empty(), "a program with a window holds sockets");
    let tables = ["tcp", "tcp6", "udp", "udp6"].map(|kind| format!("/proc/{pid}/net/{kind}"));
    let lines: Vec<String> = tables
        .iter()
        .flat_map(|table| {
            fs::read_to_string(table)
                .unwrap_or_default()
                .lines()
                .skip(1)
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect();
    let far = lines.iter().filter_map(|line| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let (peer, inode) = (*columns.get(2)?, *columns.get(9)?);
        (sockets.contains(inode) && !is_here(peer)).then(|| peer.to_owned())
    });
    far.collect()
}

fn sockets(pid: u32) -> Vec<String> {
    let Ok(entries) = fs::read_dir(format!("/proc/{pid}/fd")) else { return Vec::new() };
    let links =
        entries.filter_map(|entry| Some(fs::read_link(entry.ok()?.path()).ok()?.to_str()?.to_owned()));
    links.filter_map(|link| Some(link.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned())).collect()
}

/// Whether an address of the kernel's tables, such as `0100007F:1F90`, is nobody or this machine.
fn is_here(peer: &str) -> bool {
    let address = peer.split(':').next().unwrap_or_default();
    let nobody = address.bytes().all(|digit| digit == b'0');
    // Each group of four bytes is written in this machine's order: 127.0.0.0/8, ::1 and ::ffff:127.0.0.0/104.
    let here = match address.len() {
        8 => address.ends_with("7F"),
        _ => {
            address == "00000000000000000000000001000000"
                || (address.starts_with("0000000000000000FFFF0000") && address.ends_with("7F"))
        }
    };
    nobody || here
}

#[test]
fn only_this_machine_is_here() {
    for here in [
        "0100007F:1F90",
        "00000000:0000",
        "00000000000000000000000001000000:01BB",
        "0000000000000000FFFF00000100007F:01BB",
    ] {
        assert!(is_here(here), "{here}");
    }
    for far in [
        "08080808:0035",
        "7F000001:01BB",
        "B80D0120000000000000000001000000:01BB",
        "0000000000000000FFFF000008080808:01BB",
    ] {
        assert!(!is_here(far), "{far}");
    }
}
