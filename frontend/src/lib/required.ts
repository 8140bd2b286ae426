/** Says of an empty value of a form what to enter. */
export const required = (what: string) => (value: string) => (value.trim() === '' ? what : null);
