//! A road to nowhere: a listener on this machine that answers by a function, and remembers what it was asked.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use spendglass_core::net::{BaseUrl, Net, Timeouts};
use spendglass_core::providers::{Details, Provider};
use spendglass_core::store::{KeyPlace, NewAccount, Store, StreamRow};
use spendglass_core::sync::{Engine, Job, Progress, StreamOutcome};
use spendglass_core::time::Timestamp;
use spendglass_core::vault::Secret;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::house::QUICK;

pub(crate) const NOW: &str = "2026-11-18T12:30:00Z";

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

/// An answer: status, headers, body.
pub(crate) struct Reply(pub(crate) u16, pub(crate) Vec<(&'static str, String)>, pub(crate) String);

pub(crate) fn json(status: u16, body: &str) -> Reply {
    Reply(status, vec![("content-type", "application/json".to_owned())], body.to_owned())
}

pub(crate) fn html(status: u16) -> Reply {
    Reply(status, vec![("content-type", "text/html".to_owned())], "<html>Cannot GET</html>".to_owned())
}

/// A store, an engine, and the listener that it reads.
pub(crate) struct Road {
    pub(crate) base: String,
    pub(crate) store: Store,
    pub(crate) engine: Engine,
    pub(crate) account: i64,
    asked: Arc<Mutex<Vec<Asked>>>,
    folder: TempDir,
}

impl Road {
    /// `answer` is told the request and how many of the same path came before it.
    pub(crate) async fn open(answer: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Road {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::<Asked>::new()));
        let (memory, answer) = (Arc::clone(&asked), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (memory, answer) = (Arc::clone(&memory), Arc::clone(&answer));
                tokio::spawn(async move { serve(stream, &memory, &*answer).await });
            }
        });
        let folder = tempfile::tempdir().unwrap();
        let now = NOW.parse().unwrap();
        let store = Store::open(&folder.path().join("data"), now).await.unwrap();
        let engine = Engine::new(store.clone(), Net::new(Timeouts::default()), QUICK);
        let account = NewAccount {
            provider: "road".to_owned(),
            label: None,
            base_url: Some(base.clone()),
            key_kind: "key".to_owned(),
            key_hint: None,
            key_fingerprint: None,
            key_place: KeyPlace::Nowhere,
            details: BTreeMap::new(),
        };
        let account = store.add_account(&account, now).await.unwrap();
        Road { base, store, engine, account, asked, folder }
    }

    pub(crate) fn job<'a>(&self, provider: &'static Provider, secret: &'a Secret, now: &str) -> Job<'a> {
        let details = [("client_id", "client-1"), ("tenant_id", "tenant/1")];
        Job {
            account_id: self.account,
            provider,
            kind: &provider.keys[0],
            base: BaseUrl::parse(&self.base).unwrap(),
            secret,
            details: Details::new(details.map(|(name, value)| (name.to_owned(), value.to_owned())).into()),
            from: None,
            book: spendglass_core::pricing::PriceBook::bundled().clone(),
            now: now.parse::<Timestamp>().unwrap(),
        }
    }

    pub(crate) async fn sync(
        &self,
        provider: &'static Provider,
        secret: &Secret,
        now: &str,
    ) -> Vec<StreamOutcome> {
        let silent = |_: Progress| {};
        let job = self.job(provider, secret, now);
        self.engine.sync(&job, &CancellationToken::new(), &silent).await.unwrap()
    }

    pub(crate) async fn row(&self, stream: &str) -> StreamRow {
        self.store.stream(self.account, stream).await.unwrap()
    }

    /// Every request so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// Everything that lies in the data folder.
    pub(crate) fn kept(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.folder.path().join("data")).unwrap();
        files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap_or_default()).collect()
    }
}

async fn serve(
    mut stream: TcpStream,
    memory: &Mutex<Vec<Asked>>,
    answer: &(dyn Fn(&Asked, usize) -> Reply + Send + Sync),
) {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            return;
        }
    };
    let text = String::from_utf8(bytes[..head].to_vec()).unwrap();
    let mut lines = text.lines();
    let mut first = lines.next().unwrap().split(' ');
    let (method, path) = (first.next().unwrap().to_owned(), first.next().unwrap().to_owned());
    let headers: BTreeMap<_, _> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length: usize = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    while bytes.len() < head + 4 + length {
        if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            return;
        }
    }
    let body = String::from_utf8(bytes[head + 4..].to_vec()).unwrap();
    let asked = Asked { method, path, headers, body };
    let Reply(status, headers, body) = {
        let mut memory = memory.lock().unwrap();
        let before = memory.iter().filter(|known| known.path == asked.path).count();
        let reply = answer(&asked, before);
        memory.push(asked);
        reply
    };
    let mut head =
        format!("HTTP/1.1 {status} Said\r\ncontent-length: {}\r\nconnection: close\r\n", body.len());
    for (name, value) in headers {
        write!(head, "{name}: {value}\r\n").unwrap();
    }
    // Whoever hangs up first does not want the answer.
    let _ = stream.write_all(format!("{head}\r\n{body}").as_bytes()).await;
}
