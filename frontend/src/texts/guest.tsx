// _guest.tsx
export const logInToLinkGoogle =
  'An account with this address exists. Log in with its password to link your Google account to it.';
export const ocim = 'Ocim';

// _guest/forgot-password.tsx
export const anEMailAddressIsNeeded = 'An e-mail address is needed.';
export const lookIntoYourMail = 'Look into your mail';
export const ifHasAnAccountALink = (sentTo: string) => (
  <>
    If <strong>{sentTo}</strong> has an account, a link to choose a new password is on its way. It holds for
    30 minutes, once.
  </>
);
export const backToLogIn = 'Back to log in';
export const forgotPassword = 'Forgot password';
export const ocimSendsYouALinkTo = 'Ocim sends you a link to choose a new one.';
export const eMail = 'E-mail';
export const noLinkWasSent = 'No link was sent.';
export const sendTheLink = 'Send the link';

// _guest/logged-out.tsx
export const loggedOut = 'Logged out';
export const yourSessionHasEndedInEvery = 'Your session has ended in every tab of this browser.';
export const logInAgain = 'Log in again';

// _guest/login.tsx
export const youWentBackFromGoogleWithout = 'You went back from Google without logging in.';
export const thisGoogleAccountMayNotEnter =
  'This Google account may not enter. Ask an administrator for an invitation to its address.';
export const tooManyAttemptsWaitAMoment = 'Too many attempts. Wait a moment, then try again.';
export const googleDoesNotAnswerTryAgain =
  'Google does not answer. Try again in a moment, or use your password.';
export const aPasswordIsNeeded = 'A password is needed.';
export const logIn = 'Log in';
export const logInToGoOnWhere = 'Log in to go on where you were.';
export const notSetUpYet = 'Not set up yet';
export const openTheSetUpLinkThat =
  'Open the set-up link that Ocim printed when it started. It makes the first administrator.';
export const loggingInWithGoogleDidNot = 'Logging in with Google did not succeed. Try again.';
export const password = 'Password';
export const youAreNotLoggedIn = 'You are not logged in.';
export const forgotPassword2 = 'Forgot password?';
export const or = 'or';
export const continueWithGoogle = 'Continue with Google';

// _guest/register.tsx
export const thisInvitationHasExpired = 'This invitation has expired';
export const askTheAdministratorWhoInvitedYou = 'Ask the administrator who invited you to send it again.';
export const thisInvitationWasUsed = 'This invitation was used';
export const itsAccountExistsLogInOr =
  'Its account exists. Log in, or reset the password if it is forgotten.';
export const thisInvitationWasWithdrawn = 'This invitation was withdrawn';
export const askTheAdministratorWhoInvitedYou2 = 'Ask the administrator who invited you.';
export const thisInvitationDoesNotExist = 'This invitation does not exist';
export const openTheWholeLinkFromThe = 'Open the whole link from the mail.';
export const theInvitation = 'The invitation';
export const thisInvitationIsForSomebodyElse = 'This invitation is for somebody else';
export const itIsForYouAreLogged = (email: string, email2: string) => (
  <>
    It is for <strong>{email}</strong>; you are logged in as <strong>{email2}</strong>. Log out, then open the
    link again.
  </>
);
export const stayLoggedIn = 'Stay logged in';
export const logOut = 'Log out';
export const aNameIsNeeded = 'A name is needed.';
export const youAreInvited = 'You are invited';
export const asText = (rolesInWords: string) => (
  <>
    As <strong>{rolesInWords}</strong>.
  </>
);
export const yourName = 'Your name';
export const theAccountWasNotMade = 'The account was not made.';
export const makeTheAccount = 'Make the account';

// _guest/reset.tsx
export const passwordChanged = 'Password changed';
export const allYourSessionsHaveEndedLog = 'All your sessions have ended. Log in with the new password.';
export const thisLinkIsNotComplete = 'This link is not complete';
export const openTheWholeLinkFromThe2 = 'Open the whole link from the mail, or ask for a new one.';
export const askForANewLink = 'Ask for a new link';
export const chooseANewPassword = 'Choose a new password';
export const afterwardsAllYourSessionsEndOn = 'Afterwards all your sessions end, on every device.';
export const thePasswordWasNotChanged = 'The password was not changed.';
export const changePassword = 'Change password';

// _guest/setup.tsx
export const alreadySetUp = 'Already set up';
export const theFirstAdministratorExistsLogIn =
  'The first administrator exists. Log in, or ask for an invitation.';
export const openTheWholeSetUpLink = 'Open the whole set-up link that Ocim printed when it started.';
export const welcomeToOcim = 'Welcome to Ocim';
export const makeTheFirstAdministratorEverybodyElse =
  'Make the first administrator. Everybody else comes in by invitation.';
export const ocimIsNotSetUp = 'Ocim is not set up.';
export const makeTheAdministrator = 'Make the administrator';
