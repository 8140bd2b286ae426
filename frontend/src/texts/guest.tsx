export {
  changePassword,
  couldntChangeThePassword,
  email,
  enterAName,
  enterAnEmailAddress,
  logOut,
  ocim,
  ocimCantSendEmail,
  password,
  passwordChanged,
} from './common';

// _guest.tsx
export const logInToLinkGoogle =
  'An account with this address exists. Log in with its password to link your Google account to it.';

// _guest/forgot-password.tsx
export const checkYourEmail = 'Check your email';
export const ifHasAnAccountWeve = (sentTo: string) => (
  <>
    If <strong>{sentTo}</strong> has an account, we’ve sent it a link to choose a new password. The link works
    once and expires in 30 minutes.
  </>
);
export const backToLogIn = 'Back to log in';
export const forgotPassword = 'Forgot password';
export const wellEmailYouALink = 'We’ll email you a link to choose a new password.';
export const couldntSendTheLink = 'Couldn’t send the link';
export const sendLink = 'Send link';
export const resetsNeedMail =
  'No mail server is configured, so passwords can’t be reset. Ask the person who runs Ocim to set OCIM_SMTP_HOST.';

// _guest/logged-out.tsx
export const loggedOut = 'Logged out';
export const youreSignedOutInEvery = 'You’re signed out in every tab of this browser.';
export const yourSessionMayStillBe = 'Your session may still be open';
export const logInAgain = 'Log in again';

// _guest/login.tsx
export const youLeftGoogleWithoutLogging = 'You left Google without logging in.';
export const thisGoogleAccountHasNo =
  'This Google account has no access. Ask an administrator to invite its address.';
export const tooManyAttemptsWaitA = 'Too many attempts. Wait a moment, then try again.';
export const googleIsntRespondingTryAgain =
  'Google isn’t responding. Try again in a moment, or use your password.';
export const enterYourPassword = 'Enter your password.';
export const logIn = 'Log in';
export const logInToContinueWhere = 'Log in to continue where you left off.';
export const notSetUpYet = 'Not set up yet';
export const openTheSetupLinkThat =
  'Open the setup link that Ocim printed when it started. It creates the first administrator account.';
export const yourAccountNeedsAPasskey = 'Your account needs a passkey. Use it below.';
export const couldntLogInWithGoogle = 'Couldn’t log in with Google. Try again.';
export const couldntLogIn = 'Couldn’t log in';
export const forgotPassword2 = 'Forgot password?';
export const or = 'or';
export const continueWithGoogle = 'Continue with Google';

// _guest/register.tsx
export const thisInvitationHasExpired = 'This invitation has expired';
export const askTheAdministratorWhoInvited = 'Ask the administrator who invited you to resend it.';
export const thisInvitationHasAlreadyBeen = 'This invitation has already been used';
export const theAccountAlreadyExistsLog = 'The account already exists. Log in, or reset its password.';
export const thisInvitationWasRevoked = 'This invitation was revoked';
export const askTheAdministratorWhoInvited2 = 'Ask the administrator who invited you.';
export const thisInvitationDoesNotExist = 'This invitation doesn’t exist';
export const openTheCompleteLinkFrom = 'Open the complete link from the email.';
export const theInvitation = 'the invitation';
export const thisInvitationIsForSomeone = 'This invitation is for someone else';
export const itIsForButYoure = (email: string, email2: string) => (
  <>
    It is for <strong>{email}</strong>, but you’re logged in as <strong>{email2}</strong>. Log out, then open
    the link again.
  </>
);
export const stayLoggedIn = 'Stay logged in';
export const youreInvited = 'You’re invited';
export const role = (rolesInWords: string) => (
  <>
    Role: <strong>{rolesInWords}</strong>
  </>
);
export const yourName = 'Your name';
export const couldntCreateTheAccount = 'Couldn’t create the account';
export const createAccount = 'Create account';

// _guest/reset.tsx
export const youveBeenSignedOutOn = 'You’ve been signed out on every device. Log in with the new password.';
export const thisLinkIsIncomplete = 'This link is incomplete';
export const openTheCompleteLinkFrom2 = 'Open the complete link from the email, or request a new one.';
export const requestANewLink = 'Request a new link';
export const chooseANewPassword = 'Choose a new password';
export const thisSignsYouOutOn = 'This signs you out on every device.';

// _guest/setup.tsx
export const alreadySetUp = 'Already set up';
export const theFirstAdministratorAccountExists =
  'The first administrator account exists. Log in, or ask for an invitation.';
export const openTheCompleteSetupLink = 'Open the complete setup link that Ocim printed when it started.';
export const welcomeToOcim = 'Welcome to Ocim';
export const createTheFirstAdministratorAccount =
  'Create the first administrator account. Everyone else joins by invitation.';
export const couldntSetUpOcim = 'Couldn’t set up Ocim';
