//! The first figures: worked out while the system still makes the window, and put into the page, which so asks for nothing
//! before it shows them.

use std::borrow::Cow;
use std::sync::{Mutex, MutexGuard, PoisonError};

use spendglass_core::api::{self, App, OverviewQuery, Request, Response};
use tauri::http;

/// Before this part of the page they are put.
const PLACE: &str = "<div id=\"app\">";

/// The first figures, for the first page alone.
#[derive(Default)]
pub(crate) struct First(Mutex<Figures>);

#[derive(Default)]
enum Figures {
    #[default]
    Awaited,
    Known(String),
    /// The page came; one that is loaded again asks anew.
    Past,
}

impl First {
    /// Asks the core for them.
    pub(crate) async fn ask(&self, app: &App) {
        if !matches!(*self.state(), Figures::Awaited) {
            return;
        }
        // What stands in the way is told when the page asks for itself.
        let answer = api::handle(app, Request::Overview(OverviewQuery { chart_width: None })).await;
        let Ok(Response::Overview(figures)) = answer else { return };
        let Ok(figures) = serde_json::to_string(&figures) else { return };
        let mut state = self.state();
        if matches!(*state, Figures::Awaited) {
            *state = Figures::Known(figures);
        }
    }

    /// Puts into the page what it needs before it can ask: the desktop's font, and the figures where they are known by then.
    pub(crate) fn put_into(&self, answer: &mut http::Response<Cow<'static, [u8]>>, font: Option<&str>) {
        let kind = answer.headers().get(http::header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if kind.is_none_or(|kind| !kind.starts_with("text/html")) {
            return;
        }
        let figures = match std::mem::replace(&mut *self.state(), Figures::Past) {
            Figures::Known(figures) => Some(figures),
            Figures::Awaited | Figures::Past => None,
        };
        let page = String::from_utf8_lossy(answer.body());
        if let Some(page) = with(&page, font, figures.as_deref()) {
            *answer.body_mut() = Cow::Owned(page.into_bytes());
        }
    }

    fn state(&self) -> MutexGuard<'_, Figures> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Both as data that nothing in it can end, neither a person's words nor a provider's.
fn with(page: &str, font: Option<&str>, figures: Option<&str>) -> Option<String> {
    let (before, after) = page.split_once(PLACE)?;
    let font = font.map_or_else(String::new, |font| {
        let font = font.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
        format!("<meta name=\"font\" content=\"{font}\">")
    });
    let figures = figures.map_or_else(String::new, |figures| {
        let figures = figures.replace('<', "\\u003c");
        format!("<script type=\"application/json\" id=\"first-figures\">{figures}</script>")
    });
    Some(format!("{before}{font}{figures}{PLACE}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_stand_in_the_page_as_data() {
        let page = "<body><div id=\"app\"></div></body>";
        let figures = r#"{"label":"</script><script>alert(1)</script><!--"}"#;
        assert_eq!(
            with(page, Some("A \"b\" <c>"), Some(figures)).unwrap(),
            "<body><meta name=\"font\" content=\"A &quot;b&quot; &lt;c>\"><script type=\"application/json\" id=\"first-figures\">\
             {\"label\":\"\\u003c/script>\\u003cscript>alert(1)\\u003c/script>\\u003c!--\"}</script>\
             <div id=\"app\"></div></body>"
        );
        assert_eq!(with(page, None, None).unwrap(), page);
        assert_eq!(with("<body></body>", None, Some("{}")), None);
    }

    #[test]
    fn only_the_page_gets_them_and_only_once() {
        let first = First(Mutex::new(Figures::Known("{\"now\":1}".to_owned())));
        let answer = |kind: &str| {
            let body = Cow::Borrowed(b"<div id=\"app\"></div>".as_slice());
            http::Response::builder().header("content-type", kind).body(body).unwrap()
        };
        let put = |kind: &str| {
            let mut answer = answer(kind);
            first.put_into(&mut answer, None);
            String::from_utf8(answer.into_body().into_owned()).unwrap().contains("first-figures")
        };
        assert!(!put("text/javascript"));
        assert!(put("text/html"));
        assert!(!put("text/html"));
    }

    /// The page has the place that they are put at.
    #[test]
    fn the_page_has_their_place() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/index.html");
        assert!(with(&std::fs::read_to_string(page).unwrap(), None, Some("{}")).is_some());
    }
}
