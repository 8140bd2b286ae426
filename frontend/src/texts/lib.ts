// lib/time.ts
export const ago = (text: string) => `${text} ago`;
export const inText = (text: string) => `in ${text}`;
export const today = 'Today';
export const yesterday = 'Yesterday';
export const minS = (minutes: number, padStart: string) => `${minutes} min ${padStart} s`;
export const hMin = (floor: number, padStart: string) => `${floor} h ${padStart} min`;

// lib/resources.ts
export const none = 'None';

// lib/names.ts
export const aNameIsNeeded = 'A name is needed.';
export const atMostCharactersThisHas = (longestName: number, count: number) =>
  `At most ${longestName} characters; this has ${count}.`;
export const beginWithASmallLetter = 'Begin with a small letter.';
export const isNotAllowedSmallLettersDigits = (describe: string) =>
  `${describe} is not allowed: small letters, digits and hyphens.`;
export const hyphensStandAloneBetweenLettersOr = 'Hyphens stand alone, between letters or digits.';
export const thisClusterHasAnInstanceOf = 'This cluster has an instance of that name.';
export const clashesWith = (clash: string) => `Clashes with ${clash}.`;
export const aSpace = 'A space';
export const aCapitalLetter = 'A capital letter';
export const anUnderscore = 'An underscore';

// lib/overrides.ts
export const atMost1Mb = 'At most 1 MB.';
export const keysWithValuesAreNeededSuch = 'Keys with values are needed, such as PLATFORM_NAME: My campus.';
export const notReadable = 'Not readable.';
