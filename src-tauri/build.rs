use std::path::Path;

use tauri_build::{AppManifest, Attributes, CodegenContext};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Otherwise the window would export the symbols of its own SQLite, and WebKitGTK, which is linked to the system's,
    // would call into it.
    #[expect(clippy::disallowed_methods, reason = "Cargo tells build scripts the target in this way alone")]
    let target = std::env::var_os("CARGO_CFG_TARGET_OS");
    if target.is_some_and(|os| os == "linux") {
        println!("cargo:rustc-link-arg-bins=-Wl,--exclude-libs,ALL");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("linux/start.ld");
        println!("cargo:rerun-if-changed={}", script.display());
        #[expect(
            clippy::disallowed_methods,
            reason = "Cargo tells build scripts the profile in this way alone"
        )]
        let profile = std::env::var_os("PROFILE");
        if profile.is_some_and(|profile| profile == "release") {
            println!("cargo:rustc-link-arg-bin=spendglass-app=-T{}", script.display());
        }
    }
    let page = AppManifest::new().commands(&["call", "hear"]);
    // The page is put in here, once: put in where it is used, targets that are compiled at the same time write the same
    // file, and one of them takes what the other has only begun.
    tauri_build::try_build(Attributes::new().app_manifest(page).codegen(CodegenContext::new()))?;
    Ok(())
}
