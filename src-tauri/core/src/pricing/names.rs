//! What the price lists call providers.

/// What the price list calls providers that it names otherwise than we do; the first that has a model holds.
const LISTED_AS: &[(&str, &[&str])] = &[
    ("aws.bedrock", &["aws"]),
    ("azure.ai.openai", &["azure", "openai"]),
    ("chatgpt_subscription", &["openai"]),
    ("claude_subscription", &["anthropic"]),
    ("gcp.gemini", &["google"]),
    ("gcp.billing", &["google"]),
    ("gemini_cli", &["google"]),
    ("github_copilot", &["github-copilot"]),
    ("kimi_code", &["moonshotai"]),
    ("mistral_ai", &["mistral"]),
    ("moonshot_ai", &["moonshotai"]),
    ("x_ai", &["x-ai"]),
];

/// Under which names a provider of ours is in the price list.
pub fn listed_as(provider: &str) -> Vec<&str> {
    let found = LISTED_AS.iter().find(|(ours, _)| *ours == provider);
    found.map_or_else(|| vec![provider], |(_, theirs)| theirs.to_vec())
}

/// Whether a name of the lists or of the facts beside them is a provider of ours.
pub(super) fn is_listed_as(provider: &str, listed: &str) -> bool {
    provider == listed || listed_as(provider).contains(&listed)
}
