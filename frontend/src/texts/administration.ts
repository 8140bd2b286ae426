// _app/administration/audit.tsx
export const audit = 'Audit';
export const yourRoleDoesNotAllowThis = 'Your role does not allow this';
export const onlyAdministratorsReadTheAuditLog = 'Only administrators read the audit log. Ask one of them.';
export const whoChangedWhatAndWhenNothing = 'Who changed what, and when. Nothing is ever taken out of it.';
export const theAuditLog = 'The audit log';
export const noEntryMatches = 'No entry matches';
export const nothingWasChangedYet = 'Nothing was changed yet';
export const clearTheFilters = 'Clear the filters';
export const entries = 'Entries';
export const theLatest = (count: number) => `the latest ${count}`;
export const auditLog = 'Audit log';
export const when = 'When';
export const who = 'Who';
export const what = 'What';
export const about = 'About';
export const change = 'Change';
export const nothingAmongTheLatest = 'Nothing among the latest.';
export const showEarlier = 'Show earlier';
export const filterTheAuditLog = 'Filter the audit log';
export const everybody = 'Everybody';
export const allThatWasDone = 'All that was done';

// _app/administration/-GrantsFields.tsx
export const roleOnEveryCluster = 'Role on every cluster';
export const onlyOnTheClustersBelow = 'Only on the clusters below.';
export const none = 'None';
export const inAdditionOnCertainClusters = 'In addition, on certain clusters';
export const roleOn = (name: string) => `Role on ${name}`;

// _app/administration/-InviteForm.tsx
export const anEMailAddressIsNeeded = 'An e-mail address is needed.';
export const aRoleIsNeededHereOr = 'A role is needed, here or on a cluster.';
export const isInvited = (email: string) => `${email} is invited.`;
export const eMail = 'E-mail';
export const nobodyWasInvited = 'Nobody was invited.';
export const sendTheInvitation = 'Send the invitation';

// _app/administration/-NotAllowed.tsx
export const onlyAdministratorsManagePeopleAskOne = 'Only administrators manage people. Ask one of them.';

// _app/administration/-PeopleSections.tsx
export const users = 'Users';
export const invitations = 'Invitations';
export const people = 'People';

// _app/administration/invitations.tsx
export const waiting = 'Waiting';
export const expired = 'Expired';
export const used = 'Used';
export const revoked = 'Revoked';
export const inviteSomebody = 'Invite somebody';
export const theyGetALinkThatRegisters = 'They get a link that registers once, within 7 days.';
export const theInvitations = 'The invitations';
export const noInvitations = 'No invitations';
export const everybodyButTheFirstAdministratorComes =
  'Everybody but the first administrator comes in by one.';
export const roles = 'Roles';
export const state = 'State';
export const invitedBy = 'Invited by';
export const sent = 'Sent';
export const expires = 'Expires';
export const resendTo = (email: string) => `Resend to ${email}`;
export const resend = 'Resend';
export const revokeThatOf = (email: string) => `Revoke that of ${email}`;
export const revoke = 'Revoke';
export const itWasNotDone = 'It was not done.';

// _app/administration/-RolesDialog.tsx
export const rolesOf = (name: string) => `Roles of ${name}`;
export const theRolesWereNotChanged = 'The roles were not changed.';
export const cancel = 'Cancel';
export const changeTheRoles = 'Change the roles';

// _app/administration/users.tsx
export const theUsers = 'The users';
export const name = 'Name';
export const lastLogIn = 'Last log-in';
export const enabled = 'Enabled';
export const disabled = 'Disabled';
export const you = '(you)';
export const never = 'Never';
export const change2 = (name: string) => `Change ${name}`;
export const roles2 = 'Roles…';
export const endSessions = 'End sessions…';
export const enable = 'Enable…';
export const disable = 'Disable…';
export const disable2 = (name: string) => `Disable ${name}?`;
export const disable3 = 'Disable';
export const isLoggedOutEverywhereAndTheir = (email: string) =>
  `${email} is logged out everywhere. Their API tokens are revoked and stay revoked when you enable the account again.`;
export const enable2 = (name: string) => `Enable ${name}?`;
export const enable3 = 'Enable';
export const mayLogInAgainAs = (email: string, rolesInWords: string) =>
  `${email} may log in again, as ${rolesInWords}.`;
export const endTheSessionsOf = (name: string) => `End the sessions of ${name}?`;
export const endSessions2 = 'End sessions';
export const theyAreLoggedOutOnEvery =
  'They are logged out on every device and can log in again. API tokens stay.';
