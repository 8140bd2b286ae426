export * from './words';

// components/StepUpDialog.tsx
export const confirmIdentity = "Confirm it's you";
export const confirm = 'Confirm';
export const notConfirmed = 'Your password was not confirmed.';
export const signInAgain = 'Sign in again';
export const signInAgainAbout = 'You will come back to this page and can repeat the action.';
