/** The key that a field of a problem document is about: `overrides.GROVE_LMS_ENV.FEATURES` is GROVE_LMS_ENV's. */
export function overrideKey(field: string): string | undefined {
  return /^overrides[.[]"?([^.\]"]+)/.exec(field)?.[1];
}
