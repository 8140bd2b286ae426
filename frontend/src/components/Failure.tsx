import { Button } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { ApiError } from '@/api/errors';
import { timeOfDay } from '@/lib/time';
import { Mark } from './status/Mark';
import classes from './Failure.module.css';
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
    <div className={classes.failure} role="alert">
      <span className={classes.mark}>
        <Mark shape="cross" size={16} />
      </span>
      <div className={classes.text}>
        <p className={classes.what}>{what}</p>
        <p>{cause ?? known?.message ?? texts.thePageFailedToRender}</p>
        <p className={classes.trace}>
          {known && <>{texts.at(timeOfDay(known.at))}</>}
          {known?.requestId !== undefined && <> {texts.request(known.requestId)}</>}
        </p>
      </div>
      {onRetry && (
        <Button
          variant="default"
          onClick={onRetry}
          loading={retrying}
          leftSection={<IconRefresh size={15} stroke={1.8} />}
        >
          {texts.tryAgain}
        </Button>
      )}
    </div>
  );
}
