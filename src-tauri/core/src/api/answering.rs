//! Which part of the core answers which request.

use super::app::App;
use super::{
    AccountId, ApiError, CalendarAddress, ChoosePlace, Event, Request, Response, SampleState, ShowMenu,
    importing, providing,
};

/// Answers a request.
pub async fn handle(app: &App, request: Request) -> Result<Response, ApiError> {
    let answered = answer(app, request).await;
    if let Err(error) = &answered {
        app.note_failure(error).await;
    }
    answered
}

#[expect(clippy::too_many_lines, reason = "a line or two for each request")]
async fn answer(app: &App, request: Request) -> Result<Response, ApiError> {
    Ok(match request {
        Request::Overview(query) => Response::Overview(app.overview(&query).await?),
        Request::Spend(query) => Response::Spend(app.spend(&query).await?),
        Request::Usage(query) => Response::Usage(app.usage(&query).await?),
        Request::Picture(query) => Response::Picture(app.picture(&query).await?),
        Request::ClientSummary(query) => Response::ClientSummary(app.client_summary(&query).await?),
        Request::Providers => Response::Providers(providing::provider_rows()),
        Request::RecogniseKey(pasted) => Response::RecogniseKey(app.recognise(&pasted.key).await?),
        Request::Accounts => Response::Accounts(app.accounts().await?),
        Request::AddAccount(account) => Response::AddAccount(app.add_account(account).await?),
        Request::CheckAccount(AccountId { account }) => {
            Response::CheckAccount(app.check_account(account).await?)
        }
        Request::ReplaceKey(replacement) => Response::ReplaceKey(app.replace_key(replacement).await?),
        Request::RemoveAccount(request) => Response::RemoveAccount(app.remove_account(request).await?),
        Request::BeginRemoval(AccountId { account }) => {
            app.begin_removal(account).await?;
            Response::BeginRemoval(AccountId { account })
        }
        Request::HoldRemoval(request) => {
            app.hold_removal(request).await?;
            Response::HoldRemoval(AccountId { account: request.account })
        }
        Request::EndRemoval(AccountId { account }) => {
            app.end_removal(account).await?;
            Response::EndRemoval(AccountId { account })
        }
        Request::Entries(query) => Response::Entries(app.entries(&query).await?),
        Request::Enter(entry) => Response::Enter(app.enter(entry).await?),
        Request::ChangeEntry(change) => Response::ChangeEntry(app.change_entry(change).await?),
        Request::RemoveEntry(id) => Response::RemoveEntry(app.remove_entry(id).await?),
        Request::RestoreEntry(id) => Response::RestoreEntry(app.restore_entry(id).await?),
        Request::Formats => Response::Formats(importing::format_rows()),
        Request::PreviewImport(query) => Response::PreviewImport(app.preview_import(&query).await?),
        Request::Import(query) => Response::Import(app.import(&query).await?),
        Request::Sync(query) => Response::Sync(app.sync(&query).await?),
        Request::CancelSync => {
            app.stop_syncs().await;
            Response::CancelSync
        }
        Request::ChooseFile => Response::ChooseFile(app.choose_file().await?),
        Request::ChoosePlace(ChoosePlace { name }) => Response::ChoosePlace(app.choose_place(&name).await?),
        Request::Limits => Response::Limits(app.limits().await?),
        Request::LimitHistory(query) => Response::LimitHistory(app.limit_history(&query).await?),
        Request::LearnLimit(refusal) => Response::LearnLimit(app.learn_limit(&refusal).await?),
        Request::ChooseTier(choice) => Response::ChooseTier(app.choose_tier(&choice).await?),
        Request::Credits(query) => Response::Credits(app.credits(&query).await?),
        Request::AddLot(lot) => Response::AddLot(app.add_lot(lot).await?),
        Request::EditLot(change) => Response::EditLot(app.edit_lot(change).await?),
        Request::MoveLot(change) => Response::MoveLot(app.move_lot(change).await?),
        Request::RemoveLot(lot) => Response::RemoveLot(app.remove_lot(lot).await?),
        Request::RestoreLot(lot) => Response::RestoreLot(app.restore_lot(lot).await?),
        Request::AnswerOffer(answer) => Response::AnswerOffer(app.answer_offer(&answer).await?),
        Request::Forecast(query) => Response::Forecast(app.forecast(&query).await?),
        Request::Estimate(query) => Response::Estimate(app.estimate(query).await?),
        Request::Savings(query) => Response::Savings(app.savings(&query).await?),
        Request::AnswerSaving(answer) => Response::AnswerSaving(app.answer_saving(&answer).await?),
        Request::Inbox(query) => Response::Inbox(app.inbox(query).await?),
        Request::AnswerAlert(answer) => Response::AnswerAlert(app.answer_alert(&answer).await?),
        Request::AlertSettings => Response::AlertSettings(app.alert_settings().await?),
        Request::ChangeAlertSettings(settings) => {
            Response::ChangeAlertSettings(app.change_alert_settings(settings).await?)
        }
        Request::TestAlert => Response::TestAlert(app.test_alert().await?),
        Request::Webhook => Response::Webhook(app.webhook().await?),
        Request::SetWebhook(request) => Response::SetWebhook(app.set_webhook(request).await?),
        Request::Budgets => Response::Budgets(app.budgets().await?),
        Request::SetBudget(budget) => Response::SetBudget(app.set_budget(budget).await?),
        Request::RemoveBudget(id) => Response::RemoveBudget(app.remove_budget(id).await?),
        Request::RestoreBudget(id) => Response::RestoreBudget(app.restore_budget(id).await?),
        Request::Assignments => Response::Assignments(app.assignments().await?),
        Request::Assign(assign) => Response::Assign(app.assign(assign).await?),
        Request::Watching => Response::Watching(app.watching().await?),
        Request::ExportCalendar(query) => Response::ExportCalendar(app.export_calendar(&query).await?),
        Request::CalendarAddress => Response::CalendarAddress(app.calendar_address().await?),
        Request::SetCalendarAddress(CalendarAddress { on, .. }) => {
            Response::SetCalendarAddress(app.set_calendar_address(on).await?)
        }
        Request::Plans(query) => Response::Plans(app.plans(&query).await?),
        Request::PlanCatalogue(query) => Response::PlanCatalogue(app.plan_catalogue(&query).await?),
        Request::CorrectPlan(form) => Response::CorrectPlan(app.correct_plan(form).await?),
        Request::RemovePlanCorrection(which) => {
            Response::RemovePlanCorrection(app.remove_plan_correction(which).await?)
        }
        Request::RestorePlanCorrection(which) => {
            Response::RestorePlanCorrection(app.restore_plan_correction(which).await?)
        }
        Request::RefreshPlans(form) => Response::RefreshPlans(app.refresh_plans(form).await?),
        Request::Prices(query) => Response::Prices(app.prices(&query).await?),
        Request::CorrectPrice(form) => Response::CorrectPrice(app.correct_price(form).await?),
        Request::RemovePriceCorrection(which) => {
            Response::RemovePriceCorrection(app.remove_price_correction(which).await?)
        }
        Request::RefreshPrices(from) => Response::RefreshPrices(app.refresh_prices(from.url).await?),
        Request::Rates(query) => Response::Rates(app.rates(query).await?),
        Request::RefreshRates(from) => Response::RefreshRates(app.refresh_rates(from.url).await?),
        Request::Export(request) => Response::Export(app.export(&request).await?),
        Request::BackUp(request) => Response::BackUp(app.back_up(&request).await?),
        Request::Restore(request) => Response::Restore(app.restore(&request).await?),
        Request::DeleteEverything(request) => {
            Response::DeleteEverything(app.delete_everything(&request).await?)
        }
        Request::About => Response::About(app.about().await?),
        Request::ShowDataFolder => {
            app.show_data_folder()?;
            Response::ShowDataFolder
        }
        Request::Doctor => Response::Doctor(app.doctor().await?),
        Request::Settings => Response::Settings(app.settings().await?),
        Request::ChangeSettings(settings) => Response::ChangeSettings(app.change_settings(settings).await?),
        Request::EnterSample => {
            app.enter_sample().await?;
            Response::EnterSample(SampleState { sample: true })
        }
        Request::LeaveSample => {
            app.leave_sample().await;
            Response::LeaveSample(SampleState { sample: false })
        }
        Request::ShowMenu(ShowMenu { language }) => {
            app.tell(Event::MenuAsked { language });
            Response::ShowMenu
        }
        Request::Quit => {
            app.tell(Event::QuitAsked);
            Response::Quit
        }
    })
}
