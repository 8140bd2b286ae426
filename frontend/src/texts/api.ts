// api/errors.ts
export const youreNotLoggedIn = 'You’re not logged in.';
export const youDontHavePermission = 'You don’t have permission.';
export const notFoundOrYouDont = 'Not found, or you don’t have access.';
export const someoneElseChangedThisIn = 'Someone else changed this in the meantime.';
export const theRequestIsTooLarge = 'The request is too large.';
export const tooManyRequestsWaitA = 'Too many requests. Wait a moment.';
export const ocimIsntRespondingItMay = 'Ocim isn’t responding. It may be restarting.';
export const ocimOrAServiceIt = 'Ocim or a service it depends on isn’t responding. Try again in a moment.';
export const ocimTookTooLongTo = 'Ocim took too long to respond.';
export const ocimRespondedWithStatus = (status: number) => `Ocim responded with status ${status}.`;
export const couldntReachOcimCheckYour = 'Couldn’t reach Ocim. Check your connection, then try again.';
export const youreOffline = 'You’re offline.';

// api/guest.ts
export const theLinkIsIncomplete = 'The link is incomplete.';
