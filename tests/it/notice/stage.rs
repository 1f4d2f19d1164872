//! A bus of its own, and a notification server on it that keeps what it is told to show.

use std::collections::{BTreeSet, HashMap};
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use tempfile::TempDir;
use zbus::zvariant::OwnedValue;
use zbus::{Connection, connection, interface};

pub(crate) const NAME: &str = "org.freedesktop.Notifications";
pub(crate) const PATH: &str = "/org/freedesktop/Notifications";

/// Nothing on it is started by a call: what is not there stays away.
const CONFIG: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path=DIR/bus</listen>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>"#;

/// A message bus that ends with the test.
pub(crate) struct Bus {
    daemon: Child,
    pub(crate) address: String,
    folder: TempDir,
}

impl Bus {
    pub(crate) fn start() -> Bus {
        Bus::within(tempfile::tempdir().unwrap())
    }

    /// Ends, and starts anew at the same address.
    pub(crate) fn restart(&mut self) {
        self.kill();
        let folder = std::mem::replace(&mut self.folder, tempfile::tempdir().unwrap());
        let _ = std::fs::remove_file(folder.path().join("bus"));
        *self = Bus::within(folder);
    }

    fn kill(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }

    fn within(folder: TempDir) -> Bus {
        let config = folder.path().join("bus.conf");
        std::fs::write(&config, CONFIG.replace("DIR", folder.path().to_str().unwrap())).unwrap();
        let mut daemon = Command::new("dbus-daemon")
            .arg(format!("--config-file={}", config.display()))
            .args(["--nofork", "--print-address"])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("dbus-daemon (package dbus) is missing");
        let mut address = String::new();
        BufReader::new(daemon.stdout.take().unwrap()).read_line(&mut address).unwrap();
        // Without the id of this one daemon, so that the next at the same place is found, too.
        let address = address.trim().split(",guid=").next().unwrap().to_owned();
        Bus { daemon, address, folder }
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A notification as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) id: u32,
    pub(crate) replaces: u32,
    pub(crate) program: String,
    pub(crate) icon: String,
    pub(crate) summary: String,
    pub(crate) body: String,
    pub(crate) actions: Vec<String>,
    pub(crate) urgency: u8,
    pub(crate) category: String,
    pub(crate) expires: i32,
}

/// What a server has shown. It outlives the server.
#[derive(Default)]
pub(crate) struct Log {
    pub(crate) told: Vec<Told>,
    next: u32,
    open: BTreeSet<u32>,
    /// Where the next notification hangs, once.
    pub(crate) cut: Option<Cut>,
    /// Told when it does.
    pub(crate) hangs: Arc<tokio::sync::Notify>,
}

/// A place at which a call hangs, so that the caller can be killed there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Before anything is shown.
    BeforeShowing,
    /// After it is shown, before the receipt is given.
    BeforeReceipt,
}

/// How a server behaves.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    Answers,
    /// Never answers what it is asked to show.
    Hangs,
    /// Refuses to show anything.
    Refuses,
}

struct Faces {
    log: Arc<Mutex<Log>>,
    name: &'static str,
    capabilities: Vec<String>,
    manner: Manner,
}

impl Faces {
    /// Says that it hangs, and does.
    async fn hang(&self) -> zbus::fdo::Result<u32> {
        let hangs = Arc::clone(&self.log.lock().unwrap().hangs);
        hangs.notify_one();
        std::future::pending().await
    }
}

#[interface(name = "org.freedesktop.Notifications")]
impl Faces {
    fn get_server_information(&self) -> (String, String, String, String) {
        (self.name.to_owned(), "tests".to_owned(), "1.0".to_owned(), "1.2".to_owned())
    }

    fn get_capabilities(&self) -> Vec<String> {
        self.capabilities.clone()
    }

    #[expect(clippy::too_many_arguments, reason = "as the standard has it")]
    async fn notify(
        &self,
        program: String,
        replaces: u32,
        icon: String,
        summary: String,
        body: String,
        actions: Vec<String>,
        hints: HashMap<String, OwnedValue>,
        expires: i32,
    ) -> zbus::fdo::Result<u32> {
        match self.manner {
            Manner::Answers => {}
            Manner::Hangs => std::future::pending().await,
            Manner::Refuses => return Err(zbus::fdo::Error::LimitsExceeded("too many\nalready".to_owned())),
        }
        let cut = self.log.lock().unwrap().cut.take();
        if cut == Some(Cut::BeforeShowing) {
            return self.hang().await;
        }
        let id = {
            let mut log = self.log.lock().unwrap();
            let id = if log.open.contains(&replaces) {
                replaces
            } else {
                log.next += 1;
                log.next
            };
            log.open.insert(id);
            let urgency = hints.get("urgency").map_or(255, |value| value.downcast_ref::<u8>().unwrap());
            let category = hints.get("category").map_or("", |value| value.downcast_ref::<&str>().unwrap());
            let category = category.to_owned();
            log.told.push(Told {
                id,
                replaces,
                program,
                icon,
                summary,
                body,
                actions,
                urgency,
                category,
                expires,
            });
            id
        };
        if cut == Some(Cut::BeforeReceipt) {
            return self.hang().await;
        }
        Ok(id)
    }
}

/// A notification server that runs until it is dropped.
pub(crate) struct Faced {
    connection: Connection,
    pub(crate) log: Arc<Mutex<Log>>,
}

impl Faced {
    pub(crate) async fn start(bus: &Bus, capabilities: &[&str], manner: Manner) -> Faced {
        Faced::go_on(bus, capabilities, manner, Arc::default()).await
    }

    /// Starts with the log of one that ended. Its ids begin anew, as those of a real one do.
    pub(crate) async fn go_on(
        bus: &Bus,
        capabilities: &[&str],
        manner: Manner,
        log: Arc<Mutex<Log>>,
    ) -> Faced {
        {
            let mut log = log.lock().unwrap();
            log.next = 0;
            log.open.clear();
        }
        let capabilities = capabilities.iter().map(ToString::to_string).collect();
        let faces = Faces { name: "stand-in", log: Arc::clone(&log), capabilities, manner };
        let builder = connection::Builder::address(bus.address.as_str()).unwrap();
        let builder = builder.serve_at(PATH, faces).unwrap().name(NAME).unwrap();
        Faced { connection: builder.build().await.unwrap(), log }
    }

    /// The person chooses something.
    pub(crate) async fn choose(&self, id: u32, key: &str) {
        self.say("ActionInvoked", &(id, key)).await;
    }

    /// The notification goes.
    pub(crate) async fn closes(&self, id: u32) {
        self.log.lock().unwrap().open.remove(&id);
        self.say("NotificationClosed", &(id, 2_u32)).await;
    }

    async fn say<B: serde::Serialize + zbus::zvariant::DynamicType>(&self, signal: &str, body: &B) {
        self.connection.emit_signal(None::<&str>, PATH, NAME, signal, body).await.unwrap();
    }

    /// Ends, and has ended when this returns.
    pub(crate) async fn end(self) -> Arc<Mutex<Log>> {
        let log = Arc::clone(&self.log);
        self.connection.release_name(NAME).await.unwrap();
        self.connection.close().await.unwrap();
        log
    }

    pub(crate) fn told(&self) -> Vec<Told> {
        self.log.lock().unwrap().told.clone()
    }
}
