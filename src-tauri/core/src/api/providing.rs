//! Providers and kinds of key, in the words of a screen.

use super::{Choice, FieldRow, KeyIntake, KeyKindRow, ProviderRow, StreamKind};
use crate::ledger::name_of;
use crate::providers::{self, Field, Intake, KeyKind, Provider, Sees};

impl KeyKindRow {
    /// What is shown of a kind that a newer version added.
    pub(super) fn of_a_newer_version(kind: String) -> KeyKindRow {
        KeyKindRow { id: kind.clone(), ..row(&KeyKind { name: "", ..KeyKind::PLAIN }, kind) }
    }

    /// What is shown of an account without a key.
    pub(super) fn of_no_key() -> KeyKindRow {
        let kind = KeyKind { id: super::intake::NO_KEY, ..KeyKind::PLAIN };
        row(&kind, "No key: files and entries".to_owned())
    }
}

fn row(kind: &KeyKind, name: String) -> KeyKindRow {
    let (intake, fields, terms) = match kind.intake {
        Intake::Text => (KeyIntake::Text, &[][..], ""),
        Intake::Fields(fields) => (KeyIntake::Fields, fields, ""),
        Intake::File(_) => (KeyIntake::File, &[][..], ""),
        Intake::Login(login) => (KeyIntake::Login, &[][..], login.terms),
    };
    KeyKindRow {
        id: kind.id.to_owned(),
        name,
        prefixes: kind
            .prefixes
            .iter()
            .filter(|prefix| !prefix.is_empty())
            .map(|&prefix| prefix.to_owned())
            .collect(),
        sees: kind.sees.iter().map(|sees| name_of(*sees, Sees::NAMED).to_owned()).collect(),
        made_at: kind.made_at.to_owned(),
        note: kind.note.to_owned(),
        intake,
        fields: fields.iter().map(field_row).collect(),
        details: kind.details.iter().map(field_row).collect(),
        cost: kind.cost.to_owned(),
        terms: terms.to_owned(),
    }
}

fn field_row(field: &Field) -> FieldRow {
    FieldRow {
        name: field.name.to_owned(),
        label: field.label.to_owned(),
        hint: field.hint.to_owned(),
        optional: field.optional,
        choices: Vec::new(),
    }
}

pub(super) fn kind_row(provider: &Provider, kind: &KeyKind) -> KeyKindRow {
    let mut shown = row(kind, kind.name.to_owned());
    if provider.regions.len() > 1 {
        let choices = provider
            .regions
            .iter()
            .map(|region| Choice { value: region.id.to_owned(), name: region.name.to_owned() });
        shown.details.insert(
            0,
            FieldRow {
                name: super::intake::REGION.to_owned(),
                label: "Region".to_owned(),
                hint: "A key is good for the region it was made in, and for no other.".to_owned(),
                optional: false,
                choices: choices.collect(),
            },
        );
    }
    shown
}

pub(super) fn provider_rows() -> Vec<ProviderRow> {
    let stream = |stream: &providers::Stream| StreamKind {
        name: stream.name.to_owned(),
        sees: name_of(stream.sees, Sees::NAMED).to_owned(),
    };
    let row = |provider: &&Provider| ProviderRow {
        id: provider.id.to_owned(),
        name: provider.name.to_owned(),
        base_url: provider.base_url.to_owned(),
        keys: provider.keys.iter().map(|kind| kind_row(provider, kind)).collect(),
        latency: provider.latency.to_owned(),
        lacks: provider.lacks.to_owned(),
        streams: provider.streams.iter().map(stream).collect(),
    };
    providers::ALL.iter().map(row).collect()
}
