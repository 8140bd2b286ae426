// Control characters, and those that turn or hide the text around them.
const odd =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/**
 * Text from elsewhere with its invisible characters spelled out, so that no line of a log looks like
 * what it is not. Tabs stay.
 */
export function harmless(text: string): string {
  return text.replace(odd, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
