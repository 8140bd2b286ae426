export * from './words';

// _app/administration/audit.tsx
export const onlyAdministratorsCanViewThe =
  'Only administrators can view the audit log. Ask an administrator.';
export const whoChangedWhatAndWhen = 'Who changed what, and when. Entries can’t be deleted.';
export const noChangesYet = 'No changes yet';
export const entries = 'Entries';
export const latest = (count: number) => `latest ${count}`;
export const auditLog = 'Audit log';
export const when = 'When';
export const who = 'Who';
export const what = 'What';
export const filterTheAuditLog = 'Filter the audit log';
export const everyone = 'Everyone';
export const allActions = 'All actions';
export const from = 'From';
export const to = 'To';

// _app/administration/-GrantsFields.tsx
export const additionalRolesPerCluster = 'Additional roles per cluster';
export const roleOn = (name: string) => `Role on ${name}`;

// _app/administration/-InviteForm.tsx
export const selectARoleHereOr = 'Select at least one cluster.';
export const invitationSentTo = (email: string) => `Invitation sent to ${email}.`;
export const couldntSendTheInvitation = 'Couldn’t send the invitation';
export const sendInvitation = 'Send invitation';

export const invitationsNeedMail =
  'No mail server is configured, so you can’t invite anyone. Ask the person who runs Ocim to set OCIM_SMTP_HOST.';

// _app/administration/-PeopleSections.tsx
export const invitations = 'Invitations';

// _app/administration/invitations.tsx
export const expired = 'Expired';
export const used = 'Used';
export const revoked = 'Revoked';
export const wellEmailAOneTime = 'We’ll email a one-time link that expires in 7 days.';
export const theInvitations = 'the invitations';
export const noInvitations = 'No invitations';
export const everyoneExceptTheFirstAdministrator =
  'Everyone except the first administrator joins by invitation.';
export const invitedBy = 'Invited by';
export const resendTo = (email: string) => `Resend to ${email}`;
export const resend = 'Resend';
export const revokeTheInvitationOf = (email: string) => `Revoke the invitation of ${email}`;

// _app/administration/-RolesDialog.tsx
export const rolesOf = (name: string) => `Roles of ${name}`;
export const couldntChangeTheRoles = 'Couldn’t change the roles';
export const changeRoles = 'Change roles';

// _app/administration/users.tsx
export const theUsers = 'the users';
export const lastLogin = 'Last login';
export const enabled = 'Enabled';
export const you = '(you)';
export const editOne = (name: string) => `Edit ${name}`;
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
