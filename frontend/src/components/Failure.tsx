import { ApiError } from '@/api/errors';
import { timeOfDay } from '@/lib/time';
import { Notice } from './Notice';
import { Button } from './ui/Button';
import * as texts from '@/texts/common';

interface FailureProps {
  error: Error;
  /** What could not be done: “The instances could not be loaded”. */
  what: string;
  /** The cause, when the error does not say it for a person. */
  cause?: string;
  onRetry?: (() => void) | undefined;
  retrying?: boolean;
}

/** A failure where it happened: cause, time, request id and a way to try again. Stays until resolved. */
export function Failure({ error, what, cause, onRetry, retrying = false }: FailureProps) {
  const known = error instanceof ApiError ? error : undefined;
  return (
    <Notice
      tone="bad"
      title={what}
      trace={
        <>
          {known && texts.at(timeOfDay(known.at))}
          {known?.requestId !== undefined && <> {texts.request(known.requestId)}</>}
        </>
      }
      action={
        onRetry && (
          <Button variant="default" onClick={onRetry} loading={retrying} leftSection={<RefreshMark />}>
            {texts.tryAgain}
          </Button>
        )
      }
    >
      {cause ?? known?.message ?? texts.thePageFailedToRender}
    </Notice>
  );
}

/** Drawn here, as the log-in page would load all that icons need for this one. */
function RefreshMark() {
  return (
    <svg
      width="15"
      height="15"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      aria-hidden="true"
    >
      <path d="M20 11a8 8 0 0 0-15.5-2M4 5v4h4M4 13a8 8 0 0 0 15.5 2m.5 4v-4h-4" />
    </svg>
  );
}
