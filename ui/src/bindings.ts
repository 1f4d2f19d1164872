// Written by `cargo test` (tests/it/bindings.rs) from the core's api. Do not edit.

/**
 * This program and where it keeps what it knows.
 */
export type About = { 
/**
 * The version.
 */
version: string, 
/**
 * The licence, by its name.
 */
licence: string, 
/**
 * The folder of the store.
 */
dataDir: string, 
/**
 * How many bytes the folder takes, copies included.
 */
bytes: number, 
/**
 * How many charges are kept.
 */
charges: number, 
/**
 * The keychain, by its name.
 */
keychain: string, 
/**
 * Whether the folder can be shown from here.
 */
showsFolder: boolean, };

/**
 * A plan that could not be reckoned with.
 */
export type AbstainedPlan = { 
/**
 * Its id.
 */
id: string, 
/**
 * Its name.
 */
name: string, 
/**
 * Why, and what would help, in words.
 */
why: string, };

/**
 * An account with everything a person wants to know of it.
 */
export type Account = { 
/**
 * Number.
 */
id: number, 
/**
 * The provider's id.
 */
provider: string, 
/**
 * The provider's name.
 */
providerName: string, 
/**
 * The person's name for it, or the provider's.
 */
label: string, 
/**
 * The address, where it is not the provider's own.
 */
baseUrl: string | null, 
/**
 * The kind of its key.
 */
keyKind: KeyKindRow, 
/**
 * The last four characters of the key.
 */
keyHint: string | null, 
/**
 * The environment variable that holds the key, where the keychain does not.
 */
keyEnv: string | null, 
/**
 * Where the key is.
 */
keyPlace: PlaceOfKey, 
/**
 * What is told beside the key.
 */
details: { [key in string]: string }, 
/**
 * The state, for colour and icon.
 */
state: AccountState, 
/**
 * The state in words.
 */
message: string, 
/**
 * What is read and what is not, in words, where some streams are read and others fail.
 */
partly: string | null, 
/**
 * What to do about it, if anything.
 */
advice: Advice | null, 
/**
 * When every stream that could be read was last read well, RFC 3339.
 */
syncedAt: string | null, 
/**
 * When it is worth trying again, RFC 3339.
 */
retryAt: string | null, 
/**
 * Each stream.
 */
streams: Array<StreamRow>, 
/**
 * The latest balances.
 */
balances: Array<BalanceReading>, 
/**
 * The latest allowances and counts.
 */
quotas: Array<QuotaRow>, 
/**
 * Lots of credit, those that lapse first before the others.
 */
grants: Array<GrantRow>, 
/**
 * Plans that are paid for by the month or year.
 */
subscriptions: Array<SubscriptionRow>, };

/**
 * An account by its number.
 */
export type AccountId = { 
/**
 * The number.
 */
account: number, };

/**
 * An account that was removed.
 */
export type AccountRemoved = { 
/**
 * Its number.
 */
account: number, 
/**
 * Its key, where that is still in the keychain.
 */
left: LeftBehind | null, };

/**
 * What came of one account.
 */
export type AccountReport = { 
/**
 * The account's number.
 */
account: number, 
/**
 * Its provider.
 */
provider: string, 
/**
 * Its name.
 */
label: string, 
/**
 * Each stream that the key sees.
 */
streams: Array<StreamReport>, };

/**
 * The state of an account: the worst of its streams, or of its key.
 */
export type AccountState = "new" | "syncing" | "fresh" | "stale" | "byHand" | "keyRejected" | "forbidden" | "keyMissing" | "keychain" | "keychainAbsent" | "rateLimited" | "unreachable" | "providerChanged" | "failed";

/**
 * What lots of an account are spent in.
 */
export type AccountUnits = { 
/**
 * The account's number; nothing for an account without a key that is not there yet.
 */
account: number | null, 
/**
 * The provider's id.
 */
provider: string, 
/**
 * The currencies and units, the first is the usual one.
 */
units: Array<string>, };

/**
 * A new account. Exactly one of `key`, `fields`, `key_env`, `accept_login` and `without_key` is given.
 */
export type AddAccount = { 
/**
 * The provider's id.
 */
provider: string, 
/**
 * A name of the person's own.
 */
label?: string, 
/**
 * Another address than the provider's own; https, or http on loopback.
 */
baseUrl?: string, 
/**
 * The key, to be kept in the keychain.
 */
key?: string, 
/**
 * The environment variable that holds the key, for servers. The name is kept, never the key.
 */
keyEnv?: string, 
/**
 * The kind of key, where the key itself does not tell.
 */
kind?: string, 
/**
 * The parts of a key that is made of several, by their names, in place of `key`.
 */
fields?: { [key in string]: string }, 
/**
 * What the kind asks for beside the key, by name; `region` among them.
 */
details?: { [key in string]: string }, 
/**
 * The person agrees to what reading with this kind of key costs.
 */
acceptCost?: boolean, 
/**
 * The person agrees that the login of the vendor's own tool is read, in place of a key.
 */
acceptLogin?: boolean, 
/**
 * No key at all: figures come from files and by hand.
 */
withoutKey?: boolean, };

/**
 * A lot that a person enters.
 */
export type AddLot = { 
/**
 * The account's number.
 */
account: number, 
/**
 * How much, such as `50`.
 */
amount: string, 
/**
 * A currency such as `USD`, or a unit such as `credits`.
 */
currency: string, 
/**
 * The day it was had.
 */
acquired: string, 
/**
 * `purchased`, `granted` or `allowance`; purchased without it.
 */
kind?: string, 
/**
 * The rule it lapses by, such as `on:2026-12-01` or `after-purchase:365d`; the provider's own without it.
 */
rule?: string, 
/**
 * Words of the person's own.
 */
note?: string, };

/**
 * What a person can do, for the button beside the words.
 */
export type Advice = "sync" | "replaceKey" | "openKeychain" | "wait" | "update";

/**
 * What a person does with an alert.
 */
export type AlertAnswer = { "do": "seen" } | { "do": "snooze", 
/**
 * After so many hours, 1 to 720.
 */
hours: number, } | { "do": "used" } | { "do": "unused" };

/**
 * How much an alert presses.
 */
export type AlertLevel = "info" | "warning" | "urgent";

/**
 * An alert.
 */
export type AlertRow = { 
/**
 * Number.
 */
id: number, 
/**
 * The rule that raised it.
 */
rule: AlertRule, 
/**
 * What it is of: a lot, an account, a budget, an allowance. Stable.
 */
subject: string, 
/**
 * Which step of the rule, such as `14d` or `80%`.
 */
step: string, 
/**
 * How much it presses.
 */
level: AlertLevel, 
/**
 * One line.
 */
title: string, 
/**
 * A sentence or two.
 */
body: string, 
/**
 * The account it is of, where it is of one.
 */
account: number | null, 
/**
 * When it was raised, RFC 3339.
 */
raisedAt: string, 
/**
 * When it is to be delivered, RFC 3339: later than it was raised in quiet hours or when it is snoozed.
 */
dueAt: string, 
/**
 * What became of it.
 */
state: AlertState, 
/**
 * What each channel did with it.
 */
deliveries: Array<DeliveryRow>, };

/**
 * The rules.
 */
export type AlertRule = "expiry" | "lowBalance" | "budget" | "budgetForecast" | "allowance" | "allowanceReset" | "spike" | "renewal" | "keyFailing" | "priceChange";

/**
 * How and when alerts are raised and delivered.
 */
export type AlertSettings = { 
/**
 * Every rule.
 */
rules: Array<RuleSetting>, 
/**
 * A balance is low when it lasts fewer days than this.
 */
lowBalanceDays: number, 
/**
 * Balances that are low at an amount of their own.
 */
lowBalances: Array<LowBalance>, 
/**
 * When nothing is delivered, in the person's zone; nothing for no such hours.
 */
quiet: QuietHours | null, 
/**
 * Whether the desktop shows alerts.
 */
desktop: boolean, };

/**
 * What became of an alert.
 */
export type AlertState = "quiet" | "due" | "sent" | "snoozed" | "seen" | "over";

/**
 * How much may be used in a span of time.
 */
export type AllowanceEntry = { 
/**
 * What it is called, such as `Requests a day`.
 */
name: string, 
/**
 * How much there is.
 */
limit: string, 
/**
 * `requests`, `tokens`, a currency or another unit.
 */
unit: string, 
/**
 * `minute`, `5 hours`, `day`, `week`, `month`, `year`, `lifetime` and the like.
 */
window: string, 
/**
 * When it is whole again. Needed for a day and a month; otherwise it is rolling, and never for a lifetime.
 */
resets?: Resets, 
/**
 * The IANA zone of the midnight; UTC without it.
 */
zone?: string, 
/**
 * The model it is for; without it, all.
 */
model?: string, 
/**
 * The project it is for, by the provider's id; without it, the whole account.
 */
project?: string, 
/**
 * The provider's words from which it was learned, where it refused a request.
 */
learnedFrom?: string, };

/**
 * Money or a virtual unit. The amount is a decimal text, so that no digit is lost on the way.
 */
export type Amount = { 
/**
 * Decimal text.
 */
amount: string, 
/**
 * ISO 4217 code, or a provider's unit in lower case.
 */
currency: string, };

/**
 * What a person does with an alert.
 */
export type AnswerAlert = { 
/**
 * Its number.
 */
id: number, 
/**
 * What.
 */
answer: AlertAnswer, };

/**
 * What a rise of a balance was.
 */
export type AnswerOffer = { 
/**
 * The id of the offer.
 */
id: string, 
/**
 * `purchased` or `granted`: a lot is made of it. `none`: it was neither, and is not offered again.
 */
was: OfferAnswer, };

/**
 * What a person says of a saving. It is kept.
 */
export type AnswerSaving = { 
/**
 * The saving's id.
 */
id: string, 
/**
 * What they say.
 */
answer: SavingAnswer, };

/**
 * Why a request was not answered.
 */
export type ApiError = { 
/**
 * What kind of failure it is.
 */
code: ErrorCode, 
/**
 * What is wrong, where, and what to do, in plain words.
 */
message: string, 
/**
 * When it is worth trying again, RFC 3339, where that is known.
 */
retryAt: string | null, 
/**
 * The field of the request that is wrong, where it is one.
 */
field?: string, };

/**
 * An assignment to make or take back.
 */
export type Assign = { 
/**
 * What.
 */
assignment: Assignment, 
/**
 * True makes it, false takes it back.
 */
on: boolean, };

/**
 * What is assigned to a client or carries a tag.
 */
export type Assignment = { 
/**
 * `client` or `tag`.
 */
kind: string, 
/**
 * The name of the client or tag.
 */
name: string, 
/**
 * The account.
 */
account: number, 
/**
 * One project of it, by the provider's id or its name.
 */
project?: string, 
/**
 * One key of it, by the provider's id or its name.
 */
key?: string, };

/**
 * How well the forecast would have done on the person's own history.
 */
export type BackTest = { 
/**
 * How many times a month end was forecast, from several days of each month.
 */
forecasts: number, 
/**
 * Over how many months that are over.
 */
months: number, 
/**
 * How many of them lay within their range.
 */
inside: number, 
/**
 * The median of how far off the middle figure was, in per cent of what came.
 */
errorPercent: string, 
/**
 * The same of the plain run rate: so far, by days gone, times days.
 */
runRateErrorPercent: string, };

/**
 * Where to keep a copy of the store.
 */
export type BackUp = { 
/**
 * The file, replaced as a whole.
 */
path: string, };

/**
 * A copy of the store, opened again and found whole.
 */
export type BackedUp = { 
/**
 * The file.
 */
path: string, 
/**
 * Its length.
 */
bytes: number, 
/**
 * How many accounts are in it, none of them with its key.
 */
accounts: number, 
/**
 * How many charges are in it.
 */
charges: number, };

/**
 * What was left of prepaid money on a day.
 */
export type BalanceEntry = { 
/**
 * How much.
 */
amount: string, 
/**
 * A currency such as `USD`, or a unit in small letters such as `credits`.
 */
currency: string, 
/**
 * The day it was looked at.
 */
asOf: string, };

/**
 * What is left of prepaid money.
 */
export type BalanceReading = { 
/**
 * What it is made of: `credits`, `purchased`, `granted`.
 */
kind: string, 
/**
 * What is left.
 */
left: Amount, 
/**
 * Everything ever acquired.
 */
acquired: Amount | null, 
/**
 * Everything ever used.
 */
used: Amount | null, 
/**
 * When it was looked at, RFC 3339; a date where it was entered by hand.
 */
asOf: string, 
/**
 * The entry by hand that it is, by which it can be changed; `null` for what the provider reports.
 */
entry: number | null, };

/**
 * The period of the same length just before the range, as far as that is over.
 */
export type Before = { 
/**
 * First date.
 */
from: string, 
/**
 * End date, exclusive.
 */
to: string, 
/**
 * What there was in the period before and is not in this one, the dearest first.
 */
gone: Array<UsageRow>, };

/**
 * What a group was in the period before. A figure that was not wholly known is absent, with the reason; nothing is 0 but what is
 * known to be.
 */
export type BeforeFigures = { 
/**
 * What providers billed, by currency; `null` where that is not wholly known.
 */
billed: Array<Amount> | null, 
/**
 * Why `billed` is not told.
 */
billedUnknown: string | null, 
/**
 * The usage at list price, by currency: an estimate; `null` where the usage is not wholly known.
 */
listed: Array<Amount> | null, 
/**
 * Input tokens.
 */
inputTokens: number | null, 
/**
 * Output tokens.
 */
outputTokens: number | null, 
/**
 * Requests.
 */
requests: number | null, 
/**
 * Why `listed` and the counts are not told.
 */
usageUnknown: string | null, };

/**
 * A point from which an option is cheaper.
 */
export type BreakEven = { 
/**
 * In which unit: `requests`, `tokens`, a currency.
 */
unit: string, 
/**
 * How much a month.
 */
amount: string, 
/**
 * The option it is compared with.
 */
than: string, 
/**
 * Whether it is cheaper above, or below.
 */
above: boolean, 
/**
 * In words, such as `cheaper than paying as you go above 640 requests a month`.
 */
words: string, };

/**
 * The steps of time of a chart.
 */
export type Bucket = "hour" | "day" | "month";

/**
 * A budget by its number.
 */
export type BudgetId = { 
/**
 * The number.
 */
id: number, };

/**
 * What a budget is of.
 */
export type BudgetOf = { "kind": "all" } | { "kind": "provider", 
/**
 * The id.
 */
provider: string, } | { "kind": "account", 
/**
 * Its number.
 */
account: number, } | { "kind": "project", 
/**
 * The id or name.
 */
project: string, } | { "kind": "key", 
/**
 * The id or name.
 */
key: string, } | { "kind": "client", 
/**
 * The name.
 */
client: string, } | { "kind": "tag", 
/**
 * The name.
 */
tag: string, };

/**
 * A budget, and how it stands.
 */
export type BudgetRow = { 
/**
 * Number.
 */
id: number, 
/**
 * What it is of.
 */
of: BudgetOf, 
/**
 * What that is called.
 */
label: string, 
/**
 * `day`, `week`, `month`.
 */
span: string, 
/**
 * The first date of the present span.
 */
from: string, 
/**
 * Its end date, exclusive.
 */
to: string, 
/**
 * How much.
 */
amount: string, 
/**
 * Its currency.
 */
currency: string, 
/**
 * What is spent of it; nothing where that is not known, and a note says why.
 */
spent: string | null, 
/**
 * The lane of that.
 */
lane: string, 
/**
 * Up to when, RFC 3339.
 */
asOf: string | null, 
/**
 * How much of it is used, in whole per cent, rounded down; nothing where that is not known.
 */
percent: number | null, 
/**
 * How much of the span has gone by, in whole per cent: where an even pace would be.
 */
pacePercent: number, 
/**
 * What the span is likely to come to.
 */
forecast: Spread | null, 
/**
 * Why nothing is said of that, in words.
 */
forecastUnknown: string | null, 
/**
 * What is not counted, in words: spending in other currencies.
 */
notes: Array<string>, };

/**
 * By whom and where it is bought.
 */
export type BuyerRow = { 
/**
 * The country, where it is said.
 */
country: string | null, 
/**
 * How they stand to taxes.
 */
tax: TaxStatus, 
/**
 * What the bank puts on a charge in another currency, in per cent.
 */
cardMarkup: string, 
/**
 * The currency of every figure below.
 */
currency: string, 
/**
 * Whether a verified student.
 */
student: boolean, 
/**
 * For how many people.
 */
seats: number, 
/**
 * Whether a year may be paid for at once.
 */
yearly: boolean, };

/**
 * The address on this machine at which calendar programs subscribe.
 */
export type CalendarAddress = { 
/**
 * Whether it is served while Spendglass runs.
 */
on: boolean, 
/**
 * The address; nothing where it is not served. What is sent in is not looked at.
 */
url: string | null, 
/**
 * Why nobody answers there although it is on, in words. What is sent in is not looked at.
 */
problem: string | null, };

/**
 * The calendar that was written.
 */
export type CalendarFile = { 
/**
 * The file.
 */
path: string, 
/**
 * How many events are in it.
 */
events: number, 
/**
 * How many of them are withdrawn.
 */
cancelled: number, };

/**
 * A plan.
 */
export type CataloguePlan = { 
/**
 * Its id.
 */
id: string, 
/**
 * The provider's id.
 */
provider: string, 
/**
 * The product.
 */
product: string, 
/**
 * The plan's name within the product.
 */
name: string, 
/**
 * `individual`, `student`, `team` or `enterprise`.
 */
audience: string, 
/**
 * `current`, `sold_out`, `announced` or `retired`.
 */
status: string, 
/**
 * Its first price in words, such as `20 USD a month`; `None` where nobody tells it.
 */
price: string | null, 
/**
 * Every figure in words, with its source.
 */
figures: Array<FigureSource>, 
/**
 * What else is to be known.
 */
notes: Array<string>, 
/**
 * How sure its least sure figure is: `high`, `medium` or `low`.
 */
confidence: string, 
/**
 * Whether a figure of it is older than such figures keep.
 */
stale: boolean, 
/**
 * Whether something of it is the person's own word.
 */
own: boolean, 
/**
 * Whether its figures only show a shape, and are no offer.
 */
illustration: boolean, };

/**
 * Other content for an entry.
 */
export type ChangeEntry = { 
/**
 * The entry's number.
 */
id: number, 
/**
 * What it is to be, whole.
 */
entry: Entry, };

/**
 * The table of a chart.
 */
export type ChartTable = { 
/**
 * Heads.
 */
columns: Array<string>, 
/**
 * Cells.
 */
rows: Array<Array<string>>, };

/**
 * A value to choose.
 */
export type Choice = { 
/**
 * The value.
 */
value: string, 
/**
 * Its name.
 */
name: string, };

/**
 * Where to keep a file.
 */
export type ChoosePlace = { 
/**
 * The name that is proposed for it, such as `spend.csv`.
 */
name: string, };

/**
 * Which free tier an account is on.
 */
export type ChooseTier = { 
/**
 * The account's number.
 */
account: number, 
/**
 * The id of the tier, or `none`; nothing takes back what was said.
 */
tier?: string, };

/**
 * A file that was chosen.
 */
export type ChosenFile = { 
/**
 * Its path; `None` where none was chosen.
 */
path: string | null, };

/**
 * A line of a summary.
 */
export type ClientRow = { 
/**
 * UTC date.
 */
date: string, 
/**
 * The account's number.
 */
account: number, 
/**
 * What the account is called.
 */
label: string, 
/**
 * The provider's id.
 */
provider: string, 
/**
 * The project, by its name where that is known; `null` where nobody says.
 */
project: string | null, 
/**
 * The key, by its name where that is known; `null` where nobody says.
 */
key: string | null, 
/**
 * The model; `null` where the bill does not say.
 */
model: string | null, 
/**
 * The provider's own words for the line.
 */
item: string | null, 
/**
 * Who says so: `billed`, `entered`, `estimated` or `logged`.
 */
lane: string, 
/**
 * How much.
 */
billed: Amount, };

/**
 * What a project came to by one model, over all days.
 */
export type ClientSum = { 
/**
 * The account's number.
 */
account: number, 
/**
 * What the account is called.
 */
label: string, 
/**
 * The provider's id.
 */
provider: string, 
/**
 * The project, by its name where that is known; `null` where nobody says.
 */
project: string | null, 
/**
 * The model; `null` where the bill does not say.
 */
model: string | null, 
/**
 * The provider's own words, where the bill does not name the model.
 */
item: string | null, 
/**
 * Who says so: `billed`, `entered`, `estimated` or `logged`.
 */
lane: string, 
/**
 * How much.
 */
billed: Amount, };

/**
 * What a client cost, line by line. Money that is estimated or logged is told by its lane and is in no sum of what is billed.
 */
export type ClientSummary = { 
/**
 * The client.
 */
client: string, 
/**
 * First date.
 */
from: string, 
/**
 * End date, exclusive.
 */
to: string, 
/**
 * Whose days these are: `UTC`.
 */
days: string, 
/**
 * What each project came to by model, lane and currency, the most first.
 */
sums: Array<ClientSum>, 
/**
 * A line a day, project, key, model, lane and currency, in order of days.
 */
rows: Array<ClientRow>, 
/**
 * The sums, each of one lane, by currency; never added up.
 */
totals: Array<LaneFigure>, 
/**
 * The oldest time up to which every account in it was read, RFC 3339.
 */
asOf: string | null, 
/**
 * What is missing or to be minded, in words.
 */
notes: Array<string>, 
/**
 * The lines as CSV (RFC 4180), each with the time up to which was read; notes follow as lines of the lane `note` without an
 * amount. Empty where it was written into a file.
 */
csv: string, 
/**
 * Where it was written.
 */
path: string | null, };

/**
 * Whose summary, over which days.
 */
export type ClientSummaryQuery = { 
/**
 * The client, as it is assigned.
 */
client: string, 
/**
 * First UTC date; without it the first day of the present UTC month.
 */
from?: string, 
/**
 * End date, exclusive; without it the day after the present UTC day.
 */
to?: string, 
/**
 * The CSV file to write, whole or not at all; without it the text is in the answer.
 */
path?: string, };

/**
 * The pictures of which one stands beside the steps of time.
 */
export type Closer = "ranked" | "share" | "heat" | "year" | "sessions";

/**
 * What to put before the catalogue: one of price, limit, credit and file.
 */
export type CorrectPlan = { 
/**
 * The plan's id; a file has its own.
 */
plan?: string, 
/**
 * What it costs: the price on the invoice.
 */
price?: OwnPlanPrice, 
/**
 * A limit of it.
 */
limit?: OwnPlanLimit, 
/**
 * A credit that comes with it.
 */
credit?: OwnPlanCredit, 
/**
 * Whole plans: a plan, or a file of plans, in the published schema.
 */
file?: string, 
/**
 * Why.
 */
note?: string, };

/**
 * A price to put before every list.
 */
export type CorrectPrice = { 
/**
 * The provider's id; it may be left out where one alone has the model.
 */
provider?: string, 
/**
 * The model.
 */
model: string, 
/**
 * Of what, such as `input`.
 */
meter: string, 
/**
 * Decimal text.
 */
price: string, 
/**
 * ISO 4217 code; USD without it.
 */
currency?: string, 
/**
 * For how many units; as prices of this meter are usually told without it (tokens by the million).
 */
per?: number, 
/**
 * Its first UTC day.
 */
from: string, 
/**
 * The service tier; the standard one without it.
 */
tier?: string, 
/**
 * Why.
 */
note?: string, };

/**
 * Corrections that were put or taken back.
 */
export type CorrectedPlans = { 
/**
 * The corrections.
 */
corrections: Array<PlanCorrectionRow>, };

/**
 * A price of the person's own that was put or taken back.
 */
export type CorrectedPrice = { 
/**
 * The price.
 */
correction: CorrectionRow, 
/**
 * Lines of usage that have another list cost now.
 */
repriced: number, };

/**
 * A price of the person's own.
 */
export type CorrectionRow = { 
/**
 * The provider's id.
 */
provider: string, 
/**
 * The model.
 */
model: string, 
/**
 * The service tier; `None` is the standard one.
 */
tier: string | null, 
/**
 * The price.
 */
price: PriceRow, 
/**
 * Its first day.
 */
from: string, 
/**
 * The person's words.
 */
note: string | null, };

/**
 * What a UTC day cost.
 */
export type CostEntry = { 
/**
 * The day.
 */
date: string, 
/**
 * How much; below nought where money was given back.
 */
amount: string, 
/**
 * A currency such as `USD`, or a unit in small letters such as `credits`.
 */
currency: string, 
/**
 * The model it was for.
 */
model?: string, 
/**
 * The project it was for.
 */
project?: string, 
/**
 * Words of one's own.
 */
note?: string, };

/**
 * What a text costs, sent in one way.
 */
export type CostRow = { 
/**
 * How it is sent.
 */
way: SentHow, 
/**
 * Hardly less.
 */
low: Amount | null, 
/**
 * Most likely.
 */
typical: Amount | null, 
/**
 * Hardly more.
 */
high: Amount | null, 
/**
 * What was applied to the plain price, or why nothing is known, in words.
 */
words: string | null, };

/**
 * How tokens were counted.
 */
export type CountedBy = { 
/**
 * How sure it is.
 */
how: CountedHow, 
/**
 * The encoding, or the family of models.
 */
name: string, 
/**
 * What else is to be known.
 */
note: string | null, 
/**
 * Pages that say so, or by which it was measured.
 */
sources: Array<string>, 
/**
 * When it was measured.
 */
seen: string | null, 
/**
 * Whether that is so long ago that it is worth measuring again.
 */
stale: boolean, 
/**
 * `high`, `medium` or `low`, where it is not exact.
 */
confidence: string | null, };

/**
 * How sure a count is.
 */
export type CountedHow = "exact" | "measured" | "unmeasured";

/**
 * The credit of one account in one currency.
 */
export type CreditPool = { 
/**
 * The account's number.
 */
account: number, 
/**
 * The account's name.
 */
label: string, 
/**
 * The provider's id.
 */
provider: string, 
/**
 * Its currency or unit.
 */
currency: string, 
/**
 * What was left day by day, stacked by lot, and how it is likely to go on.
 */
picture: Picture, 
/**
 * Why nothing is said of the days ahead, in words.
 */
unforeseen: string | null, };

/**
 * What is left in one currency.
 */
export type CreditTotal = { 
/**
 * A currency, or a unit such as `credits`.
 */
currency: string, 
/**
 * What is left.
 */
left: string, 
/**
 * What has lapsed unspent.
 */
lapsed: string, 
/**
 * Whether every lot of the currency tells what is left of it.
 */
whole: boolean, };

/**
 * Every lot of credit.
 */
export type Credits = { 
/**
 * The present, RFC 3339.
 */
now: string, 
/**
 * The person's time zone, whose days lots lapse by.
 */
zone: string, 
/**
 * The lots: what lapses soonest first, what is spent or lapsed last.
 */
lots: Array<LotRow>, 
/**
 * What is left, by currency. A currency in which a lot does not tell what is left of it is not whole.
 */
totals: Array<CreditTotal>, 
/**
 * What providers report beside what the lots say.
 */
reconciliation: Array<ReconciliationRow>, 
/**
 * Rises of a balance that look like a purchase or a grant: the person says what they were.
 */
offers: Array<LotOffer>, 
/**
 * Accounts that tell a balance alone.
 */
balances: Array<DaysLeft>, 
/**
 * The lots on a time line.
 */
timeLine: Picture | null, 
/**
 * What was left day by day, and how it is likely to go on: a picture for each account and currency of which it is known. None
 * without a width.
 */
pools: Array<CreditPool>, 
/**
 * The currencies and units that accounts are billed in or hold, by which lots of theirs are spent.
 */
units: Array<AccountUnits>, 
/**
 * What is missing or partial, in words.
 */
notes: Array<string>, };

/**
 * Which credit to show.
 */
export type CreditsQuery = { 
/**
 * That of one account, or all without it.
 */
account: number | null, 
/**
 * Width of the time line in CSS pixels; no time line without it.
 */
chartWidth?: number, };

/**
 * Few, middle and many days.
 */
export type DaySpread = { 
/**
 * One time in ten it is fewer.
 */
p10: number | null, 
/**
 * As often fewer as more.
 */
p50: number | null, 
/**
 * One time in ten it is more.
 */
p90: number | null, };

/**
 * How long a balance lasts.
 */
export type DaysLeft = { 
/**
 * The account's number.
 */
account: number, 
/**
 * The account's name.
 */
label: string, 
/**
 * `credits`, `purchased`, `granted`.
 */
kind: string, 
/**
 * Its currency or unit.
 */
currency: string, 
/**
 * What is left.
 */
left: string, 
/**
 * When that was looked at, RFC 3339.
 */
asOf: string, 
/**
 * What a day takes of it.
 */
perDay: Spread | null, 
/**
 * Whether that comes from the charges or from falls of the balance: `charges`, `balance`.
 */
from: string, 
/**
 * For how many days it lasts, few to many; nothing in the place of a number where it outlasts two years.
 */
days: DaySpread | null, 
/**
 * Why nothing is said of that, in words.
 */
unknown: string | null, };

/**
 * Deletes everything, once the word is typed.
 */
export type DeleteEverything = { 
/**
 * The word `delete`, as the person typed it.
 */
confirm: string, 
/**
 * Whether to go on where the keychain does not let its keys be removed: they stay there.
 */
leaveKeys?: boolean, };

/**
 * What was deleted, looked for again.
 */
export type Deleted = { 
/**
 * How many keys and secrets were removed from the keychain and are no longer there.
 */
keys: number, 
/**
 * How many files were removed and are no longer there.
 */
files: number, 
/**
 * The data folder.
 */
folder: string, 
/**
 * Whether it is gone, too.
 */
folderGone: boolean, 
/**
 * What is still there, and why.
 */
left: Array<LeftBehind>, };

/**
 * What a channel did with an alert.
 */
export type DeliveryRow = { 
/**
 * `desktop` or `webhook`.
 */
channel: string, 
/**
 * Whether it arrived there.
 */
delivered: boolean, 
/**
 * When it was last tried, RFC 3339.
 */
at: string, 
/**
 * The notification server's number, or the status of the answer.
 */
receipt: string | null, 
/**
 * Why it did not arrive, in words.
 */
problem: string | null, };

/**
 * What works and what does not.
 */
export type Doctor = { 
/**
 * Each thing that was looked at.
 */
findings: Array<Finding>, 
/**
 * The version of Spendglass.
 */
version: string, 
/**
 * The data folder.
 */
dataDir: string, };

/**
 * A part of what is shown, to look into.
 */
export type Drill = { 
/**
 * First UTC date, where the mark is of some of the days shown.
 */
from: string | null, 
/**
 * End date, exclusive.
 */
to: string | null, 
/**
 * The group, where the mark is of one.
 */
only: Only | null, };

/**
 * A change of a lot: what is left out stays. Of a reported lot the rule and the note can be changed.
 */
export type EditLot = { 
/**
 * The lot's id.
 */
id: string, 
/**
 * How much it was at first.
 */
amount?: string, 
/**
 * Its currency or unit.
 */
currency?: string, 
/**
 * The day it was had.
 */
acquired?: string, 
/**
 * `purchased`, `granted` or `allowance`.
 */
kind?: string, 
/**
 * The rule it lapses by; `provider` takes back what the person said.
 */
rule?: string, 
/**
 * Words of the person's own; an empty text takes them away.
 */
note?: string, };

/**
 * A new entry, of an account or of a provider.
 */
export type Enter = { 
/**
 * The account's number.
 */
account: number | null, 
/**
 * In its place the provider's id: its only account is meant, and where there is none, one without a key is made.
 */
provider?: string, 
/**
 * With the provider: the account of this name, made without a key where there is none.
 */
label?: string, 
/**
 * What is entered.
 */
entry: Entry, };

/**
 * Which entries to show.
 */
export type EntriesQuery = { 
/**
 * Those of one account, or all without it.
 */
account: number | null, };

/**
 * What is entered by hand.
 */
export type Entry = { "kind": "purchase" } & PurchaseEntry | { "kind": "balance" } & BalanceEntry | { "kind": "allowance" } & AllowanceEntry | { "kind": "subscription" } & SubscriptionEntry | { "kind": "cost" } & CostEntry;

/**
 * An entry by its number.
 */
export type EntryId = { 
/**
 * The number.
 */
id: number, };

/**
 * An entry as it is kept.
 */
export type EntryRow = { 
/**
 * Number.
 */
id: number, 
/**
 * The account's number.
 */
account: number, 
/**
 * The provider's id.
 */
provider: string, 
/**
 * The account's name.
 */
label: string, 
/**
 * What was entered.
 */
entry: Entry, 
/**
 * When, RFC 3339.
 */
enteredAt: string, 
/**
 * When it was last changed, RFC 3339.
 */
changedAt: string, };

/**
 * The kinds of failure that a door answers differently.
 */
export type ErrorCode = "badRequest" | "noSuchAccount" | "keyRejected" | "wrongKeyKind" | "moreNeeded" | "alreadyConnected" | "keychain" | "keyMissing" | "busy" | "wait" | "unreachable" | "providerChanged" | "store" | "diskFull" | "storeTooNew" | "cancelled" | "internal";

/**
 * What a text will cost.
 */
export type Estimate = { 
/**
 * The present, RFC 3339.
 */
now: string, 
/**
 * Bytes of the text.
 */
bytes: number, 
/**
 * Characters of it.
 */
characters: number, 
/**
 * What it is made of; most first.
 */
kinds: Array<TextKind>, 
/**
 * Each model that was asked for.
 */
models: Array<ModelEstimate>, 
/**
 * Names that no price list, no tokenizer and no account knows.
 */
unknown: Array<UnknownModel>, 
/**
 * Version and date of the price list.
 */
prices: string, 
/**
 * What else is to be known, in words.
 */
notes: Array<string>, };

/**
 * A text, and the models it may be sent to. The text is counted, and neither kept nor sent.
 */
export type EstimateQuery = { 
/**
 * The text.
 */
text?: string, 
/**
 * In its place, the path of a text file.
 */
path?: string, 
/**
 * The models, each as its provider calls it, or with the provider's id in front, such as `openai/gpt-5`. Without any, those that
 * the person uses most.
 */
models: Array<string>, 
/**
 * How many tokens the answer will have, where the person knows.
 */
outputTokens: number | null, };

/**
 * What happens without being asked for.
 */
export type Event = { "type": "syncStarted", 
/**
 * The account.
 */
account: number, } | { "type": "syncProgress", 
/**
 * The account.
 */
account: number, 
/**
 * The stream.
 */
stream: string, 
/**
 * Parts of the whole sync that are done.
 */
done: number, 
/**
 * Parts of the whole sync.
 */
total: number, 
/**
 * Whether this is the first import of the account.
 */
first: boolean, } | { "type": "synced", 
/**
 * The account.
 */
account: number, } | { "type": "importProgress", 
/**
 * Its name.
 */
file: string, 
/**
 * Bytes that were read.
 */
done: number, 
/**
 * Bytes of the file.
 */
total: number, } | { "type": "exportProgress", 
/**
 * Charges that were written.
 */
done: number, 
/**
 * Charges that are to be written.
 */
total: number, } | { "type": "alerted", 
/**
 * How many were not seen yet.
 */
unseen: number, } | { "type": "show", 
/**
 * The screen.
 */
screen: string, } | { "type": "chosen", 
/**
 * Its name.
 */
what: string, } | { "type": "menuAsked", 
/**
 * The language of its words.
 */
language: Language, } | { "type": "quitAsked" } | { "type": "changed" };

/**
 * Usage that was left out.
 */
export type ExcludedUsage = { 
/**
 * Of what: a model, an account.
 */
what: string, 
/**
 * Why, in words.
 */
why: string, 
/**
 * How many rows.
 */
rows: number, 
/**
 * Their share of all usage, in per cent.
 */
share: string | null, };

/**
 * What to take away, and where to.
 */
export type Export = { 
/**
 * What.
 */
what: Exported, 
/**
 * The file, replaced as a whole.
 */
path: string, 
/**
 * The first UTC day of charges; all without it.
 */
from?: string, 
/**
 * The UTC day after the last one of charges.
 */
to?: string, };

/**
 * Where to write the calendar.
 */
export type ExportCalendar = { 
/**
 * The file, replaced as a whole.
 */
path: string, };

/**
 * What can be taken away.
 */
export type Exported = "charges" | "all";

/**
 * What was taken away.
 */
export type ExportedFile = { 
/**
 * The file.
 */
path: string, 
/**
 * How many lines it has below its head.
 */
lines: number, 
/**
 * How many of them are charges.
 */
charges: number, 
/**
 * Whether it is sample data.
 */
sample: boolean, };

/**
 * One thing that is asked for.
 */
export type FieldRow = { 
/**
 * Stable name.
 */
name: string, 
/**
 * What the provider calls it.
 */
label: string, 
/**
 * Where it is found, or how it looks.
 */
hint: string, 
/**
 * Whether it may be left out.
 */
optional: boolean, 
/**
 * The values to choose from; empty where any text will do.
 */
choices: Array<Choice>, };

/**
 * A figure and where it comes from.
 */
export type FigureSource = { 
/**
 * What it is, in words.
 */
what: string, 
/**
 * Its value.
 */
value: string, 
/**
 * Where it is said: addresses, or `entered by you`.
 */
sources: Array<string>, 
/**
 * When it was seen.
 */
seen: string, 
/**
 * How sure it is: `high`, `medium`, `low`.
 */
confidence: string, 
/**
 * Whether it is older than such figures keep.
 */
stale: boolean, };

/**
 * One thing that was looked at.
 */
export type Finding = { 
/**
 * What: `keychain`, `store`, `clock`, `network`, or an account.
 */
subject: string, 
/**
 * How it is.
 */
state: FindingState, 
/**
 * What was seen.
 */
message: string, 
/**
 * What to do about it.
 */
remedy: string | null, };

/**
 * How a thing is.
 */
export type FindingState = "works" | "warning" | "fails";

/**
 * A charge as it would be booked.
 */
export type FirstCharge = { 
/**
 * Its UTC day.
 */
day: string, 
/**
 * `usage`, `purchase`, `tax`, `credit`, `adjustment`.
 */
category: string, 
/**
 * What is billed.
 */
billed: Amount | null, 
/**
 * The model; empty where not told.
 */
model: string, 
/**
 * The provider's words; empty where not told.
 */
description: string, 
/**
 * Input tokens, where counted.
 */
inputTokens: number | null, 
/**
 * Output tokens, where counted.
 */
outputTokens: number | null, };

/**
 * Whether something fits into what is left.
 */
export type Fits = "yes" | "likely" | "hardly" | "no";

/**
 * What is likely to come.
 */
export type Forecast = { 
/**
 * The present, RFC 3339.
 */
now: string, 
/**
 * The end of the present UTC month, of all accounts asked for, by currency.
 */
months: Array<MonthEnd>, 
/**
 * The same of each account.
 */
accounts: Array<MonthEnd>, 
/**
 * How long each balance lasts.
 */
balances: Array<DaysLeft>, 
/**
 * The days of the month so far and to come, of the largest currency.
 */
daily: Picture | null, };

/**
 * What to forecast.
 */
export type ForecastQuery = { 
/**
 * One account, or all without it.
 */
account: number | null, 
/**
 * Width of the chart in CSS pixels; no chart without it.
 */
chartWidth?: number, };

/**
 * A kind of file that is known.
 */
export type FormatRow = { 
/**
 * Id.
 */
id: string, 
/**
 * What it is.
 */
name: string, 
/**
 * The provider whose file it is; empty where the lines or the person tell.
 */
provider: string, };

/**
 * A lot of credit.
 */
export type GrantRow = { 
/**
 * What it is: `credits`, `purchased`, `granted`, `allowance`.
 */
kind: string, 
/**
 * How much it was at first.
 */
amount: Amount | null, 
/**
 * How much is left of it.
 */
left: Amount | null, 
/**
 * When it was acquired, RFC 3339; a date where it was entered by hand.
 */
acquiredAt: string | null, 
/**
 * When it lapses, RFC 3339; the last date it can be spent on where it was entered by hand.
 */
expiresAt: string | null, 
/**
 * The instant from which on nothing of it can be spent, RFC 3339, where its end is known.
 */
lapsesAt: string | null, 
/**
 * The rule it lapses by, such as `after-purchase:365d` or `never`; nothing where nobody says.
 */
rule: string | null, 
/**
 * Words of the person's own.
 */
note: string | null, 
/**
 * When it was seen or entered, RFC 3339.
 */
asOf: string, 
/**
 * The entry by hand that it is, by which it can be changed; `null` for what the provider reports.
 */
entry: number | null, };

/**
 * By what sums are grouped.
 */
export type Grouping = "day" | "provider" | "account" | "model" | "project" | "key" | "item" | "session" | "client" | "tag";

/**
 * Whether a removal is still offered to be taken back.
 */
export type HoldRemoval = { 
/**
 * The account's number.
 */
account: number, 
/**
 * It is, for a minute more; if not, the account is removed for good now.
 */
on: boolean, };

/**
 * One table of a file.
 */
export type ImportPart = { 
/**
 * Its name in a zip; empty otherwise.
 */
name: string, 
/**
 * Its format.
 */
format: FormatRow, 
/**
 * Lines that were read, the header not among them.
 */
lines: number, 
/**
 * Charges that come into the books or are there already.
 */
charges: number, 
/**
 * Those of them that are there already, with this or an earlier figure.
 */
known: number, 
/**
 * Earlier charges that give way: sums of these lines, another grouping of them, or another format of the same.
 */
replaced: number, 
/**
 * Lines that are none to be booked, by what they are.
 */
leftOut: Array<LeftOut>, 
/**
 * First day.
 */
from: string | null, 
/**
 * End, exclusive, of its days.
 */
to: string | null, 
/**
 * What is billed, by currency.
 */
billed: Array<Amount>, 
/**
 * Input tokens, where they are counted.
 */
inputTokens: number | null, 
/**
 * Output tokens, where they are counted.
 */
outputTokens: number | null, 
/**
 * Requests, where they are counted.
 */
requests: number | null, 
/**
 * The first of the wrong lines.
 */
wrongLines: Array<WrongLine>, 
/**
 * How many lines are wrong.
 */
wrong: number, 
/**
 * The first charges, to look at.
 */
first: Array<FirstCharge>, };

/**
 * A file to import, or to look into before.
 */
export type ImportQuery = { 
/**
 * Where it lies.
 */
path: string, 
/**
 * The account it is of. Without it: the provider's only one, or the one that such files went to before; where there is
 * none, one without a key is made.
 */
account: number | null, 
/**
 * The provider whose figures they are, by its id, where no account of it is named and the file does not tell.
 */
provider?: string, 
/**
 * Its format by id, where its columns do not tell.
 */
format?: string, 
/**
 * Which column is what, for a file of no known format: `date=Day,cost=Amount,currency=USD`. Remembered for files with the
 * same columns.
 */
mapping?: string, };

/**
 * What is in a file, and what becomes of it.
 */
export type ImportReport = { 
/**
 * The name of the file.
 */
file: string, 
/**
 * Whether it is booked. Never after a preview, nor where a single line is wrong.
 */
booked: boolean, 
/**
 * The account it is of; none where it is yet to be made.
 */
account: number | null, 
/**
 * The account's name.
 */
label: string, 
/**
 * The provider's id.
 */
provider: string, 
/**
 * What was understood: one part for each table of a zip, one otherwise.
 */
parts: Array<ImportPart>, 
/**
 * How many lines are wrong.
 */
wrong: number, 
/**
 * What to know, in words.
 */
notes: Array<string>, };

/**
 * Every alert that was raised, with what became of it.
 */
export type Inbox = { 
/**
 * The present, RFC 3339.
 */
now: string, 
/**
 * The alerts, the newest first.
 */
alerts: Array<AlertRow>, 
/**
 * How many were not seen yet.
 */
unseen: number, 
/**
 * Why alerts do not reach the person now, in words: no notification service answers, or nothing watches.
 */
warning: string | null, };

/**
 * Which alerts to show.
 */
export type InboxQuery = { 
/**
 * At most so many, the newest; 200 without it.
 */
most?: number, };

/**
 * What a pasted key may be.
 */
export type KeyCandidate = { 
/**
 * The provider's id.
 */
provider: string, 
/**
 * The provider's name.
 */
providerName: string, 
/**
 * The kind of key.
 */
kind: KeyKindRow, 
/**
 * Where this kind sees no cost or balance: the kind to make instead.
 */
better: KeyKindRow | null, 
/**
 * What the provider does not tell, and the best other way in.
 */
lacks: string, 
/**
 * An account that holds this very key already.
 */
connectedAs: number | null, };

/**
 * How a kind of key is given.
 */
export type KeyIntake = "text" | "fields" | "file" | "login";

/**
 * A kind of key, in words.
 */
export type KeyKindRow = { 
/**
 * Id within the provider.
 */
id: string, 
/**
 * The provider's name for it.
 */
name: string, 
/**
 * How such keys begin.
 */
prefixes: Array<string>, 
/**
 * What it sees: `cost`, `usage`, `balance`, `quota`. Empty for a key that only does inference.
 */
sees: Array<string>, 
/**
 * The page on which it is made.
 */
madeAt: string, 
/**
 * Who can make it and what to mind.
 */
note: string, 
/**
 * How it is given.
 */
intake: KeyIntake, 
/**
 * The parts it is made of, where they are several.
 */
fields: Array<FieldRow>, 
/**
 * What is asked for beside it, none of it secret.
 */
details: Array<FieldRow>, 
/**
 * What reading with it costs, to be agreed to first. Empty where it costs nothing.
 */
cost: string, 
/**
 * What using a tool's login means, to be agreed to first. Empty for other kinds.
 */
terms: string, };

/**
 * A price where it is paid.
 */
export type LandedPrice = { 
/**
 * The price that is listed.
 */
list: Amount, 
/**
 * Every step, in order.
 */
steps: Array<LandedStepRow>, 
/**
 * What it comes to.
 */
total: Amount, 
/**
 * What it comes to if it held its tax already; where nobody says.
 */
least: Amount | null, 
/**
 * Tax that is paid beside it and claimed back.
 */
recoverable: Amount | null, 
/**
 * What any listed price is multiplied by. Decimal text.
 */
factor: string, 
/**
 * What is to be known beside it.
 */
warnings: Array<string>, };

/**
 * A step from list price to what is paid.
 */
export type LandedRow = { 
/**
 * What is done.
 */
label: string, 
/**
 * By how much, in words.
 */
by: string, 
/**
 * The sum after it.
 */
amount: string, 
/**
 * Its currency.
 */
currency: string, 
/**
 * Where the figure comes from.
 */
source: string | null, 
/**
 * When it held.
 */
asOf: string | null, };

/**
 * One step of a landed price.
 */
export type LandedStepRow = { 
/**
 * What is done.
 */
label: string, 
/**
 * What the price before it is multiplied by. Decimal text.
 */
factor: string, 
/**
 * The price after it.
 */
result: Amount, 
/**
 * Who says so.
 */
source: string, 
/**
 * As of when; empty where it is the person's own word.
 */
asOf: string, };

/**
 * What another lane says of the same period.
 */
export type LaneFigure = { 
/**
 * `billed`, `estimated`, `logged` or `entered`.
 */
lane: string, 
/**
 * By currency.
 */
billed: Array<Amount>, };

/**
 * The language of the window's words.
 */
export type Language = "system" | "en" | "hi";

/**
 * The text with which a provider refused a request.
 */
export type LearnLimit = { 
/**
 * The account's number.
 */
account: number, 
/**
 * The body of the answer, or the line of a log that holds it. It is not kept.
 */
text: string, };

/**
 * A limit that a refusal told.
 */
export type LearnedLimit = { 
/**
 * What it is called.
 */
name: string, 
/**
 * The model it is for; nothing for all.
 */
model: string | null, 
/**
 * Over which span.
 */
window: string, 
/**
 * In which unit.
 */
unit: string, 
/**
 * How much there is.
 */
limit: string, 
/**
 * What was known of it by an earlier refusal.
 */
before: string | null, 
/**
 * The entry that keeps it, by which it is removed or, where it was known before, restored.
 */
entry: number, };

/**
 * What a refusal told.
 */
export type LearnedLimits = { 
/**
 * The account's number.
 */
account: number, 
/**
 * The limits; kept until another is learned or entered.
 */
limits: Array<LearnedLimit>, 
/**
 * When it is worth trying again, RFC 3339, where told.
 */
retryAt: string | null, 
/**
 * What was told in part only, in words.
 */
unclear: Array<string>, };

/**
 * Something that is still there.
 */
export type LeftBehind = { 
/**
 * What.
 */
what: string, 
/**
 * Why, and what to do about it.
 */
why: string, 
/**
 * Whether it should have gone.
 */
failed: boolean, };

/**
 * Lines that are not booked.
 */
export type LeftOut = { 
/**
 * What they are, in the plural.
 */
what: string, 
/**
 * How many.
 */
lines: number, };

/**
 * How much of one limit was used of late. What it is of is told as in the row of the limit.
 */
export type LimitHistory = { 
/**
 * The account's number.
 */
account: number, 
/**
 * What the limit is called.
 */
name: string, 
/**
 * The model or models it is for; nothing for all.
 */
model: string | null, 
/**
 * The project it is for; nothing for the whole account.
 */
project: string | null, 
/**
 * Its window.
 */
window: string, 
/**
 * Its unit.
 */
unit: string, 
/**
 * The used share over the last windows.
 */
picture: Picture, };

/**
 * Pictures of how limits were used.
 */
export type LimitHistoryQuery = { 
/**
 * Width of each picture in CSS pixels.
 */
chartWidth: number, };

/**
 * Who says how much there is of something.
 */
export type LimitOrigin = { 
/**
 * Who.
 */
by: LimitTeller, 
/**
 * The page that says so.
 */
url: string | null, 
/**
 * When it was seen: a day, or a month or year where the day was not written down.
 */
seen: string | null, 
/**
 * How many days ago that was.
 */
ageDays: number | null, 
/**
 * Whether it is so old that it is worth checking again.
 */
stale: boolean, 
/**
 * How sure it is: `high`, `medium` or `low`, where that is a question.
 */
confidence: string | null, };

/**
 * A limit of an account.
 */
export type LimitRow = { 
/**
 * The account's number.
 */
account: number, 
/**
 * The account's name.
 */
label: string, 
/**
 * The provider's id.
 */
provider: string, 
/**
 * What it is called.
 */
name: string, 
/**
 * The model or models it is for; nothing for all.
 */
model: string | null, 
/**
 * The project it is for, by the provider's id; nothing for the whole account.
 */
project: string | null, 
/**
 * What that project is called, where known.
 */
projectName: string | null, 
/**
 * `minute`, `5 hours`, `day`, `month`, `lifetime` and the like; `unstated` where nobody says.
 */
window: string, 
/**
 * A currency, or `requests`, `tokens`, `percent` and the like.
 */
unit: string, 
/**
 * How much is used.
 */
used: string | null, 
/**
 * How sure that is.
 */
usedIs: UsedIs, 
/**
 * How much there is.
 */
limit: string | null, 
/**
 * How much is left; never below nought.
 */
left: string | null, 
/**
 * How much of it is used, in whole per cent, rounded down.
 */
percent: number | null, 
/**
 * When the count starts again, RFC 3339.
 */
resetsAt: string | null, 
/**
 * When it does so in general, in words.
 */
resets: string, 
/**
 * Whether this is a rate that is set, of which nobody tells the use.
 */
configured: boolean, 
/**
 * Who says how much there is.
 */
source: LimitOrigin, 
/**
 * Who counted what is used: `provider`, or the lane of the books.
 */
countedBy: string | null, 
/**
 * Up to when the use is known, RFC 3339.
 */
asOf: string | null, 
/**
 * Why something is not known or not certain, in words.
 */
words: Array<string>, };

/**
 * Who says how much there is.
 */
export type LimitTeller = "provider" | "entered" | "learned" | "catalogue";

/**
 * What is left of every free tier, window and configured limit.
 */
export type Limits = { 
/**
 * The present, RFC 3339.
 */
now: string, 
/**
 * The person's time zone.
 */
zone: string, 
/**
 * The limits; what is closest to its end comes first, what is not known last.
 */
rows: Array<LimitRow>, 
/**
 * Accounts whose provider has free tiers, where the person has to say which one holds.
 */
choices: Array<TierChoice>, };

/**
 * A lot by its id.
 */
export type LotId = { 
/**
 * The id.
 */
id: string, };

/**
 * A rise of a balance.
 */
export type LotOffer = { 
/**
 * Stable id.
 */
id: string, 
/**
 * The account's number.
 */
account: number, 
/**
 * The account's name.
 */
label: string, 
/**
 * `credits`, `purchased`, `granted`.
 */
kind: string, 
/**
 * Its currency or unit.
 */
currency: string, 
/**
 * By how much it rose; what was spent meanwhile is in it where that is known.
 */
amount: string, 
/**
 * The reading before it, RFC 3339.
 */
after: string, 
/**
 * The reading that showed it, RFC 3339.
 */
seenAt: string, };

/**
 * A lot of credit.
 */
export type LotRow = { 
/**
 * Stable id, by which it is edited, moved or removed.
 */
id: string, 
/**
 * The account's number.
 */
account: number, 
/**
 * The account's name.
 */
label: string, 
/**
 * The provider's id.
 */
provider: string, 
/**
 * `allowance`, `rolledOver`, `granted`, `purchased`.
 */
kind: string, 
/**
 * Who tells of it: `reported`, `entered`, `imported`, `inferred`.
 */
source: string, 
/**
 * A currency, or a unit such as `credits`.
 */
currency: string, 
/**
 * When it was had: a date, or RFC 3339 where the provider tells the instant.
 */
acquiredAt: string | null, 
/**
 * When it lapses: the last date on which it can be spent, or RFC 3339 where an instant is known; nothing where it does not
 * lapse, or nobody says.
 */
expiresAt: string | null, 
/**
 * The instant at which it lapses, RFC 3339.
 */
lapsesAt: string | null, 
/**
 * The rule it lapses by, such as `after-purchase:365d`; nothing where nobody says.
 */
rule: string | null, 
/**
 * Who says so.
 */
ruleBy: RuleBy, 
/**
 * Whether it only may lapse: the provider is not known to let it, or the source of the rule is not sure.
 */
possible: boolean, 
/**
 * The page that says so.
 */
ruleSource: string | null, 
/**
 * When that page was seen: a date, month or year.
 */
ruleSeen: string | null, 
/**
 * How much it was at first.
 */
amount: string | null, 
/**
 * How much of it was spent.
 */
spent: string | null, 
/**
 * How much of it lapsed unspent.
 */
lapsed: string | null, 
/**
 * How much is left of it.
 */
left: string | null, 
/**
 * What would still be in it when it lapses if spending goes on as it did.
 */
atRisk: Spread | null, 
/**
 * Why nothing is said of that, in words.
 */
atRiskUnknown: string | null, 
/**
 * What would have to be spent a day to use it up in time.
 */
neededPerDay: string | null, 
/**
 * Words of the person's own.
 */
note: string | null, 
/**
 * When it was seen or entered, RFC 3339.
 */
asOf: string, 
/**
 * Up to when spending is known that was taken from it, RFC 3339.
 */
spentAsOf: string | null, 
/**
 * How it stands.
 */
state: LotState, 
/**
 * Why nothing is ever taken from it, in words; nothing where something can be.
 */
neverSpent: string | null, };

/**
 * How a lot stands.
 */
export type LotState = "open" | "spent" | "lapsed" | "ahead" | "untold";

/**
 * At which amount a balance is low.
 */
export type LowBalance = { 
/**
 * The account's number.
 */
account: number, 
/**
 * A currency or a unit.
 */
currency: string, 
/**
 * The amount.
 */
amount: string, };

/**
 * A mark of a chart, in tenths of a CSS pixel.
 */
export type Mark = { 
/**
 * Left edge.
 */
x: number, 
/**
 * Upper edge.
 */
y: number, 
/**
 * Width.
 */
width: number, 
/**
 * Height.
 */
height: number, 
/**
 * The group, where the chart has several.
 */
series: string | null, 
/**
 * The day or row.
 */
bucket: string, 
/**
 * What is spoken.
 */
label: string, 
/**
 * What its whole column comes to, in words, where several layers make it and all of them are known.
 */
column: string | null, 
/**
 * The exact value as decimal text.
 */
value: string, 
/**
 * Where a click on it leads, where it is of days or of one group.
 */
drill: Drill | null, };

/**
 * Which figure is drawn and ranked.
 */
export type Measure = "billed" | "listed" | "tokens" | "requests";

/**
 * What a text will cost with one model.
 */
export type ModelEstimate = { 
/**
 * As it was asked for.
 */
asked: string, 
/**
 * The model.
 */
model: string, 
/**
 * The provider's id; nothing where no price list has the model.
 */
provider: string | null, 
/**
 * The provider's name.
 */
providerName: string | null, 
/**
 * The model whose prices hold, as the price list names it.
 */
pricedAs: string | null, 
/**
 * Tokens that go in.
 */
input: TokenRange, 
/**
 * How they were counted.
 */
counted: CountedBy, 
/**
 * Tokens that will come out.
 */
output: TokenRange, 
/**
 * Who says so.
 */
outputBy: OutputBy, 
/**
 * What it costs, in each way it can be sent.
 */
costs: Array<CostRow>, 
/**
 * The prices behind the first of them.
 */
unitPrices: Array<UnitPriceRow>, 
/**
 * Where the prices come from, with the first day on which they hold where that is told.
 */
priceSource: string | null, 
/**
 * The share of what is left, by allowance, credit and balance.
 */
shares: Array<ShareRow>, };

/**
 * What a month is likely to come to.
 */
export type MonthEnd = { 
/**
 * The account's number; nothing for all.
 */
account: number | null, 
/**
 * The account's name.
 */
label: string | null, 
/**
 * The month, such as `2026-11`.
 */
month: string, 
/**
 * Its currency.
 */
currency: string, 
/**
 * The lane of the days it is worked out from.
 */
lane: string, 
/**
 * What is known of the month so far.
 */
soFar: string, 
/**
 * Up to when, RFC 3339.
 */
asOf: string | null, 
/**
 * What the whole month is likely to come to.
 */
range: Spread | null, 
/**
 * Why nothing is said of that, in words.
 */
unknown: string | null, 
/**
 * Accounts that cost something of late and of which nobody knows how they go on: in the range they count as they are so far.
 */
without: Array<string>, 
/**
 * From how many complete days it is worked out.
 */
ofDays: number, 
/**
 * How well the same would have done in months that are over.
 */
backTest: BackTest | null, };

/**
 * What a month is likely to cost.
 */
export type MonthlyCost = { 
/**
 * Its currency.
 */
currency: string, 
/**
 * One time in ten it is less.
 */
p10: string, 
/**
 * As often less as more.
 */
p50: string, 
/**
 * One time in ten it is more.
 */
p90: string, };

/**
 * A lot and the account it belongs to.
 */
export type MoveLot = { 
/**
 * The lot's id.
 */
id: string, 
/**
 * The account's number.
 */
account: number, };

/**
 * When an account is read next.
 */
export type NextRefresh = { 
/**
 * The account's number.
 */
account: number, 
/**
 * When, RFC 3339.
 */
dueAt: string, 
/**
 * Every so many minutes at present.
 */
everyMinutes: number, };

/**
 * What a rise of a balance was.
 */
export type OfferAnswer = "purchased" | "granted" | "none";

/**
 * One group, to look into it alone: the fields of a row of sums, or of a mark.
 */
export type Only = { 
/**
 * By what it is a group.
 */
by: Grouping, 
/**
 * The group; `null` for what nobody says, or what is not assigned.
 */
key: string | null, 
/**
 * Its provider, where it has one.
 */
provider: string | null, 
/**
 * Its account, where it is of one.
 */
account: number | null, };

/**
 * A plan of an option.
 */
export type OptionPlan = { 
/**
 * Its id.
 */
id: string, 
/**
 * Product and name.
 */
name: string, 
/**
 * Its list price for a period, such as `20`.
 */
price: string | null, 
/**
 * The currency of the price.
 */
currency: string | null, 
/**
 * `month`, `year`, or `once`.
 */
every: string | null, 
/**
 * What share of one's usage it served, at list price, in per cent.
 */
served: string, };

/**
 * Who says how long the answer is.
 */
export type OutputBy = { 
/**
 * Who.
 */
by: OutputTeller, 
/**
 * Requests that history knows, where it tells.
 */
requests: number | null, 
/**
 * In words.
 */
words: string, };

/**
 * Who says how long an answer is.
 */
export type OutputTeller = "person" | "history" | "convention";

/**
 * What today and this month cost.
 */
export type Overview = { 
/**
 * The present, RFC 3339.
 */
now: string, 
/**
 * Whether this is sample data.
 */
sample: boolean, 
/**
 * The person's time zone.
 */
zone: string, 
/**
 * The present UTC day, which is how providers bill.
 */
today: SpendFigure, 
/**
 * What a usual day costs, where enough complete days are known.
 */
usualDay: UsualDay | null, 
/**
 * The present UTC month to date.
 */
month: SpendFigure, 
/**
 * What the month is likely to come to, by currency.
 */
monthEnd: Array<MonthEnd>, 
/**
 * Every budget, the one closest to its end first.
 */
budgets: Array<BudgetRow>, 
/**
 * The lot that lapses next with something at risk; where nothing is known to be at risk, the one that lapses next.
 */
nextExpiry: LotRow | null, 
/**
 * How many alerts were not seen yet.
 */
unseenAlerts: number, 
/**
 * The person's own day so far, where usage is known by the hour.
 */
ownDay: OwnDay | null, 
/**
 * What stands in the way of more than one account, the worst first.
 */
troubles: Array<Trouble>, 
/**
 * Every account.
 */
accounts: Array<Account>, 
/**
 * The last 30 days by provider.
 */
daily: Picture | null, 
/**
 * One sentence on what stands out.
 */
insight: string | null, };

/**
 * What the overview should hold.
 */
export type OverviewQuery = { 
/**
 * Width of the chart in CSS pixels; no chart without it.
 */
chartWidth?: number, };

/**
 * The person's own day so far, from hourly usage at list price: an estimate.
 */
export type OwnDay = { 
/**
 * The date in the person's zone.
 */
date: string, 
/**
 * At list price, by currency.
 */
listed: Array<Amount>, 
/**
 * Lines of usage without a known price.
 */
unpriced: number, 
/**
 * Requests, where they are counted.
 */
requests: number | null, 
/**
 * Input tokens, where they are counted.
 */
inputTokens: number | null, 
/**
 * Output tokens, where they are counted.
 */
outputTokens: number | null, 
/**
 * The oldest time up to which usage by the hour is read, RFC 3339.
 */
asOf: string | null, 
/**
 * Accounts whose usage is known by the day only, and is not in here.
 */
without: Array<string>, };

/**
 * Credit that comes with a plan.
 */
export type OwnPlanCredit = { 
/**
 * A currency, or a unit that the plan's rates tell.
 */
unit: string, 
/**
 * Decimal text.
 */
amount: string, 
/**
 * How often it comes; every month without it.
 */
every?: string, 
/**
 * When it comes: `calendar ZONE` or `purchase`.
 */
starts?: string, };

/**
 * The most that can be used of a plan in a window.
 */
export type OwnPlanLimit = { 
/**
 * What is counted, such as `requests`, `tokens`, `USD` or `usage`.
 */
unit: string, 
/**
 * Decimal text, or `unlimited`.
 */
amount: string, 
/**
 * Such as `5 hours`, `day`, `week` or `month`.
 */
window: string, 
/**
 * When a window begins: `calendar ZONE`, `purchase`, `first use` or `sliding`.
 */
starts?: string, };

/**
 * What a plan costs.
 */
export type OwnPlanPrice = { 
/**
 * Decimal text.
 */
amount: string, 
/**
 * ISO 4217 code.
 */
currency: string, 
/**
 * `month`, `year` or `lifetime`; a month without it.
 */
every?: string, 
/**
 * Whether a year is paid at once, though the amount is told by the month.
 */
billedYearly: boolean, 
/**
 * Whether for each seat; as the catalogue tells it without it.
 */
perSeat?: boolean, 
/**
 * `included` where the amount is what is paid, `excluded` where tax comes on top; unstated without it.
 */
tax?: string, };

/**
 * A key as it was pasted.
 */
export type PastedKey = { 
/**
 * The text.
 */
key: string, };

/**
 * A chart: the picture, its marks and its table.
 */
export type Picture = { 
/**
 * SVG whose colours are CSS classes.
 */
svg: string, 
/**
 * Its name.
 */
title: string, 
/**
 * What it shows, in a sentence.
 */
description: string, 
/**
 * Width in CSS pixels.
 */
width: number, 
/**
 * Height in CSS pixels.
 */
height: number, 
/**
 * Every mark, in reading order.
 */
marks: Array<Mark>, 
/**
 * The same figures as a table.
 */
table: ChartTable, 
/**
 * Whether the figures are an estimate at list price.
 */
estimated: boolean, };

/**
 * The bytes of a saved chart.
 */
export type PictureFile = { 
/**
 * `image/svg+xml` or `image/png`.
 */
mediaType: string, 
/**
 * The file, in base64; empty where it was written.
 */
base64: string, 
/**
 * Where it was written.
 */
path: string | null, 
/**
 * What the picture shows, in a sentence.
 */
description: string, };

/**
 * The format of a saved chart.
 */
export type PictureFormat = "svg" | "png";

/**
 * The charts that can be kept.
 */
export type PictureKind = "daily" | "models" | "planCurve" | "planSpread" | "bars" | "ranked" | "share" | "heat" | "year" | "sessions" | "timeLine" | "burnDown";

/**
 * A chart to keep as a file.
 */
export type PictureQuery = { 
/**
 * Which chart.
 */
kind: PictureKind, 
/**
 * First UTC date; without it 30 days back.
 */
from?: string, 
/**
 * End date, exclusive; without it the day after the present UTC day.
 */
to?: string, 
/**
 * Colours.
 */
theme: PictureTheme, 
/**
 * File format.
 */
format: PictureFormat, 
/**
 * What plans are compared for, for charts of plans.
 */
plans?: PlansQuery, 
/**
 * The account's number, for charts of credit; the first that has such a chart without it.
 */
account?: number, 
/**
 * The currency or unit, for charts of what is left of credit; the first without it.
 */
currency?: string, 
/**
 * By what the figures are grouped, for charts of the Spend screen; without it by provider.
 */
by?: Grouping, 
/**
 * Which figure is drawn there; without it what is billed.
 */
measure?: Measure, 
/**
 * The steps of time there.
 */
bucket?: Bucket, 
/**
 * What alone is looked at there.
 */
only?: Array<Only>, 
/**
 * The file to write, whole or not at all; without it the bytes are in the answer.
 */
path?: string, };

/**
 * The colours of a saved chart.
 */
export type PictureTheme = "light" | "dark";

/**
 * Where the key of an account is.
 */
export type PlaceOfKey = "keychain" | "variable" | "login" | "nowhere";

/**
 * What to do.
 */
export type PlanAction = "switch" | "stay" | "notEnoughData";

/**
 * What is known of plans.
 */
export type PlanCatalogue = { 
/**
 * Where the catalogue comes from.
 */
source: PlanSource, 
/**
 * After how many days a figure is worth checking again.
 */
staleAfterDays: number, 
/**
 * The plans.
 */
plans: Array<CataloguePlan>, 
/**
 * What the person says of them.
 */
corrections: Array<PlanCorrectionRow>, };

/**
 * Which plans to tell.
 */
export type PlanCatalogueQuery = { 
/**
 * The plan of this id alone.
 */
plan?: string, 
/**
 * Those of this provider alone.
 */
provider?: string, };

/**
 * Every option through one's own usage, and what to do.
 */
export type PlanComparison = { 
/**
 * The present, RFC 3339.
 */
now: string, 
/**
 * What was replayed.
 */
window: ReplayWindow, 
/**
 * By whom and where it is bought.
 */
buyer: BuyerRow, 
/**
 * The options, the best first: those that serve what is served now by their middle cost, then those that refuse some of it.
 */
options: Array<PlanOption>, 
/**
 * Beside sample data, what only shows the shape of a plan by made-up figures: replayed, and neither ranked nor advised.
 */
shapes: Array<PlanOption>, 
/**
 * Plans that could not be reckoned with, and why.
 */
abstained: Array<AbstainedPlan>, 
/**
 * How many further combinations cost more in every month by their fees alone.
 */
dearer: number, 
/**
 * What to do.
 */
recommendation: Recommendation, 
/**
 * What each option costs by how much is used, with the points where one becomes cheaper than another.
 */
curve: Picture | null, 
/**
 * How much the months of each option differ.
 */
spread: Picture | null, 
/**
 * What else is to be known.
 */
notes: Array<string>, };

/**
 * Which correction.
 */
export type PlanCorrectionId = { 
/**
 * Its number.
 */
id: number, };

/**
 * What the person says of a plan.
 */
export type PlanCorrectionRow = { 
/**
 * Its number.
 */
id: number, 
/**
 * The plan's id.
 */
plan: string, 
/**
 * `price`, `limit`, `credit` or `plan`.
 */
kind: string, 
/**
 * Which of them, in words; nothing for a whole plan.
 */
part: string | null, 
/**
 * What was said, as the published schema writes it.
 */
value: string, 
/**
 * The person's words.
 */
note: string | null, 
/**
 * The day on which it was said.
 */
made: string, 
/**
 * Why it does not count, where it no longer fits the catalogue.
 */
refused: string | null, };

/**
 * One way to pay for the same usage.
 */
export type PlanOption = { 
/**
 * Stable id: `current`, `metered`, or the ids of its plans joined by `+`.
 */
id: string, 
/**
 * What it is called.
 */
name: string, 
/**
 * Its plans, in the order in which usage passes through them.
 */
plans: Array<OptionPlan>, 
/**
 * What each month of the window would have cost, landed.
 */
replayed: Array<ReplayedMonth>, 
/**
 * What a month is likely to cost, landed.
 */
monthly: MonthlyCost | null, 
/**
 * How likely it is the cheapest of those that serve what is served now, in per cent.
 */
probabilityCheapest: string | null, 
/**
 * By how much it is dearer than the cheapest of the month, on average.
 */
regret: string | null, 
/**
 * What would have been refused in the whole window.
 */
refused: RefusedUse, 
/**
 * From where on it is cheaper than paying as now, in the person's own units, in words.
 */
breakEven: Array<BreakEven>, 
/**
 * What would change its place, in words.
 */
sensitivity: Array<string>, 
/**
 * Whether a range is in its figures, or usage that no limit could be held against.
 */
uncertain: Array<string>, 
/**
 * How sure its least sure figure is: `high`, `medium`, `low`.
 */
confidence: string, 
/**
 * Whether it is what the person has and pays already: it is one with staying, and has no chance of its own.
 */
sameAsNow: boolean, 
/**
 * Whether its figures only show a shape, and are no offer.
 */
illustration: boolean, 
/**
 * Every figure in it.
 */
sources: Array<FigureSource>, 
/**
 * From list price to what is paid, step by step: of each fixed price for one of its periods; where there is none, of 100 units of
 * what use costs.
 */
landed: Array<LandedRow>, };

/**
 * What came of fetching newer plans.
 */
export type PlanRefresh = { 
/**
 * Whether the plans are others than before.
 */
changed: boolean, 
/**
 * The catalogue that counts now.
 */
source: PlanSource, 
/**
 * Ids of plans that are new.
 */
added: Array<string>, 
/**
 * Ids of plans that are no more.
 */
gone: Array<string>, };

/**
 * Where the catalogue comes from.
 */
export type PlanSource = { 
/**
 * Its day.
 */
dated: string, 
/**
 * How many days ago that is.
 */
ageDays: number, 
/**
 * Where it was fetched; `None` for the one that comes with Spendglass.
 */
url: string | null, 
/**
 * The last day on which that address still had it.
 */
fetched: string | null, 
/**
 * How many plans it has.
 */
plans: number, };

/**
 * What to compare. What is left out is as the settings say.
 */
export type PlansQuery = { 
/**
 * Over how many days back: 30, 90 or 365; 90 without it.
 */
days?: number, 
/**
 * The country one buys in, by its two letters.
 */
country?: string, 
/**
 * How one stands to taxes there.
 */
tax?: TaxStatus, 
/**
 * The tax in per cent, where no rule is known or another holds.
 */
taxRate?: string, 
/**
 * What the bank puts on a charge in another currency, in per cent.
 */
cardMarkup?: string, 
/**
 * The currency one pays in.
 */
currency?: string, 
/**
 * Whether one is a verified student.
 */
student?: boolean, 
/**
 * For how many people.
 */
seats?: number, 
/**
 * Whether a year may be paid for at once.
 */
yearly?: boolean, 
/**
 * Models that must be served.
 */
must: Array<string>, 
/**
 * Whether what is used by an API key could be used in a plan's own app instead.
 */
anySurface: boolean, 
/**
 * A file of plans in the published schema, in place of those that come with Spendglass.
 */
catalogue?: string, 
/**
 * Only these accounts; all without any.
 */
accounts: Array<number>, 
/**
 * How much more or less would be used, in per cent of what was: 100 without it.
 */
volume?: number, 
/**
 * Width of the charts in CSS pixels; no charts without it.
 */
chartWidth?: number, };

/**
 * Plain prices from a day on.
 */
export type PriceChangeRow = { 
/**
 * Their first day; `None` where it was not written down.
 */
from: string | null, 
/**
 * The hours in which they hold, where they do not hold all day.
 */
hours: string | null, 
/**
 * Only announced: they count once a later list confirms them.
 */
announced: boolean, 
/**
 * The prices, for short prompts.
 */
prices: Array<PriceRow>, };

/**
 * Prices that hold together.
 */
export type PriceGroupRow = { 
/**
 * The service tier, such as `batch`; `None` is the standard one.
 */
tier: string | null, 
/**
 * For prompts of more tokens than this; 0 for all.
 */
overTokens: number, 
/**
 * The prices.
 */
prices: Array<PriceRow>, 
/**
 * Who says so.
 */
source: string, 
/**
 * The version of that.
 */
version: string, 
/**
 * Their first day, where the list tells it.
 */
effectiveFrom: string | null, 
/**
 * What was done to the list's price, and by which source.
 */
adjustment: string | null, };

/**
 * What came of fetching newer prices.
 */
export type PriceRefresh = { 
/**
 * Whether the list is another one than before.
 */
changed: boolean, 
/**
 * The list.
 */
source: PriceSource, 
/**
 * Lines of usage that had no price and have one now.
 */
priced: number, };

/**
 * One price.
 */
export type PriceRow = { 
/**
 * Of what, such as `input` or `cache_read`.
 */
meter: string, 
/**
 * Decimal text.
 */
price: string, 
/**
 * ISO 4217 code.
 */
currency: string, 
/**
 * For how many units.
 */
per: number, 
/**
 * The first day of the person's own price, where it is one.
 */
ownFrom: string | null, };

/**
 * A provider's prices of a model on a day.
 */
export type PriceSheet = { 
/**
 * The provider's id.
 */
provider: string, 
/**
 * The model as the list names it.
 */
model: string, 
/**
 * Why there is no plain price on that day.
 */
unpriced: string | null, 
/**
 * Prices by service tier and length of prompt.
 */
groups: Array<PriceGroupRow>, 
/**
 * The plain prices by date, announced ones too.
 */
changes: Array<PriceChangeRow>, };

/**
 * A price list.
 */
export type PriceSource = { 
/**
 * Its name.
 */
name: string, 
/**
 * Its version.
 */
version: string, 
/**
 * The day up to which it is known to hold.
 */
dated: string, 
/**
 * How many days ago that is.
 */
ageDays: number, 
/**
 * Where it was fetched; `None` for the list that comes with Spendglass.
 */
url: string | null, };

/**
 * What is known of prices.
 */
export type Prices = { 
/**
 * The UTC day.
 */
at: string, 
/**
 * The lists that are read, the newest first.
 */
sources: Array<PriceSource>, 
/**
 * Each provider's prices of the model.
 */
sheets: Array<PriceSheet>, 
/**
 * The person's own prices: of the model, or all where none is asked for.
 */
own: Array<CorrectionRow>, };

/**
 * Of which model to tell the price.
 */
export type PricesQuery = { 
/**
 * The model, as usage names it; without it only the lists and the person's own prices are told.
 */
model?: string, 
/**
 * The provider's id, ours or the list's; every one that has the model without it.
 */
provider?: string, 
/**
 * On which UTC day; today without it.
 */
at?: string, };

/**
 * A provider, in words.
 */
export type ProviderRow = { 
/**
 * Stable id.
 */
id: string, 
/**
 * Name.
 */
name: string, 
/**
 * Its own address.
 */
baseUrl: string, 
/**
 * The kinds of key it hands out.
 */
keys: Array<KeyKindRow>, 
/**
 * How late its figures are.
 */
latency: string, 
/**
 * What it does not tell, and the best other way in. Empty where nothing is missing.
 */
lacks: string, 
/**
 * What is read from it.
 */
streams: Array<StreamKind>, };

/**
 * Credit that was bought or given.
 */
export type PurchaseEntry = { 
/**
 * How much, such as `25.50`.
 */
amount: string, 
/**
 * A currency such as `USD`, or a unit in small letters such as `credits`.
 */
currency: string, 
/**
 * The day it was had.
 */
acquiredOn: string, 
/**
 * The last day on which it can be spent, where it lapses on a day; the provider's own rule without it.
 */
expiresOn?: string, 
/**
 * In its place another rule it lapses by, such as `after-purchase:365d` or `never`.
 */
rule?: string, 
/**
 * Whether it was given and not bought.
 */
granted: boolean, 
/**
 * Whether a plan includes it, so that it was neither bought nor given.
 */
included: boolean, 
/**
 * Words of one's own.
 */
note?: string, };

/**
 * Hours in which nothing is delivered. They may go over midnight.
 */
export type QuietHours = { 
/**
 * From, such as `22:00`.
 */
from: string, 
/**
 * To, such as `08:00`.
 */
to: string, };

/**
 * An allowance or a count.
 */
export type QuotaRow = { 
/**
 * What is counted.
 */
name: string, 
/**
 * `minute`, `5 hours`, `day`, `week`, `month`, `year`, `lifetime` and the like.
 */
window: string, 
/**
 * A currency, or `requests` and the like.
 */
unit: string, 
/**
 * The model it is for.
 */
model: string | null, 
/**
 * The project it is for.
 */
project: string | null, 
/**
 * How much is used.
 */
used: string | null, 
/**
 * How much there is.
 */
limit: string | null, 
/**
 * When the count starts again, RFC 3339.
 */
resetsAt: string | null, 
/**
 * When it was seen or entered, RFC 3339.
 */
asOf: string, 
/**
 * The entry by hand that it is, by which it can be changed; `null` for what the provider reports.
 */
entry: number | null, };

/**
 * One unit of a currency in another.
 */
export type RateRow = { 
/**
 * One unit of this …
 */
from: string, 
/**
 * … in this …
 */
to: string, 
/**
 * … is so many. Decimal text.
 */
rate: string, 
/**
 * The day it was published for.
 */
date: string, 
/**
 * How many days before the day that was asked for.
 */
ageDays: number, 
/**
 * Who says so.
 */
source: string, 
/**
 * The currency by way of which it was worked out, where it was not published itself.
 */
through: string | null, };

/**
 * Rates of exchange of a day.
 */
export type Rates = { 
/**
 * The day that was asked for.
 */
at: string, 
/**
 * The last day of which any rate is known.
 */
dated: string | null, 
/**
 * The rates.
 */
rows: Array<RateRow>, 
/**
 * A price with every step, where one was asked for.
 */
landed: LandedPrice | null, };

/**
 * Which rates to tell, and which price to land. What is left out is as the settings say.
 */
export type RatesQuery = { 
/**
 * On which day; today without it.
 */
at?: string, 
/**
 * One unit of this; USD without it.
 */
from?: string, 
/**
 * In this; the settings' currency, else every one that is known, without it.
 */
to?: string, 
/**
 * A price to land, in `from`.
 */
amount?: string, 
/**
 * Whether it holds its tax.
 */
tax?: TaxIs, 
/**
 * The country one buys in, by its two letters.
 */
country?: string, 
/**
 * How one stands to taxes there.
 */
taxStatus?: TaxStatus, 
/**
 * One's own rate of tax in per cent, in place of a known one.
 */
taxRate?: string, 
/**
 * What one's card adds to a charge in another currency, in per cent.
 */
cardMarkup?: string, };

/**
 * What came of fetching newer rates of exchange.
 */
export type RatesRefresh = { 
/**
 * How many rates are new.
 */
added: number, 
/**
 * The last day of which any rate is known.
 */
dated: string | null, 
/**
 * Where they were fetched.
 */
url: string, };

/**
 * What to do.
 */
export type Recommendation = { 
/**
 * What.
 */
action: PlanAction, 
/**
 * The option: to switch to, or to stay with.
 */
option: string | null, 
/**
 * The closest other option.
 */
rival: string | null, 
/**
 * What a month of it saves, where switching is advised.
 */
saves: string | null, 
/**
 * The currency of that.
 */
currency: string | null, 
/**
 * Why, in words.
 */
why: string, };

/**
 * What a provider reports beside what the lots say.
 */
export type ReconciliationRow = { 
/**
 * The account's number.
 */
account: number, 
/**
 * The account's name.
 */
label: string, 
/**
 * `credits`, `purchased`, `granted`.
 */
kind: string, 
/**
 * Its currency or unit.
 */
currency: string, 
/**
 * What the balance was.
 */
observed: string, 
/**
 * When it was looked at, RFC 3339.
 */
observedAt: string, 
/**
 * What the lots say was left then.
 */
lots: string, 
/**
 * The balance less what the lots say.
 */
difference: string, 
/**
 * What was spent that no lot covers.
 */
uncovered: string, 
/**
 * What that may be, in words; nothing where there is no difference.
 */
words: string | null, };

/**
 * Where to fetch newer plans.
 */
export type RefreshPlans = { 
/**
 * https, or http on this machine; the address of the last time without it.
 */
url?: string, 
/**
 * Whether to go back to the plans of this version instead.
 */
off: boolean, };

/**
 * Where to fetch newer prices.
 */
export type RefreshPrices = { 
/**
 * https, or http on this machine; the address of the settings, else the usual one, without it.
 */
url?: string, };

/**
 * Where to fetch newer rates of exchange.
 */
export type RefreshRates = { 
/**
 * https, or http on this machine; the address of the settings, else the usual one, without it.
 */
url?: string, };

/**
 * What would have been refused.
 */
export type RefusedUse = { 
/**
 * Requests; nothing where some are not counted.
 */
requests: number | null, 
/**
 * Clock hours in which something was refused.
 */
hours: number, 
/**
 * Its share of all usage at list price, in per cent.
 */
share: string, };

/**
 * Which account is removed, and what becomes of its key.
 */
export type RemoveAccount = { 
/**
 * The account's number.
 */
account: number, 
/**
 * Whether to go on where the keychain does not let its key be removed: it stays there.
 */
leaveKey?: boolean, };

/**
 * Which price of the person's own to take back.
 */
export type RemovePriceCorrection = { 
/**
 * The provider's id; it may be left out where one alone has such a price.
 */
provider?: string, 
/**
 * The model.
 */
model: string, 
/**
 * Of what.
 */
meter: string, 
/**
 * Its first day; it may be left out where there is one alone.
 */
from?: string, 
/**
 * The service tier; the standard one without it.
 */
tier?: string, };

/**
 * A new key for an account.
 */
export type ReplaceKey = { 
/**
 * The account's number.
 */
account: number, 
/**
 * The new key.
 */
key?: string, 
/**
 * The parts of a key that is made of several, in place of `key`.
 */
fields?: { [key in string]: string }, };

/**
 * What was replayed.
 */
export type ReplayWindow = { 
/**
 * First day, `YYYY-MM-DD`, UTC.
 */
from: string, 
/**
 * The day after the last.
 */
to: string, 
/**
 * How many days.
 */
days: number, 
/**
 * How many of them are complete.
 */
completeDays: number, 
/**
 * Why they are fewer than were asked for, where they are, in words.
 */
shorter: string | null, 
/**
 * How many rows of usage.
 */
usageRows: number, 
/**
 * Requests among them, where they are counted.
 */
requests: number | null, 
/**
 * What it would cost as you go, at list price, in the currency of the list.
 */
listCost: string | null, 
/**
 * That currency.
 */
listCurrency: string | null, 
/**
 * What was left out.
 */
excluded: Array<ExcludedUsage>, 
/**
 * Up to when it is known, RFC 3339.
 */
asOf: string | null, };

/**
 * What a month of the window would have cost.
 */
export type ReplayedMonth = { 
/**
 * Its first day; a month ends where the next begins.
 */
month: string, 
/**
 * Its days: fewer than a month where the window begins or ends within.
 */
days: number, 
/**
 * What it would have cost, landed.
 */
cost: string, 
/**
 * Before tax, mark-up and exchange: each sum with its currency, such as `20 USD`.
 */
list: Array<string>, };

/**
 * Everything that a door can ask.
 */
export type Request = { "method": "overview", "params": OverviewQuery } | { "method": "spend", "params": SpendQuery } | { "method": "usage", "params": UsageQuery } | { "method": "picture", "params": PictureQuery } | { "method": "clientSummary", "params": ClientSummaryQuery } | { "method": "providers" } | { "method": "recogniseKey", "params": PastedKey } | { "method": "accounts" } | { "method": "addAccount", "params": AddAccount } | { "method": "checkAccount", "params": AccountId } | { "method": "replaceKey", "params": ReplaceKey } | { "method": "removeAccount", "params": RemoveAccount } | { "method": "beginRemoval", "params": AccountId } | { "method": "holdRemoval", "params": HoldRemoval } | { "method": "endRemoval", "params": AccountId } | { "method": "entries", "params": EntriesQuery } | { "method": "enter", "params": Enter } | { "method": "changeEntry", "params": ChangeEntry } | { "method": "removeEntry", "params": EntryId } | { "method": "restoreEntry", "params": EntryId } | { "method": "formats" } | { "method": "previewImport", "params": ImportQuery } | { "method": "import", "params": ImportQuery } | { "method": "sync", "params": SyncQuery } | { "method": "cancelSync" } | { "method": "chooseFile" } | { "method": "choosePlace", "params": ChoosePlace } | { "method": "limits" } | { "method": "limitHistory", "params": LimitHistoryQuery } | { "method": "learnLimit", "params": LearnLimit } | { "method": "chooseTier", "params": ChooseTier } | { "method": "credits", "params": CreditsQuery } | { "method": "addLot", "params": AddLot } | { "method": "editLot", "params": EditLot } | { "method": "moveLot", "params": MoveLot } | { "method": "removeLot", "params": LotId } | { "method": "restoreLot", "params": LotId } | { "method": "answerOffer", "params": AnswerOffer } | { "method": "forecast", "params": ForecastQuery } | { "method": "estimate", "params": EstimateQuery } | { "method": "savings", "params": SavingsQuery } | { "method": "answerSaving", "params": AnswerSaving } | { "method": "inbox", "params": InboxQuery } | { "method": "answerAlert", "params": AnswerAlert } | { "method": "alertSettings" } | { "method": "changeAlertSettings", "params": AlertSettings } | { "method": "testAlert" } | { "method": "webhook" } | { "method": "setWebhook", "params": SetWebhook } | { "method": "budgets" } | { "method": "setBudget", "params": SetBudget } | { "method": "removeBudget", "params": BudgetId } | { "method": "restoreBudget", "params": BudgetId } | { "method": "assignments" } | { "method": "assign", "params": Assign } | { "method": "watching" } | { "method": "exportCalendar", "params": ExportCalendar } | { "method": "calendarAddress" } | { "method": "setCalendarAddress", "params": CalendarAddress } | { "method": "plans", "params": PlansQuery } | { "method": "planCatalogue", "params": PlanCatalogueQuery } | { "method": "correctPlan", "params": CorrectPlan } | { "method": "removePlanCorrection", "params": PlanCorrectionId } | { "method": "restorePlanCorrection", "params": PlanCorrectionId } | { "method": "refreshPlans", "params": RefreshPlans } | { "method": "prices", "params": PricesQuery } | { "method": "correctPrice", "params": CorrectPrice } | { "method": "removePriceCorrection", "params": RemovePriceCorrection } | { "method": "refreshPrices", "params": RefreshPrices } | { "method": "rates", "params": RatesQuery } | { "method": "refreshRates", "params": RefreshRates } | { "method": "export", "params": Export } | { "method": "backUp", "params": BackUp } | { "method": "restore", "params": Restore } | { "method": "deleteEverything", "params": DeleteEverything } | { "method": "about" } | { "method": "showDataFolder" } | { "method": "doctor" } | { "method": "settings" } | { "method": "changeSettings", "params": Settings } | { "method": "enterSample" } | { "method": "leaveSample" } | { "method": "showMenu", "params": ShowMenu } | { "method": "quit" };

/**
 * When an allowance is whole again.
 */
export type Resets = "rolling" | "midnight" | "firstOfMonth" | "never";

/**
 * The answer to each request, under the same name.
 */
export type Response = { "method": "overview", "result": Overview } | { "method": "spend", "result": Spend } | { "method": "usage", "result": Usage } | { "method": "picture", "result": PictureFile } | { "method": "clientSummary", "result": ClientSummary } | { "method": "providers", "result": Array<ProviderRow> } | { "method": "recogniseKey", "result": Array<KeyCandidate> } | { "method": "accounts", "result": Array<Account> } | { "method": "addAccount", "result": Account } | { "method": "checkAccount", "result": Account } | { "method": "replaceKey", "result": Account } | { "method": "removeAccount", "result": AccountRemoved } | { "method": "beginRemoval", "result": AccountId } | { "method": "holdRemoval", "result": AccountId } | { "method": "endRemoval", "result": AccountId } | { "method": "entries", "result": Array<EntryRow> } | { "method": "enter", "result": EntryRow } | { "method": "changeEntry", "result": EntryRow } | { "method": "removeEntry", "result": EntryId } | { "method": "restoreEntry", "result": EntryRow } | { "method": "formats", "result": Array<FormatRow> } | { "method": "previewImport", "result": ImportReport } | { "method": "import", "result": ImportReport } | { "method": "sync", "result": SyncReport } | { "method": "cancelSync" } | { "method": "chooseFile", "result": ChosenFile } | { "method": "choosePlace", "result": ChosenFile } | { "method": "limits", "result": Limits } | { "method": "limitHistory", "result": Array<LimitHistory> } | { "method": "learnLimit", "result": LearnedLimits } | { "method": "chooseTier", "result": ChooseTier } | { "method": "credits", "result": Credits } | { "method": "addLot", "result": LotRow } | { "method": "editLot", "result": LotRow } | { "method": "moveLot", "result": LotRow } | { "method": "removeLot", "result": LotId } | { "method": "restoreLot", "result": LotRow } | { "method": "answerOffer", "result": Credits } | { "method": "forecast", "result": Forecast } | { "method": "estimate", "result": Estimate } | { "method": "savings", "result": Savings } | { "method": "answerSaving", "result": Savings } | { "method": "inbox", "result": Inbox } | { "method": "answerAlert", "result": AlertRow } | { "method": "alertSettings", "result": AlertSettings } | { "method": "changeAlertSettings", "result": AlertSettings } | { "method": "testAlert", "result": TestedAlert } | { "method": "webhook", "result": Webhook } | { "method": "setWebhook", "result": Webhook } | { "method": "budgets", "result": Array<BudgetRow> } | { "method": "setBudget", "result": BudgetRow } | { "method": "removeBudget", "result": BudgetId } | { "method": "restoreBudget", "result": BudgetRow } | { "method": "assignments", "result": Array<Assignment> } | { "method": "assign", "result": Array<Assignment> } | { "method": "watching", "result": Watching } | { "method": "exportCalendar", "result": CalendarFile } | { "method": "calendarAddress", "result": CalendarAddress } | { "method": "setCalendarAddress", "result": CalendarAddress } | { "method": "plans", "result": PlanComparison } | { "method": "planCatalogue", "result": PlanCatalogue } | { "method": "correctPlan", "result": CorrectedPlans } | { "method": "removePlanCorrection", "result": CorrectedPlans } | { "method": "restorePlanCorrection", "result": CorrectedPlans } | { "method": "refreshPlans", "result": PlanRefresh } | { "method": "prices", "result": Prices } | { "method": "correctPrice", "result": CorrectedPrice } | { "method": "removePriceCorrection", "result": CorrectedPrice } | { "method": "refreshPrices", "result": PriceRefresh } | { "method": "rates", "result": Rates } | { "method": "refreshRates", "result": RatesRefresh } | { "method": "export", "result": ExportedFile } | { "method": "backUp", "result": BackedUp } | { "method": "restore", "result": Restored } | { "method": "deleteEverything", "result": Deleted } | { "method": "about", "result": About } | { "method": "showDataFolder" } | { "method": "doctor", "result": Doctor } | { "method": "settings", "result": Settings } | { "method": "changeSettings", "result": Settings } | { "method": "enterSample", "result": SampleState } | { "method": "leaveSample", "result": SampleState } | { "method": "showMenu" } | { "method": "quit" };

/**
 * Which copy of the store to bring back.
 */
export type Restore = { 
/**
 * A file that was backed up.
 */
path: string, };

/**
 * What was brought back.
 */
export type Restored = { 
/**
 * The file it came from.
 */
path: string, 
/**
 * Where what was here before is kept.
 */
kept: string, 
/**
 * How many accounts there are now.
 */
accounts: number, 
/**
 * How many charges there are now.
 */
charges: number, 
/**
 * Accounts whose key is not where it was: they need it anew.
 */
keysMissing: Array<string>, 
/**
 * Why it is not known whether keys are there, where it is not.
 */
keysProblem: string | null, };

/**
 * Who says when a lot lapses.
 */
export type RuleBy = "reported" | "person" | "provider" | "nobody";

/**
 * A rule of alerts.
 */
export type RuleSetting = { 
/**
 * Which.
 */
rule: AlertRule, 
/**
 * Whether it is on.
 */
on: boolean, 
/**
 * Its steps: days before, or per cent. Empty for a rule without steps.
 */
steps: Array<number>, };

/**
 * Whether sample data is open.
 */
export type SampleState = { 
/**
 * Whether it is.
 */
sample: boolean, };

/**
 * What a person says of a saving.
 */
export type SavingAnswer = "confirm" | "dismiss" | "forget";

/**
 * How sure a saving is.
 */
export type SavingCertainty = "measured" | "assumed" | "needsWord";

/**
 * An amount that is not known to the last digit.
 */
export type SavingRange = { 
/**
 * Hardly less.
 */
low: Amount, 
/**
 * Most likely.
 */
typical: Amount, 
/**
 * Hardly more.
 */
high: Amount, };

/**
 * One way to save.
 */
export type SavingRow = { 
/**
 * Stable id, by which it is answered.
 */
id: string, 
/**
 * `batch`, `cache`, `smaller_model`, `off_peak`, `free_allowance`, `plan_unused`, `lapsing`.
 */
kind: string, 
/**
 * The account's number.
 */
account: number, 
/**
 * The account's name.
 */
label: string, 
/**
 * The project or key it is of, by its name where that is known.
 */
part: string | null, 
/**
 * The models it is of.
 */
models: Array<string>, 
/**
 * The model to take in their place.
 */
instead: string | null, 
/**
 * How much, over the days that were looked at.
 */
amount: SavingRange, 
/**
 * How sure it is.
 */
certainty: SavingCertainty, 
/**
 * Whether the person said that it can be done.
 */
confirmed: boolean, 
/**
 * What points to it, and what is taken for granted.
 */
why: string, 
/**
 * What to do.
 */
todo: string, 
/**
 * Lines of usage behind it.
 */
usageRows: number, 
/**
 * Requests behind it, as far as they are counted; nothing where none are.
 */
requests: number | null, 
/**
 * Days with such use.
 */
days: number, 
/**
 * What that use cost at list price.
 */
listCost: Amount | null, 
/**
 * Pages that say so, or the price list.
 */
sources: Array<string>, 
/**
 * The other savings that are of the same use: only one of them can be had.
 */
overlaps: Array<string>, };

/**
 * What could be saved.
 */
export type Savings = { 
/**
 * The present, RFC 3339.
 */
now: string, 
/**
 * The first day of the usage that was looked at; nothing where there is none.
 */
from: string | null, 
/**
 * The day after the last.
 */
to: string | null, 
/**
 * Up to when it is known, RFC 3339.
 */
asOf: string | null, 
/**
 * Each by itself, over these days; the largest first.
 */
rows: Array<SavingRow>, 
/**
 * What all that is of usage come to with each part of it counted once, without what only the person can confirm.
 */
ofUsage: SavingRange | null, 
/**
 * The ids of savings that the person put away.
 */
dismissed: Array<string>, 
/**
 * What is missing or partial, in words.
 */
notes: Array<string>, };

/**
 * Over which days savings are looked for.
 */
export type SavingsQuery = { 
/**
 * About so many days back from the last complete one, in whole billing months: 30, 90 (without it) or 365.
 */
days?: number, };

/**
 * How a text is sent.
 */
export type SentHow = "now" | "batch" | "cached" | "cacheWrite";

/**
 * A budget to make or change.
 */
export type SetBudget = { 
/**
 * The number of the one to change; a new one without it.
 */
id: number | null, 
/**
 * What it is of.
 */
of: BudgetOf, 
/**
 * `day`, `week` (from Monday) or `month`; UTC days, as providers bill.
 */
span: string, 
/**
 * How much.
 */
amount: string, 
/**
 * Its currency. Only spending in it is counted.
 */
currency: string, };

/**
 * An address that alerts are sent to.
 */
export type SetWebhook = { 
/**
 * The address: https, or http on this machine. It goes into the keychain. Without it, and without a secret, the webhook is
 * taken away; without it the kept one gets the secret.
 */
url?: string, 
/**
 * The secret that signs what is sent. It goes into the keychain. Without it the kept one stays, unless the
 * address is on another host.
 */
secret?: string, };

/**
 * The person's settings.
 */
export type Settings = { 
/**
 * IANA time zone; the system's where none is set.
 */
timeZone: string | null, 
/**
 * Light, dark, or as the system is.
 */
theme: Theme, 
/**
 * The language of the window.
 */
language: Language, 
/**
 * Whether the window starts, out of sight, when the person logs in.
 */
startAtLogin: boolean, 
/**
 * Whether closing the window leaves Spendglass in the tray, where there is one.
 */
keepInTray: boolean, 
/**
 * The country one buys in, by its two letters.
 */
country: string | null, 
/**
 * How one stands to taxes there.
 */
taxStatus: TaxStatus | null, 
/**
 * One's own rate of tax in per cent, in place of a known one.
 */
taxRate: string | null, 
/**
 * What one's card adds to a charge in another currency, in per cent.
 */
cardMarkup: string | null, 
/**
 * The currency one pays in.
 */
currency: string | null, 
/**
 * Whether one is a verified student.
 */
student: boolean, 
/**
 * For how many people plans are bought.
 */
seats: number | null, 
/**
 * Whether newer prices are fetched once a day.
 */
refreshPrices: boolean, 
/**
 * Whether newer rates of exchange are fetched once a day.
 */
refreshRates: boolean, 
/**
 * Where prices are fetched from, in place of the usual address.
 */
priceFeed: string | null, 
/**
 * Where rates of exchange are fetched from, in place of the usual address.
 */
rateFeed: string | null, };

/**
 * What is left of.
 */
export type ShareOf = "limit" | "lots" | "balance";

/**
 * What share of something that is left a text takes.
 */
export type ShareRow = { 
/**
 * The account's number.
 */
account: number, 
/**
 * The account's name.
 */
label: string, 
/**
 * What it is.
 */
of: ShareOf, 
/**
 * What it is called.
 */
name: string, 
/**
 * A currency, or `requests`, `tokens` and the like.
 */
unit: string, 
/**
 * How much is left.
 */
left: string, 
/**
 * What the text takes of it, most likely.
 */
takes: string, 
/**
 * That in per cent of what is left; nothing where nothing is left.
 */
percent: string | null, 
/**
 * What it hardly exceeds, in per cent of what is left.
 */
percentHigh: string | null, 
/**
 * Whether it fits into what is left.
 */
fits: Fits, 
/**
 * As of when what is left is known: RFC 3339, or a date.
 */
asOf: string | null, 
/**
 * When it starts again or lapses: RFC 3339, or a date.
 */
until: string | null, };

/**
 * Asks for the window's menu.
 */
export type ShowMenu = { 
/**
 * The language of its words.
 */
language: Language, };

/**
 * A line without axes, as high as a row of text.
 */
export type Spark = { 
/**
 * SVG whose colours are CSS classes, 96 by 20 pixels.
 */
svg: string, 
/**
 * What it shows, in a sentence.
 */
label: string, };

/**
 * Where the money went.
 */
export type Spend = { 
/**
 * The rows and their sums.
 */
usage: Usage, 
/**
 * The figure that is drawn.
 */
measure: Measure, 
/**
 * The currency or unit that is drawn; other currencies are in the rows only.
 */
unit: string | null, 
/**
 * The steps of time that are drawn.
 */
bucket: Bucket, 
/**
 * By step of time, stacked by group.
 */
daily: Picture, 
/**
 * Which picture stands beside: the only one of the five that is drawn.
 */
closer: Closer, 
/**
 * Those that it can be, as far as that is known before they are drawn.
 */
offered: Array<Closer>, 
/**
 * The groups ranked.
 */
ranked: Picture | null, 
/**
 * The shares of models: of what is billed where every bill names its model, else at list price.
 */
share: Picture | null, 
/**
 * Usage by weekday and hour of the person's own clock, of what is known by the hour.
 */
heat: Picture | null, 
/**
 * The last 53 weeks day by day, whatever the range.
 */
year: Picture | null, 
/**
 * The dearest sessions.
 */
sessions: Picture | null, };

/**
 * A sum over a period. Billed and listed money are shown side by side, never added.
 */
export type SpendFigure = { 
/**
 * First date.
 */
from: string, 
/**
 * End date, exclusive.
 */
to: string, 
/**
 * Whose days these are: `UTC`.
 */
days: string, 
/**
 * The lane of the figures.
 */
lane: string, 
/**
 * What providers bill, by currency. Empty where nothing is known.
 */
billed: Array<Amount>, 
/**
 * The same usage at list price, by currency: an estimate.
 */
listed: Array<Amount>, 
/**
 * Lines of usage without a known price, which `listed` lacks.
 */
unpriced: number, 
/**
 * Figures of other lanes over the same period, never part of the sums above.
 */
beside: Array<LaneFigure>, 
/**
 * The oldest time up to which every contributing account was read, RFC 3339.
 */
asOf: string | null, 
/**
 * Why a figure is missing or partial, in words.
 */
notes: Array<string>, };

/**
 * A range, its rows and its pictures.
 */
export type SpendQuery = { 
/**
 * By what.
 */
by: Grouping, 
/**
 * Which figure is drawn.
 */
measure: Measure, 
/**
 * First UTC date; without it 30 days back.
 */
from?: string, 
/**
 * End date, exclusive; without it the day after the present UTC day.
 */
to?: string, 
/**
 * Width of the charts in CSS pixels.
 */
chartWidth: number, 
/**
 * The picture beside; where these days tell nothing for it, and without it, that of the shares.
 */
closer?: Closer, 
/**
 * The steps of time; the core chooses by the length of the range without it.
 */
bucket?: Bucket, 
/**
 * Whether the period of the same length just before is told beside.
 */
compare?: boolean, 
/**
 * What alone is looked at; all of these at once.
 */
only?: Array<Only>, };

/**
 * A low, a middle and a high figure: eight times in ten what comes lies between the outer two.
 */
export type Spread = { 
/**
 * One time in ten it is less.
 */
p10: string, 
/**
 * As often less as more.
 */
p50: string, 
/**
 * One time in ten it is more.
 */
p90: string, };

/**
 * What is read from a provider.
 */
export type StreamKind = { 
/**
 * Name within the provider.
 */
name: string, 
/**
 * What it shows: `cost`, `usage`, `balance`, `quota`.
 */
sees: string, };

/**
 * What came of one stream.
 */
export type StreamReport = { 
/**
 * Its name.
 */
stream: string, 
/**
 * What it shows: `cost`, `usage`, `balance`, `quota`.
 */
sees: string, 
/**
 * What came of it.
 */
state: StreamState, 
/**
 * What is wrong and what to do, where it failed.
 */
message: string | null, 
/**
 * When it is worth trying again, RFC 3339.
 */
retryAt: string | null, 
/**
 * Lines booked.
 */
booked: number, 
/**
 * Pages read.
 */
pages: number, 
/**
 * First day booked.
 */
from: string | null, 
/**
 * End, exclusive, of the days booked.
 */
to: string | null, };

/**
 * A stream of an account.
 */
export type StreamRow = { 
/**
 * Name within the provider.
 */
name: string, 
/**
 * What it shows: `cost`, `usage`, `balance`, `quota`.
 */
sees: string, 
/**
 * The state.
 */
state: StreamState, 
/**
 * The state in words, where there is something to say.
 */
message: string | null, 
/**
 * When it was last read well, RFC 3339.
 */
syncedAt: string | null, 
/**
 * The first day that is covered.
 */
coveredFrom: string | null, 
/**
 * The end, exclusive, of the days that are covered.
 */
coveredUntil: string | null, };

/**
 * The state of a stream.
 */
export type StreamState = "ok" | "absent" | "new" | "cancelled" | "busy" | "unreachable" | "rateLimited" | "providerChanged" | "forbidden" | "keyRejected" | "keychain" | "failed";

/**
 * A plan that is paid for by the month or year.
 */
export type SubscriptionEntry = { 
/**
 * The plan.
 */
plan: string, 
/**
 * What it costs a period.
 */
price?: string, 
/**
 * The currency of the price.
 */
currency?: string, 
/**
 * `week`, `month` or `year`.
 */
period: string, 
/**
 * The day it renews.
 */
renewsOn?: string, };

/**
 * A plan that is paid for by the month or year.
 */
export type SubscriptionRow = { 
/**
 * The plan.
 */
plan: string, 
/**
 * Its state in the provider's words.
 */
status: string | null, 
/**
 * What it costs a period.
 */
price: Amount | null, 
/**
 * The period it is paid for by: `month`, `year` and the like.
 */
period: string | null, 
/**
 * When it renews or ends, RFC 3339; a date where it was entered by hand.
 */
renewsAt: string | null, 
/**
 * When it was seen or entered, RFC 3339.
 */
asOf: string, 
/**
 * The entry by hand that it is, by which it can be changed; `null` for what the provider reports.
 */
entry: number | null, };

/**
 * What to read.
 */
export type SyncQuery = { 
/**
 * One account, or all without it.
 */
account: number | null, 
/**
 * Read everything again from this UTC date on.
 */
from?: string, };

/**
 * What came of a sync.
 */
export type SyncReport = { 
/**
 * Each account that was asked for.
 */
accounts: Array<AccountReport>, 
/**
 * Whether every stream was read.
 */
complete: boolean, };

/**
 * Whether a price holds its tax.
 */
export type TaxIs = "included" | "excluded" | "unstated";

/**
 * How the person stands to taxes.
 */
export type TaxStatus = "consumer" | "registered" | "none";

/**
 * What became of a test.
 */
export type TestedAlert = { 
/**
 * What each channel did with it.
 */
deliveries: Array<DeliveryRow>, };

/**
 * A kind of text.
 */
export type TextKind = { 
/**
 * `english`, `european`, `code`, `numbers`, `devanagari`, `indic`, `cjk`, `hangul`, `cyrillic`, `arabic`, `other`.
 */
kind: string, 
/**
 * Its characters.
 */
characters: number, };

/**
 * The theme of the window.
 */
export type Theme = "system" | "light" | "dark";

/**
 * The free tiers an account may be on.
 */
export type TierChoice = { 
/**
 * The account's number.
 */
account: number, 
/**
 * The account's name.
 */
label: string, 
/**
 * What the person said: the id of a tier, or `none`. Nothing where they did not say.
 */
chosen: string | null, 
/**
 * Whether the account was billed lately, and so hardly is on a free tier that ends by paying.
 */
billed: boolean, 
/**
 * The tiers.
 */
tiers: Array<TierRow>, };

/**
 * A free tier.
 */
export type TierRow = { 
/**
 * Its id.
 */
id: string, 
/**
 * Its name.
 */
name: string, 
/**
 * Whether it costs nothing; else it is a cap on what is paid for.
 */
free: boolean, 
/**
 * Who is on it.
 */
condition: string | null, 
/**
 * What it may be used for, and what is given for it.
 */
terms: string | null, };

/**
 * A count of tokens that is not known to the last one.
 */
export type TokenRange = { 
/**
 * Hardly less.
 */
low: number, 
/**
 * Most likely.
 */
typical: number, 
/**
 * Hardly more.
 */
high: number, };

/**
 * Something that concerns more than one account. It is told once, and not with each of them.
 */
export type Trouble = { 
/**
 * What kind of trouble it is.
 */
kind: TroubleKind, 
/**
 * What is wrong, and what that means for the figures.
 */
message: string, 
/**
 * What to do.
 */
remedy: string, 
/**
 * The accounts that cannot be read because of it; empty where it concerns everything.
 */
accounts: number[], };

/**
 * The kinds of trouble that a door tells apart.
 */
export type TroubleKind = "diskFull" | "keychainAbsent" | "keychainLocked" | "clockWrong" | "offline";

/**
 * A list price.
 */
export type UnitPriceRow = { 
/**
 * What is priced, such as `input`.
 */
meter: string, 
/**
 * The price of `per` units.
 */
price: Amount, 
/**
 * How many units it buys.
 */
per: number, };

/**
 * A name that nobody knows.
 */
export type UnknownModel = { 
/**
 * As it was asked for.
 */
asked: string, 
/**
 * Names like it; closest first.
 */
near: Array<string>, };

/**
 * Exact sums in a range, row by row.
 */
export type Usage = { 
/**
 * First date.
 */
from: string, 
/**
 * End date, exclusive.
 */
to: string, 
/**
 * Whose days these are: `UTC`.
 */
days: string, 
/**
 * By what the rows are grouped.
 */
by: Grouping, 
/**
 * The lane of the sums.
 */
lane: string, 
/**
 * One row a group, the dearest first; days in order.
 */
rows: Array<UsageRow>, 
/**
 * All rows together; each figure once, though it may be in several rows of clients or tags.
 */
total: UsageRow, 
/**
 * The period just before, where it was asked for.
 */
before: Before | null, 
/**
 * Figures of other lanes, never part of the sums.
 */
beside: Array<LaneFigure>, 
/**
 * The oldest time up to which every contributing account was read, RFC 3339.
 */
asOf: string | null, 
/**
 * Why a figure is missing or partial, in words.
 */
notes: Array<string>, };

/**
 * Exact sums in a range.
 */
export type UsageQuery = { 
/**
 * By what.
 */
by: Grouping, 
/**
 * First UTC date; without it the first day of the present UTC month.
 */
from?: string, 
/**
 * End date, exclusive; without it the day after the present UTC day.
 */
to?: string, 
/**
 * Whether the period of the same length just before is told beside.
 */
compare?: boolean, 
/**
 * What alone is looked at; all of these at once.
 */
only?: Array<Only>, };

/**
 * The sums of one group. Unknown is absent, and is never 0.
 */
export type UsageRow = { 
/**
 * The group: a date, an id, a model. `null` where the provider does not say.
 */
key: string | null, 
/**
 * The group in words: what the provider calls it, where that is known.
 */
name: string, 
/**
 * The provider, where the group has one.
 */
provider: string | null, 
/**
 * The account, where the group is of one: accounts, projects and keys.
 */
account: number | null, 
/**
 * What providers bill, by currency.
 */
billed: Array<Amount>, 
/**
 * The usage at list price, by currency: an estimate.
 */
listed: Array<Amount>, 
/**
 * Input tokens, cached ones included.
 */
inputTokens: number | null, 
/**
 * Output tokens, reasoning included.
 */
outputTokens: number | null, 
/**
 * Requests.
 */
requests: number | null, 
/**
 * Lines of usage without a known price, which `listed` lacks.
 */
unpriced: number, 
/**
 * Who says so: the best lane among what is in the row's money.
 */
lane: string, 
/**
 * The same group in the period before, where it was asked for.
 */
before: BeforeFigures | null, 
/**
 * The group over the steps of the chart, for the largest groups.
 */
spark: Spark | null, };

/**
 * How a figure of use compares with what was truly used.
 */
export type UsedIs = "exact" | "atMost" | "atLeast";

/**
 * The median of recent complete days.
 */
export type UsualDay = { 
/**
 * By currency.
 */
billed: Array<Amount>, 
/**
 * How many complete days it is taken from.
 */
ofDays: number, 
/**
 * The last of them.
 */
to: string, };

/**
 * How the loop stands.
 */
export type Watching = { 
/**
 * When it last looked, RFC 3339; nothing where it never did.
 */
lastTick: string | null, 
/**
 * Whether a loop runs now, in this program or another.
 */
running: boolean, 
/**
 * When each account is read next.
 */
next: Array<NextRefresh>, 
/**
 * The notification service, by the name it gives itself; nothing where none answers.
 */
notifier: string | null, 
/**
 * Why none answers, in words.
 */
notifierProblem: string | null, 
/**
 * `mains`, `battery` or `unknown`.
 */
power: string, };

/**
 * Where alerts are sent beside the desktop.
 */
export type Webhook = { 
/**
 * Scheme and host of the address, and no more of it: it may be a secret. Nothing where there is none.
 */
url: string | null, 
/**
 * Whether what is sent is signed with a secret.
 */
signed: boolean, 
/**
 * The last delivery, where there was one.
 */
last: DeliveryRow | null, };

/**
 * A line that cannot be read.
 */
export type WrongLine = { 
/**
 * Its number in the file, from 1.
 */
line: number, 
/**
 * What is wrong with it.
 */
problem: string, };
