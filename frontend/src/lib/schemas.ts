import * as z from 'zod/mini';

/** Any number of words in a search: one alone is a list of one, nonsense is none. */
export const words = z.catch(
  z.optional(
    z.union([
      z.array(z.string()),
      z.pipe(
        z.string(),
        z.transform((word) => [word]),
      ),
    ]),
  ),
  undefined,
);

export const word = z.catch(z.optional(z.string()), undefined);

/** On when the search says `true`. */
export const flag = z.catch(
  z.optional(
    z.union([
      z.boolean(),
      z.pipe(
        z.string(),
        z.transform((text) => text === 'true'),
      ),
    ]),
  ),
  undefined,
);

/** One of some words, or none. */
export function oneOf<const Words extends readonly [string, ...string[]]>(choices: Words) {
  return z.catch(z.optional(z.enum(choices)), undefined);
}
