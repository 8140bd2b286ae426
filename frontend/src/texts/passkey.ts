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

// frame/PasskeyNeeded.tsx
export const rightsWait = 'Add a passkey to use your administrator role';
export const rightsWaitAbout = 'Until then you can do what an operator can.';
export const addOne = 'Go to your account';
