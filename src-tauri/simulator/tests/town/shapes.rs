//! The answers have the documented fields, no fewer and no more.

use std::collections::BTreeSet;

use spendglass_simulator::Person;

use crate::client::{NOW, Tree, get, good, open, streams};

/// Stream, the `object` of its rows, and the fields of a row.
const ROWS: &[(&str, &str, &str)] = &[
    (
        "openai/costs",
        "organization.costs.result",
        "amount amount.currency amount.value api_key_id line_item object project_id quantity quantity_unit",
    ),
    (
        "openai/usage_completions",
        "organization.usage.completions.result",
        "api_key_id batch input_audio_tokens input_cache_write_tokens input_cached_audio_tokens input_cached_image_tokens input_cached_text_tokens input_cached_tokens input_image_tokens input_text_tokens input_tokens input_uncached_tokens model num_model_requests object output_audio_tokens output_image_tokens output_text_tokens output_tokens project_id service_tier user_id",
    ),
    (
        "openai/usage_embeddings",
        "organization.usage.embeddings.result",
        "api_key_id input_tokens model num_model_requests object project_id user_id",
    ),
    (
        "openai/usage_moderations",
        "organization.usage.moderations.result",
        "api_key_id input_tokens model num_model_requests object project_id user_id",
    ),
    (
        "openai/usage_images",
        "organization.usage.images.result",
        "api_key_id images model num_model_requests object project_id size source user_id",
    ),
    (
        "openai/usage_audio_speeches",
        "organization.usage.audio_speeches.result",
        "api_key_id characters model num_model_requests object project_id user_id",
    ),
    (
        "openai/usage_audio_transcriptions",
        "organization.usage.audio_transcriptions.result",
        "api_key_id model num_model_requests object project_id seconds user_id",
    ),
    (
        "openai/usage_vector_stores",
        "organization.usage.vector_stores.result",
        "object project_id usage_bytes",
    ),
    (
        "openai/usage_code_interpreter_sessions",
        "organization.usage.code_interpreter_sessions.result",
        "num_sessions object project_id",
    ),
    (
        "openai/usage_file_search_calls",
        "organization.usage.file_searches.result",
        "api_key_id num_requests object project_id user_id vector_store_id",
    ),
    (
        "openai/usage_web_search_calls",
        "organization.usage.web_searches.result",
        "api_key_id context_level model num_model_requests num_requests object project_id user_id",
    ),
    (
        "anthropic/cost_report",
        "",
        "amount context_window cost_type currency description inference_geo model service_tier token_type workspace_id",
    ),
    (
        "anthropic/usage_report_messages",
        "",
        "account_id api_key_id cache_creation cache_creation.ephemeral_1h_input_tokens cache_creation.ephemeral_5m_input_tokens cache_read_input_tokens context_window inference_geo model output_tokens server_tool_use server_tool_use.web_search_requests service_account_id service_tier uncached_input_tokens workspace_id",
    ),
    ("anthropic/organization_me", "", "id name type"),
    ("openrouter/credits", "", "total_credits total_usage"),
    (
        "openrouter/key",
        "",
        "allowed_data_regions byok_usage byok_usage_daily byok_usage_monthly byok_usage_weekly creator_user_id expires_at free_model_daily_requests free_model_daily_requests.limit free_model_daily_requests.remaining free_model_daily_requests.used include_byok_in_limit is_free_tier is_management_key is_provisioning_key label limit limit_remaining limit_reset organization_id rate_limit rate_limit.interval rate_limit.note rate_limit.requests usage usage_daily usage_monthly usage_weekly workspace_id",
    ),
    (
        "openrouter/activity",
        "",
        "byok_usage_inference completion_tokens date endpoint_id model model_permaslug prompt_tokens provider_name reasoning_tokens requests usage",
    ),
];

fn fields(tree: &Tree, path: &str, found: &mut BTreeSet<String>) {
    match tree {
        Tree::Object(inner) => {
            for (name, value) in inner {
                let path = format!("{path}{name}");
                fields(value, &format!("{path}."), found);
                found.insert(path);
            }
        }
        Tree::List(items) => items.iter().for_each(|item| fields(item, path, found)),
        _ => {}
    }
}

#[tokio::test]
async fn every_row_has_the_documented_fields() {
    let town = open(Person::Team, 7, NOW, &[]).await;
    for (id, stream) in streams() {
        let name = format!("{id}/{stream}");
        let (_, object, documented) = ROWS.iter().find(|(known, ..)| *known == name).unwrap();
        let documented: BTreeSet<String> = documented.split(' ').map(str::to_owned).collect();
        let reply = get(&town, id, &good(id, stream)).await;
        assert_eq!(reply.headers["content-type"], "application/json");
        let tree = Tree::read(&reply.body);
        let rows: Vec<Tree> = match tree.get("data") {
            Tree::Nothing => vec![tree.clone()],
            Tree::List(items) if stream != "activity" => {
                let mut page: Vec<&str> = vec!["data", "has_more", "next_page"];
                let mut bucket = vec!["results"];
                if id == "openai" {
                    page.push("object");
                    bucket.extend(["object", "start_time", "end_time"]);
                } else {
                    bucket.extend(["starting_at", "ending_at"]);
                }
                let names = |tree: &Tree| match tree {
                    Tree::Object(fields) => fields.keys().cloned().collect::<BTreeSet<String>>(),
                    other => panic!("{other:?}"),
                };
                assert_eq!(names(&tree), page.into_iter().map(str::to_owned).collect(), "{name}");
                assert_eq!(names(&items[0]), bucket.into_iter().map(str::to_owned).collect(), "{name}");
                items.iter().flat_map(|bucket| bucket.get("results").list().to_vec()).collect()
            }
            Tree::List(items) => items.clone(),
            data => vec![data.clone()],
        };
        assert!(!rows.is_empty(), "{name}");
        for row in &rows {
            let mut found = BTreeSet::new();
            fields(row, "", &mut found);
            assert_eq!(found, documented, "{name}");
            assert!(
                object.is_empty() || row.get("object") == &Tree::Text((*object).to_owned()),
                "{name}: {row:?}"
            );
        }
    }
}
