// components/StepUpDialog.tsx
export const confirmIdentity = "Confirm it's you";
export const currentPassword = 'Current password';
export const passwordNeeded = 'Enter your current password.';
export const confirm = 'Confirm';
export const cancel = 'Cancel';
export const notConfirmed = 'Your password was not confirmed.';
export const signInAgain = 'Sign in again';
export const signInAgainAbout = 'You will come back to this page and can repeat the action.';
