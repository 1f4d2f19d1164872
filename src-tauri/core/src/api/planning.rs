//! Answers which plan to buy.

use super::{ApiError, App, ErrorCode, PlanComparison, PlansQuery};

impl App {
    /// Which plan to buy.
    pub(super) async fn plans(&self, _query: &PlansQuery) -> Result<PlanComparison, ApiError> {
        // Replaced by the real answer before this is released.
        Err(ApiError {
            code: ErrorCode::Internal,
            message: "Plans cannot be compared yet.".to_owned(),
            retry_at: None,
            field: None,
        })
    }
}
