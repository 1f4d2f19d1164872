//! An empty window of Tauri, built and configured like the real one: what the start of that one is held against by
//! `make bench`. Its page is one colour, that of the chosen place in the real window's navigation.

use tauri::http::Response;
use tauri::{Manager as _, WebviewUrl, WebviewWindowBuilder};

#[path = "../src/packed.rs"]
mod packed;

const PAGE: &str = "<!doctype html><title>Empty</title><body bgcolor=\"#ECEBFB\">";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    #[cfg(target_os = "linux")]
    glib::setenv("WEBKIT_DISABLE_DMABUF_RENDERER", "1", false)?;
    tauri::Builder::default()
        .register_uri_scheme_protocol("empty", |_, _| {
            let mut answer = Response::new(PAGE.as_bytes().to_vec());
            answer.headers_mut().insert("content-type", tauri::http::HeaderValue::from_static("text/html"));
            answer
        })
        .setup(|app| {
            let mut config = app.config().app.windows[0].clone();
            config.url = WebviewUrl::CustomProtocol("empty://localhost/".parse()?);
            WebviewWindowBuilder::from_config(app.app_handle(), &config)?.build()?;
            Ok(())
        })
        .run(packed::context())?;
    Ok(())
}
