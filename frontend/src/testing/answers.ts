import type { paths } from '@/api/schema';

type Methods<P extends keyof paths> = Exclude<
  { [M in keyof paths[P]]: paths[P][M] extends { responses: unknown } ? M : never }[keyof paths[P]],
  undefined
>;
type Body<Responses> = Responses extends { content: { 'application/json': infer Json } } ? Json : null;

/** Each route of the API document, such as `GET /clusters/v1/views`, with what it answers when it succeeds. */
type Routes = {
  [P in keyof paths as `${Uppercase<Methods<P> & string>} ${P}`]: {
    [M in Methods<P> as `${Uppercase<M & string>} ${P}`]: paths[P][M] extends { responses: infer R }
      ? Body<R[Extract<keyof R, 200 | 201 | 202 | 204>]>
      : never;
  };
} extends infer ByRoute
  ? { [R in keyof ByRoute]: ByRoute[R][R & keyof ByRoute[R]] }
  : never;

export type Route = keyof Routes;

/** A request that a page sent. */
export interface Sent {
  route: string;
  params: Record<string, string>;
  query: Record<string, string[]>;
  body: unknown;
  headers: Headers;
}

type Answer<Json> = Json | ((sent: Sent) => Json | Response);
/** What the API answers, by route: a value, or a function of the request. */
export type Answers = { [R in Route]?: Answer<Routes[R]> };
