//! The one door: every request of the window and the terminal, every answer, every event.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

mod accounts;
mod alerts;
mod belongings;
mod brought;
mod charted;
mod credits;
mod entries;
mod events;
mod estimates;
mod forecasts;
mod imports;
mod holdings;
mod limits;
mod overview;
mod plan_catalogue;
mod plans;
mod prices;
mod rates;
mod savings;
mod spend;
mod summaries;
mod syncing;
mod troubles;
mod upkeep;
mod watch;

mod about;
mod alert_facts;
mod alert_figures;
mod alerting;
mod answering;
mod app;
mod assigning;
mod backing;
mod budgeting;
mod comparing;
mod burning;
mod crediting;
mod cuts;
mod calendar;
mod calendar_address;
mod cataloguing;
mod deleting;
mod delivering;
mod doctor;
mod entering;
mod estimate_facts;
mod estimating;
mod exporting;
mod failures;
mod figures;
mod files;
mod forecasting;
mod forms;
mod glance;
mod grids;
mod groups;
mod held;
mod importing;
mod intake;
mod keys;
mod limit_histories;
mod limit_rows;
mod limiting;
mod lot_rows;
mod outlook;
mod pictures;
mod planning;
mod power;
mod priced;
mod providing;
mod purses;
mod rises;
mod rating;
mod refreshing;
mod restoring;
mod removing;
mod risks;
mod running;
mod scenes;
mod schedule;
mod states;
mod steps;
mod summing;
mod time_lines;
mod today;
mod told_lots;
mod troubling;
mod turns;
mod watching;
mod webhook;

pub use accounts::{
    Account, AccountId, AccountRemoved, AccountState, AddAccount, Advice, Choice, FieldRow, HoldRemoval,
    KeyCandidate, KeyIntake, KeyKindRow, PastedKey, PlaceOfKey, ProviderRow, RemoveAccount, ReplaceKey,
    StreamKind, StreamRow, StreamState,
};
pub use alerts::{
    AlertAnswer, AlertLevel, AlertRow, AlertRule, AlertSettings, AlertState, AnswerAlert, Assign, Assignment,
    BudgetId, BudgetOf, BudgetRow, DeliveryRow, Inbox, InboxQuery, LowBalance, QuietHours, RuleSetting,
    SetBudget, SetWebhook, TestedAlert, Webhook,
};
pub use answering::handle;
pub use app::App;
pub use backing::restore_unopened;
pub use belongings::{
    BackUp, BackedUp, DeleteEverything, Deleted, Export, Exported, ExportedFile, LeftBehind, Restore,
    Restored,
};
pub use brought::{
    ChoosePlace, ChosenFile, Config, DesktopWays, FileChooser, FolderShower, LoginForgetter, PlaceChooser,
    SampleAccount, SampleSource, SampleTown, default_data_dir, login_entry,
};
pub use charted::{
    ChartTable, Drill, Mark, Picture, PictureFile, PictureFormat, PictureKind, PictureQuery, PictureTheme,
};
pub use credits::{
    AccountUnits, AddLot, AnswerOffer, CreditPool, CreditTotal, Credits, CreditsQuery, DaySpread, DaysLeft,
    EditLot, LotId, LotOffer, LotRow, LotState, MoveLot, OfferAnswer, ReconciliationRow, RuleBy,
};
pub use deleting::delete_unopened;
pub use entries::{
    AllowanceEntry, BalanceEntry, ChangeEntry, CostEntry, Enter, EntriesQuery, Entry, EntryId, EntryRow,
    PurchaseEntry, Resets, SubscriptionEntry,
};
pub use estimates::{
    CostRow, CountedBy, CountedHow, Estimate, EstimateQuery, Fits, ModelEstimate, OutputBy, OutputTeller,
    SentHow, ShareOf, ShareRow, TextKind, TokenRange, UnitPriceRow, UnknownModel,
};
pub use events::{ApiError, ErrorCode, Event};
pub use forecasts::{BackTest, Forecast, ForecastQuery, MonthEnd, Spread};
pub use glance::Glance;
pub use holdings::{BalanceReading, GrantRow, QuotaRow, SubscriptionRow};
pub use imports::{FirstCharge, FormatRow, ImportPart, ImportQuery, ImportReport, LeftOut, WrongLine};
pub use limits::{
    ChooseTier, LearnLimit, LearnedLimit, LearnedLimits, LimitHistory, LimitHistoryQuery, LimitOrigin,
    LimitRow, LimitTeller, Limits, TierChoice, TierRow, UsedIs,
};
pub use overview::{Overview, OverviewQuery, OwnDay, SpendFigure, UsualDay};
pub use plan_catalogue::{
    CataloguePlan, CorrectPlan, CorrectedPlans, OwnPlanCredit, OwnPlanLimit, OwnPlanPrice, PlanCatalogue,
    PlanCatalogueQuery, PlanCorrectionId, PlanCorrectionRow, PlanRefresh, PlanSource, RefreshPlans,
};
pub use plans::{
    AbstainedPlan, BreakEven, BuyerRow, ExcludedUsage, FigureSource, LandedRow, MonthlyCost, OptionPlan,
    PlanAction, PlanComparison, PlanOption, PlansQuery, Recommendation, RefusedUse, ReplayWindow,
    ReplayedMonth, TaxStatus,
};
pub use prices::{
    CorrectPrice, CorrectedPrice, CorrectionRow, PriceChangeRow, PriceGroupRow, PriceRefresh, PriceRow,
    PriceSheet, PriceSource, Prices, PricesQuery, RefreshPrices, RemovePriceCorrection,
};
pub use rates::{LandedPrice, LandedStepRow, RateRow, Rates, RatesQuery, RatesRefresh, RefreshRates, TaxIs};
pub use savings::{
    AnswerSaving, SavingAnswer, SavingCertainty, SavingRange, SavingRow, Savings, SavingsQuery,
};
pub use spend::{
    Amount, Before, BeforeFigures, Bucket, Closer, Grouping, LaneFigure, Measure, Only, Spark, Spend,
    SpendQuery, Usage, UsageQuery, UsageRow,
};
pub use summaries::{ClientRow, ClientSum, ClientSummary, ClientSummaryQuery};
pub use syncing::{AccountReport, StreamReport, SyncQuery, SyncReport};
pub use troubles::{Trouble, TroubleKind};
pub use upkeep::{About, Doctor, Finding, FindingState, Language, SampleState, Settings, ShowMenu, Theme};
pub use watch::{CalendarAddress, CalendarFile, ExportCalendar, NextRefresh, Watching};
pub use watching::Told;

/// Everything that a door can ask.
#[derive(Debug, Deserialize, TS)]
#[serde(tag = "method", content = "params", rename_all = "camelCase")]
pub enum Request {
    /// Today, this month, and every account.
    Overview(OverviewQuery),
    /// Where the money went in a range: rows and pictures.
    Spend(SpendQuery),
    /// Exact sums in a range by one grouping.
    Usage(UsageQuery),
    /// A chart to keep as a file.
    Picture(PictureQuery),
    /// What a client cost, line by line, for an invoice.
    ClientSummary(ClientSummaryQuery),
    /// Every provider, with the kinds of key it hands out and what each sees.
    Providers,
    /// Which provider and kind a pasted key is of. Nothing is kept or sent.
    RecogniseKey(PastedKey),
    /// Every account, with its state.
    Accounts,
    /// Checks a key with its provider, keeps it in the keychain and adds the account.
    AddAccount(AddAccount),
    /// Asks the provider whether the account's key still works.
    CheckAccount(AccountId),
    /// Puts a new key in place of an account's old one, after checking it.
    ReplaceKey(ReplaceKey),
    /// Removes an account, its key and everything read with it.
    RemoveAccount(RemoveAccount),
    /// Hides an account and everything read with it. It is removed for good by [`Request::HoldRemoval`], or a minute after that
    /// was last asked for.
    BeginRemoval(AccountId),
    /// Says whether a removal is still offered to be taken back.
    HoldRemoval(HoldRemoval),
    /// Takes that back while it is not removed for good.
    EndRemoval(AccountId),
    /// What was entered by hand.
    Entries(EntriesQuery),
    /// Enters something by hand.
    Enter(Enter),
    /// Puts other content in the place of an entry's.
    ChangeEntry(ChangeEntry),
    /// Removes an entry, and what it added to the figures.
    RemoveEntry(EntryId),
    /// Puts an entry back as it was before its last change or removal, while the program runs.
    RestoreEntry(EntryId),
    /// The kinds of file that are known by their columns.
    Formats,
    /// Looks into a file that a console exported: what it holds, and what importing it would do. Nothing is kept.
    PreviewImport(ImportQuery),
    /// Imports a file that a console exported: every line of it, or nothing.
    Import(ImportQuery),
    /// Reads what is new from one account or from all.
    Sync(SyncQuery),
    /// Stops the syncs and imports under way; what was booked stays.
    CancelSync,
    /// Lets the person choose a file, at a door that has a dialog for it.
    ChooseFile,
    /// Lets the person choose where to keep a file, at a door that has a dialog for it.
    ChoosePlace(ChoosePlace),
    /// What is left of every free tier, window and configured limit.
    Limits,
    /// How much of each limit was used of late, window by window, where that is known.
    LimitHistory(LimitHistoryQuery),
    /// Keeps the limits that a provider names when it refuses a request.
    LearnLimit(LearnLimit),
    /// Says which free tier an account is on.
    ChooseTier(ChooseTier),
    /// Every lot of credit: what is left, when it lapses, what is at risk.
    Credits(CreditsQuery),
    /// Enters a lot of credit.
    AddLot(AddLot),
    /// Changes a lot of credit.
    EditLot(EditLot),
    /// Gives a lot that was entered to another account.
    MoveLot(MoveLot),
    /// Removes a lot that was entered, or leaves a reported one out of account.
    RemoveLot(LotId),
    /// Puts a lot back as it was before its last change or removal, while the program runs.
    RestoreLot(LotId),
    /// Says what a rise of a balance was.
    AnswerOffer(AnswerOffer),
    /// What the month is likely to come to, and how long balances last.
    Forecast(ForecastQuery),
    /// What a text will cost before it is sent. Nothing of it is kept.
    Estimate(EstimateQuery),
    /// What could be saved, measured on the person's own usage.
    Savings(SavingsQuery),
    /// Keeps what the person says of a saving.
    AnswerSaving(AnswerSaving),
    /// Every alert that was raised, with what became of it.
    Inbox(InboxQuery),
    /// Marks an alert as seen, puts it off, or ends it.
    AnswerAlert(AnswerAlert),
    /// How and when alerts are raised and delivered.
    AlertSettings,
    /// Changes how and when alerts are raised and delivered.
    ChangeAlertSettings(AlertSettings),
    /// Sends a test through every channel that is on.
    TestAlert,
    /// Where alerts are sent beside the desktop.
    Webhook,
    /// Changes where alerts are sent beside the desktop.
    SetWebhook(SetWebhook),
    /// Every budget, and how it stands.
    Budgets,
    /// Makes or changes a budget.
    SetBudget(SetBudget),
    /// Removes a budget.
    RemoveBudget(BudgetId),
    /// Puts a budget back as it was before its last change or removal, while the program runs.
    RestoreBudget(BudgetId),
    /// What is assigned to clients and carries tags.
    Assignments,
    /// Assigns to a client, gives a tag, or takes it back.
    Assign(Assign),
    /// How the loop that refreshes, raises and delivers stands.
    Watching,
    /// Writes the calendar of expiries, resets and renewals into a file.
    ExportCalendar(ExportCalendar),
    /// The address at which calendar programs subscribe.
    CalendarAddress,
    /// Serves that address, or no longer.
    SetCalendarAddress(CalendarAddress),
    /// Which plan to buy, worked out from the person's own usage.
    Plans(PlansQuery),
    /// The plans that are known, each figure with its source.
    PlanCatalogue(PlanCatalogueQuery),
    /// Puts a price, a limit, a credit or a whole plan of the person's own before the catalogue.
    CorrectPlan(CorrectPlan),
    /// Takes such a correction back.
    RemovePlanCorrection(PlanCorrectionId),
    /// Puts a correction back that was taken back, while the program runs.
    RestorePlanCorrection(PlanCorrectionId),
    /// Fetches newer plans, or goes back to those of this version.
    RefreshPlans(RefreshPlans),
    /// Everything that is known of a model's price.
    Prices(PricesQuery),
    /// Puts a price of the person's own before every list; list costs of its days are worked out again.
    CorrectPrice(CorrectPrice),
    /// Takes a price of the person's own back.
    RemovePriceCorrection(RemovePriceCorrection),
    /// Fetches newer prices, now.
    RefreshPrices(RefreshPrices),
    /// Rates of exchange of a day, and what a price comes to where it is paid.
    Rates(RatesQuery),
    /// Fetches newer rates of exchange, now.
    RefreshRates(RefreshRates),
    /// Takes charges or everything away, in a file.
    Export(Export),
    /// Copies the whole store into a file, without keys.
    BackUp(BackUp),
    /// Brings back what was backed up; what is here is kept beside the store.
    Restore(Restore),
    /// Deletes the store with its copies, and every key of it in the keychain.
    DeleteEverything(DeleteEverything),
    /// This program and where it keeps what it knows.
    About,
    /// Shows the data folder in the person's file manager, at a door that can.
    ShowDataFolder,
    /// What works, what does not, and what to do.
    Doctor,
    /// The person's settings.
    Settings,
    /// Changes the settings.
    ChangeSettings(Settings),
    /// Opens sample data in a separate store.
    EnterSample,
    /// Leaves sample data; it is deleted.
    LeaveSample,
    /// Shows the window's menu, or hides it again, where it takes no room until it is asked for.
    ShowMenu(ShowMenu),
    /// Ends the program that shows the window, as its menu does.
    Quit,
}

/// The answer to each request, under the same name.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(tag = "method", content = "result", rename_all = "camelCase")]
pub enum Response {
    /// To [`Request::Overview`].
    Overview(Overview),
    /// To [`Request::Spend`].
    Spend(Spend),
    /// To [`Request::Usage`].
    Usage(Usage),
    /// To [`Request::Picture`].
    Picture(PictureFile),
    /// To [`Request::ClientSummary`].
    ClientSummary(ClientSummary),
    /// To [`Request::Providers`].
    Providers(Vec<ProviderRow>),
    /// To [`Request::RecogniseKey`]: nothing, one, or several where prefixes do not tell them apart.
    RecogniseKey(Vec<KeyCandidate>),
    /// To [`Request::Accounts`].
    Accounts(Vec<Account>),
    /// To [`Request::AddAccount`].
    AddAccount(Account),
    /// To [`Request::CheckAccount`].
    CheckAccount(Account),
    /// To [`Request::ReplaceKey`].
    ReplaceKey(Account),
    /// To [`Request::RemoveAccount`].
    RemoveAccount(AccountRemoved),
    /// To [`Request::BeginRemoval`].
    BeginRemoval(AccountId),
    /// To [`Request::HoldRemoval`].
    HoldRemoval(AccountId),
    /// To [`Request::EndRemoval`].
    EndRemoval(AccountId),
    /// To [`Request::Entries`].
    Entries(Vec<EntryRow>),
    /// To [`Request::Enter`].
    Enter(EntryRow),
    /// To [`Request::ChangeEntry`].
    ChangeEntry(EntryRow),
    /// To [`Request::RemoveEntry`].
    RemoveEntry(EntryId),
    /// To [`Request::RestoreEntry`].
    RestoreEntry(EntryRow),
    /// To [`Request::Formats`].
    Formats(Vec<FormatRow>),
    /// To [`Request::PreviewImport`].
    PreviewImport(ImportReport),
    /// To [`Request::Import`].
    Import(ImportReport),
    /// To [`Request::Sync`].
    Sync(SyncReport),
    /// To [`Request::CancelSync`].
    CancelSync,
    /// To [`Request::ChooseFile`].
    ChooseFile(ChosenFile),
    /// To [`Request::ChoosePlace`].
    ChoosePlace(ChosenFile),
    /// To [`Request::Limits`].
    Limits(Limits),
    /// To [`Request::LimitHistory`].
    LimitHistory(Vec<LimitHistory>),
    /// To [`Request::LearnLimit`].
    LearnLimit(LearnedLimits),
    /// To [`Request::ChooseTier`]: what was said.
    ChooseTier(ChooseTier),
    /// To [`Request::Credits`].
    Credits(Credits),
    /// To [`Request::AddLot`].
    AddLot(LotRow),
    /// To [`Request::EditLot`].
    EditLot(LotRow),
    /// To [`Request::MoveLot`].
    MoveLot(LotRow),
    /// To [`Request::RemoveLot`].
    RemoveLot(LotId),
    /// To [`Request::RestoreLot`].
    RestoreLot(LotRow),
    /// To [`Request::AnswerOffer`].
    AnswerOffer(Credits),
    /// To [`Request::Forecast`].
    Forecast(Forecast),
    /// To [`Request::Estimate`].
    Estimate(Estimate),
    /// To [`Request::Savings`].
    Savings(Savings),
    /// To [`Request::AnswerSaving`]: those of the usual days.
    AnswerSaving(Savings),
    /// To [`Request::Inbox`].
    Inbox(Inbox),
    /// To [`Request::AnswerAlert`].
    AnswerAlert(AlertRow),
    /// To [`Request::AlertSettings`].
    AlertSettings(AlertSettings),
    /// To [`Request::ChangeAlertSettings`].
    ChangeAlertSettings(AlertSettings),
    /// To [`Request::TestAlert`].
    TestAlert(TestedAlert),
    /// To [`Request::Webhook`].
    Webhook(Webhook),
    /// To [`Request::SetWebhook`].
    SetWebhook(Webhook),
    /// To [`Request::Budgets`].
    Budgets(Vec<BudgetRow>),
    /// To [`Request::SetBudget`].
    SetBudget(BudgetRow),
    /// To [`Request::RemoveBudget`].
    RemoveBudget(BudgetId),
    /// To [`Request::RestoreBudget`].
    RestoreBudget(BudgetRow),
    /// To [`Request::Assignments`].
    Assignments(Vec<Assignment>),
    /// To [`Request::Assign`].
    Assign(Vec<Assignment>),
    /// To [`Request::Watching`].
    Watching(Watching),
    /// To [`Request::ExportCalendar`].
    ExportCalendar(CalendarFile),
    /// To [`Request::CalendarAddress`].
    CalendarAddress(CalendarAddress),
    /// To [`Request::SetCalendarAddress`].
    SetCalendarAddress(CalendarAddress),
    /// To [`Request::Plans`].
    Plans(PlanComparison),
    /// To [`Request::PlanCatalogue`].
    PlanCatalogue(PlanCatalogue),
    /// To [`Request::CorrectPlan`].
    CorrectPlan(CorrectedPlans),
    /// To [`Request::RemovePlanCorrection`]: what was taken back.
    RemovePlanCorrection(CorrectedPlans),
    /// To [`Request::RestorePlanCorrection`].
    RestorePlanCorrection(CorrectedPlans),
    /// To [`Request::RefreshPlans`].
    RefreshPlans(PlanRefresh),
    /// To [`Request::Prices`].
    Prices(Prices),
    /// To [`Request::CorrectPrice`].
    CorrectPrice(CorrectedPrice),
    /// To [`Request::RemovePriceCorrection`].
    RemovePriceCorrection(CorrectedPrice),
    /// To [`Request::RefreshPrices`].
    RefreshPrices(PriceRefresh),
    /// To [`Request::Rates`].
    Rates(Rates),
    /// To [`Request::RefreshRates`].
    RefreshRates(RatesRefresh),
    /// To [`Request::Export`].
    Export(ExportedFile),
    /// To [`Request::BackUp`].
    BackUp(BackedUp),
    /// To [`Request::Restore`].
    Restore(Restored),
    /// To [`Request::DeleteEverything`].
    DeleteEverything(Deleted),
    /// To [`Request::About`].
    About(About),
    /// To [`Request::ShowDataFolder`].
    ShowDataFolder,
    /// To [`Request::Doctor`].
    Doctor(Doctor),
    /// To [`Request::Settings`].
    Settings(Settings),
    /// To [`Request::ChangeSettings`].
    ChangeSettings(Settings),
    /// To [`Request::EnterSample`].
    EnterSample(SampleState),
    /// To [`Request::LeaveSample`].
    LeaveSample(SampleState),
    /// To [`Request::ShowMenu`].
    ShowMenu,
    /// To [`Request::Quit`].
    Quit,
}
