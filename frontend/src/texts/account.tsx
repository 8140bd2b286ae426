// _app/account/-AccountSections.tsx
export const profileAndSessions = 'Profile and sessions';
export const apiTokens = 'API tokens';
export const notifications = 'Notifications';
export const account = 'Account';

// _app/account/index.tsx
export const yourAccount = 'Your account';
export const aNameIsNeeded = 'A name is needed.';
export const nameSaved = 'Name saved.';
export const profile = 'Profile';
export const eMail = 'E-mail';
export const roles = 'Roles';
export const administratorsChangeThem = 'Administrators change them.';
export const name = 'Name';
export const theNameWasNotSaved = 'The name was not saved.';
export const save = 'Save';
export const yourPresentPasswordIsNeeded = 'Your present password is needed.';
export const passwordChangedYourOtherSessionsHave = 'Password changed. Your other sessions have ended.';
export const password = 'Password';
export const googleIsLinked = 'Google is linked';
export const presentPassword = 'Present password';
export const newPassword = 'New password';
export const thePasswordWasNotChanged = 'The password was not changed.';
export const changePassword = 'Change password';
export const sessions = 'Sessions';
export const whereYouAreLoggedIn = 'where you are logged in';
export const endAll = 'End all';
export const yourSessions = 'Your sessions';
export const device = 'Device';
export const address = 'Address';
export const loggedInBy = 'Logged in by';
export const since = 'Since';
export const lastUse = 'Last use';
export const endAllSessions = 'End all sessions?';
export const youAreLoggedOutOnEvery = 'You are logged out on every device, this one too. API tokens stay.';
export const google = 'Google';
export const thisSession = 'This session';
export const endTheSessionOn = (device: string) => `End the session on ${device}`;
export const end = 'End';
export const itWasNotEnded = 'It was not ended.';

// _app/account/-events.ts
export const anInstanceFails = 'An instance fails';
export const anInstanceIsDegraded = 'An instance is degraded';
export const itHasRecovered = 'It has recovered';
export const aClusterIsOffline = 'A cluster is offline';
export const aPipelineFails = 'A pipeline fails';
export const failed = 'failed';
export const degraded = 'degraded';
export const recovered = 'recovered';
export const offline = 'offline';
export const pipelineFailed = 'pipeline failed';
export const aTest = 'a test';
export const waiting = 'Waiting';
export const sent = 'Sent';
export const failed2 = 'Failed';

// _app/account/-Deliveries.tsx
export const deliveries = 'Deliveries';
export const theDeliveries = 'The deliveries';
export const nothingWasSentYet = 'Nothing was sent yet';
export const sendATestOrWaitFor = 'Send a test, or wait for a change of health.';
export const askedFor = 'Asked for';
export const subscription = 'Subscription';
export const state = 'State';
export const about = 'About';
export const whatHappened = 'What happened';
export const triedAgain = ' Tried again ';
export const showEarlier = 'Show earlier';

// _app/account/-SubscriptionForm.tsx
export const chooseWhatToBeToldAt = 'Choose what to be told at least once.';
export const whatItIsFor = 'What it is for';
export const instances = 'Instances';
export const aSavedViewItsFiltersOn =
  'A saved view; its filters on health, pipelines and drift do not count.';
export const allThatYouSee = 'All that you see';
export const send = 'Send';
export const aWebhookNeedsTheRoleOperator = 'A webhook needs the role operator on a cluster.';
export const eMailTo = (email: string) => `E-mail to ${email}`;
export const webhookSlackMattermost = 'Webhook (Slack, Mattermost)';
export const addressOfTheWebhook = 'Address of the webhook';
export const itIsKeptSecretAndNever = 'It is kept secret and never shown again.';
export const leftEmptyItStaysTheOne = (host: string) => `Left empty, it stays the one at ${host}.`;
export const tellWhen = 'Tell when';
export const itWasNotSaved = 'It was not saved.';
export const subscribe = 'Subscribe';
export const cancel = 'Cancel';

// _app/account/notifications.tsx
export const on = 'On';
export const paused = 'Paused';
export const whatYouAreToldWhenInstances =
  'What you are told when instances fail or recover: grouped by instance, quiet while one flaps.';
export const yourSubscriptions = 'Your subscriptions';
export const change = (name: string) => `Change “${name}”`;
export const newSubscription = 'New subscription';
export const subscriptions = 'Subscriptions';
export const noSubscriptions = 'No subscriptions';
export const youAreToldOfNothingSubscribe = 'You are told of nothing. Subscribe above.';
export const tellsWhen = 'Tells when';
export const goesTo = 'Goes to';
export const remove = (name: string) => `Remove “${name}”?`;
export const remove2 = 'Remove';
export const nothingMoreIsToldByIt = 'Nothing more is told by it. Pause it instead to keep it for later.';
export const theTestOfIsSent = (name: string) => `The test of “${name}” is sent.`;
export const anUnknownPlace = 'an unknown place';
export const webhookAt = (host: string) => `Webhook at ${host}`;
export const sendATestOf = (name: string) => `Send a test of ${name}`;
export const sendATest = 'Send a test';
export const resume = 'Resume';
export const pause = 'Pause';
export const change2 = (name: string) => `Change ${name}`;
export const change3 = 'Change';
export const remove3 = (name: string) => `Remove ${name}`;
export const seeTheDeliveriesBelow = 'see the deliveries below.';
export const theTestFailed = (error: string) => `The test failed: ${error}`;
export const itWasNotDone = 'It was not done.';

// _app/account/-TokenForm.tsx
export const n7Days = '7 days';
export const n30Days = '30 days';
export const n90Days = '90 days';
export const n1Year = '1 year';
export const aNameIsNeededWhatWill = 'A name is needed: what will use it?';
export const whatWillUseIt = 'What will use it';
export const role = 'Role';
export const expiresIn = 'Expires in';
export const clusters = 'Clusters';
export const noneChosenAllThatYouMay = 'None chosen: all that you may see.';
export const noTokenWasMade = 'No token was made.';
export const makeTheToken = 'Make the token';

// _app/account/tokens.tsx
export const forProgramsThatActInYour = 'For programs that act in your name, with no more than your roles.';
export const newToken = 'New token';
export const tokens = 'Tokens';
export const yourTokens = 'Your tokens';
export const noTokens = 'No tokens';
export const aTokenShowsHereWithIts =
  'A token shows here with its last use, until it expires or you revoke it.';
export const made = 'Made';
export const expires = 'Expires';
export const allOfYours = 'All of yours';
export const never = 'Never';
export const revoke = (name: string) => `Revoke ${name}`;
export const revoke2 = 'Revoke';
export const revoke3 = (name: string) => `Revoke ${name}?`;
export const programsThatUseItAreRefused =
  'Programs that use it are refused from now on. This cannot be undone.';
export const theNewToken = 'The new token';
export const itIsShownThisOnce = (
  <>
    <strong>Copy it now.</strong> It is shown this once.
  </>
);
export const copied = 'Copied';
export const copy = 'Copy';
export const iHaveIt = 'I have it';
