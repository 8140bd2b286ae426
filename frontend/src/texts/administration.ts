// _app/administration/audit.tsx
export const audit = 'Audit';
export const youDontHavePermission = 'You don’t have permission';
export const onlyAdministratorsCanViewThe =
  'Only administrators can view the audit log. Ask an administrator.';
export const whoChangedWhatAndWhen = 'Who changed what, and when. Entries can’t be deleted.';
export const theAuditLog = 'the audit log';
export const noResults = 'No results';
export const noChangesYet = 'No changes yet';
export const clearFilters = 'Clear filters';
export const entries = 'Entries';
export const latest = (count: number) => `latest ${count}`;
export const auditLog = 'Audit log';
export const when = 'When';
export const who = 'Who';
export const what = 'What';
export const about = 'About';
export const change = 'Change';
export const noMatchesAmongTheMost = 'No matches among the most recent entries.';
export const showEarlier = 'Show earlier';
export const filterTheAuditLog = 'Filter the audit log';
export const everyone = 'Everyone';
export const allActions = 'All actions';
export const cluster = 'Cluster';
export const allClusters = 'All clusters';
export const instance = 'Instance';
export const allInstances = 'All instances';
export const key = 'Key';
export const from = 'From';
export const to = 'To';

// _app/administration/-GrantsFields.tsx
export const roleOnAllClusters = 'Role on all clusters';
export const additionalRolesPerCluster = 'Additional roles per cluster';
export const roleOn = (name: string) => `Role on ${name}`;

// _app/administration/-InviteForm.tsx
export const enterAnEmailAddress = 'Enter an email address.';
export const selectARoleHereOr = 'Select at least one cluster.';
export const invitationSentTo = (email: string) => `Invitation sent to ${email}.`;
export const email = 'Email';
export const couldntSendTheInvitation = 'Couldn’t send the invitation';
export const sendInvitation = 'Send invitation';

export const invitationsNeedMail =
  'No mail server is configured, so you can’t invite anyone. Ask the person who runs Ocim to set OCIM_SMTP_HOST.';

// _app/administration/-NotAllowed.tsx
export const youDontHavePermissionAsk = 'You don’t have permission. Ask an administrator.';

// _app/administration/-PeopleSections.tsx
export const users = 'Users';
export const invitations = 'Invitations';
export const people = 'People';

// _app/administration/invitations.tsx
export const waiting = 'Waiting';
export const expired = 'Expired';
export const used = 'Used';
export const revoked = 'Revoked';
export const inviteSomeone = 'Invite someone';
export const wellEmailAOneTime = 'We’ll email a one-time link that expires in 7 days.';
export const theInvitations = 'the invitations';
export const noInvitations = 'No invitations';
export const everyoneExceptTheFirstAdministrator =
  'Everyone except the first administrator joins by invitation.';
export const roles = 'Roles';
export const state = 'State';
export const invitedBy = 'Invited by';
export const sent = 'Sent';
export const expires = 'Expires';
export const resendTo = (email: string) => `Resend to ${email}`;
export const resend = 'Resend';
export const revokeTheInvitationOf = (email: string) => `Revoke the invitation of ${email}`;
export const revoke = 'Revoke';
export const theActionFailed = 'The action failed.';

// _app/administration/-RolesDialog.tsx
export const rolesOf = (name: string) => `Roles of ${name}`;
export const couldntChangeTheRoles = 'Couldn’t change the roles';
export const cancel = 'Cancel';
export const changeRoles = 'Change roles';

// _app/administration/users.tsx
export const theUsers = 'the users';
export const name = 'Name';
export const lastLogin = 'Last login';
export const enabled = 'Enabled';
export const disabled = 'Disabled';
export const you = '(you)';
export const never = 'Never';
export const edit = (name: string) => `Edit ${name}`;
export const edit2 = 'Edit';
export const roles2 = 'Roles…';
export const endSessions = 'End sessions…';
export const enable = 'Enable…';
export const disable = 'Disable…';
export const disable2 = (name: string) => `Disable ${name}?`;
export const disable3 = 'Disable';
export const thisSignsOutEverywhereAnd = (email: string) =>
  `This signs ${email} out everywhere and revokes their API tokens. The tokens stay revoked when you enable the account again.`;
export const enable2 = (name: string) => `Enable ${name}?`;
export const enable3 = 'Enable';
export const canLogInAgainAs = (email: string, rolesInWords: string) =>
  `${email} can log in again as ${rolesInWords}.`;
export const endAllSessionsOf = (name: string) => `End all sessions of ${name}?`;
export const endSessions2 = 'End sessions';
export const thisSignsThemOutOn =
  'This signs them out on every device. They can log in again; API tokens keep working.';
export const access = 'Access';
export const onlyTheseClusters = 'Only these clusters';
export const rolesPerCluster = 'Roles per cluster';
