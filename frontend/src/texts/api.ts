// api/errors.ts
export const youAreNotLoggedIn = 'You are not logged in.';
export const yourRoleDoesNotAllowThis = 'Your role does not allow this.';
export const thereIsNothingHereOrYou = 'There is nothing here, or you may not see it.';
export const somebodyChangedThisMeanwhile = 'Somebody changed this meanwhile.';
export const thisIsTooLarge = 'This is too large.';
export const tooManyRequestsWaitAMoment = 'Too many requests. Wait a moment.';
export const ocimDoesNotAnswerItMay = 'Ocim does not answer. It may be starting again.';
export const ocimOrSomethingItDependsOn =
  'Ocim or something it depends on does not answer. Try again in a moment.';
export const ocimTookTooLongToAnswer = 'Ocim took too long to answer.';
export const ocimAnswered = (status: number) => `Ocim answered ${status}.`;
export const ocimCannotBeReachedCheckThe = 'Ocim cannot be reached. Check the connection, then try again.';
export const thisComputerIsOffline = 'This computer is offline.';

// api/guest.ts
export const theLinkIsNotComplete = 'The link is not complete.';
