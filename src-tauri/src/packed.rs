//! The program's settings and its page, as the build script packed them.

#[expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::default_trait_access,
    clippy::manual_string_new,
    clippy::single_match_else,
    reason = "tauri-build writes what is in it"
)]
pub(crate) fn context() -> tauri::Context {
    tauri::tauri_build_context!()
}
