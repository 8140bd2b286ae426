export * from './words';

// pages/_app/administration/-WaysInDialog.tsx
export const accessOf = (name: string) => `Access of ${name}`;
export const accessMenu = 'Access…';
export const theAccess = 'the access of this user';
export const noTokens = 'No API tokens.';
export const revokeToken = (token: string) => `Revoke ${token}`;
export const revokeAll = 'Revoke all tokens';
export const browsers = (count: number) =>
  count === 1 ? '1 remembered browser.' : `${count} remembered browsers.`;
export const forgetBrowsers = 'Forget browsers';
export const noPasskeys = 'No passkeys.';
export const passkeys = (names: string) => `Passkeys: ${names}.`;
export const removePasskeys = 'Remove passkeys';
export const linked = 'A sign-in account is linked.';
export const notLinked = 'No sign-in account is linked.';
export const unlink = 'Unlink sign-in';
export const notRevoked = 'The access was not revoked.';

// components/audit/VerifyAudit.tsx
export const verifyLog = 'Verify log';
export const notVerified = 'Couldn’t verify the log.';
export const intact = (entries: number, sealed: number) =>
  `The log is intact: ${entries} ${entries === 1 ? 'entry' : 'entries'}, ${sealed} of them sealed.`;
export const beforeMacs = (count: number) =>
  `An earlier release sealed ${count === 1 ? '1 entry' : `${count} entries`} in groups only: a change is found, but not which entry it was.`;
export const tampered = (problem: string) => `The log was tampered with. ${problem}`;

// pages/_app/account/index.tsx, login
export const keepAccess = 'Keep API tokens, remembered browsers and the linked sign-in';
export const keepAccessAbout = 'Leave this off if someone else may know your password.';
