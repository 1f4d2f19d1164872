//! The loop without a window: reads what is due, reminds, and says one line for each thing that happens.

use std::sync::atomic::{AtomicU32, Ordering};

use clap::Args;
use serde_json::{Value, json};
use spendglass_core::api::{self, Request, Told};
use spendglass_core::notice::{Action, Desktop};

use crate::Global;
use crate::door::{Door, Ending, Failure, Interrupts, Out, complain};
use crate::text::{clean, several};

#[derive(Args)]
#[command(after_help = "\
Every account is read when it is due: every 2 minutes while its figures move, up to every 30 where they do not, more
slowly on battery, and never sooner than its provider wishes. Reminders go to the desktop and to the webhook. The window
does the same: where both run, one works and the other waits. It ends in order at Ctrl-C and at SIGTERM.

As a service of yours on Linux, from the package:
  systemctl --user enable --now spendglass-watch

Exit codes: 0 ended in order, 1 another loop works for this store (with --once), 5 the store fails.

Examples:
  spendglass watch
  spendglass watch --once --json")]
pub(crate) struct Options {
    /// One turn: read what is due, remind, end
    #[arg(long)]
    once: bool,
}

pub(crate) async fn run(global: &Global, out: &Out, options: Options) -> Result<Ending, Failure> {
    let door = Door::open(global).await?;
    door.app.show_on(Desktop::session());
    let mut interrupts = Interrupts::listen()?;
    let heard = Heard::default();
    let say = |told: Told| {
        heard.count(&told);
        // A reader that left is no reason to stop reminding.
        let said =
            if out.json { Out::raw(&format!("{}\n", line_json(&told))) } else { out.text(&line(&told)) };
        if let Err(failure) = said {
            complain(&failure.words);
        }
    };
    let ended = if options.once {
        tokio::select! {
            turned = door.app.tick(&say) => turned.map(|turned| if turned { Ending::Done } else { Ending::Partly }),
            () = interrupts.next() => Ok(Ending::Partly),
        }
    } else {
        tokio::select! {
            broken = door.app.watch(&say) => broken.map(|()| Ending::Done),
            () = door.app.serve_calendar() => Ok(Ending::Done),
            () = interrupts.next() => Ok(Ending::Done),
        }
    };
    api::handle(&door.app, Request::CancelSync).await?;
    door.app.close().await;
    let ending = ended?;
    if out.json {
        Out::raw(&format!("{}\n", heard.json()))?;
    } else {
        out.text(&heard.words(options.once))?;
    }
    Ok(ending)
}

/// How often each thing happened, for the last line.
#[derive(Default)]
struct Heard {
    read: AtomicU32,
    sent: AtomicU32,
    not_sent: AtomicU32,
    waits: AtomicU32,
}

impl Heard {
    fn count(&self, told: &Told) {
        let of = match told {
            Told::Read { .. } => &self.read,
            Told::Delivered { .. } => &self.sent,
            Told::Undelivered { .. } => &self.not_sent,
            Told::Waits => &self.waits,
            Told::Begins | Told::Answered { .. } | Told::Failed { .. } => return,
        };
        of.fetch_add(1, Ordering::Relaxed);
    }

    fn counts(&self) -> [u32; 4] {
        [&self.read, &self.sent, &self.not_sent, &self.waits].map(|count| count.load(Ordering::Relaxed))
    }

    fn words(&self, once: bool) -> String {
        match self.counts() {
            [0, 0, 0, 0] if once => "Nothing was due.\n".to_owned(),
            [0, 0, 0, _] if once => "Nothing was done.\n".to_owned(),
            [read, sent, not_sent, _] => {
                let (read, sent) = (several(read.into(), "reading"), several(sent.into(), "reminder"));
                format!("Ended: {read}, {sent} sent, {not_sent} not sent.\n")
            }
        }
    }

    fn json(&self) -> Value {
        let [read, sent, not_sent, _] = self.counts();
        json!({"event": "ended", "read": read, "sent": sent, "notSent": not_sent})
    }
}

/// A line for a person.
fn line(told: &Told) -> String {
    match told {
        Told::Waits => {
            "Another loop works for this store: the window, or another spendglass watch. It waits.\n"
                .to_owned()
        }
        Told::Begins => "Watching. Ctrl-C ends it.\n".to_owned(),
        Told::Read { account, label, problem: None } => format!("read     {account} {}\n", clean(label)),
        Told::Read { account, label, problem: Some(problem) } => {
            format!("read     {account} {}: {}\n", clean(label), clean(problem))
        }
        Told::Delivered { channel, title } => format!("sent     {channel}: {}\n", clean(title)),
        Told::Undelivered { channel, title, problem } => {
            format!("not sent {channel}: {}: {}\n", clean(title), clean(problem))
        }
        Told::Answered { title, chosen } => format!("answered {}: {}\n", name(*chosen), clean(title)),
        Told::Failed { words } => format!("failed   {}\n", clean(words)),
    }
}

/// The same for a program: one object a line.
fn line_json(told: &Told) -> Value {
    match told {
        Told::Waits => json!({"event": "waits"}),
        Told::Begins => json!({"event": "begins"}),
        Told::Read { account, label, problem } => {
            json!({"event": "read", "account": account, "label": label, "problem": problem})
        }
        Told::Delivered { channel, title } => json!({"event": "sent", "channel": channel, "title": title}),
        Told::Undelivered { channel, title, problem } => {
            json!({"event": "notSent", "channel": channel, "title": title, "problem": problem})
        }
        Told::Answered { title, chosen } => {
            json!({"event": "answered", "answer": name(*chosen), "title": title})
        }
        Told::Failed { words } => json!({"event": "failed", "message": words}),
    }
}

fn name(chosen: Action) -> &'static str {
    match chosen {
        Action::Open => "opened",
        Action::Snooze => "snoozed",
        Action::Used => "used",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_counts_what_happened() {
        let heard = Heard::default();
        assert_eq!(heard.words(true), "Nothing was due.\n");
        assert_eq!(heard.words(false), "Ended: 0 readings, 0 reminders sent, 0 not sent.\n");
        heard.count(&Told::Waits);
        assert_eq!(heard.words(true), "Nothing was done.\n");
        heard.count(&Told::Begins);
        heard.count(&Told::Read { account: 1, label: "a".to_owned(), problem: None });
        heard.count(&Told::Delivered { channel: "desktop", title: "t".to_owned() });
        heard.count(&Told::Delivered { channel: "webhook", title: "t".to_owned() });
        assert_eq!(heard.words(true), "Ended: 1 reading, 2 reminders sent, 0 not sent.\n");
        assert_eq!(heard.json(), json!({"event": "ended", "read": 1, "sent": 2, "notSent": 0}));
    }

    #[test]
    fn every_event_is_one_line_without_control_characters() {
        let hostile = || "a\u{1b}[2J\nb".to_owned();
        let all = [
            Told::Waits,
            Told::Begins,
            Told::Read { account: 1, label: hostile(), problem: None },
            Told::Read { account: 1, label: hostile(), problem: Some(hostile()) },
            Told::Delivered { channel: "desktop", title: hostile() },
            Told::Undelivered { channel: "webhook", title: hostile(), problem: hostile() },
            Told::Answered { title: hostile(), chosen: Action::Used },
            Told::Failed { words: hostile() },
        ];
        for told in all {
            let text = line(&told);
            assert_eq!(text.matches('\n').count(), 1, "{text:?}");
            assert!(text.ends_with('\n') && !text.contains('\u{1b}'), "{text:?}");
            assert!(!line_json(&told).to_string().contains('\n'));
        }
    }
}
