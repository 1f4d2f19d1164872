//! Whether somebody shows trays. A tray can be made where nobody does, and is then nowhere.

#[cfg(target_os = "linux")]
pub(crate) use linux::watch;

/// Tells whenever trays come to be shown, or no longer.
#[cfg(not(target_os = "linux"))]
pub(crate) async fn watch(tell: impl Fn(bool)) {
    // The system's own is always there.
    tell(true);
    std::future::pending().await
}

#[cfg(target_os = "linux")]
mod linux {
    use std::time::Duration;

    use futures_util::StreamExt as _;
    use zbus::fdo::DBusProxy;
    use zbus::message::Type;
    use zbus::names::BusName;
    use zbus::zvariant::OwnedValue;
    use zbus::{Connection, MatchRule, MessageStream};

    /// The desktop's own, or an extension of it, by the name that all of them go by.
    const WATCHER: &str = "org.kde.StatusNotifierWatcher";
    const PATH: &str = "/StatusNotifierWatcher";
    /// How long an answer may take.
    const PATIENCE: Duration = Duration::from_secs(3);
    const SIGNALS_KEPT: usize = 16;

    /// Tells whenever trays come to be shown, or no longer. Ends where there is no session bus, or no more.
    pub(crate) async fn watch(tell: impl Fn(bool)) {
        if let Err(error) = follow(&tell).await {
            eprintln!("spendglass-app: whether there is a tray is not known: {error}");
        }
        tell(false);
    }

    async fn follow(tell: &impl Fn(bool)) -> zbus::Result<()> {
        let Ok(bus) = Connection::session().await else { return Ok(()) };
        let names = DBusProxy::new(&bus).await?;
        let mut owners = names.receive_name_owner_changed_with_args(&[(0, WATCHER)]).await?;
        let rule = MatchRule::builder().msg_type(Type::Signal).path(PATH)?.build();
        let mut signals = MessageStream::for_match_rule(rule, &bus, Some(SIGNALS_KEPT)).await?;
        loop {
            let asked = tokio::time::timeout(PATIENCE, shows(&bus, &names)).await;
            tell(matches!(asked, Ok(Ok(true))));
            let more = tokio::select! {
                owner = owners.next() => owner.is_some(),
                signal = signals.next() => signal.is_some(),
            };
            if !more {
                return Ok(());
            }
        }
    }

    /// Asks nobody who is not there: asking would start them.
    async fn shows(bus: &Connection, names: &DBusProxy<'_>) -> zbus::Result<bool> {
        if !names.name_has_owner(BusName::try_from(WATCHER)?).await? {
            return Ok(false);
        }
        let properties = Some("org.freedesktop.DBus.Properties");
        let asked = (WATCHER, "IsStatusNotifierHostRegistered");
        let answer = bus.call_method(Some(WATCHER), PATH, properties, "Get", &asked).await?;
        let value: OwnedValue = answer.body().deserialize()?;
        Ok(bool::try_from(value)?)
    }
}
