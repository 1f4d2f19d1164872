use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

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
            if links_with(&script)? {
                println!("cargo:rustc-link-arg-bin=spendglass-app=-T{}", script.display());
            } else {
                println!(
                    "cargo:warning=the linker takes no {}: the window will hold some more memory",
                    script.display()
                );
            }
        }
    }
    let page = AppManifest::new().commands(&["call", "hear"]);
    // The page is put in here, once: put in where it is used, targets that are compiled at the same time write the same
    // file, and one of them takes what the other has only begun.
    tauri_build::try_build(Attributes::new().app_manifest(page).codegen(CodegenContext::new()))?;
    Ok(())
}

/// Whether the linker that was chosen reads a script beside its own, as those of GNU and LLVM do: tried on an empty program.
#[expect(clippy::disallowed_methods, reason = "Cargo tells build scripts how it builds in this way alone")]
fn links_with(script: &Path) -> Result<bool, Box<dyn std::error::Error>> {
    let told = |name: &str| std::env::var(name).unwrap_or_default();
    let folder = PathBuf::from(told("OUT_DIR"));
    let program = folder.join("empty.rs");
    std::fs::write(&program, "fn main() {}\n")?;
    let mut compiler = Command::new(told("RUSTC"));
    compiler.args(["--crate-type", "bin", "--edition", "2024", "--target", &told("TARGET"), "-o"]);
    compiler
        .arg(folder.join("empty"))
        .arg(&program)
        .arg("-C")
        .arg(format!("link-arg=-T{}", script.display()));
    let linker = told("RUSTC_LINKER");
    if !linker.is_empty() {
        compiler.arg("-C").arg(format!("linker={linker}"));
    }
    let flags = told("CARGO_ENCODED_RUSTFLAGS");
    compiler.args(flags.split('\u{1f}').filter(|flag| !flag.is_empty()));
    println!("cargo:rerun-if-env-changed=CARGO_ENCODED_RUSTFLAGS");
    println!("cargo:rerun-if-env-changed=RUSTC_LINKER");
    Ok(compiler.stdout(Stdio::null()).stderr(Stdio::null()).status()?.success())
}
