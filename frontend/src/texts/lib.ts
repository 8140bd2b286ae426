export { enterAName } from './common';

// lib/time.ts
export const justNow = 'just now';
export const ago = (text: string) => `${text} ago`;
export const inText = (text: string) => `in ${text}`;
export const today = 'Today';
export const yesterday = 'Yesterday';
export const minS = (minutes: number, padStart: string) => `${minutes} min ${padStart} s`;
export const hMin = (floor: number, padStart: string) => `${floor} h ${padStart} min`;

// lib/resources.ts
export const none = 'None';

// lib/names.ts
export const useAtMostCharactersThis = (longestName: number, count: number) =>
  `Use at most ${longestName} characters; this has ${count}.`;
export const startWithALowercaseLetter = 'Start with a lowercase letter.';
export const isntAllowedUseLowercaseLetters = (describe: string) =>
  `Use only lowercase letters, digits and hyphens (not ${describe}).`;
export const useSingleHyphensBetweenLetters = 'Use single hyphens between letters or digits.';
export const thisClusterAlreadyHasAn = 'This cluster already has an instance with this name.';
export const conflictsWith = (clash: string) => `Conflicts with ${clash}.`;
export const aSpace = 'a space';
export const anUppercaseLetter = 'an uppercase letter';
export const anUnderscore = 'an underscore';

// lib/overrides.ts
export const atMost1Mb = 'At most 1 MB.';
export const enterKeysWithValuesSuch = 'Enter keys with values, such as PLATFORM_NAME: My campus.';
export const couldntParseTheYaml = 'Couldn’t parse the YAML.';
