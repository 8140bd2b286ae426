// api/passkey.ts
export const noPasskeyUsed = 'No passkey was used. Try again, or log in another way.';
export const thisDeviceHasOne = 'This device already has a passkey for your account.';

// _guest/login.tsx
export const logInWithPasskey = 'Log in with a passkey';
export const usePasskey = 'Use a passkey';
export const couldntUseThePasskey = 'Couldn’t use the passkey';
export const passkeyNeeded = 'Your account needs a passkey';
export const usePasskeyOrCode = 'Use your passkey, or enter one of your recovery codes.';
export const recoveryCode = 'Recovery code';
export const eachCodeWorksOnce = 'Each code works once.';

// _app/account/-Passkeys.tsx
export const passkeys = 'Passkeys';
export const yourPasskeys = 'your passkeys';
export const about = 'Log in with your fingerprint, face, PIN or security key instead of your password.';
export const demanded = 'Administrators need a passkey here. Nothing else logs you in.';
export const rightsWait = 'Add a passkey to use your administrator role';
export const rightsWaitAbout = 'Until then you can do what an operator can.';
export const addOne = 'Go to your account';
export const name = 'Name';
export const where = 'Where the passkey is kept, such as “Work laptop”.';
export const enterAName = 'Enter a name.';
export const added = 'Added';
export const lastUsed = 'Last used';
export const never = 'Never';
export const add = 'Add passkey';
export const passkeyAdded = 'Passkey added.';
export const couldntAdd = 'Couldn’t add the passkey';
export const remove = 'Remove';
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
export const copy = 'Copy';
export const copied = 'Copied';
export const done = 'Done';
