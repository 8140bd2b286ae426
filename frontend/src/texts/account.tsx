export * from './words';

// _app/account/-AccountSections.tsx
export const profileAndSessions = 'Profile and sessions';

// _app/account/index.tsx
export const yourAccount = 'your account';
export const nameSaved = 'Name saved.';
export const profile = 'Profile';
export const onlyAdministratorsCanChangeRoles = 'Only administrators can change roles.';
export const couldntSaveTheName = 'Couldn’t save the name';
export const passwordChangedYourOtherSessions = 'Password changed. Your other sessions have ended.';
export const googleIsLinked = 'Google is linked';
export const newPassword = 'New password';
export const sessions = 'Sessions';
export const devicesWhereYoureLoggedIn = 'Devices where you’re logged in';
export const endAll = 'End all';
export const yourSessions = 'your sessions';
export const device = 'Device';
export const loginMethod = 'Login method';
export const since = 'Since';
export const endAllSessions = 'End all sessions?';
export const thisSignsYouOutOn =
  'This signs you out on every device, including this one. API tokens keep working.';
export const methods = {
  password: 'Password',
  google: 'Google',
  passkey: 'Passkey',
  recovery: 'Recovery code',
};
export const thisSession = 'This session';
export const endTheSessionOn = (device: string) => `End the session on ${device}`;
export const end = 'End';
export const couldntEndTheSession = 'Couldn’t end the session';

// _app/account/-events.ts
export const anInstanceFails = 'An instance fails';
export const anInstanceIsDegraded = 'An instance is degraded';
export const itRecovers = 'It recovers';
export const aClusterIsOffline = 'A cluster is offline';
export const aSiteFails = 'A site doesn’t answer, or its certificate ends';
export const siteFailed = 'site failed';
export const aPipelineFails = 'A pipeline fails';
export const eventFailed = 'failed';
export const degraded = 'degraded';
export const recovered = 'recovered';
export const offline = 'offline';
export const pipelineFailed = 'pipeline failed';
export const aTest = 'a test';

// _app/account/-Deliveries.tsx
export const deliveries = 'Deliveries';
export const theDeliveries = 'the deliveries';
export const noDeliveriesYet = 'No deliveries yet';
export const sendATestNotificationOr = 'Send a test notification, or wait for a health change.';
export const queued = 'Queued';
export const subscription = 'Subscription';
export const whatHappened = 'What happened';
export const retried = ' Retried ';

// _app/account/-SubscriptionForm.tsx
export const selectAtLeastOneEvent = 'Select at least one event.';
export const forExampleMyInstances = 'For example, my instances';
export const aSavedViewItsFilters = 'A saved view. Its filters for health, pipelines and drift are ignored.';
export const allInstancesYouCanView = 'All instances you can view';
export const sendTo = 'Send to';
export const webhooksRequireTheOperatorRole = 'Webhooks require the Operator role on at least one cluster.';
export const email2 = (email: string) => `Email ${email}`;
export const webhookSlackMattermost = 'Webhook (Slack, Mattermost)';
export const webhookUrl = 'Webhook URL';
export const storedEncryptedYouWontBe = 'Stored encrypted. You won’t be able to view it again.';
export const leaveEmptyToKeepThe = (host: string) => `Leave empty to keep the current URL at ${host}.`;
export const notifyMeWhen = 'Notify me when';
export const noticesNeedMail =
  'No mail server is configured, so these notifications won’t arrive. Ask the person who runs Ocim to set OCIM_SMTP_HOST.';
export const couldntSaveTheSubscription = 'Couldn’t save the subscription';
export const subscribe = 'Subscribe';

// _app/account/notifications.tsx
export const notificationsAboutFailingAndRecovering =
  'Notifications about failing and recovering instances, grouped by instance. A flapping instance is muted.';
export const yourSubscriptions = 'your subscriptions';
export const editSubscription = (name: string) => `Edit “${name}”`;
export const newSubscription = 'New subscription';
export const subscriptions = 'Subscriptions';
export const noSubscriptions = 'No subscriptions';
export const noSubscriptionsYetCreateOne = 'No subscriptions yet. Create one above.';
export const destination = 'Destination';
export const removeQuestion = (name: string) => `Remove “${name}”?`;
export const youWontGetTheseNotifications =
  'You won’t get these notifications anymore. To keep the subscription for later, pause it instead.';
export const testNotificationSentFor = (name: string) => `Test notification sent for “${name}”.`;
export const unknownDestination = 'Unknown destination';
export const webhookAt = (host: string) => `Webhook at ${host}`;
export const sendATestNotificationFor = (name: string) => `Send test notification for ${name}`;
export const sendTest = 'Send test';
export const editOne = (name: string) => `Edit ${name}`;
export const removeOne = (name: string) => `Remove ${name}`;
export const seeTheDeliveriesBelow = 'See the deliveries below.';
export const testFailed = (error: string) => `Test failed: ${error}`;

// _app/account/-TokenForm.tsx
export const n7Days = '7 days';
export const n1Year = '1 year';
export const enterANameThatSays = 'Enter a name that says what uses the token.';
export const forExampleNightlyReport = 'For example, nightly report';
export const expiresIn = 'Expires in';
export const leaveEmptyForEveryCluster = 'Leave empty for every cluster you have access to.';
export const couldntCreateTheToken = 'Couldn’t create the token';
export const createToken = 'Create token';

// _app/account/tokens.tsx
export const tokensLetProgramsActOn = 'Tokens let programs act on your behalf, with at most your roles.';
export const newToken = 'New token';
export const tokens = 'Tokens';
export const yourTokens = 'your tokens';
export const noTokens = 'No tokens';
export const tokensAppearHereUntilThey = 'Tokens appear here until they expire or you revoke them.';
export const allYourClusters = 'All your clusters';
export const revokeOne = (name: string) => `Revoke ${name}`;
export const revokeQuestion = (name: string) => `Revoke ${name}?`;
export const programsThatUseThisToken =
  'Programs that use this token lose access immediately. You can’t undo this.';
export const copyItNowYouWont = (
  <>
    <strong>Copy it now.</strong> You won’t be able to view it again.
  </>
);
