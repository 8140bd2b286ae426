import * as texts from '@/texts/api';

/** What a problem document (RFC 9457) may hold; nothing of it is trusted to be there. */
interface ProblemDocument {
  title?: string;
  detail?: string;
  instance?: string;
  errors?: { field?: string; location?: string; message?: string }[];
}

/** A request that did not succeed, in words that can be shown. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    /** HTTP status; 0 when no answer came. */
    readonly status: number,
    /** What went wrong and what to do, for a person. */
    message: string,
    /** Id of the request, to find it in the log. */
    readonly requestId: string | undefined,
    /** Messages by the path of the input that they are about. */
    readonly fields: Record<string, string> = {},
    /** Milliseconds to wait before trying again. */
    readonly retryAfter?: number,
    readonly at: Date = new Date(),
  ) {
    super(message);
  }

  /** The same, with other messages by the path of the input. */
  withFields(fields: Record<string, string>): ApiError {
    return new ApiError(this.status, this.message, this.requestId, fields, this.retryAfter, this.at);
  }

  /** Whether repeating the same request later may succeed. */
  get temporary(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** What the API says of the input, by its path. */
export function fieldsOf(error: Error | null): Record<string, string> {
  return error instanceof ApiError ? error.fields : {};
}

const cures: Record<number, string> = {
  401: texts.youreNotLoggedIn,
  403: texts.youDontHavePermission,
  404: texts.notFoundOrYouDont,
  409: texts.someoneElseChangedThisIn,
  413: texts.theRequestIsTooLarge,
  429: texts.tooManyRequestsWaitA,
  502: texts.ocimIsntRespondingItMay,
  503: texts.ocimOrAServiceIt,
  504: texts.ocimTookTooLongTo,
};

/** Makes an error of an answer that is not 2xx. */
export async function errorOf(response: Response): Promise<ApiError> {
  const document = await problemOf(response);
  const fields: Record<string, string> = {};
  for (const error of document.errors ?? []) {
    const field = fieldName(error.field ?? error.location ?? '');
    if (error.message !== undefined) fields[field] ??= error.message;
  }
  const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN);
  return new ApiError(
    response.status,
    document.detail ??
      cures[response.status] ??
      document.title ??
      texts.ocimRespondedWithStatus(response.status),
    requestIdOf(document.instance) ?? response.headers.get('X-Call-Id') ?? undefined,
    fields,
    Number.isFinite(seconds) ? seconds * 1000 : undefined,
  );
}

/** Makes an error of a request that got no answer. */
export function noAnswer(cause: unknown): ApiError {
  const late = cause instanceof DOMException && cause.name === 'TimeoutError';
  const message = late
    ? texts.ocimTookTooLongTo
    : navigator.onLine
      ? texts.couldntReachOcimCheckYour
      : texts.youreOffline;
  return new ApiError(0, message, undefined);
}

async function problemOf(response: Response): Promise<ProblemDocument> {
  if (!(response.headers.get('Content-Type') ?? '').includes('json')) return {};
  try {
    const body: unknown = await response.json();
    return typeof body === 'object' && body !== null ? body : {};
  } catch {
    return {};
  }
}

/** `body.overrides.LMS_HOST` is the form's `overrides.LMS_HOST`. */
function fieldName(path: string): string {
  return path.replace(/^(body|query|path|header)\./, '');
}

function requestIdOf(instance: string | undefined): string | undefined {
  return instance?.replace(/^urn:(uuid|call):/, '');
}
