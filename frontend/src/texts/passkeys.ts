export * from './words';

// _app/account/-Passkeys.tsx
export const passkeys = 'Passkeys';
export const yourPasskeys = 'your passkeys';
export const about = 'Log in with your fingerprint, face, PIN or security key instead of your password.';
export const demanded = 'Administrators need a passkey here. Nothing else logs you in.';
export const where = 'Where the passkey is kept, such as “Work laptop”.';
export const add = 'Add passkey';
export const passkeyAdded = 'Passkey added.';
export const couldntAdd = 'Couldn’t add the passkey';
export const removeOne = (passkey: string) => `Remove ${passkey}`;
export const removeQuestion = (passkey: string) => `Remove ${passkey}?`;
export const itNoLongerLogsYouIn = 'It no longer logs you in. You can’t undo this.';
export const noPasskeys = 'No passkeys yet.';
export const notHere = 'This browser doesn’t support passkeys. Use a current version.';
export const only = 'Log in only with a passkey or a recovery code';
export const onlyAbout = 'Your password alone no longer logs you in.';
export const couldntChange = 'Couldn’t change how you log in';
export const codesLeft = (count: number) =>
  count === 1 ? '1 recovery code left.' : `${count} recovery codes left.`;
export const newCodes = 'Create new recovery codes';
export const couldntCreateCodes = 'Couldn’t create recovery codes';
export const recoveryCodes = 'Recovery codes';
export const keepThem =
  'Keep these codes somewhere safe. With your password, each logs you in once if you lose your passkeys. You won’t be able to view them again.';
