//! The doctor: what works, what does not, what to do.

use spendglass_core::api::{Doctor, Finding, FindingState, Request, Response, default_data_dir};
use spendglass_core::vault::Vault;

use crate::Global;
use crate::door::{Door, Ending, Failure, Out};
use crate::text::clean;

pub(crate) async fn run(global: &Global, out: &Out) -> Result<Ending, Failure> {
    let response = match Door::open(global).await {
        Ok(door) => {
            let answer = door.ask(Request::Doctor).await;
            door.app.close().await;
            answer?
        }
        // A store that does not open is what a doctor is asked about.
        Err(failure) => Response::Doctor(without_store(global, failure).await),
    };
    let Response::Doctor(doctor) = &response else { return Err(Failure::mismatch()) };
    out.answer(&response, || words(doctor))?;
    Ok(ending(doctor))
}

/// What can be said where the store does not open.
async fn without_store(global: &Global, failure: Failure) -> Doctor {
    let vault = Vault::system();
    let finding = |subject: &str, state, message: String, remedy: Option<&str>| Finding {
        subject: subject.to_owned(),
        state,
        message,
        remedy: remedy.map(str::to_owned),
    };
    let keychain = match vault.probe().await {
        Ok(()) => finding(
            "keychain",
            FindingState::Works,
            format!("The {} takes and gives back a key.", vault.name()),
            None,
        ),
        Err(error) => finding("keychain", FindingState::Fails, error.to_string(), None),
    };
    // Of one that is damaged the words say what to do.
    let says_what = failure.words.contains("spendglass restore");
    let remedy = (!says_what).then_some("Name another data folder with --data-dir DIR.");
    let store = finding("store", FindingState::Fails, failure.words, remedy);
    let data_dir = global.data_dir.clone().or_else(default_data_dir).unwrap_or_default();
    Doctor {
        findings: vec![keychain, store],
        version: env!("CARGO_PKG_VERSION").to_owned(),
        data_dir: data_dir.display().to_string(),
    }
}

/// The store and the keychain have codes of their own; everything else that fails is "partly".
fn ending(doctor: &Doctor) -> Ending {
    let fails = doctor.findings.iter().filter(|finding| finding.state == FindingState::Fails);
    let of = |finding: &Finding| match finding.subject.as_str() {
        "store" => Ending::Store,
        "keychain" => Ending::Keychain,
        _ => Ending::Partly,
    };
    fails.map(of).max().unwrap_or(Ending::Done)
}

fn words(doctor: &Doctor) -> String {
    let mut text = format!("Spendglass {}, data in {}\n\n", doctor.version, clean(&doctor.data_dir));
    for finding in &doctor.findings {
        let state = match finding.state {
            FindingState::Works => "works  ",
            FindingState::Warning => "mind   ",
            FindingState::Fails => "FAILS  ",
        };
        put!(text, "{state}  {}: {}\n", clean(&finding.subject), clean(&finding.message));
        if let Some(remedy) = &finding.remedy {
            put!(text, "         do: {}\n", clean(remedy));
        }
    }
    let fails = doctor.findings.iter().filter(|finding| finding.state == FindingState::Fails).count();
    text.push_str(if fails == 0 {
        "\nNothing fails.\n"
    } else {
        "\nSomething fails; see above for what to do.\n"
    });
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doctor(findings: &[(&str, FindingState)]) -> Doctor {
        let finding = |(subject, state): &(&str, FindingState)| Finding {
            subject: (*subject).to_owned(),
            state: *state,
            message: "As seen.".to_owned(),
            remedy: Some("Unlock it.".to_owned()),
        };
        Doctor {
            findings: findings.iter().map(finding).collect(),
            version: "0.1.0".to_owned(),
            data_dir: "/data".to_owned(),
        }
    }

    #[test]
    fn the_worst_failure_is_the_exit_code_and_a_warning_is_none() {
        use FindingState::{Fails, Warning, Works};
        for (findings, code) in [
            (vec![("store", Works), ("keychain", Warning)], 0),
            (vec![("OpenAI", Fails), ("clock", Works)], 1),
            (vec![("keychain", Fails), ("network", Fails)], 4),
            (vec![("keychain", Fails), ("store", Fails)], 5),
        ] {
            assert_eq!(ending(&doctor(&findings)) as u8, code, "{findings:?}");
        }
    }

    #[test]
    fn every_finding_says_what_to_do() {
        let text = words(&doctor(&[("keychain", FindingState::Fails)]));
        assert!(text.contains("FAILS    keychain: As seen.\n         do: Unlock it.\n"), "{text}");
    }
}
